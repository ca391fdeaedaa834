/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter 2019) as torch computes it, because TensorFlow.js has neither weight decay
 * nor parameter groups. It moves the variables it was given, and its own state can be read out and put back.
 */

import * as tf from '@tensorflow/tfjs';
import { activeEngine } from '../engine.js';
import type { WeightMap } from '../parameters.js';
import type { AdamWOptions, AdamWSlot } from './adamw-slot.js';
import { createTensorFlowSlot } from './adamw-tensorflow.js';
import { type Gradient, wholeGradient } from './gradient-sum.js';

export type AdamWParameter = {
  name: string;
  variable: tf.Variable;
  /** Whether weight decay pulls this parameter towards zero. */
  decay: boolean;
  /** The learning rate of this parameter as a multiple of the step's. */
  learningRateMultiplier: number;
};

/** What AdamW remembers, on the host: the two running means by parameter name, shaped as the parameter; and the steps done. */
export type AdamWState = { steps: number; firstMoments: WeightMap; secondMoments: WeightMap };

export type AdamW = {
  /**
   * Moves every parameter by one step. The rows of a table that its gradient does not name move as well, as in torch: by decay,
   * and by what their running means still hold.
   *
   * @param gradients by name, one for each parameter; they stay the caller's to dispose.
   * @param gradientFactor every gradient is first multiplied by this (clipping, averaging).
   */
  step(gradients: ReadonlyMap<string, Gradient>, learningRate: number, gradientFactor: number): void;
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
  const createSlot = activeEngine() === 'tensorflow' ? createTensorFlowSlot : createComposedSlot;
  const slots: (AdamWParameter & AdamWSlot)[] = [];
  const dispose = () => {
    for (const slot of slots) slot.dispose();
  };
  try {
    for (const parameter of parameters) {
      const moments = [state?.firstMoments, state?.secondMoments].map((saved) =>
        createMoment(parameter, saved),
      );
      const [first, second] = moments;
      if (first && second) slots.push({ ...parameter, ...createSlot(parameter.variable, first, second) });
      tf.dispose(moments);
    }
  } catch (error) {
    dispose();
    throw error;
  }

  return {
    step(gradients, learningRate, gradientFactor) {
      steps += 1;
      for (const { name, variable, decay, learningRateMultiplier, step } of slots) {
        const gradient = gradients.get(name);
        if (gradient === undefined) throw new Error(`AdamW was given no gradient for the parameter ${name}.`);
        const rate = learningRate * learningRateMultiplier;
        const kept = decay ? 1 - rate * weightDecay : 1;
        tf.tidy(() => {
          const whole = wholeGradient(gradient, variable.shape);
          step(whole, { beta1, beta2, epsilon, steps, rate, kept, gradientFactor });
        });
      }
    },

    async readState() {
      const [firstMoments, secondMoments]: [WeightMap, WeightMap] = [new Map(), new Map()];
      for (const { name, variable, readMoments } of slots) {
        const moments = readMoments();
        try {
          // Copies, because the cpu backend hands out its own memory.
          const [first, second] = moments.map((moment) => moment.data<'float32'>());
          firstMoments.set(name, { shape: variable.shape, data: Float32Array.from((await first) ?? []) });
          secondMoments.set(name, { shape: variable.shape, data: Float32Array.from((await second) ?? []) });
        } finally {
          tf.dispose(moments);
        }
      }
      return { steps, firstMoments, secondMoments };
    },

    dispose,
  };
}

/** Composes the step of TensorFlow.js' operations; at most three tensors of the parameter's size are alive on the way. */
function createComposedSlot(
  parameter: tf.Variable,
  firstMoment: tf.Tensor,
  secondMoment: tf.Tensor,
): AdamWSlot {
  const [first, second] = [tf.variable(firstMoment, false), tf.variable(secondMoment, false)];
  const change = (variable: tf.Variable, next: () => tf.Tensor) => variable.assign(tf.tidy(next));
  return {
    step(gradient, { beta1, beta2, epsilon, steps, rate, kept, gradientFactor }) {
      const firstCorrection = 1 - beta1 ** steps;
      const secondCorrection = Math.sqrt(1 - beta2 ** steps);
      change(first, () => first.mul(beta1).add(gradient.mul((1 - beta1) * gradientFactor)));
      change(second, () => second.mul(beta2).add(gradient.square().mul((1 - beta2) * gradientFactor ** 2)));
      if (kept !== 1) change(parameter, () => parameter.mul(kept));
      change(parameter, () => {
        // Both sides of the fraction are multiplied by √(1−β2ᵗ), which spares a pass over the parameter.
        const divisor = tf.tidy(() => second.sqrt().add(epsilon * secondCorrection));
        return parameter.sub(first.div(divisor).mul((rate * secondCorrection) / firstCorrection));
      });
    },
    readMoments: () => [tf.clone(first), tf.clone(second)],
    dispose() {
      tf.dispose([first, second]);
    },
  };
}

function createMoment({ name, variable }: AdamWParameter, saved: WeightMap | undefined): tf.Tensor {
  if (saved === undefined) return tf.zerosLike(variable);
  const values = saved.get(name)?.data;
  if (values?.length !== variable.size) {
    throw new Error(
      `The saved optimiser state does not fit: ${name} has ${variable.size} values, the state ${values?.length ?? 'none'}.`,
    );
  }
  // TensorFlow.js may keep the given array instead of copying it, and the state stays the caller's.
  return tf.tensor(Float32Array.from(values), variable.shape);
}
