/** Stops a run: a queued one at once, a running one within its step. */

import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { announceEvent } from '../platform/events/event.repository.js';
import { isId } from '../shared/ids.js';
import { createRunNotCancellableError, createRunNotFoundError } from './training.errors.js';
import { findRun, lockRun, updateRun } from './training.repository.js';
import { isOver, type TrainingFact, type TrainingRun } from './training-run.js';

export type CancelTrainingRun = (id: string) => Promise<TrainingRun>;

/** @returns a function that throws RUN_NOT_FOUND, and RUN_NOT_CANCELLABLE for a run that is over. */
export function createCancelTrainingRun({
  connection,
  announce,
}: {
  connection: DatabaseConnection;
  announce: (tx: Transaction, fact: TrainingFact) => Promise<void>;
}): CancelTrainingRun {
  return (id) =>
    connection.transaction(async (tx) => {
      const run = isId(id) ? await lockRun(tx, id) : null;
      if (run === null) throw createRunNotFoundError(id);
      if (isOver(run.status)) throw createRunNotCancellableError(run.number, run.status);
      await cancelRun(tx, run);
      // A running one says so itself when it has stopped.
      if (run.status === 'QUEUED' && run.sweepId !== null)
        await announce(tx, { name: 'trialEnded', sweepId: run.sweepId });
      return (await findRun(tx, id)) ?? run;
    });
}

/** Tells a run that is held and not over to stop. */
export async function cancelRun(tx: Transaction, run: TrainingRun): Promise<void> {
  const now = new Date();
  await updateRun(tx, run.id, {
    cancelRequestedAt: run.cancelRequestedAt ?? now,
    ...(run.status === 'QUEUED' && {
      status: 'CANCELLED',
      statusReason: 'Cancelled before it began',
      finishedAt: now,
    }),
  });
  await announceEvent(tx, { topic: 'trainingRunUpdated', id: run.id });
}
