/** From a stored page to what the network reads: the same for inference and for training. */

import { buffer } from 'node:stream/consumers';
import type { Page } from '../documents/document.js';
import { pageRgb } from '../documents/rendering/page-image.js';
import type { EncodedPage } from '../layoutlmv2/encoded-page.js';
import { encodePage } from '../layoutlmv2/page-encoding.js';
import type { WordTokenizer } from '../layoutlmv2/tokenizer/word-tokenizer.js';
import { turnWords } from '../ocr/page-orientation.js';
import { listWordsOfPages } from '../ocr/words-of-pages.js';
import type { BlobStorage } from '../platform/blob-storage.js';
import type { DatabaseConnection } from '../platform/database/database.js';

/** Encodes a page that has been read, with at most `maxTokens` tokens. @throws when it has not been read. */
export type EncodeStoredPage = (
  page: Page,
  tokenizer: WordTokenizer,
  options: { maxTokens: number },
) => Promise<EncodedPage>;

export function createEncodeStoredPage(dependencies: {
  connection: DatabaseConnection;
  blobs: BlobStorage;
}): EncodeStoredPage {
  const { connection, blobs } = dependencies;
  return async (page, tokenizer, { maxTokens }) => {
    const [read] = await listWordsOfPages(connection.database, [page.id]);
    if (!read) throw new Error(`page ${page.id} has not been read`);
    // What lies on its side is shown to the network as a person would hold it.
    const words = turnWords(read.words, read.uprightTurn);
    const image = await pageRgb(await buffer(await blobs.openRead(page.imageSha256)), read.uprightTurn);
    return encodePage({ words, image }, tokenizer, { maxTokens });
  };
}
