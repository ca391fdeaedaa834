/** The length of all gradients taken as one long vector, and the factor that shortens it: clipping by global norm. */

import * as tf from '@tensorflow/tfjs';
import { activeEngine } from '../engine.js';
import { runOperation } from '../engines/tensorflow-operation.js';
import { type Gradient, valuesOf } from './gradient-sum.js';

/**
 * √ of the sum of the squares of all elements of all gradients; each row of a gradient by rows comes once, so its values do.
 *
 * Each gradient is summed along all axes but its first on the device (some thousand numbers at most) and the rest on the host in
 * double precision: one sum over a large tensor is wrong by percents on the wasm backend, which adds float32 one by one.
 * TensorFlow adds in a tree, and has squares and sum in one pass.
 */
export async function globalNorm(gradients: Iterable<Gradient>): Promise<number> {
  const rowSums = tf.tidy(() => {
    const rows = Array.from(gradients, (gradient) => {
      const values = valuesOf(gradient);
      if (activeEngine() === 'tensorflow') return halfSquareSum(values).mul(2).as1D();
      const rows = values.rank < 2 ? 1 : (values.shape[0] ?? 1);
      // On its own, so that only one gradient's squares are in memory at a time.
      return tf.tidy(() => values.reshape([rows, -1]).square().sum(1).as1D());
    });
    return tf.concat1d(rows);
  });
  try {
    let total = 0;
    for (const rowSum of await rowSums.data<'float32'>()) total += rowSum;
    return Math.sqrt(total);
  } finally {
    rowSums.dispose();
  }
}

/** Half the sum of squares. */
function halfSquareSum(values: tf.Tensor): tf.Tensor {
  return runOperation('L2Loss', { T: 'float32' }, [values]);
}

/** What to multiply gradients of this norm with so that it is at most `maxNorm` (torch's `clip_grad_norm_`). */
export function clippingFactor(norm: number, maxNorm: number): number {
  // torch adds this to the norm so as never to divide by zero.
  return Math.min(1, maxNorm / (norm + 1e-6));
}
