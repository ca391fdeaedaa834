/** Splits of documents and frozen snapshots, in PostgreSQL. */
import type { Database, Transaction } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import type { DatasetItem, DatasetSnapshot, DatasetSplit } from './training-run.js';

export async function listSplits(
  database: Database,
  documentIds: readonly string[],
): Promise<Map<string, DatasetSplit>> {
  const rows = await database.$queryRaw<{ documentId: string; split: DatasetSplit }[]>`
    select document_id as "documentId", split::text as split from split_assignments
    where document_id = any(${[...documentIds]}::uuid[])`;
  return new Map(rows.map(({ documentId, split }) => [documentId, split]));
}

export async function listHoldoutDocuments(database: Database): Promise<string[]> {
  const rows = await database.splitAssignment.findMany({
    where: { split: 'HOLDOUT' },
    select: { documentId: true },
  });
  return rows.map(({ documentId }) => documentId);
}

/** Documents that come into the holdout make its next version. */
export async function insertSplits(
  tx: Transaction,
  splits: readonly { documentId: string; split: DatasetSplit }[],
): Promise<void> {
  const nextVersion = (await findHoldoutVersion(tx)) + 1;
  // An archive has tens of thousands: one parameter holds them all.
  await tx.$executeRaw`insert into split_assignments (document_id, split, holdout_version)
    select "documentId", split, case when split = 'HOLDOUT' then ${nextVersion}::int end
    from json_to_recordset(${JSON.stringify(splits)}::json) as assigned ("documentId" uuid, split dataset_split)`;
}

/** Makes other runs wait with their snapshot until the transaction ends: a document gets its split once. */
export async function lockSplits(tx: Transaction): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('split-assignments', 0))`;
}

/** The newest version of the holdout; 0 while there is none. */
export async function findHoldoutVersion(database: Database): Promise<number> {
  const { _max } = await database.splitAssignment.aggregate({ _max: { holdoutVersion: true } });
  return _max.holdoutVersion ?? 0;
}

export type HoldoutVersion = { version: number; createdAt: Date; addedDocuments: number; documents: number };

/** The versions of the holdout, oldest first, each with what it brought and what there were then. */
export async function listHoldoutVersions(database: Database): Promise<HoldoutVersion[]> {
  const groups = await database.splitAssignment.groupBy({
    by: ['holdoutVersion'],
    where: { holdoutVersion: { not: null } },
    _count: true,
    _min: { assignedAt: true },
    orderBy: { holdoutVersion: 'asc' },
  });
  let documents = 0;
  return groups.flatMap(({ holdoutVersion, _count, _min }) => {
    if (holdoutVersion === null || _min.assignedAt === null) return [];
    documents += _count;
    return [{ version: holdoutVersion, createdAt: _min.assignedAt, addedDocuments: _count, documents }];
  });
}

export async function insertSnapshot(
  tx: Transaction,
  snapshot: { id: string; holdoutVersion: number },
  items: readonly DatasetItem[],
): Promise<void> {
  await tx.datasetSnapshot.create({ data: snapshot });
  await tx.$executeRaw`
    insert into dataset_items (snapshot_id, document_id, label_id, decision_id, split, ocr_versions, group_id)
    select ${snapshot.id}::uuid, "documentId", "labelId", "decisionId", split, "ocrVersions", "groupId"
    from json_to_recordset(${JSON.stringify(items)}::json) as item (
      "documentId" uuid, "labelId" uuid, "decisionId" uuid, split dataset_split, "ocrVersions" text[], "groupId" uuid
    )`;
}

export async function findSnapshot(database: Database, id: string): Promise<DatasetSnapshot | null> {
  return await database.datasetSnapshot.findUnique({ where: { id } });
}

/** Snapshots in the order of the ids, null where there is none. */
export async function findSnapshots(
  database: Database,
  ids: readonly string[],
): Promise<(DatasetSnapshot | null)[]> {
  const rows = await database.datasetSnapshot.findMany({ where: { id: { in: [...ids] } } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Newest first. */
export async function listSnapshots(
  database: Database,
  { first, after }: { first: number; after: string | null },
): Promise<{ rows: DatasetSnapshot[]; hasNextPage: boolean }> {
  const rows = await database.datasetSnapshot.findMany({
    where: after === null ? {} : { id: { lt: after } },
    orderBy: { id: 'desc' },
    take: first + 1,
  });
  return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
}

export async function countSnapshots(database: Database): Promise<number> {
  return await database.datasetSnapshot.count();
}

export type ItemCount = { labelId: string; split: DatasetSplit; count: number };

/** Documents by label and split, of each snapshot. */
export async function countItems(database: Database, snapshotIds: readonly string[]): Promise<ItemCount[][]> {
  const groups = await database.datasetItem.groupBy({
    by: ['snapshotId', 'labelId', 'split'],
    where: { snapshotId: { in: [...snapshotIds] } },
    _count: true,
  });
  const bySnapshot = groupBy(groups, ({ snapshotId }) => snapshotId);
  return snapshotIds.map((id) =>
    (bySnapshot.get(id) ?? []).map(({ labelId, split, _count }) => ({ labelId, split, count: _count })),
  );
}

type ItemFilter = { split?: DatasetSplit; labelId?: string };

/** In the order of the documents' ids. */
export async function listSnapshotItems(
  database: Database,
  snapshotId: string,
  { filter, first, after }: { filter: ItemFilter; first: number; after: string | null },
): Promise<{ rows: DatasetItem[]; hasNextPage: boolean }> {
  const rows = await database.datasetItem.findMany({
    where: { snapshotId, ...filter, ...(after === null ? {} : { documentId: { gt: after } }) },
    orderBy: { documentId: 'asc' },
    take: first + 1,
    omit: { snapshotId: true },
  });
  return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
}

export async function countSnapshotItems(
  database: Database,
  snapshotId: string,
  filter: ItemFilter,
): Promise<number> {
  return await database.datasetItem.count({ where: { snapshotId, ...filter } });
}
