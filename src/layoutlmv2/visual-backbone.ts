/**
 * The ResNeXt-FPN that turns a page image into a grid of features. Batch norms are frozen: each is folded into the
 * convolution before it. Only what the finest pyramid level needs is computed.
 */
import * as tf from '@tensorflow/tfjs';
import { type BackboneBlock, backboneBlocks } from './backbone-blocks.js';
import { tensorsOf } from './blocks.js';
import { type BackboneConfig, P2_SIDE } from './config.js';
import { batchNorm } from './ops/batch-norm.js';
import { type Convolving, pointwise, stem } from './ops/convolution.js';
import { grouped } from './ops/grouped-convolution.js';
import { linear } from './ops/multiply.js';
import { relu } from './ops/relu.js';
import { doubled } from './ops/resample.js';

/** Guards the square root of a batch norm's variance; detectron2's constant. */
const BATCH_NORM_EPSILON = 1e-5;

/** A frozen batch norm, each [channels]. */
export type BatchNorm = { weight: tf.Tensor; bias: tf.Tensor; mean: tf.Tensor; variance: tf.Tensor };

/** A convolution as in the checkpoint: kernel [out, in / groups, y, x] and the batch norm behind it. */
export type NormedConvolution = { kernel: tf.Tensor; norm: BatchNorm };

/** A convolution with its batch norm folded in; the kernel may be arranged for the engine. */
export type Convolution = { kernel: tf.Tensor; bias: tf.Tensor };

/** The convolutions of a bottleneck block; without `shortcut`, the block's input is added itself. */
export type Bottleneck<C> = { conv1: C; conv2: C; conv3: C; shortcut?: C };

/** The feature pyramid as far as it is used: one lateral convolution a stage, one output convolution. */
export type FeaturePyramid = {
  lateral2: Convolution;
  lateral3: Convolution;
  lateral4: Convolution;
  lateral5: Convolution;
  output2: Convolution;
};

/**
 * Folds a frozen batch norm into its convolution: y = s · (x ∗ k) + (b − μ s), s = w / √(σ² + ε). Differentiable, so that
 * training can fold anew at each step; the kernel is smaller than the feature map it would otherwise scale.
 */
function foldNorm({ kernel, norm }: NormedConvolution): Convolution {
  const { scale, offset } = affineOf(norm);
  return { kernel: tf.mul(kernel, tf.reshape(scale, [scale.size, 1, 1, 1])), bias: offset };
}

/** What a frozen batch norm does to a channel: x · scale + offset, each [channels]. */
export function affineOf(norm: BatchNorm): { scale: tf.Tensor; offset: tf.Tensor } {
  const scale = tf.mul(norm.weight, tf.rsqrt(tf.add(norm.variance, BATCH_NORM_EPSILON)));
  return { scale, offset: tf.sub(norm.bias, tf.mul(norm.mean, scale)) };
}

/** Folds a convolution's norm in and arranges its kernel, for {@link applyPrepared}. */
export function prepareConvolution(convolution: NormedConvolution, convolving: Convolving): Convolution {
  const { kernel, bias } = foldNorm(convolution);
  return { kernel: (convolving.resident ?? convolving).arrange(kernel), bias };
}

/** Stem and blocks as {@link applyPrepared} reads them; the caller disposes their tensors. */
export function prepareBackbone(
  network: { stem: NormedConvolution; blocks: readonly Bottleneck<NormedConvolution>[] },
  config: BackboneConfig,
): { stem: Convolution; blocks: Bottleneck<Convolution>[] } {
  const plans = backboneBlocks(config);
  return tf.tidy(() => {
    const prepared = {
      stem: prepareConvolution(network.stem, stem()),
      blocks: network.blocks.map(({ conv1, conv2, conv3, shortcut }, index): Bottleneck<Convolution> => {
        const plan = plans[index];
        if (!plan) throw new Error(`The backbone has only ${plans.length} blocks.`);
        return {
          conv1: prepareConvolution(conv1, pointwise(1)),
          conv2: prepareConvolution(conv2, grouped(config.groups, plan.stride)),
          conv3: prepareConvolution(conv3, pointwise(1)),
          ...(shortcut && { shortcut: prepareConvolution(shortcut, pointwise(plan.stride)) }),
        };
      }),
    };
    tensorsOf([prepared.stem, ...prepared.blocks]).forEach(tf.keep);
    return prepared;
  });
}

