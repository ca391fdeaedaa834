/** Drift in PostgreSQL: the series, and what it is measured on. */
import type { Database } from '../platform/database/database.js';
import { type DriftMetric, type DriftPoint, driftMetrics } from './drift.js';

export async function insertDriftPoints(database: Database, points: readonly DriftPoint[]): Promise<void> {
  await database.driftPoint.createMany({ data: [...points], skipDuplicates: true });
}

/** Oldest first; where there are more than `limit`, the newest. */
export async function listDriftPoints(
  database: Database,
  metric: DriftMetric,
  since: Date | null,
  limit: number,
): Promise<DriftPoint[]> {
  const points = await database.driftPoint.findMany({
    where: { metric, ...(since && { at: { gte: since } }) },
    orderBy: { at: 'desc' },
    take: limit,
  });
  return points.reverse();
}

/** The newest figure of each metric that has one, on a model version. */
export async function listNewestDrift(database: Database, modelVersionId: string): Promise<DriftPoint[]> {
  const newest = await Promise.all(
    driftMetrics.map((metric) =>
      database.driftPoint.findFirst({ where: { metric, modelVersionId }, orderBy: { at: 'desc' } }),
    ),
  );
  return newest.filter((point) => point !== null);
}

/** The run that made a model version, with its snapshot; null for a model that came from elsewhere. */
export async function findOrigin(
  database: Database,
  modelVersionId: string,
): Promise<{ runId: string; snapshotId: string; frozenAt: Date } | null> {
  const run = await database.trainingRun.findUnique({
    where: { modelVersionId },
    select: { id: true, snapshot: { select: { id: true, createdAt: true } } },
  });
  return run?.snapshot
    ? { runId: run.id, snapshotId: run.snapshot.id, frozenAt: run.snapshot.createdAt }
    : null;
}

/** Confidence of a run's model in each document of its holdout. */
export async function listHoldoutConfidences(database: Database, runId: string): Promise<number[]> {
  const results = await database.documentResult.findMany({
    where: { runId, split: 'HOLDOUT' },
    select: { confidence: true },
  });
  return results.map(({ confidence }) => confidence);
}

/** Documents of a snapshot to compare embeddings with, those that the network has not been trained on first. */
export async function listReferenceDocuments(
  database: Database,
  snapshotId: string,
  limit: number,
): Promise<string[]> {
  const rows = await database.$queryRaw<{ documentId: string }[]>`
    select document_id as "documentId" from dataset_items
    where snapshot_id = ${snapshotId}::uuid
    order by (split = 'TRAIN'), hashtextextended(document_id::text, 0)
    limit ${limit}::int`;
  return rows.map(({ documentId }) => documentId);
}
