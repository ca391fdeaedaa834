/** When runs begin by themselves: the settings, their defaults, and what they may be. */
import { nextOccurrence, parseCron } from './cron.js';
import type { DriftMetric } from './drift.js';
import { createInvalidPolicyError } from './training.errors.js';

export type TrainingPolicy = {
  /** Whether any run begins by itself. */
  isAutomatic: boolean;
  /** Documents newly decided, or decided anew, since the last run from which on one begins; null: never for that. */
  newDecisions: number | null;
  /** Cron expression in UTC; null: no schedule. */
  schedule: string | null;
  /** Drift from which on a run begins, see drift.ts; null: never for that. */
  maxClassMixDrift: number | null;
  maxConfidenceDrift: number | null;
  maxEmbeddingDrift: number | null;
  /** How long decisions must have rested, and the last run have been over, before the next begins. */
  debounceMinutes: number;
  /** A label with fewer documents takes no part. */
  minimumDocumentsPerLabel: number;
  /** Up to when the schedule has been answered, by a run or by a skipped one. */
  scheduleHandledAt: Date;
};

/** The policy that nobody has touched. The schedule of one that was never changed is none, so nothing is to be caught up. */
export function defaultTrainingPolicy(minimumDocumentsPerLabel: number): TrainingPolicy {
  return {
    isAutomatic: true,
    // What a person decides in a morning; on fewer, most figures do not move beyond chance.
    newDecisions: 100,
    schedule: null,
    // Of a scale from 0 to 1: four documents in ten are of other classes than before.
    maxClassMixDrift: 0.15,
    // The mean confidence lies 15 points lower than on the holdout.
    maxConfidenceDrift: 0.15,
    // The mean directions of old and new documents stand 32 degrees apart.
    maxEmbeddingDrift: 0.15,
    debounceMinutes: 15,
    minimumDocumentsPerLabel,
    scheduleHandledAt: new Date(0),
  };
}

export function driftLimit(policy: TrainingPolicy, metric: DriftMetric): number | null {
  return {
    CLASS_MIX: policy.maxClassMixDrift,
    CONFIDENCE: policy.maxConfidenceDrift,
    EMBEDDING: policy.maxEmbeddingDrift,
  }[metric];
}

// A look every five minutes must not be a row of its own where nothing is debounced.
const leastSkipWindowMinutes = 10;

/** For how long after a skipped run another for the same reason is counted on it. */
export function skipWindowMinutes({ debounceMinutes }: TrainingPolicy): number {
  return Math.max(debounceMinutes, leastSkipWindowMinutes);
}

/** When the schedule comes next after a time; null without one. */
export function nextScheduled(policy: TrainingPolicy, after: Date): Date | null {
  return policy.schedule === null ? null : nextOccurrence(parseCron(policy.schedule), after);
}

// A week: longer than that, nobody remembers what was decided.
const mostDebounceMinutes = 10_080;
const largestInt = 2 ** 31 - 1;

/** @throws INVALID_TRAINING_POLICY naming the setting, what was found and what is expected. */
export function requireValidPolicy(policy: TrainingPolicy): void {
  requireInteger('newDecisions', policy.newDecisions, 1, largestInt);
  requireInteger('debounceMinutes', policy.debounceMinutes, 0, mostDebounceMinutes);
  // One document each to train on, to choose by and to measure on.
  requireInteger('minimumDocumentsPerLabel', policy.minimumDocumentsPerLabel, 3, largestInt);
  for (const name of ['maxClassMixDrift', 'maxConfidenceDrift', 'maxEmbeddingDrift'] as const) {
    const value = policy[name];
    if (value !== null && !(value > 0 && value <= 2)) {
      throw createInvalidPolicyError(`${name} must be above 0 and at most 2, or null, not ${value}`);
    }
  }
  if (policy.schedule === null) return;
  try {
    if (nextScheduled(policy, new Date(0)) === null) throw new Error('it names no day that there is');
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    throw createInvalidPolicyError(`schedule ${JSON.stringify(policy.schedule)} cannot be used: ${fault}`);
  }
}

function requireInteger(name: string, value: number | null, least: number, most: number): void {
  if (value !== null && (!Number.isInteger(value) || value < least || value > most)) {
    throw createInvalidPolicyError(`${name} must be a whole number from ${least} to ${most}, not ${value}`);
  }
}
