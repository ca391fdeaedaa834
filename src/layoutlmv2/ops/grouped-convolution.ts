/**
 * Grouped 3x3 convolution, which TensorFlow.js does not have, and its gradients. The variants compute the same; each engine
 * has the one that is fastest there, and the arrangement of the kernel that this one reads.
 */
import * as tf from '@tensorflow/tfjs';
import { activeEngine, type EngineName } from '../engine.js';
import { type Convolving, padded } from './convolution.js';
import { differentiable, savedAt } from './differentiable.js';
import { multiplyBatches } from './multiply.js';
import { everySecond, spreadWithZeros } from './resample.js';

type Stride = 1 | 2;

/** How many groups and inputs of a group a kernel has; as many outputs. */
type Groups = { groups: number; width: number };

/** A kernel in some order of its axes. */
type Arrangement = {
  /** From [channels, channels / groups, 3, 3], as in the checkpoint. Differentiable. */
  arrange(kernel: tf.Tensor4D, size: Groups): tf.Tensor;
  /** From an arranged kernel, that by which the gradient of the input is a grouped convolution of the output's. */
  mirror(arranged: tf.Tensor, size: Groups): tf.Tensor;
};

/** `x` [n, h, w, channels] and an arranged kernel to [n, h / stride, w / stride, channels]. */
type GroupedConvolution = (x: tf.Tensor4D, arranged: tf.Tensor, size: Groups, stride: Stride) => tf.Tensor4D;

/** Gradient of the arranged kernel, from the input and the gradient of the output. */
type KernelGradient = (x: tf.Tensor4D, dy: tf.Tensor4D, size: Groups, stride: Stride) => tf.Tensor;

/**
 * Grouped 3x3 convolution with padding 1: output channel o sees the input channels of its group, floor(o / width), where
 * width = channels / groups. Its gradients need no kernel that any backend lacks.
 */
export function grouped(groups: number, stride: Stride): Convolving {
  const { arrangement, convolve, kernelGradient } = VARIANTS[activeEngine()];
  const sizeOf = (channels: number): Groups => ({ groups, width: channels / groups });
  return {
    arrange: (kernel) => arrangement.arrange(kernel as tf.Tensor4D, sizeOf(kernel.shape[0] ?? 0)),
    convolve: (x, arranged) => {
      const size = sizeOf(x.shape[3]);
      return differentiable<tf.Rank.R4>([x, arranged], (save) => {
        save(x, arranged);
        return {
          value: convolve(x, arranged, size, stride),
          gradient: (dy, saved) => {
            const [input, kernel] = [savedAt<tf.Rank.R4>(saved, 0), savedAt(saved, 1)];
            const dense = stride === 2 ? spreadWithZeros(dy) : dy;
            return [
              convolve(dense, arrangement.mirror(kernel, size), size, 1),
              kernelGradient(input, dy, size, stride),
            ];
          },
        };
      });
    },
  };
}

/** Taps first, then inputs, then the outputs of a group: [3, 3, channels (in), width (out)]. */
const byInput: Arrangement = {
  arrange: (kernel, { groups, width }) =>
    tf.reshape(tf.transpose(tf.reshape(kernel, [groups, width, width, 9]), [3, 0, 2, 1]), [
      3,
      3,
      groups * width,
      width,
    ]),
  mirror: (arranged, { groups, width }) =>
    tf.reshape(
      tf.transpose(tf.reverse(tf.reshape<tf.Rank.R4>(arranged, [9, groups, width, width]), 0), [0, 1, 3, 2]),
      [3, 3, groups * width, width],
    ),
};

/** Taps first, then the inputs of a group, then outputs: [3, 3, width (in), channels (out)]. */
const byOutput: Arrangement = {
  arrange: (kernel) => tf.transpose(kernel, [2, 3, 1, 0]),
  mirror: (arranged, { groups, width }) =>
    tf.reshape(
      tf.transpose(tf.reverse(tf.reshape<tf.Rank.R4>(arranged, [9, width, groups, width]), 0), [0, 3, 2, 1]),
      [3, 3, width, groups * width],
    ),
};

/** A matrix for each group: [groups, 9 * width (in), width (out)]. */
const byGroup: Arrangement = {
  arrange: (kernel, { groups, width }) =>
    tf.reshape(tf.transpose(tf.reshape(kernel, [groups, width, width, 9]), [0, 3, 2, 1]), [
      groups,
      9 * width,
      width,
    ]),
  mirror: (arranged, { groups, width }) =>
    tf.reshape(
      tf.transpose(tf.reverse(tf.reshape<tf.Rank.R4>(arranged, [groups, 9, width, width]), 1), [0, 1, 3, 2]),
      [groups, 9 * width, width],
    ),
};

