/**
 * Documents made of the pages of another, for the features to the right, in their transactions. The original stays whole,
 * with its pages, words, predictions and decisions, and only steps back behind its parts; so nothing is lost either way.
 */
import type { Database, Transaction } from '../platform/database/database.js';
import { createId, isId } from '../shared/ids.js';
import { announceDocumentUpdated, changeStatus } from './change-status.js';
import {
  createDocumentNotFoundError,
  createDocumentNotReadyError,
  createInvalidSplitError,
  createNotSplitError,
} from './document.errors.js';
import { cleanFilename, type Document } from './document.js';
import { listPagesOfDocuments, lockDocument } from './document.repository.js';
import { requireStanding } from './document-access.js';
import { lockDocuments } from './document-labels.repository.js';
import { type DocumentSplit, findRangeFault, type PageRange, partFilename } from './document-split.js';
import {
  type CopiedPage,
  copyPages,
  insertParts,
  insertSplit,
  listLabelledBySplit,
  listPartsOfSplits,
  listSplits,
  markSplitUndone,
} from './document-split.repository.js';

type PlannedPart = PageRange & {
  /** Null for that of the original, with the pages. */
  filename: string | null;
  /** Whether the caller labels it in the same transaction. */
  isLabelled: boolean;
};

/** What a split has made, by the pages. */
type MadeParts = { parts: { id: string; range: PageRange }[]; pages: CopiedPage[] };

/**
 * Makes parts of a document that is READY, with copies of its pages. Their words, labels and group are the caller's to give.
 * @throws AppError DOCUMENT_NOT_FOUND, DOCUMENT_SPLIT, DOCUMENT_WITHDRAWN, DOCUMENT_NOT_READY, INVALID_SPLIT.
 */
export async function makeParts(
  tx: Transaction,
  documentId: string,
  planned: readonly PlannedPart[],
  splitBy: string,
): Promise<MadeParts> {
  const document = isId(documentId) ? await lockDocument(tx, documentId) : null;
  if (document === null) throw createDocumentNotFoundError(documentId);
  if (requireStanding(document).status !== 'READY') throw createDocumentNotReadyError(document.status);
  const [pages = []] = await listPagesOfDocuments(tx, [documentId]);
  const fault = findRangeFault(planned, pages.length);
  if (fault !== null) throw createInvalidSplitError(fault);

  const splitId = createId();
  await insertSplit(tx, { id: splitId, documentId, splitBy, splitAt: new Date() });
  const inOrder = [...planned].sort((left, right) => left.firstPage - right.firstPage);
  const parts = inOrder.map((part) => ({ ...part, id: createId() }));
  const { mediaType, byteSize, sha256 } = document;
  await insertParts(
    tx,
    parts.map(({ id, filename, isLabelled, ...range }) => ({
      id,
      filename: cleanFilename(filename ?? partFilename(document.filename, range)),
      ...{ mediaType, byteSize, sha256 },
      splitId,
      splitFirstPage: range.firstPage,
      fileFirstPage: (document.fileFirstPage ?? 1) + range.firstPage - 1,
      pageCount: range.lastPage - range.firstPage + 1,
      isLabelledBySplit: isLabelled,
    })),
  );
  const copies = parts.flatMap(({ id, firstPage, lastPage }) =>
    pages
      .slice(firstPage - 1, lastPage)
      .map((page, index) => ({ sourceId: page.id, id: createId(), documentId: id, number: index + 1 })),
  );
  await copyPages(tx, copies);
  await changeStatus(tx, documentId, 'SPLIT');
  for (const { id } of parts) await announceDocumentUpdated(tx, id);
  return {
    parts: parts.map(({ id, firstPage, lastPage }) => ({ id, range: { firstPage, lastPage } })),
    pages: copies,
  };
}

/**
 * The parts of a document that is SPLIT, by their pages, which nobody else changes until the transaction ends.
 * @throws AppError DOCUMENT_NOT_FOUND, NOT_SPLIT.
 */
export async function holdParts(
  tx: Transaction,
  documentId: string,
): Promise<{ split: DocumentSplit; parts: (Document & { isLabelledBySplit: boolean })[] }> {
  const document = isId(documentId) ? await lockDocument(tx, documentId) : null;
  if (document === null) throw createDocumentNotFoundError(documentId);
  const [[split] = []] = await listSplits(tx, [documentId]);
  if (document.status !== 'SPLIT' || !split) throw createNotSplitError(document.status);
  const ids = (await listPartsOfSplits(tx, [split.id])).flat().map(({ id }) => id);
  await lockDocuments(tx, ids);
  const [parts = []] = await listPartsOfSplits(tx, [split.id]);
  const labelled = new Set(await listLabelledBySplit(tx, ids));
  return { split, parts: parts.map((part) => ({ ...part, isLabelledBySplit: labelled.has(part.id) })) };
}

/** Lets the original stand for its parts again. The caller holds them. */
export async function withdrawParts(
  tx: Transaction,
  split: DocumentSplit,
  parts: readonly Document[],
  undoneBy: string,
): Promise<void> {
  await markSplitUndone(tx, split.id, { undoneBy, undoneAt: new Date() });
  for (const { id } of parts) await changeStatus(tx, id, 'WITHDRAWN');
  await changeStatus(tx, split.documentId, 'READY');
}

/** The pages of the original that a part is made of; null for a document that is no part. */
export function rangeOfPart({ splitFirstPage, pageCount }: Document): PageRange | null {
  if (splitFirstPage === null || pageCount === null) return null;
  return { firstPage: splitFirstPage, lastPage: splitFirstPage + pageCount - 1 };
}

/** The parts that stand for each document, by their pages; none for one that is not SPLIT. */
export async function listStandingParts(
  database: Database,
  documentIds: readonly string[],
): Promise<Document[][]> {
  const splits = await listSplits(database, documentIds);
  const standing = splits.map(([newest]) => (newest && newest.undoneAt === null ? newest.id : null));
  const ids = standing.flatMap((id) => id ?? []);
  const parts = await listPartsOfSplits(database, ids);
  const bySplit = new Map(ids.map((id, index) => [id, parts[index] ?? []]));
  return standing.map((id) => (id === null ? [] : (bySplit.get(id) ?? [])));
}
