/** The words of stored pages without their boxes: what a text classifier reads, in service as in training. */
import type { Page } from '../documents/document.js';
import { listWordsOfPages } from '../ocr/words-of-pages.js';
import type { DatabaseConnection } from '../platform/database/database.js';

/** Of each page, in their order. @throws when one has not been read. */
export type ReadTexts = (pages: readonly Page[]) => Promise<string[][]>;

export function createReadTexts({ connection }: { connection: DatabaseConnection }): ReadTexts {
  return async (pages) => {
    const read = await listWordsOfPages(
      connection.database,
      pages.map(({ id }) => id),
    );
    return read.map((page, index) => {
      if (!page) throw new Error(`page ${pages[index]?.id} has not been read`);
      return page.words.map(({ text }) => text);
    });
  };
}
