/** Stops a run: a queued one at once, a running one within its step. */

import type { DatabaseConnection } from '../platform/database/database.js';
import { announceEvent } from '../platform/events/event.repository.js';
import { isId } from '../shared/ids.js';
import { createRunNotCancellableError, createRunNotFoundError } from './training.errors.js';
import { findRun, lockRun, updateRun } from './training.repository.js';
import { isOver, type TrainingRun } from './training-run.js';

export type CancelTrainingRun = (id: string) => Promise<TrainingRun>;

/** @returns a function that throws RUN_NOT_FOUND, and RUN_NOT_CANCELLABLE for a run that is over. */
export function createCancelTrainingRun({
  connection,
}: {
  connection: DatabaseConnection;
}): CancelTrainingRun {
  return (id) =>
    connection.transaction(async (tx) => {
      const run = isId(id) ? await lockRun(tx, id) : null;
      if (run === null) throw createRunNotFoundError(id);
      if (isOver(run.status)) throw createRunNotCancellableError(run.number, run.status);
      const now = new Date();
      await updateRun(tx, id, {
        cancelRequestedAt: run.cancelRequestedAt ?? now,
        ...(run.status === 'QUEUED' && {
          status: 'CANCELLED',
          statusReason: 'Cancelled before it began',
          finishedAt: now,
        }),
      });
      await announceEvent(tx, { topic: 'trainingRunUpdated', id });
      return (await findRun(tx, id)) ?? run;
    });
}
