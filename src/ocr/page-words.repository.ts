/** Words of pages in PostgreSQL: one row a page and OCR version, as parallel arrays. */
import type { Database, Transaction } from '../platform/database/database.js';
import type { PackedWords } from './word.js';

export type StoredWords = PackedWords & {
  pageId: string;
  source: string;
  ocrVersion: string;
  reason: string | null;
};

/** Keeps the words of a page; what the same OCR version said before stays. */
export async function insertPageWords(tx: Transaction, id: string, words: StoredWords): Promise<void> {
  const { confidences, ...rest } = words;
  await tx.pageWords.createMany({
    data: [{ id, ...rest, confidences: confidences ?? [] }],
    skipDuplicates: true,
  });
}

/** The newest words of each page, null where it has not been read. */
export async function listNewestWords(
  database: Database,
  pageIds: readonly string[],
): Promise<(StoredWords | null)[]> {
  const rows = await database.pageWords.findMany({
    where: { pageId: { in: [...pageIds] } },
    orderBy: { id: 'asc' },
  });
  // In ascending order, so that the newest of a page is what remains.
  const byPage = new Map(rows.map((row) => [row.pageId, row]));
  return pageIds.map((pageId) => {
    const row = byPage.get(pageId);
    if (!row) return null;
    const { texts, boxes, source, ocrVersion, reason } = row;
    const confidences = row.confidences.length === 0 ? null : row.confidences;
    return { pageId, texts, boxes, confidences, source, ocrVersion, reason };
  });
}

export async function countUnreadPages(database: Database, documentId: string): Promise<number> {
  return await database.page.count({ where: { documentId, words: { none: {} } } });
}
