/** Sweeps in PostgreSQL. Their trials are ordinary runs: see training.repository.ts. */

import type { Database, Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { readStoredHyperparameters } from '../stored-hyperparameters.js';
import { listEpochs, listRunsOfSweeps } from '../training.repository.js';
import { drawsSchema, searchRangesSchema } from './search-space.js';
import { rankTrials, type Sweep, type SweepTrial } from './sweep.js';

type SweepRow = Prisma.SweepGetPayload<object>;

function toSweep(row: SweepRow): Sweep {
  return {
    ...row,
    ranges: searchRangesSchema.parse(row.ranges),
    draws: drawsSchema.parse(row.draws),
    hyperparameters: readStoredHyperparameters(row.hyperparameters),
  };
}

export async function insertSweep(
  tx: Transaction,
  sweep: Omit<Sweep, 'number' | 'createdAt'>,
): Promise<Sweep> {
  return toSweep(await tx.sweep.create({ data: sweep }));
}

export async function findSweep(database: Database, id: string): Promise<Sweep | null> {
  const row = await database.sweep.findUnique({ where: { id } });
  return row && toSweep(row);
}

/** Null for an id that none has. */
export async function findSweeps(database: Database, ids: readonly string[]): Promise<(Sweep | null)[]> {
  const rows = await database.sweep.findMany({ where: { id: { in: [...ids] } } });
  const byId = new Map(rows.map((row) => [row.id, toSweep(row)]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Holds the row until the transaction ends. */
export async function lockSweep(tx: Transaction, id: string): Promise<Sweep | null> {
  await tx.$queryRaw`select id from sweeps where id = ${id}::uuid for update`;
  return await findSweep(tx, id);
}

export async function updateSweep(
  tx: Transaction,
  id: string,
  change: Partial<Pick<Sweep, 'status' | 'statusReason' | 'bestRunId' | 'finishedAt'>>,
): Promise<void> {
  await tx.sweep.update({ where: { id }, data: change });
}

/** Newest first. */
export async function listSweeps(
  database: Database,
  { first, after }: { first: number; after: string | null },
): Promise<{ rows: Sweep[]; hasNextPage: boolean }> {
  const rows = await database.sweep.findMany({
    where: after === null ? {} : { number: { lt: Number(after) } },
    orderBy: { number: 'desc' },
    take: first + 1,
  });
  return { rows: rows.slice(0, first).map(toSweep), hasNextPage: rows.length > first };
}

export async function countSweeps(database: Database): Promise<number> {
  return await database.sweep.count();
}

/** The trials of each sweep that have been queued, the best first: four queries, however many they are. */
export async function listTrials(database: Database, sweepIds: readonly string[]): Promise<SweepTrial[][]> {
  const sweeps = await findSweeps(database, sweepIds);
  const runs = await listRunsOfSweeps(database, sweepIds);
  const epochs = await listEpochs(
    database,
    runs.map(({ id }) => id),
  );
  const rows = runs.map((run, index) => ({ run, epochs: epochs[index] ?? [] }));
  return sweeps.map((sweep) =>
    sweep === null
      ? []
      : rankTrials(
          sweep,
          rows.filter(({ run }) => run.sweepId === sweep.id),
        ),
  );
}

/**
 * The model versions that sweeps need: what the best trial has made, of those that are not over the best so far, and what these start
 * from.
 */
export async function listVersionsOfSweeps(tx: Transaction): Promise<string[]> {
  const over = await tx.$queryRaw<{ id: string }[]>`
    select r.model_version_id as id from sweeps s join training_runs r on r.id = s.best_run_id
    where r.model_version_id is not null`;
  const open = await tx.sweep.findMany({
    where: { status: 'RUNNING' },
    select: { id: true, baseModelId: true },
  });
  const trials = await listTrials(
    tx,
    open.map(({ id }) => id),
  );
  const bestSoFar = trials.map(([best]) => best?.run.modelVersionId ?? null);
  return [...over.map(({ id }) => id), ...open.map(({ baseModelId }) => baseModelId), ...bestSoFar].filter(
    (id) => id !== null,
  );
}
