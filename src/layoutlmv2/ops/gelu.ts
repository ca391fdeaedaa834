/** The exact Gaussian error linear unit. */
import * as tf from '@tensorflow/tfjs';
import { differentiable, savedAt } from './differentiable.js';

/** GELU(x) = x · Φ(x), Φ(x) = ½ (1 + erf(x / √2)); not the tanh approximation, which gives other results. */
export function gelu<R extends tf.Rank>(x: tf.Tensor<R>): tf.Tensor<R> {
  return differentiable<R>([x], (save) => {
    save(x);
    return {
      value: tf.mul(x, gaussianDistribution(x)) as tf.Tensor<R>,
      // Φ(x) + x φ(x), φ(x) = exp(−x² / 2) / √(2π).
      gradient: (dy, saved) => {
        const input = savedAt<R>(saved, 0);
        const density = tf.mul(tf.exp(tf.mul(tf.square(input), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return [tf.mul(dy, tf.add(gaussianDistribution(input), tf.mul(input, density)))];
      },
    };
  });
}

function gaussianDistribution<R extends tf.Rank>(x: tf.Tensor<R>): tf.Tensor<R> {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}
