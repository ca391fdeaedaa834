/**
 * Batch normalisation by the batch's own statistics, as a backbone that is trained from nothing needs it. The frozen form, which
 * everything else uses, is an affine map and belongs to the backbone.
 */
import * as tf from '@tensorflow/tfjs';
import { activeEngine } from '../engine.js';
import { runOperationOfMany } from '../engines/tensorflow-operation.js';
import { differentiable, savedAt } from './differentiable.js';

/** Mean and biased variance of each channel over a batch, [channels]. */
type BatchStatistics = { mean: tf.Tensor1D; variance: tf.Tensor1D };

/**
 * weight · (x − μ) / √(σ² + epsilon) + bias with mean and biased variance of each channel over pages, rows and columns of `x`
 * [pages, h, w, channels] (Ioffe and Szegedy 2015). Gradient as of a layer norm, with means over a channel.
 *
 * @param observe is given the statistics, which are gone when it returns
 */
export function batchNorm(
  { weight, bias }: { weight: tf.Tensor; bias: tf.Tensor },
  x: tf.Tensor4D,
  epsilon: number,
  observe: (statistics: BatchStatistics) => void,
): tf.Tensor4D {
  const run = activeEngine() === 'tensorflow' ? normaliseNatively : normaliseComposed;
  return differentiable<tf.Rank.R4>([x, weight, bias], (save) =>
    run({ weight, bias }, x, { epsilon, observe, save }),
  );
}

type Normalise = (
  affine: { weight: tf.Tensor; bias: tf.Tensor },
  x: tf.Tensor4D,
  options: {
    epsilon: number;
    observe: (statistics: BatchStatistics) => void;
    save: (...tensors: tf.Tensor[]) => unknown;
  },
) => ReturnType<Parameters<typeof differentiable<tf.Rank.R4>>[1]>;

const CHANNELS_APART = [0, 1, 2];

const normaliseComposed: Normalise = ({ weight, bias }, x, { epsilon, observe, save }) => {
  const mean = tf.mean<tf.Tensor1D>(x, CHANNELS_APART);
  const centred = tf.sub(x, mean);
  const variance = tf.mean<tf.Tensor1D>(tf.square(centred), CHANNELS_APART);
  observe({ mean, variance });
  const reciprocal = tf.rsqrt(tf.add(variance, epsilon));
  const unit = tf.mul<tf.Tensor4D>(centred, reciprocal);
  save(unit, reciprocal, weight);
  return {
    value: tf.add(tf.mul(unit, weight), bias),
    gradient: (dy, saved) => {
      const [normalised, scale, gamma] = [savedAt(saved, 0), savedAt(saved, 1), savedAt(saved, 2)];
      const dWeight = tf.sum(tf.mul(dy, normalised), CHANNELS_APART);
      const dBias = tf.sum(dy, CHANNELS_APART);
      const count = dy.size / dBias.size;
      const meansOf = (sums: tf.Tensor) => tf.div(sums, count);
      const dx = tf.mul(
        tf.mul(gamma, scale),
        tf.sub(tf.sub(dy, meansOf(dBias)), tf.mul(normalised, meansOf(dWeight))),
      );
      return [dx, dWeight, dBias];
    },
  };
};

/** In one operation each way: composed, the norms of a narrow backbone would take longer than its convolutions. */
const normaliseNatively: Normalise = ({ weight, bias }, x, { epsilon, observe, save }) => {
  const attributes = { T: 'float32', U: 'float32', epsilon, is_training: true } as const;
  const none = tf.zeros([0]);
  const [value, mean, unbiased, ...reserved] = runOperationOfMany(
    'FusedBatchNormV3',
    attributes,
    [x, weight, bias, none, none],
    6,
  );
  if (!value || !mean || !unbiased) throw new Error('TensorFlow gave no batch norm.');
  const count = x.size / mean.size;
  observe({
    mean: mean as tf.Tensor1D,
    variance: tf.mul(unbiased, (count - 1) / count) as tf.Tensor1D,
  });
  save(x, weight, ...reserved);
  return {
    value: value as tf.Tensor4D,
    gradient: (dy, saved) => {
      const [input, gamma, ...statistics] = saved;
      const gradients = runOperationOfMany(
        'FusedBatchNormGradV3',
        attributes,
        [dy, savedOr(input), savedOr(gamma), ...statistics],
        5,
      );
      return gradients.slice(0, 3);
    },
  };
};

function savedOr(tensor: tf.Tensor | undefined): tf.Tensor {
  if (!tensor) throw new Error('The gradient of a batch norm lacks what its forward pass saved.');
  return tensor;
}