/** 1 where an input channel and a group belong together, else 0: [channels, groups]. */
function membership({ groups, width }: Groups): tf.Tensor2D {
  const channels = groups * width;
  const isMember = Float32Array.from({ length: channels * groups }, (_, index) =>
    Math.floor(index / groups / width) === index % groups ? 1 : 0,
  );
  return tf.tensor2d(isMember, [channels, groups]);
}

/** Every input channel is convolved with the kernels of its group's outputs, then the channels of a group are added up. */
const convolveByChannel: GroupedConvolution = (x, arranged, { groups, width }, stride) => {
  const [n, h, w, channels] = x.shape;
  const products = tf.depthwiseConv2d(padded(x, 1), arranged as tf.Tensor4D, stride, 'valid'); // [.., channels * width]
  const pixels = (n * h * w) / stride ** 2;
  const sums = tf.sum(tf.reshape(products, [pixels * groups, width, width]), 1);
  return tf.reshape(sums, [n, h / stride, w / stride, channels]);
};

/**
 * Every group on its own, as an ordinary convolution of few channels. Measured on WebAssembly for a page, against the faster of
 * by channel and one dense convolution, in ms: 56x56 pixels of 256 channels in 32 groups 21 / 36, 28x28 of 512 11 / 33, 14x14
 * of 1024 11 / 34, 7x7 of 2048 19 / 24; in 8 groups 56x56 of 32 2.7 / 3.6, 28x28 of 64 1.1 / 1.9, 14x14 of 128 1.0 / 1.6,
 * 7x7 of 256 1.3 / 1.6.
 */
