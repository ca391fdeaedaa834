/** Changes when runs begin by themselves. */
import type { DatabaseConnection } from '../platform/database/database.js';
import { requireValidPolicy, type TrainingPolicy } from './training-policy.js';
import { lockTrainingPolicy, readTrainingPolicy, saveTrainingPolicy } from './training-policy.repository.js';

export type PolicyChange = Partial<Omit<TrainingPolicy, 'scheduleHandledAt'>>;
export type UpdateTrainingPolicy = (change: PolicyChange, updatedBy: string) => Promise<void>;

/** @returns a function that throws INVALID_TRAINING_POLICY. A schedule that is set or turned on catches up with nothing. */
export function createUpdateTrainingPolicy(dependencies: {
  connection: DatabaseConnection;
  minimumPerLabel: number;
}): UpdateTrainingPolicy {
  const { connection, minimumPerLabel } = dependencies;
  return (change, updatedBy) =>
    connection.transaction(async (tx) => {
      await lockTrainingPolicy(tx);
      const { updatedBy: _by, updatedAt: _at, ...before } = await readTrainingPolicy(tx, minimumPerLabel);
      const now = new Date();
      const after = { ...before, ...change };
      requireValidPolicy(after);
      const isSameSchedule = after.schedule === before.schedule && after.isAutomatic === before.isAutomatic;
      const scheduleHandledAt = isSameSchedule ? before.scheduleHandledAt : now;
      await saveTrainingPolicy(tx, { ...after, scheduleHandledAt }, updatedBy, now);
    });
}
