/**
 * Matrix products and their gradients, for each engine in the form that is fastest there. WebAssembly computes products with a
 * transposed operand, and all batched ones, ten times slower (2 instead of 20 GFLOP/s) than a transposition followed by a plain
 * product; TensorFlow takes operands either way at the same speed, so that transposing them is what it would wait for.
 */
import * as tf from '@tensorflow/tfjs';
import { activeEngine, type EngineName } from '../engine.js';
import { differentiable, savedAt } from './differentiable.js';

/** The weights of a linear layer as in the checkpoint: `weight` [out, in], `bias` [out]. */
export type Linear = { weight: tf.Tensor; bias: tf.Tensor };

/** The products of a linear layer and of its gradients, themselves without gradients. */
type Products = {
  /** x · weightᵀ */
  byTransposed(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D;
  /** dyᵀ · x */
  transposedBy(dy: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor2D;
};

const asAsked: Products = {
  byTransposed: (x, weight) => tf.matMul(x, weight, false, true),
  transposedBy: (dy, x) => tf.matMul(dy, x, true, false),
};

const transposeFirst: Products = {
  byTransposed: (x, weight) => tf.matMul(x, tf.transpose(weight)),
  transposedBy: (dy, x) => tf.matMul(tf.transpose(dy), x),
};

/**
 * (weight · xᵀ)ᵀ where fewer numbers are transposed that way. Measured at the base size, against transposing the weight, in
 * ms: 305 rows of 768 to 3072 59 / 81, 196 of 1024 to 1024 16 / 27, 49 of 2048 to 2048 16 / 81. Weights kept transposed would
 * be no faster, and the backend keeps a second, packed copy of every matrix that stands at the right of a product.
 */
const transposeFewer: Products = {
  byTransposed: (x, weight) => {
    const [rows, columns] = x.shape;
    const isSmaller = rows * (columns + weight.shape[0]) < weight.size;
    return isSmaller
      ? tf.transpose(tf.matMul(weight, tf.transpose(x)))
      : transposeFirst.byTransposed(x, weight);
  },
  transposedBy: transposeFirst.transposedBy,
};

const PRODUCTS = {
  tensorflow: asAsked,
  webgpu: transposeFirst,
  wasm: transposeFewer,
  cpu: transposeFirst,
} satisfies Record<EngineName, Products>;

/** x · weightᵀ for `x` [rows, in] and `weight` [out, in]; the result is [rows, out]. */
export function multiplyByTransposed(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  const { byTransposed, transposedBy } = PRODUCTS[activeEngine()];
  return differentiable<tf.Rank.R2>([x, weight], (save) => {
    save(x, weight);
    return {
      value: byTransposed(x, weight),
      gradient: (dy, saved) => [
        tf.matMul(dy, savedAt<tf.Rank.R2>(saved, 1)),
        transposedBy(dy, savedAt<tf.Rank.R2>(saved, 0)),
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
