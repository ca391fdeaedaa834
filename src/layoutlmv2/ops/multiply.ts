/**
 * Matrix products and their gradients. They never ask a backend for a transposed product: the WebAssembly backend computes
 * those, and all batched ones, ten times slower (2 instead of 20 GFLOP/s) than a transposition followed by a plain product.
 */
import * as tf from '@tensorflow/tfjs';
import { activeEngine, type EngineName } from '../engine.js';
import { differentiable, savedAt } from './differentiable.js';

/** The weights of a linear layer as in the checkpoint: `weight` [out, in], `bias` [out]. */
export type Linear = { weight: tf.Tensor; bias: tf.Tensor };

/** a · b for `a` [m, k] and `b` [k, n]. */
export function multiply(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return differentiable<tf.Rank.R2>([a, b], (save) => {
    save(a, b);
    return {
      value: tf.matMul(a, b),
      gradient: (dy, saved) => [
        tf.matMul(dy, tf.transpose(savedAt<tf.Rank.R2>(saved, 1))),
        tf.matMul(tf.transpose(savedAt<tf.Rank.R2>(saved, 0)), dy),
      ],
    };
  });
}

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

type BatchedProduct = (a: tf.Tensor3D, b: tf.Tensor3D) => tf.Tensor3D;

/** One product a matrix: what a backend without a fast batched product does best. */
const productBySlices: BatchedProduct = (a, b) => {
  const rights = tf.unstack(b);
  const products = tf.unstack(a).map((left, index) => {
    const right = rights[index];
    if (!right) throw new Error(`Batched product of ${a.shape.join('x')} and ${b.shape.join('x')} matrices.`);
    return tf.matMul(left, right);
  });
  return tf.stack(products) as tf.Tensor3D;
};

const productAtOnce: BatchedProduct = (a, b) => tf.matMul(a, b);

const BATCHED_PRODUCT = {
  tensorflow: productAtOnce,
  webgpu: productAtOnce,
  wasm: productBySlices,
  cpu: productAtOnce,
} satisfies Record<EngineName, BatchedProduct>;

/** The products of `batch` pairs of matrices: [batch, m, k] times [batch, k, n] gives [batch, m, n]. */
export function multiplyBatches(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  const product = BATCHED_PRODUCT[activeEngine()];
  return differentiable<tf.Rank.R3>([a, b], (save) => {
    save(a, b);
    return {
      value: product(a, b),
      gradient: (dy, saved) => [
        product(dy, tf.transpose(savedAt<tf.Rank.R3>(saved, 1), [0, 2, 1])),
        product(tf.transpose(savedAt<tf.Rank.R3>(saved, 0), [0, 2, 1]), dy),
      ],
    };
  });
}
