/**
 * Gives the frozen batch norms of an untrained backbone the statistics they would have had to learn: those of some real
 * pages. Without them the activations of fifty untrained layers grow or die, and frozen norms never recover.
 */
import * as tf from '@tensorflow/tfjs';
import { runForInference } from './blocks.js';
import { IMAGE_SIDE } from './encoded-page.js';
import type { LayoutLMv2Model } from './model.js';
import { networkOf, runBackbone } from './network.js';
import {
  type ApplyConvolution,
  affineOf,
  type NormedConvolution,
  normalisePixels,
} from './visual-backbone.js';

/**
 * Least variance given to a channel, as a share of its layer's mean variance. Page images are mostly paper, so some channels
 * hardly vary; dividing by their tiny deviation would turn noise into the loudest signal.
 */
const LEAST_VARIANCE_SHARE = 0.01;

/**
 * Sets running mean and variance of every batch norm to those of its input, layer by layer, in one pass over `images`. Changes
 * the model's buffers. Sixteen to thirty-two pages of the training set are enough; they are held in memory at once.
 *
 * @param images pixels of pages, each [224, 224, 3], as in `EncodedPage`
 */
export function calibrateBatchNorm(model: LayoutLMv2Model, images: readonly Uint8Array[]): void {
  if (images.length === 0) throw new Error('Calibrating the batch norms needs at least one page image.');
  const { config } = model;
  tf.tidy(() => {
    const pixels = tf.stack(
      images.map((image) => tf.tensor3d(new Float32Array(image), [IMAGE_SIDE, IMAGE_SIDE, 3])),
    ) as tf.Tensor4D;
    runBackbone(networkOf(config, model.parameters), normalisePixels(pixels, config.backbone), {
      config,
      apply: applyAndCalibrate,
      runBlock: runForInference,
    });
  });
}

/** Applies a convolution after setting the statistics of its norm to those of its output. */
const applyAndCalibrate: ApplyConvolution<NormedConvolution> = ({ kernel, norm }, convolving, x) => {
  const output = convolving.convolve(x, convolving.arrange(kernel));
  const { mean, variance } = tf.moments(output, [0, 1, 2]);
  assign(norm.mean, mean);
  assign(norm.variance, tf.maximum(variance, tf.mul(tf.mean(variance), LEAST_VARIANCE_SHARE)));
  const { scale, offset } = affineOf(norm);
  return tf.add(tf.mul(output, scale), offset);
};

function assign(buffer: tf.Tensor, value: tf.Tensor): void {
  if (!(buffer instanceof tf.Variable)) throw new Error('Only the norms of a model can be calibrated.');
  buffer.assign(value);
}
