/** The words that training, inference and people see of a page: those of its newest reading. */
import type { Database } from '../platform/database/database.js';
import { listNewestWords } from './page-words.repository.js';
import { unpackWords, type Word } from './word.js';

export type WordsOfPage = { words: Word[]; source: string; ocrVersion: string };

/** Words of each page in the order of the ids, null where a page has not been read. */
export async function listWordsOfPages(
  database: Database,
  pageIds: readonly string[],
): Promise<(WordsOfPage | null)[]> {
  const rows = await listNewestWords(database, pageIds);
  return rows.map(
    (row) => row && { words: unpackWords(row), source: row.source, ocrVersion: row.ocrVersion },
  );
}