/** Computes one convolution with its norm. */
export type ApplyConvolution<C> = (convolution: C, convolving: Convolving, x: tf.Tensor4D) => tf.Tensor4D;

/** Applies a convolution that was prepared: inference with weights that stay. */
export const applyPrepared: ApplyConvolution<Convolution> = ({ kernel, bias }, convolving, x) =>
  tf.add((convolving.resident ?? convolving).convolve(x, kernel), bias);

/** Applies a convolution and its norm, which scales the kernel or the result, whichever is smaller: training. */
export const applyNormed: ApplyConvolution<NormedConvolution> = (convolution, { arrange, convolve }, x) => {
  const { kernel, norm } = convolution;
  const outChannels = kernel.shape[0] ?? 0;
  // Not less than the result's size, which the stride may divide.
  const resultSize = (x.size / x.shape[3]) * outChannels;
  if (resultSize < kernel.size) {
    const { scale, offset } = affineOf(norm);
    return tf.add(tf.mul(convolve(x, arrange(kernel)), scale), offset);
  }
  const folded = foldNorm(convolution);
  return tf.add(convolve(x, arrange(folded.kernel)), folded.bias);
};

/**
 * How far the running statistics of a live batch norm move towards those of a batch: torch's default. After a hundred batches
 * nothing is left of where they began.
 */
const BATCH_NORM_MOMENTUM = 0.1;

/**
 * As {@link applyNormed}, but a norm whose scale is among the trained weights is live: it normalises by the statistics of the
 * batch, and moves its running ones towards them.
 */
export function createApplyForTraining(trained: ReadonlySet<tf.Tensor>): ApplyConvolution<NormedConvolution> {
  return (convolution, convolving, x) => {
    const { kernel, norm } = convolution;
    if (!trained.has(norm.weight)) return applyNormed(convolution, convolving, x);
    const convolved = convolving.convolve(x, convolving.arrange(kernel));
    return batchNorm(norm, convolved, BATCH_NORM_EPSILON, ({ mean, variance }) => {
      follow(norm.mean, mean);
      follow(norm.variance, variance);
    });
  };
}

function follow(running: tf.Tensor, ofBatch: tf.Tensor): void {
  if (!(running instanceof tf.Variable)) throw new Error('Only the norms of a model can be live.');
  const step = tf.mul(tf.sub(ofBatch, running), BATCH_NORM_MOMENTUM);
  running.assign(tf.add(running, step));
}

/** Pixels [pages, 224, 224, 3] as the backbone wants them: (pixel − mean) / std per channel. */
export function normalisePixels(pixels: tf.Tensor4D, { pixelMean, pixelStd }: BackboneConfig): tf.Tensor4D {
  return tf.div(tf.sub(pixels, tf.tensor1d([...pixelMean])), tf.tensor1d([...pixelStd]));
}

