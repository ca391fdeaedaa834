/**
 * Which documents are nearly the same, in PostgreSQL. Looking for candidates takes one look into an inverted index of the
 * keys: about twenty short lists, however many documents there are. With a million it took 1 ms, and the index 1 GB.
 */
import type { Database, Transaction } from '../platform/database/database.js';
import { Prisma } from '../platform/database/generated/client.js';
import { hiddenStatuses } from './document.js';

/** The groups of a document, each by the id of some member. */
export type Groups = {
  /** Of those that are nearly the same. */
  alikeId: string;
  /** Of those, with the parts of one file taken for one. */
  groupId: string;
};

/** Makes others wait with their grouping until the transaction ends, so that of two new copies one finds the other. */
export async function lockGroups(tx: Transaction): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('duplicate-groups', 0))`;
}

/** Documents that share a key with those sought, most shared keys first. */
export async function listCandidates(
  database: Database,
  documentId: string,
  sought: readonly number[],
  limit: number,
): Promise<(Groups & { documentId: string })[]> {
  return await database.$queryRaw`
    select document_id as "documentId", alike_id as "alikeId", group_id as "groupId" from document_fingerprints
    where keys && ${[...sought]}::int[] and document_id <> ${documentId}::uuid
    order by (select count(*) from unnest(keys) as key where key = any(${[...sought]}::int[])) desc, document_id
    limit ${limit}::int`;
}

export async function saveFingerprint(
  tx: Transaction,
  fingerprint: Groups & { documentId: string; keys: number[] },
): Promise<void> {
  const { documentId, ...rest } = fingerprint;
  await tx.documentFingerprint.upsert({ where: { documentId }, create: fingerprint, update: rest });
}

/** Documents of which nothing can be compared: each is a group of its own. */
export async function saveIncomparable(tx: Transaction, documentIds: readonly string[]): Promise<void> {
  await tx.documentFingerprint.createMany({
    data: documentIds.map((documentId) => ({
      documentId,
      alikeId: documentId,
      groupId: documentId,
      keys: [],
    })),
    skipDuplicates: true,
  });
}

/** Puts documents that have not been compared yet into a group. */
export async function insertMembers(
  tx: Transaction,
  documentIds: readonly string[],
  groupId: string,
): Promise<void> {
  await tx.documentFingerprint.createMany({
    data: documentIds.map((documentId) => ({ documentId, alikeId: documentId, groupId, keys: [] })),
  });
}

/** Makes groups one. */
export async function joinGroups(
  tx: Transaction,
  kind: keyof Groups,
  ids: readonly string[],
  into: string,
): Promise<void> {
  if (ids.length === 0) return;
  await tx.documentFingerprint.updateMany({ where: { [kind]: { in: [...ids] } }, data: { [kind]: into } });
}

/** Text of all pages and the hash of each, by document; documents without pages are left out. */
export async function listAppearances(
  database: Database,
  documentIds: readonly string[],
): Promise<Map<string, { text: string; pictures: string[] }>> {
  const pages = await database.page.findMany({
    where: { documentId: { in: [...documentIds] } },
    orderBy: { number: 'asc' },
    select: { documentId: true, text: true, perceptualHash: true },
  });
  const byDocument = new Map<string, { text: string; pictures: string[] }>();
  for (const { documentId, text, perceptualHash } of pages) {
    const found = byDocument.get(documentId) ?? { text: '', pictures: [] };
    found.text += `${text ?? ''}\n`;
    found.pictures.push(perceptualHash);
    byDocument.set(documentId, found);
  }
  return byDocument;
}

/** The groups of each document that has been compared, by document. */
export async function listGroups(
  database: Database,
  documentIds: readonly string[],
): Promise<Map<string, Groups>> {
  const rows = await database.$queryRaw<(Groups & { documentId: string })[]>`
    select document_id as "documentId", alike_id as "alikeId", group_id as "groupId" from document_fingerprints
    where document_id = any(${[...documentIds]}::uuid[])`;
  return new Map(rows.map(({ documentId, ...groups }) => [documentId, groups]));
}

/** The newest of the documents that are nearly the same, at most `limit` of each group, newest first. */
export async function listNewestAlike(
  database: Database,
  alikeIds: readonly string[],
  limit: number,
): Promise<{ documentId: string; alikeId: string }[]> {
  const hidden = Prisma.join(hiddenStatuses.map((status) => Prisma.sql`${status}::document_status`));
  return await database.$queryRaw`
    select newest.document_id as "documentId", wanted.alike_id as "alikeId"
    from unnest(${[...alikeIds]}::uuid[]) as wanted (alike_id)
    cross join lateral (
      select f.document_id from document_fingerprints as f join documents as d on d.id = f.document_id
      where f.alike_id = wanted.alike_id and d.status not in (${hidden})
      order by f.document_id desc limit ${limit}::int
    ) as newest
    order by newest.document_id desc`;
}

/** The documents of groups, newest first. */
export async function listMembers(
  database: Database,
  groupIds: readonly string[],
): Promise<{ documentId: string; groupId: string }[]> {
  return await database.$queryRaw`
    select document_id as "documentId", group_id as "groupId" from document_fingerprints
    where group_id = any(${[...groupIds]}::uuid[])
    order by document_id desc`;
}
