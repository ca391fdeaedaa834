/** How a classifier comes to what it reads of a page: tokens and image, the image alone, or the words alone. */
import type { Page } from '../documents/document.js';
import { createWordTokenizer } from '../layoutlmv2/tokenizer/word-tokenizer.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { EncodeStoredPage } from './encode-page.js';
import { createReadTexts, type ReadTexts } from './read-texts.js';

export type PageReaders = {
  encodePage: EncodeStoredPage;
  /** The small image of an encoded page. @throws when the page has not been read. */
  readImage: (page: Page) => Promise<Uint8Array>;
  readTexts: ReadTexts;
};

/** Reads no word: what is left of an encoded page is its image. */
const wordless = createWordTokenizer(
  [],
  { padding: 0, unknown: 0, classification: 0, separator: 0, mask: 0 },
  () => new Int32Array(),
);
/** Of a page without words, where it begins and where it ends. */
const tokensOfWordless = 2;

export function createPageReaders(dependencies: {
  connection: DatabaseConnection;
  encodePage: EncodeStoredPage;
}): PageReaders {
  const { encodePage } = dependencies;
  return {
    encodePage,
    readImage: async (page) => (await encodePage(page, wordless, { maxTokens: tokensOfWordless })).image,
    readTexts: createReadTexts(dependencies),
  };
}

/**
 * The readers of one document for several classifiers that look at it one after the other: decoding an image takes as long as the
 * classifiers of words and looks together, so who needs nothing but the image is given that of an encoded page.
 */
export function shareImages(readers: PageReaders): PageReaders {
  const images = new Map<string, Uint8Array>();
  return {
    ...readers,
    async encodePage(page, ...how) {
      const encoded = await readers.encodePage(page, ...how);
      images.set(page.id, encoded.image);
      return encoded;
    },
    readImage: async (page) => images.get(page.id) ?? (await readers.readImage(page)),
  };
}
