/**
 * How single documents fared, in PostgreSQL: by page, by filter, and between runs, where the holdout alone counts, and a merged label
 * as its target: else runs from before and after a merge would differ on every document of it.
 */
import type { Database } from '../platform/database/database.js';
import { Prisma } from '../platform/database/generated/client.js';
import type { DatasetSplit, DocumentResult } from './training-run.js';

export type ResultFilter = {
  split: DatasetSplit;
  isCorrect?: boolean;
  isBaselineCorrect?: boolean;
  actualId?: string;
  predictedId?: string;
  /** As `DIMENSION:band`. */
  slice?: string;
};

export const resultOrders = ['LEAST_CONFIDENT_FIRST', 'MOST_CONFIDENT_FIRST'] as const;
export type ResultOrder = (typeof resultOrders)[number];

/** Where a result stands in its order. */
export type ResultPlace = { confidence: number; documentId: string };

/** A page of the results of a run; those of the same confidence by the document's id. */
export async function listResults(
  database: Database,
  options: {
    runId: string;
    filter: ResultFilter;
    order: ResultOrder;
    first: number;
    after: ResultPlace | null;
  },
): Promise<{ rows: DocumentResult[]; hasNextPage: boolean }> {
  const { runId, filter, order, first, after } = options;
  const isRising = order === 'LEAST_CONFIDENT_FIRST';
  const beyond = after && {
    OR: [
      { confidence: isRising ? { gt: after.confidence } : { lt: after.confidence } },
      { confidence: after.confidence, documentId: { gt: after.documentId } },
    ],
  };
  const rows = await database.documentResult.findMany({
    where: { AND: [conditionOf(database, runId, filter), beyond ?? {}] },
    orderBy: [{ confidence: isRising ? 'asc' : 'desc' }, { documentId: 'asc' }],
    take: first + 1,
  });
  return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
}

export async function countResults(database: Database, runId: string, filter: ResultFilter): Promise<number> {
  return await database.documentResult.count({ where: conditionOf(database, runId, filter) });
}

function conditionOf(database: Database, runId: string, filter: ResultFilter) {
  const { split, isCorrect, isBaselineCorrect, actualId, predictedId, slice } = filter;
  const { actualId: actualColumn } = database.documentResult.fields;
  const [hit, baselineHit] = [
    { predictedId: { equals: actualColumn } },
    { baselineId: { equals: actualColumn } },
  ];
  return {
    runId,
    split,
    AND: [
      isCorrect === undefined ? {} : isCorrect ? hit : { NOT: hit },
      isBaselineCorrect === undefined ? {} : isBaselineCorrect ? baselineHit : { NOT: baselineHit },
      actualId === undefined ? {} : { actualId },
      predictedId === undefined ? {} : { predictedId },
      slice === undefined ? {} : { slices: { has: slice } },
    ],
  };
}

/** Of the documents that all of these runs were measured on: how many there are, and how many each got right by today's labels. */
export async function countShared(
  database: Database,
  runIds: readonly string[],
): Promise<{ documents: number; correct: number[] }> {
  const rows = await database.$queryRaw<{ runId: string; documents: number; correct: number }[]>`
    with shared as (
      select document_id from document_results
      where run_id = any(${[...runIds]}::uuid[]) and split = 'HOLDOUT'
      group by document_id having count(*) = ${runIds.length}::int
    )
    select run_id as "runId", count(*)::int as documents,
           count(*) filter (
             where coalesce(said.merged_into_id, said.id) = coalesce(truth.merged_into_id, truth.id)
           )::int as correct
    from document_results join shared using (document_id)
    join labels said on said.id = predicted_id join labels truth on truth.id = actual_id
    where run_id = any(${[...runIds]}::uuid[]) group by run_id`;
  return {
    documents: rows[0]?.documents ?? 0,
    correct: runIds.map((id) => rows.find(({ runId }) => runId === id)?.correct ?? 0),
  };
}

/** Documents all of these runs were measured on and at least two gave labels that are different today, by id. */
export async function listDifferences(
  database: Database,
  options: { runIds: readonly string[]; first: number; after: string | null },
): Promise<{
  rows: { documentId: string; results: (DocumentResult & { runId: string })[] }[];
  hasNextPage: boolean;
}> {
  const { runIds, first, after } = options;
  const found = await database.$queryRaw<{ documentId: string }[]>`
    select document_id as "documentId" from (${differing(runIds)}) as differing
    where ${after}::uuid is null or document_id > ${after}::uuid
    order by document_id limit ${first + 1}::int`;
  const documentIds = found.slice(0, first).map(({ documentId }) => documentId);
  const results = await database.documentResult.findMany({
    where: { runId: { in: [...runIds] }, documentId: { in: documentIds } },
  });
  const rows = documentIds.map((documentId) => ({
    documentId,
    results: runIds.flatMap((id) =>
      results.filter((result) => result.documentId === documentId && result.runId === id),
    ),
  }));
  return { rows, hasNextPage: found.length > first };
}

export async function countDifferences(database: Database, runIds: readonly string[]): Promise<number> {
  const [row] = await database.$queryRaw<{ count: number }[]>`
    select count(*)::int as count from (${differing(runIds)}) as differing`;
  return row?.count ?? 0;
}

function differing(runIds: readonly string[]): Prisma.Sql {
  return Prisma.sql`
    select document_id from document_results join labels on labels.id = predicted_id
    where run_id = any(${[...runIds]}::uuid[]) and split = 'HOLDOUT'
    group by document_id
    having count(*) = ${runIds.length}::int and count(distinct coalesce(merged_into_id, labels.id)) > 1`;
}
