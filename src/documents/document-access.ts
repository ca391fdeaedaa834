/** What the features to the right need of documents and pages: to read a page, to make its text searchable. */
import { buffer } from 'node:stream/consumers';
import type { BlobStorage } from '../platform/blob-storage.js';
import type { Database, DatabaseConnection, Transaction } from '../platform/database/database.js';
import { createDocumentSplitError, createDocumentWithdrawnError } from './document.errors.js';
import type { Document, Page } from './document.js';
import {
  countDocumentsByLabel,
  findDocument,
  findDocuments,
  findPage,
  listPagesById as findPages,
  findTextLayer,
  listHashesOfPages,
  listPagesOfDocuments as listPages,
  updateLabel,
  updatePageText,
} from './document.repository.js';

/** The words of a PDF's text layer as parallel arrays, four box numbers (0..1000) a word. */
type PackedTextLayer = { texts: string[]; boxes: number[]; unmappedShare: number };

/** What is needed to read the words of a page; null when the page is gone. */
export type FindPageSource = (
  pageId: string,
) => Promise<{ page: Page; image: Buffer; textLayer: PackedTextLayer | null } | null>;

export function createFindPageSource(dependencies: {
  connection: DatabaseConnection;
  blobs: BlobStorage;
}): FindPageSource {
  const { connection, blobs } = dependencies;
  return async (pageId) => {
    const page = await findPage(connection.database, pageId);
    if (page === null) return null;
    const image = await buffer(await blobs.openRead(page.imageSha256));
    return { page, image, textLayer: await findTextLayer(connection.database, pageId) };
  };
}

/** A document, or null when it is gone. */
export async function findDocumentById(database: Database, id: string): Promise<Document | null> {
  return await findDocument(database, id);
}

/** @throws AppError DOCUMENT_SPLIT or DOCUMENT_WITHDRAWN for a document for which others stand. */
export function requireStanding(document: Document): Document {
  if (document.status === 'SPLIT') throw createDocumentSplitError();
  if (document.status === 'WITHDRAWN') throw createDocumentWithdrawnError();
  return document;
}

/** Documents in the order of the ids, without those that are gone. */
export async function listDocumentsById(database: Database, ids: readonly string[]): Promise<Document[]> {
  const documents = await findDocuments(database, ids);
  return documents.filter((document) => document !== null);
}

/** Documents in the order of the ids. @throws when one is missing: rows that go with their document never point to one. */
export async function getDocumentsById(database: Database, ids: readonly string[]): Promise<Document[]> {
  const documents = await findDocuments(database, ids);
  return documents.map((document, index) => {
    if (document === null) throw new Error(`document ${ids[index]} is gone`);
    return document;
  });
}

/** Writes down what decisions and predictions amount to, and where the document stands in the review queue if that is given. */
export async function setEffectiveLabel(
  tx: Transaction,
  documentId: string,
  label: Pick<Document, 'labelId' | 'labelSource' | 'needsReview'> & {
    reviewByEntropy?: number;
    reviewByMargin?: number;
    noneOfTheseScore?: number | null;
  },
): Promise<void> {
  await updateLabel(tx, documentId, label);
}

/** A document with its pages by number; null when it is gone. */
export async function findDocumentWithPages(
  database: Database,
  documentId: string,
): Promise<{ document: Document; pages: Page[] } | null> {
  const document = await findDocument(database, documentId);
  if (document === null) return null;
  const [pages = []] = await listPages(database, [documentId]);
  return { document, pages };
}

/** Pages of each document, by number. */
export async function listPagesOfDocuments(
  database: Database,
  documentIds: readonly string[],
): Promise<Page[][]> {
  return await listPages(database, documentIds);
}

/** Pages in the order of the ids, without those that are gone. */
export async function listPagesById(database: Database, ids: readonly string[]): Promise<Page[]> {
  return await findPages(database, ids);
}

/** The perceptual hash of each page in the order of the ids, null where there is none. */
export async function listPerceptualHashes(
  database: Database,
  pageIds: readonly string[],
): Promise<(string | null)[]> {
  return await listHashesOfPages(database, pageIds);
}

/** Makes the text of a page what search and `Document.text` read. */
export async function indexPageText(tx: Transaction, pageId: string, text: string): Promise<void> {
  await updatePageText(tx, pageId, text);
}

/** How many documents have each label as their effective one. */
export async function countDocumentsOfLabels(
  database: Database,
  labelIds: readonly string[],
): Promise<number[]> {
  return await countDocumentsByLabel(database, labelIds);
}
