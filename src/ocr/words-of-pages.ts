/** The words that training, inference and people see of a page: those of its newest reading. */
import type { Database, Transaction } from '../platform/database/database.js';
import { createId } from '../shared/ids.js';
import type { QuarterTurns } from './page-orientation.js';
import {
  copyWords,
  listNewestWords,
  listReadDocuments,
  samplePagesWithWords,
} from './page-words.repository.js';
import { unpackWords, type Word } from './word.js';

export type WordsOfPage = {
  /** With boxes on the page image as it is stored. */
  words: Word[];
  source: string;
  ocrVersion: string;
  /** Degrees clockwise by which page image and words must be turned to be upright. */
  uprightTurn: QuarterTurns;
  /** How far its lines were askew; null where that was not measured. */
  skewDegrees: number | null;
};

/** Words of each page in the order of the ids, null where a page has not been read. */
export async function listWordsOfPages(
  database: Database,
  pageIds: readonly string[],
): Promise<(WordsOfPage | null)[]> {
  const rows = await listNewestWords(database, pageIds);
  return rows.map(
    (row) =>
      row && {
        words: unpackWords(row),
        source: row.source,
        ocrVersion: row.ocrVersion,
        uprightTurn: row.uprightTurn,
        skewDegrees: row.skewDegrees,
      },
  );
}

/**
 * Ids of pages that have words, drawn by the seed from all documents that have been read, at most `count`.
 *
 * @param sample.firstPages how many pages of a document can be drawn, from its first
 */
export async function sampleReadPages(
  database: Database,
  sample: { exceptDocumentIds: readonly string[]; firstPages: number; seed: number; count: number },
): Promise<string[]> {
  return await samplePagesWithWords(database, sample);
}

/** Gives pages the words of others, which look the same, so that nobody reads them again. */
export async function copyWordsOfPages(
  tx: Transaction,
  pages: readonly { sourceId: string; id: string }[],
): Promise<void> {
  await copyWords(
    tx,
    pages.map(({ sourceId, id }) => ({ sourceId, pageId: id, id: createId() })),
  );
}

/** Of these documents, those that are ready with every page read: the OCR versions of each by its id. */
export async function listOcrVersionsOfDocuments(
  database: Database,
  documentIds: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await listReadDocuments(database, documentIds);
  return new Map(rows.map(({ documentId, ocrVersions }) => [documentId, ocrVersions]));
}