/** The stem: 7x7 convolution, ReLU, max pool; [pages, 224, 224, 3] to [pages, 56, 56, channels]. */
export function runStem<C>(convolution: C, image: tf.Tensor4D, apply: ApplyConvolution<C>): tf.Tensor4D {
  const features = relu(apply(convolution, stem(), image));
  // Padding with zeros equals padding with minus infinity, as nothing is negative after the ReLU.
  const padded = tf.pad(features, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  return tf.maxPool(padded, 3, 2, 'valid');
}

/** One bottleneck block; `x` [pages, h, w, in] gives [pages, h / stride, w / stride, out]. */
export function runBottleneck<C>(
  block: Bottleneck<C>,
  plan: BackboneBlock,
  groups: number,
  x: tf.Tensor4D,
  apply: ApplyConvolution<C>,
): tf.Tensor4D {
  const { stride } = plan;
  const narrow = relu(apply(block.conv1, pointwise(1), x));
  const spatial = relu(apply(block.conv2, grouped(groups, stride), narrow));
  const wide = apply(block.conv3, pointwise(1), spatial);
  const shortcut = block.shortcut ? apply(block.shortcut, pointwise(stride), x) : x;
  return relu(tf.add(wide, shortcut));
}

/**
 * The finest pyramid level, pooled to a grid: lateral convolutions, coarser levels doubled and added, output convolution,
 * mean of each cell.
 *
 * The output convolution and the mean are both linear, so the mean is taken first, of the nine shifted maps that the taps of
 * the convolution see, and the convolution becomes one small product. That is exact and costs a sixtieth.
 *
 * @param stages outputs of res2 to res5
 * @returns [pages, rows * columns, channels]
 */
export function runFeaturePyramid(
  pyramid: FeaturePyramid,
  stages: readonly [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D],
  [rows, columns]: readonly [number, number],
): tf.Tensor3D {
  const { arrange, convolve } = pointwise(1);
  const lateral = ({ kernel, bias }: Convolution, x: tf.Tensor4D): tf.Tensor4D =>
    tf.add(convolve(x, arrange(kernel)), bias);
  const level5 = lateral(pyramid.lateral5, stages[3]);
  const level4 = tf.add<tf.Tensor4D>(lateral(pyramid.lateral4, stages[2]), doubled(level5));
  const level3 = tf.add<tf.Tensor4D>(lateral(pyramid.lateral3, stages[1]), doubled(level4));
  const level2 = tf.add<tf.Tensor4D>(lateral(pyramid.lateral2, stages[0]), doubled(level3));

  const [pages, channels] = [level2.shape[0], level2.shape[3]];
  const means = shiftedCellMeans(level2, rows, columns); // [pages, rows, columns, 9 * channels]
  const { kernel, bias } = pyramid.output2;
  const weight = tf.reshape(tf.transpose(kernel, [0, 2, 3, 1]), [channels, 9 * channels]);
  const features = linear({ weight, bias }, tf.reshape(means, [pages * rows * columns, 9 * channels]));
  return tf.reshape(features, [pages, rows * columns, channels]);
}

/**
 * Means over the cells of a rows x columns grid, of the map shifted by one pixel in all nine directions with zeros from
 * outside; side by side in the order of a 3x3 kernel's taps.
 */
function shiftedCellMeans(x: tf.Tensor4D, rows: number, columns: number): tf.Tensor4D {
  const [pages, , , channels] = x.shape;
  const [cellHeight, cellWidth] = [P2_SIDE / rows, P2_SIDE / columns];
  const padded = tf.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  // Slices of maps whose last axes are joined: they copy whole rows instead of pixels.
  const side = P2_SIDE + 2;
  const joined = tf.reshape(padded, [pages, side, side * channels]);
  const means = [0, 1, 2].flatMap((ky) => {
    const shifted = tf.slice(joined, [0, ky, 0], [pages, P2_SIDE, side * channels]);
    const rowMeans = tf.avgPool(
      tf.reshape<tf.Rank.R4>(shifted, [pages, P2_SIDE, side, channels]),
      [cellHeight, 1],
      [cellHeight, 1],
      'valid',
    );
    const lines = tf.reshape(rowMeans, [pages * rows, side * channels]);
    return [0, 1, 2].map((kx) => {
      const part = tf.slice(lines, [0, kx * channels], [pages * rows, P2_SIDE * channels]);
      return tf.avgPool(
        tf.reshape<tf.Rank.R4>(part, [pages, rows, P2_SIDE, channels]),
        [1, cellWidth],
        [1, cellWidth],
        'valid',
      );
    });
  });
  return tf.concat(means, 3);
}