const convolveByGroup: GroupedConvolution = (x, arranged, { groups, width }, stride) => {
  const [n, h, w, channels] = x.shape;
  const map = padded(x, 1);
  const [, height, columns] = map.shape;
  // Each group's numbers joined, so that gatherND copies a group as one row.
  const byGroups = tf.transpose(
    tf.reshape<tf.Rank.R3>(map, [n * height * columns, groups, width]),
    [1, 0, 2],
  );
  const inputs = tf.reshape(byGroups, [groups, map.size / groups]);
  const filters = tf.reshape(arranged, [groups, arranged.size / groups]);
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
const convolveByPatches: GroupedConvolution = (x, arranged, { groups, width }, stride) => {
  const [n, h, w, channels] = x.shape;
  const patches = patchesOf(x, groups, stride);
  const pixels = patches.shape[0];
  const product = multiplyBatches(
    tf.reshape<tf.Rank.R3>(tf.transpose(patches, [2, 0, 1, 3]), [groups, pixels, 9 * width]),
    arranged as tf.Tensor3D,
  ); // [groups, pixels, out]
  return tf.reshape(tf.transpose(product, [1, 0, 2]), [n, h / stride, w / stride, channels]);
};

/** Per group, the input's patches times the output's gradient, all groups as one batched product. */
const kernelGradientByPatches: KernelGradient = (x, dy, { groups, width }, stride) => {
  const patches = patchesOf(x, groups, stride);
  const pixels = patches.shape[0];
  return multiplyBatches(
    tf.reshape<tf.Rank.R3>(tf.transpose(patches, [2, 1, 3, 0]), [groups, 9 * width, pixels]),
    tf.transpose(tf.reshape<tf.Rank.R3>(dy, [pixels, groups, width]), [1, 0, 2]),
  );
};

/** The same for a kernel that is arranged by input. */
const kernelGradientByPatchesAndInput: KernelGradient = (x, dy, size, stride) => {
  const { groups, width } = size;
  const byMatrix = tf.reshape(kernelGradientByPatches(x, dy, size, stride), [groups, 9, width, width]);
  return tf.reshape(tf.transpose(byMatrix, [1, 0, 2, 3]), [3, 3, groups * width, width]);
};

/** The same for a kernel that is arranged by output. */
const kernelGradientByPatchesAndOutput: KernelGradient = (x, dy, size, stride) => {
  const { groups, width } = size;
  const byMatrix = tf.reshape(kernelGradientByPatches(x, dy, size, stride), [groups, 9, width, width]);
  return tf.reshape(tf.transpose(byMatrix, [1, 2, 0, 3]), [3, 3, width, groups * width]);
};

/**
 * Up to this many channels one convolution of all pairs of channels is faster than one of each group on WebAssembly: beside
 * so little work, the cost of starting an operation counts.
 */
const MOST_DENSE_CHANNELS = 32;

/**
 * As convolutions: of the input with the output's gradient as filter, pages in the place of channels, and as dilation what
 * was the stride; for a kernel that is arranged by group. Half the time of products of patches on WebAssembly, and none of their memory.
 */
const kernelGradientByConvolution: KernelGradient = (x, dy, size, stride) => {
  const [n, h, w, channels] = x.shape;
  const [, outHeight, outWidth] = dy.shape;
  const { groups, width } = size;
  // With stride 2 no tap sees beyond the last row and column, so these get no padding.
  const sides: [number, number] = [1, 2 - stride];
  const input = tf.transpose(tf.pad(x, [[0, 0], sides, sides, [0, 0]]), [3, 1, 2, 0]);
  const convolve = (part: tf.Tensor, filter: tf.Tensor, count: number): tf.Tensor4D =>
    tf.conv2d(
      tf.reshape<tf.Rank.R4>(part, [count, h + 3 - stride, w + 3 - stride, n]),
      tf.reshape<tf.Rank.R4>(filter, [outHeight, outWidth, n, count]),
      1,
      'valid',
      'NHWC',
      stride,
    ); // [in, 3, 3, out]
  if (channels <= MOST_DENSE_CHANNELS) {
    const all = convolve(input, tf.transpose(dy, [1, 2, 0, 3]), channels);
    const isOwn = tf.reshape(membership(size), [channels, 1, groups, 1]);
    const own = tf.sum(tf.mul(tf.reshape(all, [channels, 9, groups, width]), isOwn), 2); // [in, 9, out]
    return joinInputs(own, size);
  }
  const inputs = tf.reshape(input, [groups, input.size / groups]);
  const filters = tf.reshape(
    tf.transpose(tf.reshape(dy, [n, outHeight * outWidth, groups, width]), [2, 1, 0, 3]),
    [groups, dy.size / groups],
  );
  const kernels = Array.from({ length: groups }, (_, group) =>
    convolve(tf.gatherND(inputs, [[group]]), tf.gatherND(filters, [[group]]), width),
  );
  return joinInputs(tf.concat(kernels, 0), size);
};

/** A kernel of [channels (in), 9 taps, width (out)] arranged by group. */
function joinInputs(kernel: tf.Tensor, { groups, width }: Groups): tf.Tensor {
  const byTap = tf.transpose(tf.reshape<tf.Rank.R4>(kernel, [groups, width, 9, width]), [0, 2, 1, 3]);
  return tf.reshape(byTap, [groups, 9 * width, width]);
}

/**
 * TensorFlow itself convolves in groups: TensorFlow.js only checks that the kernel has all input channels, which this goes past.
 * Measured for a page of the base size, against by channel, in ms: res2 4.1 / 8.1, res3 3.2 / 9.5, res4 3.0 / 10.4, res5 3.1 / 43.
 */
const convolveNatively: GroupedConvolution = (x, arranged, _size, stride) =>
  tf.engine().runKernel<tf.Tensor4D>(
    'Conv2D',
    // With stride 1, TensorFlow's own padding is the same on all sides, and spares a copy of the map.
    { x: stride === 1 ? x : padded(x, 1), filter: arranged },
    {
      strides: [stride, stride],
      pad: stride === 1 ? 'same' : 'valid',
      dataFormat: 'NHWC',
      dilations: [1, 1],
    },
  );

/** A tenth of the time of products of patches, where TensorFlow has it: on GPUs, and with oneDNN on processors. */
const kernelGradientNatively: KernelGradient = (x, dy, size, stride) => {
  hasNativeKernelGradient ??= probeNativeKernelGradient();
  if (!hasNativeKernelGradient) return kernelGradientByPatchesAndOutput(x, dy, size, stride);
  return tf.engine().runKernel<tf.Tensor4D>(
    'Conv2DBackpropFilter',
    { x: padded(x, 1), dy },
    {
      strides: [stride, stride],
      pad: 'valid',
      dataFormat: 'NHWC',
      dimRoundingMode: '',
      filterShape: [3, 3, size.width, size.groups * size.width],
    },
  );
};

/** Depends on the TensorFlow of this process, which says so only when asked to compute it. */
let hasNativeKernelGradient: boolean | undefined;

function probeNativeKernelGradient(): boolean {
  hasNativeKernelGradient = true;
  const ones = tf.ones<tf.Rank.R4>([1, 1, 1, 2]);
  try {
    kernelGradientNatively(ones, ones, { groups: 2, width: 1 }, 1);
    return true;
  } catch {
    // TensorFlow's own code for processors, without oneDNN, has no gradient of a grouped convolution.
    return false;
  }
}

const VARIANTS = {
  tensorflow: {
    arrangement: byOutput,
    convolve: convolveNatively,
    kernelGradient: kernelGradientNatively,
  },
  webgpu: { arrangement: byGroup, convolve: convolveByPatches, kernelGradient: kernelGradientByPatches },
  wasm: { arrangement: byGroup, convolve: convolveByGroup, kernelGradient: kernelGradientByConvolution },
  cpu: { arrangement: byInput, convolve: convolveByChannel, kernelGradient: kernelGradientByPatchesAndInput },
} satisfies Record<
  EngineName,
  { arrangement: Arrangement; convolve: GroupedConvolution; kernelGradient: KernelGradient }
>;

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
