/** Reclassifications and what they change, in PostgreSQL. */
import { z } from 'zod';
import type { DocumentFilter } from '../documents/list-documents.js';
import type { Database, Transaction } from '../platform/database/database.js';
import type { Prisma } from '../platform/database/generated/client.js';
import type { LabelChangeCount, Reclassification, ReclassificationStatus } from './reclassification.js';

type Row = Prisma.ReclassificationGetPayload<object>;

// Written by us and checked before; its times come back as text.
const storedFilter = z
  .custom<DocumentFilter>((value) => typeof value === 'object' && value !== null)
  .transform(({ createdAfter, createdBefore, ...filter }) => ({
    ...filter,
    ...(createdAfter && { createdAfter: new Date(createdAfter) }),
    ...(createdBefore && { createdBefore: new Date(createdBefore) }),
  }));

function toReclassification(row: Row): Reclassification {
  return { ...row, filter: storedFilter.parse(row.filter) };
}

export async function insertReclassification(
  tx: Transaction,
  request: Pick<Reclassification, 'id' | 'isDryRun' | 'modelVersionId' | 'filter' | 'total' | 'requestedBy'>,
): Promise<Reclassification> {
  const filter: Prisma.InputJsonObject = JSON.parse(JSON.stringify(request.filter));
  return toReclassification(await tx.reclassification.create({ data: { ...request, filter } }));
}

export async function findReclassification(database: Database, id: string): Promise<Reclassification | null> {
  const row = await database.reclassification.findUnique({ where: { id } });
  return row && toReclassification(row);
}

/** Holds the row until the transaction ends. */
export async function lockReclassification(tx: Transaction, id: string): Promise<Reclassification | null> {
  await tx.$queryRaw`select id from reclassifications where id = ${id}::uuid for update`;
  return await findReclassification(tx, id);
}

export async function updateReclassification(
  tx: Transaction,
  id: string,
  change: Partial<
    Pick<Reclassification, 'position' | 'done' | 'decided' | 'startedAt' | 'cancelRequestedAt' | 'finishedAt'>
  > & { status?: ReclassificationStatus; statusReason?: string | null },
): Promise<void> {
  await tx.reclassification.update({ where: { id }, data: change });
}

/** Newest first. */
export async function listReclassifications(
  database: Database,
  { first, after }: { first: number; after: string | null },
): Promise<{ rows: Reclassification[]; hasNextPage: boolean }> {
  const rows = await database.reclassification.findMany({
    ...(after === null ? {} : { where: { number: { lt: Number(after) } } }),
    orderBy: { number: 'desc' },
    take: first + 1,
  });
  return { rows: rows.slice(0, first).map(toReclassification), hasNextPage: rows.length > first };
}

export async function countReclassifications(database: Database): Promise<number> {
  return await database.reclassification.count();
}

/** The versions that reclassifications which are not over score with. */
export async function listModelsOfOpenReclassifications(database: Database): Promise<string[]> {
  const rows = await database.reclassification.findMany({
    where: { status: { in: ['QUEUED', 'RUNNING'] } },
    select: { modelVersionId: true },
  });
  return rows.map(({ modelVersionId }) => modelVersionId);
}

/** Keeps what becomes of a document. */
export async function insertReclassificationItem(
  tx: Transaction,
  item: {
    reclassificationId: string;
    documentId: string;
    fromLabelId: string | null;
    toLabelId: string | null;
    confidence: number;
  },
): Promise<void> {
  await tx.reclassificationItem.createMany({ data: [item], skipDuplicates: true });
}

/** All pairs, also of documents that keep their label; the most frequent first. */
export async function countLabelChanges(database: Database, id: string): Promise<LabelChangeCount[]> {
  const rows = await database.$queryRaw<(Omit<LabelChangeCount, 'count'> & { count: bigint })[]>`
    select from_label_id as "fromLabelId", to_label_id as "toLabelId", count(*) as count
    from reclassification_items where reclassification_id = ${id}::uuid
    group by 1, 2 order by 3 desc, 1, 2`;
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

/** Ids of the documents of a pair, oldest first. */
export async function pageChangedDocuments(
  database: Database,
  pair: { reclassificationId: string; fromLabelId: string | null; toLabelId: string | null },
  { first, after }: { first: number; after: string | null },
): Promise<{ ids: string[]; hasNextPage: boolean }> {
  const rows = await database.reclassificationItem.findMany({
    where: { ...pair, ...(after === null ? {} : { documentId: { gt: after } }) },
    orderBy: { documentId: 'asc' },
    take: first + 1,
    select: { documentId: true },
  });
  return {
    ids: rows.slice(0, first).map(({ documentId }) => documentId),
    hasNextPage: rows.length > first,
  };
}
