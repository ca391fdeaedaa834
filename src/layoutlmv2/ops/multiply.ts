/**
 * Matrix products and their gradients. Products of two matrices never ask the backend for a transposed operand: WebAssembly
 * computes those, and all batched products, ten times slower (2 instead of 20 GFLOP/s) than a transposition followed by a
 * plain product.
 */
import * as tf from '@tensorflow/tfjs';
import { differentiable, savedAt } from './differentiable.js';

/** The weights of a linear layer as in the checkpoint: `weight` [out, in], `bias` [out]. */
export type Linear = { weight: tf.Tensor; bias: tf.Tensor };

/** x · weightᵀ for `x` [rows, in] and `weight` [out, in]; the result is [rows, out]. */
export function multiplyByTransposed(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  return differentiable<tf.Rank.R2>([x, weight], (save) => {
    save(x, weight);
    return {
      value: tf.matMul(x, tf.transpose(weight)),
      gradient: (dy, saved) => [
        tf.matMul(dy, savedAt<tf.Rank.R2>(saved, 1)),
        tf.matMul(tf.transpose(dy), savedAt<tf.Rank.R2>(saved, 0)),
      ],
    };
  });
}

/** A linear layer: x · weightᵀ + bias for `x` [rows, in]; the result is [rows, out]. */
export function linear({ weight, bias }: Linear, x: tf.Tensor2D): tf.Tensor2D {
  return tf.add(multiplyByTransposed(x, weight as tf.Tensor2D), bias);
}

/** The products of `batch` pairs of matrices: [batch, m, k] times [batch, k, n] gives [batch, m, n]. */
export function multiplyBatches(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  return differentiable<tf.Rank.R3>([a, b], (save) => {
    save(a, b);
    return {
      value: tf.matMul(a, b),
      gradient: (dy, saved) => [
        tf.matMul(dy, savedAt<tf.Rank.R3>(saved, 1), false, true),
        tf.matMul(savedAt<tf.Rank.R3>(saved, 0), dy, true, false),
      ],
    };
  });
}
