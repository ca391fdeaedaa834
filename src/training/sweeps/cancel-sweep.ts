/** Stops a sweep: the trial that runs within its step, and all that would follow. What its trials have made stays. */
import type { DatabaseConnection } from '../../platform/database/database.js';
import { isId } from '../../shared/ids.js';
import { cancelRun } from '../cancel-training-run.js';
import { listRunsOfSweeps, lockRun } from '../training.repository.js';
import { isOver } from '../training-run.js';
import { createSweepNotFoundError, createSweepOverError } from './sweep.errors.js';
import type { Sweep } from './sweep.js';
import { findSweep, lockSweep, updateSweep } from './sweep.repository.js';

export type CancelSweep = (id: string) => Promise<Sweep>;

/** @returns a function that throws SWEEP_NOT_FOUND, and SWEEP_OVER for a sweep that does not run. */
export function createCancelSweep({ connection }: { connection: DatabaseConnection }): CancelSweep {
  return (id) =>
    connection.transaction(async (tx) => {
      // Whoever would queue the next trial holds the sweep too: none comes after this.
      const sweep = isId(id) ? await lockSweep(tx, id) : null;
      if (sweep === null) throw createSweepNotFoundError(id);
      if (sweep.status !== 'RUNNING') throw createSweepOverError(sweep.number, sweep.status);
      for (const { id: runId } of await listRunsOfSweeps(tx, [id])) {
        const run = await lockRun(tx, runId);
        if (run !== null && !isOver(run.status)) await cancelRun(tx, run);
      }
      const statusReason = 'Cancelled while it ran';
      await updateSweep(tx, id, { status: 'CANCELLED', statusReason, finishedAt: new Date() });
      return (await findSweep(tx, id)) ?? sweep;
    });
}
