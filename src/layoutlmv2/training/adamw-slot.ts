/** What AdamW asks of an engine: to step one parameter. */
import type * as tf from '@tensorflow/tfjs';

/** Names and defaults as in Hugging Face's `TrainingArguments` (adam_beta1, adam_beta2, adam_epsilon, weight_decay). */
export type AdamWOptions = { beta1: number; beta2: number; epsilon: number; weightDecay: number };

/** The step of one parameter, which is the unit of memory: what one needs on its way is freed before the next. */
export type AdamWSlot = {
  step(gradient: tf.Tensor, scalars: AdamWScalars): void;
  /** Both running means; the caller disposes them. */
  readMoments(): [tf.Tensor, tf.Tensor];
  dispose(): void;
};

type AdamWScalars = Pick<AdamWOptions, 'beta1' | 'beta2' | 'epsilon'> & {
  /** Steps done, this one included. */
  steps: number;
  rate: number;
  /** What decay leaves of the parameter, 1 − rate · weight decay. */
  kept: number;
  gradientFactor: number;
};
