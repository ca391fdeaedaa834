/** Splits and their parts in PostgreSQL. A part has rows of its own for its pages; the images behind them are shared. */
import type { Database, Transaction } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import type { Document } from './document.js';
import { findDocuments } from './document.repository.js';
import type { DocumentSplit } from './document-split.js';

export async function insertSplit(
  tx: Transaction,
  split: Pick<DocumentSplit, 'id' | 'documentId' | 'splitBy' | 'splitAt'>,
): Promise<void> {
  await tx.documentSplit.create({ data: split });
}

type NewPart = Pick<Document, 'id' | 'filename' | 'mediaType' | 'byteSize' | 'sha256'> & {
  splitId: string;
  splitFirstPage: number;
  fileFirstPage: number;
  pageCount: number;
  isLabelledBySplit: boolean;
};

/** Documents that have been read, since their pages have been. */
export async function insertParts(tx: Transaction, parts: readonly NewPart[]): Promise<void> {
  await tx.document.createMany({ data: parts.map((part) => ({ ...part, status: 'CLASSIFYING' as const })) });
}

/** Which page of a part is which page of its original. */
export type CopiedPage = { sourceId: string; id: string; documentId: string; number: number };

/** Copies pages with what the file itself says of their words. */
export async function copyPages(tx: Transaction, pages: readonly CopiedPage[]): Promise<void> {
  const copies = JSON.stringify(pages);
  await tx.$executeRaw`
    insert into pages (id, document_id, number, width, height, dpi, image_sha256, image_media_type, thumbnail_sha256,
                       perceptual_hash, fault, text)
    select copy.id, copy."documentId", copy.number, p.width, p.height, p.dpi, p.image_sha256, p.image_media_type,
           p.thumbnail_sha256, p.perceptual_hash, p.fault, p.text
    from json_to_recordset(${copies}::json) as copy ("sourceId" uuid, id uuid, "documentId" uuid, number int)
    join pages as p on p.id = copy."sourceId"`;
  await tx.$executeRaw`
    insert into page_text_layers (page_id, texts, boxes, unmapped_share)
    select copy.id, l.texts, l.boxes, l.unmapped_share
    from json_to_recordset(${copies}::json) as copy ("sourceId" uuid, id uuid)
    join page_text_layers as l on l.page_id = copy."sourceId"`;
}

/** The splits of each document, newest first. */
export async function listSplits(
  database: Database,
  documentIds: readonly string[],
): Promise<DocumentSplit[][]> {
  const rows = await database.documentSplit.findMany({
    where: { documentId: { in: [...documentIds] } },
    orderBy: { id: 'desc' },
  });
  const byDocument = groupBy(rows, ({ documentId }) => documentId);
  return documentIds.map((id) => byDocument.get(id) ?? []);
}

export async function markSplitUndone(
  tx: Transaction,
  id: string,
  undone: { undoneBy: string; undoneAt: Date },
): Promise<void> {
  await tx.documentSplit.update({ where: { id }, data: undone });
}

/** The parts that each split made, by their pages. */
export async function listPartsOfSplits(
  database: Database,
  splitIds: readonly string[],
): Promise<Document[][]> {
  const rows = await database.document.findMany({
    where: { splitId: { in: [...splitIds] } },
    orderBy: { splitFirstPage: 'asc' },
    select: { id: true, splitId: true },
  });
  const documents = await findDocuments(
    database,
    rows.map(({ id }) => id),
  );
  const parts = rows.flatMap(({ splitId }, index) => {
    const document = documents[index];
    return document ? [{ splitId, document }] : [];
  });
  const bySplit = groupBy(parts, ({ splitId }) => splitId);
  return splitIds.map((id) => bySplit.get(id)?.map(({ document }) => document) ?? []);
}

/** Of these documents, those that the split which made them labelled. */
export async function listLabelledBySplit(
  database: Database,
  documentIds: readonly string[],
): Promise<string[]> {
  const rows = await database.document.findMany({
    where: { id: { in: [...documentIds] }, isLabelledBySplit: true },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** What each document was split from, null for one that was uploaded. */
export async function listOriginals(
  database: Database,
  documentIds: readonly string[],
): Promise<(Document | null)[]> {
  const rows = await database.document.findMany({
    where: { id: { in: [...documentIds] }, splitId: { not: null } },
    select: { id: true, split: { select: { documentId: true } } },
  });
  const originalIds = new Map(
    rows.flatMap(({ id, split }) => (split ? [[id, split.documentId] as const] : [])),
  );
  const originals = await findDocuments(database, [...new Set(originalIds.values())]);
  const byId = new Map(originals.flatMap((original) => (original ? [[original.id, original] as const] : [])));
  return documentIds.map((id) => byId.get(originalIds.get(id) ?? '') ?? null);
}

/** Gives a part a file of its own, unless it has one. */
export async function giveOwnFile(
  tx: Transaction,
  id: string,
  file: Pick<Document, 'sha256' | 'byteSize'>,
): Promise<boolean> {
  const { count } = await tx.document.updateMany({
    where: { id, fileFirstPage: { not: null } },
    data: { ...file, fileFirstPage: null },
  });
  return count > 0;
}
