/** Runs, datasets and metrics in PostgreSQL. */
import { z } from 'zod';
import type { Database, Transaction } from '../platform/database/database.js';
import type { Prisma } from '../platform/database/generated/client.js';
import type {
  DatasetItem,
  DatasetSplit,
  EpochMetrics,
  MetricPoint,
  RunHyperparameters,
  RunStatus,
  RunTrigger,
  TrainingRun,
} from './training-run.js';

type RunRow = Prisma.TrainingRunGetPayload<object>;

// Written by us and checked before: only that it is an object is told again.
const storedHyperparameters = z.custom<RunHyperparameters>(
  (value) => typeof value === 'object' && value !== null,
);

function toRun(row: RunRow): TrainingRun {
  return { ...row, hyperparameters: storedHyperparameters.parse(row.hyperparameters) };
}

export async function insertRun(
  tx: Transaction,
  run: {
    id: string;
    status: RunStatus;
    statusReason: string | null;
    trigger: RunTrigger;
    note: string | null;
    baseModelId: string | null;
    hyperparameters: RunHyperparameters;
    snapshotId: string | null;
    warnings: string[];
    finishedAt: Date | null;
  },
): Promise<TrainingRun> {
  return toRun(await tx.trainingRun.create({ data: run }));
}

export async function findRun(database: Database, id: string): Promise<TrainingRun | null> {
  const row = await database.trainingRun.findUnique({ where: { id } });
  return row && toRun(row);
}

/** The run that made each model version, null where none of ours did. */
export async function findRunsOfModels(
  database: Database,
  modelVersionIds: readonly string[],
): Promise<(TrainingRun | null)[]> {
  const rows = await database.trainingRun.findMany({
    where: { modelVersionId: { in: [...modelVersionIds] } },
  });
  const byModel = new Map(rows.map((row) => [row.modelVersionId, toRun(row)]));
  return modelVersionIds.map((id) => byModel.get(id) ?? null);
}

/** Holds the row until the transaction ends. */
export async function lockRun(tx: Transaction, id: string): Promise<TrainingRun | null> {
  await tx.$queryRaw`select id from training_runs where id = ${id}::uuid for update`;
  return await findRun(tx, id);
}

export type RunFilter = { statuses?: readonly RunStatus[]; triggers?: readonly RunTrigger[] };

/** Newest first. */
export async function listRuns(
  database: Database,
  { filter, first, after }: { filter: RunFilter; first: number; after: string | null },
): Promise<{ rows: TrainingRun[]; hasNextPage: boolean }> {
  const rows = await database.trainingRun.findMany({
    where: { ...conditionOf(filter), ...(after === null ? {} : { number: { lt: Number(after) } }) },
    orderBy: { number: 'desc' },
    take: first + 1,
  });
  return { rows: rows.slice(0, first).map(toRun), hasNextPage: rows.length > first };
}

export async function countRuns(database: Database, filter: RunFilter): Promise<number> {
  return await database.trainingRun.count({ where: conditionOf(filter) });
}

function conditionOf({ statuses, triggers }: RunFilter) {
  return {
    ...(statuses && { status: { in: [...statuses] } }),
    ...(triggers && { trigger: { in: [...triggers] } }),
  };
}

export async function updateRun(
  tx: Database,
  id: string,
  change: Partial<Omit<TrainingRun, 'id' | 'number' | 'hyperparameters' | 'snapshotId'>>,
): Promise<void> {
  await tx.trainingRun.update({ where: { id }, data: change });
}

/** The versions that runs which are not over start from. */
export async function listBasesOfOpenRuns(database: Database): Promise<string[]> {
  const rows = await database.trainingRun.findMany({
    where: { status: { in: ['QUEUED', 'RUNNING'] }, baseModelId: { not: null } },
    select: { baseModelId: true },
  });
  return rows.flatMap(({ baseModelId }) => baseModelId ?? []);
}

export async function isCancelRequested(database: Database, id: string): Promise<boolean> {
  const row = await database.trainingRun.findUnique({ where: { id }, select: { cancelRequestedAt: true } });
  return row === null || row.cancelRequestedAt !== null;
}

export async function listSplits(
  database: Database,
  documentIds: readonly string[],
): Promise<Map<string, DatasetSplit>> {
  const rows = await database.$queryRaw<{ documentId: string; split: DatasetSplit }[]>`
    select document_id as "documentId", split::text as split from split_assignments
    where document_id = any(${[...documentIds]}::uuid[])`;
  return new Map(rows.map(({ documentId, split }) => [documentId, split]));
}

