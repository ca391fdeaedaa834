/** Runs that did not begin, in PostgreSQL: the same reason again within a time is counted on one row. */
import type { Transaction } from '../platform/database/database.js';
import { findRun, insertRun } from './training.repository.js';
import type { RunHyperparameters, RunTrigger, TrainingRun } from './training-run.js';

/** @param request.windowMinutes for how long after the last skip another of the same trigger and code is counted on its row; 0 for a row each. */
export async function recordSkippedRun(
  tx: Transaction,
  request: {
    run: {
      id: string;
      trigger: RunTrigger;
      note: string | null;
      tags?: string[];
      maxMinutes?: number | null;
      maxMemoryMib?: number | null;
      baseModelId: string | null;
      hyperparameters: RunHyperparameters;
      warnings: string[];
    };
    code: string;
    reason: string;
    now: Date;
    windowMinutes: number;
  },
): Promise<TrainingRun> {
  const { run, code, reason, now, windowMinutes } = request;
  const since = new Date(now.getTime() - windowMinutes * 60_000);
  const known = await tx.trainingRun.findFirst({
    where: { status: 'SKIPPED', trigger: run.trigger, skipCode: code, lastSkippedAt: { gt: since } },
    orderBy: { number: 'desc' },
    select: { id: true },
  });
  if (known === null || windowMinutes === 0) {
    return await insertRun(tx, {
      ...run,
      status: 'SKIPPED',
      statusReason: reason,
      snapshotId: null,
      finishedAt: now,
      skipCode: code,
      skipCount: 1,
      lastSkippedAt: now,
    });
  }
  await tx.trainingRun.update({
    where: { id: known.id },
    data: { statusReason: reason, skipCount: { increment: 1 }, lastSkippedAt: now, finishedAt: now },
  });
  const counted = await findRun(tx, known.id);
  if (counted === null) throw new Error(`the skipped run ${known.id} is gone`);
  return counted;
}
