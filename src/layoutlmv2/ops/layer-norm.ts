/** Layer normalisation over the last axis. */
import * as tf from '@tensorflow/tfjs';
import { differentiable, savedAt } from './differentiable.js';

/** Scale and offset of a layer norm, each [size]. */
export type LayerNorm = { weight: tf.Tensor; bias: tf.Tensor };

/**
 * weight · (x − μ) / √(σ² + epsilon) + bias, with mean and biased variance over the last axis of `x` [rows, size].
 * Gradient: dx = r (dx̂ − mean(dx̂) − x̂ mean(dx̂ x̂)) with r = 1 / √(σ² + epsilon), x̂ the normalised input, dx̂ = dy · weight.
 */
export function layerNorm({ weight, bias }: LayerNorm, x: tf.Tensor2D, epsilon: number): tf.Tensor2D {
  return differentiable<tf.Rank.R2>([x, weight, bias], (save) => {
    const centred = tf.sub(x, tf.mean(x, 1, true));
    const reciprocal = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon));
    const normalised = tf.mul(centred, reciprocal);
    save(normalised, reciprocal, weight);
    return {
      value: tf.add(tf.mul(normalised, weight), bias) as tf.Tensor2D,
      gradient: (dy, saved) => {
        const [unit, scale, gamma] = [savedAt<tf.Rank.R2>(saved, 0), savedAt(saved, 1), savedAt(saved, 2)];
        const dUnit = tf.mul(dy, gamma);
        const dx = tf.mul(
          scale,
          tf.sub(tf.sub(dUnit, tf.mean(dUnit, 1, true)), tf.mul(unit, tf.mean(tf.mul(dUnit, unit), 1, true))),
        );
        return [dx, tf.sum(tf.mul(dy, unit), 0), tf.sum(dy, 0)];
      },
    };
  });
}
