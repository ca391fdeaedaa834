/**
 * Grouped 3x3 convolution, which TensorFlow.js does not have, and its gradients. The variants compute the same; each engine
 * has the one that is fastest there.
 */
import * as tf from '@tensorflow/tfjs';
import { activeEngine, type EngineName } from '../engine.js';
import { padded } from './convolution.js';
import { differentiable, savedAt } from './differentiable.js';
import { multiplyBatches } from './multiply.js';
import { everySecond, spreadWithZeros } from './resample.js';

type Stride = 1 | 2;

/** `x` [n, h, w, channels] and `kernel` [channels, channels / groups, 3, 3] to [n, h / stride, w / stride, channels]. */
type GroupedConvolution = (x: tf.Tensor4D, kernel: tf.Tensor, groups: number, stride: Stride) => tf.Tensor4D;

/** Gradient of the kernel, [channels, channels / groups, 3, 3], from the input and the gradient of the output. */
type KernelGradient = (x: tf.Tensor4D, dy: tf.Tensor4D, groups: number, stride: Stride) => tf.Tensor;

/**
 * Grouped 3x3 convolution with padding 1: output channel o sees the input channels of its group, floor(o / width), where
 * width = channels / groups. Its gradients need no kernel that any backend lacks.
 */
export const convolveGrouped: GroupedConvolution = (x, kernel, groups, stride) => {
  const { convolve, kernelGradient } = VARIANTS[activeEngine()];
  return differentiable<tf.Rank.R4>([x, kernel], (save) => {
    save(x, kernel);
    return {
      value: convolve(x, kernel, groups, stride),
      gradient: (dy, saved) => {
        const [input, weights] = [savedAt<tf.Rank.R4>(saved, 0), savedAt(saved, 1)];
        const dense = stride === 2 ? spreadWithZeros(dy) : dy;
        return [
          convolve(dense, mirrored(weights, groups), groups, 1),
          kernelGradient(input, dy, groups, stride),
        ];
      },
    };
  });
};

/** The kernel with which the gradient of a grouped convolution's input is a grouped convolution of the output's. */
function mirrored(kernel: tf.Tensor, groups: number): tf.Tensor {
  const channels = kernel.shape[0] ?? 0;
  const width = channels / groups;
  const flipped = tf.reverse(tf.reshape<tf.Rank.R4>(kernel, [groups, width, width, 9]), 3);
  return tf.reshape(tf.transpose(flipped, [0, 2, 1, 3]), [channels, width, 3, 3]);
}

/** The kernel per tap and input channel, [9, channels (in), width (out)]. */
function perInputChannel(kernel: tf.Tensor, groups: number): tf.Tensor {
  const channels = kernel.shape[0] ?? 0;
  const width = channels / groups;
  const perGroup = tf.transpose(tf.reshape(kernel, [groups, width, width, 9]), [3, 0, 2, 1]);
  return tf.reshape(perGroup, [9, channels, width]);
}

/** 1 where an input channel and a group belong together, else 0: [channels, groups]. */
function membership(channels: number, groups: number): tf.Tensor2D {
  const width = channels / groups;
  const isMember = Float32Array.from({ length: channels * groups }, (_, index) =>
    Math.floor(index / groups / width) === index % groups ? 1 : 0,
  );
  return tf.tensor2d(isMember, [channels, groups]);
}

/** Every input channel is convolved with the kernels of its group's outputs, then the channels of a group are added up. */
const convolveByChannel: GroupedConvolution = (x, kernel, groups, stride) => {
  const [n, h, w, channels] = x.shape;
  const width = channels / groups;
  const filter = tf.reshape<tf.Rank.R4>(perInputChannel(kernel, groups), [3, 3, channels, width]);
  const products = tf.depthwiseConv2d(padded(x, 1), filter, stride, 'valid'); // [.., channels * width]
  const pixels = (n * h * w) / stride ** 2;
  const sums = tf.sum(tf.reshape(products, [pixels * groups, width, width]), 1);
  return tf.reshape(sums, [n, h / stride, w / stride, channels]);
};

