/** How the learning rate moves over a run: a straight warm-up, then a decay. Pure arithmetic. */

/** Names as in Hugging Face's `lr_scheduler_type`. */
export const SCHEDULE_NAMES = ['constant', 'linear', 'cosine'] as const;
export type ScheduleName = (typeof SCHEDULE_NAMES)[number];

export type Schedule = {
  name: ScheduleName;
  /** Optimiser steps of the whole run. */
  totalSteps: number;
  /** Steps over which the rate climbs from nothing to its peak. */
  warmupSteps: number;
};

/**
 * The share of the peak rate, 0 to 1, to use for one optimiser step. As in Hugging Face's schedulers the first step of a
 * warm-up has rate 0 there; here it is counted one later, so that no step is spent on nothing:
 * warm-up (step+1)/(warmupSteps+1), then linear 1 − p or cosine ½(1 + cos πp), where p runs from 0 at the end of the
 * warm-up to 1 just after the last step.
 *
 * @param step counted from 0.
 */
export function learningRateFactor({ name, totalSteps, warmupSteps }: Schedule, step: number): number {
  if (step < warmupSteps) return (step + 1) / (warmupSteps + 1);
  if (name === 'constant') return 1;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  return name === 'linear' ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress));
}

/** `warmupRatio` of a run in whole steps, rounded up as Hugging Face does. */
export function warmupStepsOf(totalSteps: number, warmupRatio: number): number {
  return Math.ceil(totalSteps * warmupRatio);
}
