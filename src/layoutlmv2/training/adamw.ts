/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter 2019) as torch computes it, because TensorFlow.js has neither weight decay
 * nor parameter groups. It moves the variables it was given, and its own state can be read out and put back.
 */

import * as tf from '@tensorflow/tfjs';
import type { WeightMap } from '../parameters.js';

export type AdamWParameter = {
  name: string;
  variable: tf.Variable;
  /** Whether weight decay pulls this parameter towards zero. */
  decay: boolean;
  /** The learning rate of this parameter as a multiple of the step's. */
  learningRateMultiplier: number;
};

/** Names and defaults as in Hugging Face's `TrainingArguments` (adam_beta1, adam_beta2, adam_epsilon, weight_decay). */
export type AdamWOptions = { beta1: number; beta2: number; epsilon: number; weightDecay: number };

/** What AdamW remembers, on the host: the two running means by parameter name, shaped as the parameter; and the steps done. */
export type AdamWState = { steps: number; firstMoments: WeightMap; secondMoments: WeightMap };

export type AdamW = {
  /**
   * Moves every parameter by one step.
   *
   * @param gradients by name, one for each parameter; they stay the caller's to dispose.
   * @param gradientFactor every gradient is first multiplied by this (clipping, averaging).
   */
  step(gradients: ReadonlyMap<string, tf.Tensor>, learningRate: number, gradientFactor: number): void;
  readState(): Promise<AdamWState>;
  dispose(): void;
};

/**
 * p ← p·(1 − lr·wd); m ← β1·m + (1−β1)·g; v ← β2·v + (1−β2)·g²; p ← p − lr · (m/(1−β1ᵗ)) / (√(v/(1−β2ᵗ)) + ε), t from 1.
 *
 * @param state where to go on from; without it the running means are zero.
 */
export function createAdamW(
  parameters: readonly AdamWParameter[],
  { beta1, beta2, epsilon, weightDecay }: AdamWOptions,
  state?: AdamWState,
): AdamW {
  let steps = state?.steps ?? 0;
  const slots = parameters.map((parameter) => ({
    ...parameter,
    firstMoment: momentVariable(parameter, state?.firstMoments),
    secondMoment: momentVariable(parameter, state?.secondMoments),
  }));

  return {
    step(gradients, learningRate, gradientFactor) {
      steps += 1;
      const firstCorrection = 1 - beta1 ** steps;
      const secondCorrection = Math.sqrt(1 - beta2 ** steps);
      for (const { name, variable, decay, learningRateMultiplier, firstMoment, secondMoment } of slots) {
        const gradient = gradients.get(name);
        if (gradient === undefined) throw new Error(`AdamW was given no gradient for the parameter ${name}.`);
        const rate = learningRate * learningRateMultiplier;
        tf.tidy(() => {
          firstMoment.assign(firstMoment.mul(beta1).add(gradient.mul((1 - beta1) * gradientFactor)));
          secondMoment.assign(
            secondMoment.mul(beta2).add(gradient.square().mul((1 - beta2) * gradientFactor ** 2)),
          );
          // Both sides of the fraction are multiplied by √(1−β2ᵗ), which spares a pass over the parameter.
          const change = firstMoment
            .div(secondMoment.sqrt().add(epsilon * secondCorrection))
            .mul((rate * secondCorrection) / firstCorrection);
          const kept = decay && weightDecay !== 0 ? variable.mul(1 - rate * weightDecay) : variable;
          variable.assign(kept.sub(change));
        });
      }
    },

    async readState() {
      const read = async (moment: 'firstMoment' | 'secondMoment') => {
        const moments: WeightMap = new Map();
        for (const slot of slots) {
          // A copy, because the cpu backend hands out its own memory.
          const data = Float32Array.from(await slot[moment].data<'float32'>());
          moments.set(slot.name, { shape: slot.variable.shape, data });
        }
        return moments;
      };
      return { steps, firstMoments: await read('firstMoment'), secondMoments: await read('secondMoment') };
    },

    dispose() {
      for (const { firstMoment, secondMoment } of slots) tf.dispose([firstMoment, secondMoment]);
    },
  };
}

function momentVariable({ name, variable }: AdamWParameter, saved: WeightMap | undefined): tf.Variable {
  return tf.tidy(() => {
    if (saved === undefined) return tf.variable(tf.zerosLike(variable), false);
    const values = saved.get(name)?.data;
    if (values?.length !== variable.size) {
      throw new Error(
        `The saved optimiser state does not fit: ${name} has ${variable.size} values, the state ${values?.length ?? 'none'}.`,
      );
    }
    // TensorFlow.js may keep the given array instead of copying it, and the state stays the caller's.
    return tf.variable(tf.tensor(Float32Array.from(values), variable.shape), false);
  });
}
