/**
 * Matrix products and their gradients. Products of two matrices never ask the backend for a transposed operand: WebAssembly
 * computes those, and all batched products, ten times slower (2 instead of 20 GFLOP/s) than a transposition followed by a
 * plain product.
 */
import * as tf from '@tensorflow/tfjs';
import { activeEngine, type EngineName } from '../engine.js';
import { differentiable, savedAt } from './differentiable.js';

/** The weights of a linear layer as in the checkpoint: `weight` [out, in], `bias` [out]. */
export type Linear = { weight: tf.Tensor; bias: tf.Tensor };

/** x · weightᵀ, without a gradient. */
type ProductByTransposed = (x: tf.Tensor2D, weight: tf.Tensor2D) => tf.Tensor2D;

const transposeWeight: ProductByTransposed = (x, weight) => tf.matMul(x, tf.transpose(weight));

/**
 * (weight · xᵀ)ᵀ where fewer numbers are transposed that way. Measured at the base size, against transposing the weight, in
 * ms: 305 rows of 768 to 3072 59 / 81, 196 of 1024 to 1024 16 / 27, 49 of 2048 to 2048 16 / 81. Weights kept transposed would
 * be no faster, and the backend keeps a second, packed copy of every matrix that stands at the right of a product.
 */
const transposeFewer: ProductByTransposed = (x, weight) => {
  const [rows, columns] = x.shape;
  const isSmaller = rows * (columns + weight.shape[0]) < weight.size;
  return isSmaller ? tf.transpose(tf.matMul(weight, tf.transpose(x))) : transposeWeight(x, weight);
};

const PRODUCT_BY_TRANSPOSED = {
  tensorflow: transposeWeight,
  webgpu: transposeWeight,
  wasm: transposeFewer,
  cpu: transposeWeight,
} satisfies Record<EngineName, ProductByTransposed>;

/** x · weightᵀ for `x` [rows, in] and `weight` [out, in]; the result is [rows, out]. */
export function multiplyByTransposed(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  return differentiable<tf.Rank.R2>([x, weight], (save) => {
    save(x, weight);
    return {
      value: PRODUCT_BY_TRANSPOSED[activeEngine()](x, weight),
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
