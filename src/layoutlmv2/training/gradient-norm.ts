/** The length of all gradients taken as one long vector, and the factor that shortens it: clipping by global norm. */

import * as tf from '@tensorflow/tfjs';

/**
 * √ of the sum of the squares of all elements of all gradients.
 *
 * Each gradient is summed along its last axis on the device and the rest on the host in double precision: one sum over a
 * large tensor is wrong by percents on the wasm backend, which adds float32 one by one.
 */
export async function globalNorm(gradients: Iterable<tf.Tensor>): Promise<number> {
  const rowSums = tf.tidy(() => {
    const rows = Array.from(gradients, (gradient) => {
      const lastAxis = gradient.shape.at(-1) ?? 1;
      return gradient.reshape([-1, lastAxis]).square().sum(1).as1D();
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

/** What to multiply gradients of this norm with so that it is at most `maxNorm` (torch's `clip_grad_norm_`). */
export function clippingFactor(norm: number, maxNorm: number): number {
  // torch adds this to the norm so as never to divide by zero.
  return Math.min(1, maxNorm / (norm + 1e-6));
}