/**
 * Every group on its own, as an ordinary convolution of few channels. Measured on WebAssembly for a page, against by channel,
 * in ms: 56x56 pixels of 256 channels in 32 groups 21 / 36, 28x28 of 512 11 / 33, 14x14 of 1024 11 / 34, 7x7 of 2048 19 / 24;
 * 56x56 of 32 in 8 groups 2.7 / 3.6 (densely), 28x28 of 64 1.1 / 1.9, 14x14 of 128 1.0 / 1.6, 7x7 of 256 1.3 / 1.6.
 */
const convolveByGroup: GroupedConvolution = (x, kernel, groups, stride) => {
  const [n, h, w, channels] = x.shape;
  const width = channels / groups;
  const map = padded(x, 1);
  const [, height, columns] = map.shape;
  // Each group's channels and kernels joined, so that gatherND copies a group as one row.
  const maps = tf.transpose(tf.reshape<tf.Rank.R3>(map, [n * height * columns, groups, width]), [1, 0, 2]);
  const inputs = tf.reshape(maps, [groups, map.size / groups]);
  const filters = tf.reshape(
    tf.transpose(tf.reshape<tf.Rank.R4>(kernel, [groups, width, width, 9]), [0, 3, 2, 1]),
    [groups, kernel.size / groups],
  );
  const outputs = Array.from({ length: groups }, (_, group) =>
    tf.conv2d(
      tf.reshape<tf.Rank.R4>(tf.gatherND(inputs, [[group]]), [n, height, columns, width]),
      tf.reshape<tf.Rank.R4>(tf.gatherND(filters, [[group]]), [3, 3, width, width]),
      stride,
      'valid',
    ),
  );
  const pixels = (n * h * w) / stride ** 2;
  const byPixel = tf.transpose(tf.reshape(tf.stack(outputs), [groups, pixels, width]), [1, 0, 2]);
  return tf.reshape(byPixel, [n, h / stride, w / stride, channels]);
};

/**
 * Per group, what the kernel sees of the input at each pixel times the kernel, all groups as one batched product. On WebGPU the
 * sums of the variant by channel are slow, as each is a workgroup of its own: 30 of 39 s of a tiny network on SwiftShader.
 */
const convolveByPatches: GroupedConvolution = (x, kernel, groups, stride) => {
  const [n, h, w, channels] = x.shape;
  const width = channels / groups;
  const patches = patchesOf(x, groups, stride);
  const pixels = patches.shape[0];
  const filters = tf.transpose(tf.reshape(kernel, [groups, width, width, 9]), [0, 3, 2, 1]);
  const product = multiplyBatches(
    tf.reshape<tf.Rank.R3>(tf.transpose(patches, [2, 0, 1, 3]), [groups, pixels, 9 * width]),
    tf.reshape<tf.Rank.R3>(filters, [groups, 9 * width, width]),
  ); // [groups, pixels, out]
  return tf.reshape(tf.transpose(product, [1, 0, 2]), [n, h / stride, w / stride, channels]);
};

/** Per group, the input's patches times the output's gradient, all groups as one batched product. */
const kernelGradientByPatches: KernelGradient = (x, dy, groups, stride) => {
  const channels = x.shape[3];
  const width = channels / groups;
  const patches = patchesOf(x, groups, stride);
  const pixels = patches.shape[0];
  const product = multiplyBatches(
    tf.reshape<tf.Rank.R3>(tf.transpose(patches, [2, 1, 3, 0]), [groups, 9 * width, pixels]),
    tf.transpose(tf.reshape<tf.Rank.R3>(dy, [pixels, groups, width]), [1, 0, 2]),
  ); // [groups, 9 * in, out]
  const perGroup = tf.transpose(tf.reshape(product, [groups, 9, width, width]), [0, 3, 2, 1]);
  return tf.reshape(perGroup, [channels, width, 3, 3]);
};

/**
 * Up to this many channels one convolution of all pairs of channels is faster than one of each group on WebAssembly: beside
 * so little work, the cost of starting an operation counts.
 */
const MOST_DENSE_CHANNELS = 32;

