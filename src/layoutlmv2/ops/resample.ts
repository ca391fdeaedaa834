/**
 * Halving and doubling of feature maps, built of reshapes, slices and concatenations, which have correct gradients on every
 * backend (resizeNearestNeighbor's is wrong on the cpu backend for batches).
 */
import * as tf from '@tensorflow/tfjs';

/** Every second row and column of `x` [n, h, w, c], h and w even, starting at the given offsets: [n, h/2, w/2, c]. */
export function everySecond(x: tf.Tensor4D, rowOffset: 0 | 1 = 0, columnOffset: 0 | 1 = 0): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const rows = tf.slice(tf.reshape(x, [(n * h) / 2, 2, w * c]), [0, rowOffset, 0], [-1, 1, -1]);
  const pixels = tf.slice(tf.reshape(rows, [(n * h * w) / 4, 2, c]), [0, columnOffset, 0], [-1, 1, -1]);
  return tf.reshape(pixels, [n, h / 2, w / 2, c]);
}

/** Each pixel of `x` [n, h, w, c] as a 2x2 block: [n, 2h, 2w, c]. */
export function doubled(x: tf.Tensor4D): tf.Tensor4D {
  return spread(x, (block) => block);
}

/** Each pixel of `x` [n, h, w, c] as the upper left corner of a 2x2 block of zeros: [n, 2h, 2w, c]. */
export function spreadWithZeros(x: tf.Tensor4D): tf.Tensor4D {
  return spread(x, (block) => tf.zerosLike(block));
}

function spread(x: tf.Tensor4D, neighbour: (block: tf.Tensor3D) => tf.Tensor3D): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const pixels = tf.reshape<tf.Rank.R3>(x, [n * h * w, 1, c]);
  const columns = tf.concat([pixels, neighbour(pixels)], 1);
  const rows = tf.reshape<tf.Rank.R3>(columns, [n * h, 1, 2 * w * c]);
  return tf.reshape(tf.concat([rows, neighbour(rows)], 1), [n, 2 * h, 2 * w, c]);
}
