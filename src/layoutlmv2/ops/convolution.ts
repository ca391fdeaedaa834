/**
 * The 1x1 and the stem convolution of the backbone, with gradients on every backend. Feature maps are [n, h, w, channels];
 * kernels have the checkpoint's layout [out, in, y, x]. Padding is always explicit: TensorFlow's 'same' pads stride-2
 * convolutions on other sides than the reference does.
 */
import * as tf from '@tensorflow/tfjs';
import { activeEngine, type EngineName } from '../engine.js';
import { differentiable, savedAt } from './differentiable.js';
import { multiplyByTransposed } from './multiply.js';
import { everySecond } from './resample.js';

/** A convolution with kernels in some order of their axes. */
type ArrangedConvolution = {
  /** From a kernel as in the checkpoint to the order of axes that `convolve` reads. */
  arrange(kernel: tf.Tensor): tf.Tensor;
  convolve(x: tf.Tensor4D, arranged: tf.Tensor): tf.Tensor4D;
};

/** A kind of convolution on the active engine. It is differentiable. */
export type Convolving = ArrangedConvolution & {
  /** The form for weights that stay, where another order is worth arranging them for once. It has no gradients. */
  resident?: ArrangedConvolution;
};

/** 1x1 convolution: `x` [n, h, w, in], kernel [out, in, 1, 1]; stride 2 reads the even rows and columns. */
export function pointwise(stride: 1 | 2): Convolving {
  return {
    arrange: (kernel) => tf.reshape(kernel, [kernel.shape[0] ?? 0, kernel.shape[1] ?? 0]),
    convolve: (x, arranged) => {
      const read = stride === 2 ? everySecond(x) : x;
      const [n, h, w, channels] = read.shape;
      const matrix = arranged as tf.Tensor2D; // [out, in]
      const pixels = multiplyByTransposed(tf.reshape(read, [n * h * w, channels]), matrix);
      return tf.reshape(pixels, [n, h, w, matrix.shape[0]]);
    },
    // As a convolution, TensorFlow's optimiser joins it with its bias, its ReLU and the sum with the shortcut.
    ...(activeEngine() === 'tensorflow' && {
      resident: {
        arrange: (kernel) => tf.transpose(kernel as tf.Tensor4D, [2, 3, 1, 0]),
        convolve: (x, arranged) => tf.conv2d(x, arranged as tf.Tensor4D, stride, 'valid'),
      },
    }),
  };
}

const STEM_SIZE = 7;
const STEM_PADDING = 3;

/**
 * The stem's 7x7 convolution with stride 2 and padding 3: image [n, h, w, in], kernel [out, in, 7, 7] gives
 * [n, h/2, w/2, out]. It has a gradient for the kernel only, as nothing before an image is ever trained.
 */
export function stem(): Convolving {
  const kernelGradient = STEM_KERNEL_GRADIENT[activeEngine()];
  return {
    arrange: (kernel) => tf.transpose(kernel as tf.Tensor4D, [2, 3, 1, 0]),
    convolve: (image, arranged) =>
      differentiable<tf.Rank.R4>([arranged], (save) => {
        save(image);
        return {
          value: tf.conv2d(padded(image, STEM_PADDING), arranged as tf.Tensor4D, 2, 'valid'),
          gradient: (dy, saved) => [kernelGradient(savedAt<tf.Rank.R4>(saved, 0), dy)],
        };
      }),
  };
}

/** Gradient of the stem's arranged kernel, [7, 7, in, out], from the image and the output's gradient. */
type StemKernelGradient = (image: tf.Tensor4D, dy: tf.Tensor4D) => tf.Tensor;

const stemGradientByKernel: StemKernelGradient = (image, dy) => {
  return tf.engine().runKernel<tf.Tensor4D>(
    'Conv2DBackpropFilter',
    { x: padded(image, STEM_PADDING), dy },
    {
      strides: [2, 2],
      pad: 'valid',
      dataFormat: 'NHWC',
      dimRoundingMode: '',
      filterShape: [STEM_SIZE, STEM_SIZE, image.shape[3], dy.shape[3]],
    },
  );
};

/**
 * The same as a convolution, for a backend without that kernel: of the image with the output's gradient as filter, pages in
 * the place of channels, and as dilation what was the stride.
 */
const stemGradientByConvolution: StemKernelGradient = (image, dy) => {
  // No tap sees the last row and column of the padding.
  const sides: [number, number] = [STEM_PADDING, STEM_PADDING - 1];
  const seen = tf.pad(image, [[0, 0], sides, sides, [0, 0]]);
  const gradient = tf.conv2d(
    tf.transpose(seen, [3, 1, 2, 0]),
    tf.transpose(dy, [1, 2, 0, 3]),
    1,
    'valid',
    'NHWC',
    2,
  ); // [in, 7, 7, out]
  return tf.transpose(gradient, [1, 2, 0, 3]);
};

const STEM_KERNEL_GRADIENT = {
  tensorflow: stemGradientByKernel,
  webgpu: stemGradientByKernel,
  wasm: stemGradientByConvolution,
  cpu: stemGradientByKernel,
} satisfies Record<EngineName, StemKernelGradient>;

/** A feature map with a border of zeros. */
export function padded(x: tf.Tensor4D, by: number): tf.Tensor4D {
  return tf.pad(x, [
    [0, 0],
    [by, by],
    [by, by],
    [0, 0],
  ]);
}