/**
 * As convolutions: of the input with the output's gradient as filter, pages in the place of channels, and as dilation what
 * was the stride. Half the time of products of patches on WebAssembly, and none of their memory.
 */
const kernelGradientByConvolution: KernelGradient = (x, dy, groups, stride) => {
  const [n, h, w, channels] = x.shape;
  const [, outHeight, outWidth] = dy.shape;
  const width = channels / groups;
  // With stride 2 no tap sees beyond the last row and column, so these get no padding.
  const sides: [number, number] = [1, 2 - stride];
  const input = tf.transpose(tf.pad(x, [[0, 0], sides, sides, [0, 0]]), [3, 1, 2, 0]);
  const convolve = (part: tf.Tensor, filter: tf.Tensor, size: number): tf.Tensor4D =>
    tf.conv2d(
      tf.reshape<tf.Rank.R4>(part, [size, h + 3 - stride, w + 3 - stride, n]),
      tf.reshape<tf.Rank.R4>(filter, [outHeight, outWidth, n, size]),
      1,
      'valid',
      'NHWC',
      stride,
    ); // [in, 3, 3, out]
  if (channels <= MOST_DENSE_CHANNELS) {
    const all = convolve(input, tf.transpose(dy, [1, 2, 0, 3]), channels);
    const isOwn = tf.reshape(membership(channels, groups), [channels, 1, groups, 1]);
    const own = tf.sum(tf.mul(tf.reshape(all, [channels, 9, groups, width]), isOwn), 2);
    const perGroup = tf.transpose(tf.reshape(own, [groups, width, 9, width]), [0, 3, 1, 2]);
    return tf.reshape(perGroup, [channels, width, 3, 3]);
  }
  const inputs = tf.reshape(input, [groups, input.size / groups]);
  const filters = tf.reshape(
    tf.transpose(tf.reshape(dy, [n, outHeight * outWidth, groups, width]), [2, 1, 0, 3]),
    [groups, dy.size / groups],
  );
  const kernels = Array.from({ length: groups }, (_, group) => {
    const gradient = convolve(tf.gatherND(inputs, [[group]]), tf.gatherND(filters, [[group]]), width);
    return tf.transpose(gradient, [3, 0, 1, 2]);
  });
  return tf.concat(kernels, 0); // [channels, width, 3, 3]
};

const VARIANTS = {
  tensorflow: { convolve: convolveByChannel, kernelGradient: kernelGradientByPatches },
  webgpu: { convolve: convolveByPatches, kernelGradient: kernelGradientByPatches },
  wasm: { convolve: convolveByGroup, kernelGradient: kernelGradientByConvolution },
  cpu: { convolve: convolveByChannel, kernelGradient: kernelGradientByPatches },
} satisfies Record<EngineName, { convolve: GroupedConvolution; kernelGradient: KernelGradient }>;

/** What a 3x3 kernel sees of a map at each output pixel: [pixels, taps, groups, channels of a group]. */
function patchesOf(x: tf.Tensor4D, groups: number, stride: Stride): tf.Tensor4D {
  const channels = x.shape[3];
  const pixels = x.size / channels / stride ** 2;
  return tf.reshape(tf.concat(taps(padded(x, 1), stride), 3), [pixels, 9, groups, channels / groups]);
}

/** What each tap of a 3x3 kernel sees of an already padded map, in the order of rows, then columns. */
function taps(x: tf.Tensor4D, stride: Stride): tf.Tensor4D[] {
  const [n, height, width, channels] = x.shape;
  const phases =
    stride === 1
      ? [[x]]
      : ([0, 1] as const).map((row) => ([0, 1] as const).map((column) => everySecond(x, row, column)));
  const size: [number, number, number, number] = [n, (height - 2) / stride, (width - 2) / stride, channels];
  return Array.from({ length: 9 }, (_, tap) => {
    const [ky, kx] = [Math.floor(tap / 3), tap % 3];
    const phase = phases[ky % stride]?.[kx % stride] ?? x;
    return tf.slice(phase, [0, Math.floor(ky / stride), Math.floor(kx / stride), 0], size);
  });
}
