/** The training policy in PostgreSQL: one row once it has been changed, the defaults before. */
import type { Database, Transaction } from '../platform/database/database.js';
import { defaultTrainingPolicy, type TrainingPolicy } from './training-policy.js';

/** @param minimumDocumentsPerLabel where nobody has set another. */
export async function readTrainingPolicy(
  database: Database,
  minimumDocumentsPerLabel: number,
): Promise<TrainingPolicy & { updatedBy: string | null; updatedAt: Date | null }> {
  const row = await database.trainingPolicy.findUnique({ where: { id: 1 }, omit: { id: true } });
  return row ?? { ...defaultTrainingPolicy(minimumDocumentsPerLabel), updatedBy: null, updatedAt: null };
}

/** Makes others wait with their change until the transaction ends. */
export async function lockTrainingPolicy(tx: Transaction): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('training-policy', 0))`;
}

export async function saveTrainingPolicy(
  tx: Transaction,
  policy: TrainingPolicy,
  updatedBy: string,
  now: Date,
): Promise<void> {
  const data = { ...policy, updatedBy, updatedAt: now };
  await tx.trainingPolicy.upsert({ where: { id: 1 }, create: { id: 1, ...data }, update: data });
}

/** Writes down that the schedule has been answered up to a time. */
export async function markScheduleHandled(database: Database, at: Date): Promise<void> {
  await database.trainingPolicy.updateMany({ where: { id: 1 }, data: { scheduleHandledAt: at } });
}
