/** Runs, datasets and metrics in PostgreSQL. */
import { servingAlias } from '../models/model-version.js';
import type { Database, Transaction } from '../platform/database/database.js';
import type { Prisma } from '../platform/database/generated/client.js';
import { groupBy } from '../shared/group-by.js';
import { readStoredHyperparameters } from './stored-hyperparameters.js';
import type {
  DatasetItem,
  EpochMetrics,
  RunHyperparameters,
  RunKind,
  RunStatus,
  RunTrigger,
  TrainingRun,
} from './training-run.js';

type RunRow = Prisma.TrainingRunGetPayload<object>;

function toRun(row: RunRow): TrainingRun {
  return { ...row, hyperparameters: readStoredHyperparameters(row.hyperparameters) };
}

export async function insertRun(
  tx: Transaction,
  run: {
    id: string;
    kind?: RunKind;
    status: RunStatus;
    statusReason: string | null;
    trigger: RunTrigger;
    note: string | null;
    tags?: string[];
    maxMinutes?: number | null;
    maxMemoryMib?: number | null;
    baseModelId: string | null;
    hyperparameters: RunHyperparameters;
    snapshotId: string | null;
    sweepId?: string;
    sweepTrial?: number;
    sweepRung?: number;
    warnings: string[];
    finishedAt: Date | null;
    skipCode?: string;
    skipCount?: number;
    lastSkippedAt?: Date;
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
  const ids = [...modelVersionIds];
  const rows = await database.trainingRun.findMany({
    where: {
      OR: [{ modelVersionId: { in: ids } }, { versions: { some: { modelVersionId: { in: ids } } } }],
    },
    include: { versions: { select: { modelVersionId: true } } },
  });
  const byModel = new Map(
    rows.flatMap(({ versions, ...row }) => {
      const run = toRun(row);
      return [row.modelVersionId, ...versions.map(({ modelVersionId }) => modelVersionId)].map(
        (id) => [id, run] as const,
      );
    }),
  );
  return modelVersionIds.map((id) => byModel.get(id) ?? null);
}

/** Ids of all the versions each run has made, in the order of their making. */
export async function listVersionsOfRuns(database: Database, runIds: readonly string[]): Promise<string[][]> {
  const rows = await database.runVersion.findMany({
    where: { runId: { in: [...runIds] } },
    orderBy: { modelVersion: { number: 'asc' } },
  });
  const byRun = groupBy(rows, ({ runId }) => runId);
  return runIds.map((id) => (byRun.get(id) ?? []).map(({ modelVersionId }) => modelVersionId));
}

/** When runs ended, null for those that have not, by run. */
export async function findEndsOfRuns(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, Date | null>> {
  const rows = await database.trainingRun.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, finishedAt: true },
  });
  return new Map(rows.map(({ id, finishedAt }) => [id, finishedAt]));
}

/** The trials of these sweeps, in the order in which they were queued. */
export async function listRunsOfSweeps(
  database: Database,
  sweepIds: readonly string[],
): Promise<TrainingRun[]> {
  const rows = await database.trainingRun.findMany({
    where: { sweepId: { in: [...sweepIds] } },
    orderBy: { number: 'asc' },
  });
  return rows.map(toRun);
}

/** Holds the row until the transaction ends. */
export async function lockRun(tx: Transaction, id: string): Promise<TrainingRun | null> {
  await tx.$queryRaw`select id from training_runs where id = ${id}::uuid for update`;
  return await findRun(tx, id);
}

export type RunFilter = {
  kinds?: readonly RunKind[];
  statuses?: readonly RunStatus[];
  triggers?: readonly RunTrigger[];
  /** All of them. */
  tags?: readonly string[];
};

/** The run that is queued or running, the first of them. */
export async function findActiveRun(database: Database): Promise<{ number: number } | null> {
  return await database.trainingRun.findFirst({
    where: { status: { in: ['QUEUED', 'RUNNING'] } },
    orderBy: { number: 'asc' },
    select: { number: true },
  });
}

/**
 * Of the newest run that began: when its data was frozen, and when it was over. Trials of sweeps do not count, as nothing came of what
 * they learnt, but for one that serves.
 */
export async function findLastBegunRun(
  database: Database,
): Promise<{ frozenAt: Date; endedAt: Date | null } | null> {
  const run = await database.trainingRun.findFirst({
    where: {
      status: { not: 'SKIPPED' },
      snapshotId: { not: null },
      OR: [{ sweepId: null }, { modelVersion: { aliases: { some: { alias: servingAlias } } } }],
    },
    orderBy: { number: 'desc' },
    select: { createdAt: true, finishedAt: true, snapshot: { select: { createdAt: true } } },
  });
  return run && { frozenAt: run.snapshot?.createdAt ?? run.createdAt, endedAt: run.finishedAt };
}

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

function conditionOf({ kinds, statuses, triggers, tags }: RunFilter) {
  return {
    ...(kinds && { kind: { in: [...kinds] } }),
    ...(statuses && { status: { in: [...statuses] } }),
    ...(triggers && { trigger: { in: [...triggers] } }),
    ...(tags && { tags: { hasEvery: [...tags] } }),
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

/** In the order of the documents' ids. */
export async function listItems(database: Database, snapshotId: string): Promise<DatasetItem[]> {
  return await database.datasetItem.findMany({
    where: { snapshotId },
    orderBy: { documentId: 'asc' },
    omit: { snapshotId: true },
  });
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
  const byRun = groupBy(rows, ({ runId }) => runId);
  return runIds.map((id) => byRun.get(id) ?? []);
}

/** The epoch of each run whose parameters it ended with, or would end with now; null before the first. */
export async function findBestEpochs(
  database: Database,
  runIds: readonly string[],
): Promise<(EpochMetrics | null)[]> {
  // An epoch is marked when it is the best so far: the last one marked is the best of all.
  const rows = await database.epochMetrics.findMany({
    where: { runId: { in: [...runIds] }, isBest: true },
    orderBy: { epoch: 'asc' },
  });
  const byRun = new Map(rows.map((row) => [row.runId, row]));
  return runIds.map((id) => byRun.get(id) ?? null);
}