export async function insertSplits(
  tx: Transaction,
  splits: readonly { documentId: string; split: DatasetSplit }[],
): Promise<void> {
  // An archive has tens of thousands: one parameter holds them all.
  await tx.$executeRaw`insert into split_assignments (document_id, split)
    select "documentId", split
    from json_to_recordset(${JSON.stringify(splits)}::json) as assigned ("documentId" uuid, split dataset_split)`;
}

/** Makes other runs wait with their snapshot until the transaction ends: a document gets its split once. */
export async function lockSplits(tx: Transaction): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('split-assignments', 0))`;
}

export async function insertSnapshot(
  tx: Transaction,
  id: string,
  items: readonly DatasetItem[],
): Promise<void> {
  await tx.datasetSnapshot.create({ data: { id } });
  await tx.$executeRaw`insert into dataset_items (snapshot_id, document_id, label_id, decision_id, split, ocr_versions)
    select ${id}::uuid, "documentId", "labelId", "decisionId", split, "ocrVersions"
    from json_to_recordset(${JSON.stringify(items)}::json) as item (
      "documentId" uuid, "labelId" uuid, "decisionId" uuid, split dataset_split, "ocrVersions" text[]
    )`;
}

/** In the order of the documents' ids. */
export async function listItems(database: Database, snapshotId: string): Promise<DatasetItem[]> {
  return await database.datasetItem.findMany({
    where: { snapshotId },
    orderBy: { documentId: 'asc' },
    omit: { snapshotId: true },
  });
}

export async function countItems(
  database: Database,
  snapshotId: string,
): Promise<{ labelId: string; split: DatasetSplit; count: number }[]> {
  const groups = await database.datasetItem.groupBy({
    by: ['labelId', 'split'],
    where: { snapshotId },
    _count: true,
  });
  return groups.map(({ labelId, split, _count }) => ({ labelId, split, count: _count }));
}

export async function findSnapshotCreation(database: Database, snapshotId: string): Promise<Date | null> {
  const row = await database.datasetSnapshot.findUnique({ where: { id: snapshotId } });
  return row?.createdAt ?? null;
}

/** Keeps the metrics of one step. */
export async function insertPoints(
  tx: Database,
  runId: string,
  step: number,
  at: Date,
  values: Readonly<Record<string, number>>,
): Promise<void> {
  const data = Object.entries(values).map(([metric, value]) => ({ runId, step, at, metric, value }));
  await tx.metricPoint.createMany({ data, skipDuplicates: true });
}

export async function insertEpoch(tx: Database, runId: string, epoch: EpochMetrics): Promise<void> {
  await tx.epochMetrics.createMany({ data: [{ runId, ...epoch }], skipDuplicates: true });
}

/** Forgets what a killed try logged beyond the state it is resumed from. */
export async function deleteLogsAfter(
  tx: Transaction,
  runId: string,
  epoch: number,
  step: number,
): Promise<void> {
  await tx.metricPoint.deleteMany({ where: { runId, step: { gt: step } } });
  await tx.epochMetrics.deleteMany({ where: { runId, epoch: { gt: epoch } } });
}

export async function listEpochs(database: Database, runIds: readonly string[]): Promise<EpochMetrics[][]> {
  const rows = await database.epochMetrics.findMany({
    where: { runId: { in: [...runIds] } },
    orderBy: { epoch: 'asc' },
  });
  return runIds.map((id) => rows.filter(({ runId }) => runId === id));
}

/**
 * A metric by step, at most `maxPoints` of them: the steps are cut into equal buckets, and of each the lowest and the
 * highest value stay, so that no peak is lost.
 */
export async function listSeries(
  database: Database,
  runId: string,
  metric: string,
  maxPoints: number,
): Promise<MetricPoint[]> {
  const buckets = Math.max(1, Math.floor(maxPoints / 2));
  return await database.$queryRaw<MetricPoint[]>`
    with points as (
      select step, value, at, count(*) over () as total,
             ntile(${buckets}::int) over (order by step) as bucket
      from metric_points where run_id = ${runId}::uuid and metric = ${metric}
    ), ranked as (
      select step, value, at, total,
             row_number() over (partition by bucket order by value, step) as lowest,
             row_number() over (partition by bucket order by value desc, step) as highest
      from points
    )
    select step, value, at from ranked
    where total <= ${maxPoints}::int or lowest = 1 or highest = 1
    order by step
    limit ${maxPoints}::int`;
}
