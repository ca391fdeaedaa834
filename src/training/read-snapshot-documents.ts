/** What documents say and what they are like, as they were read: for the text baseline, and for the slices of the figures. */
import { listDocumentsById } from '../documents/document-access.js';
import { meanConfidence } from '../ocr/word.js';
import { listWordsOfPages } from '../ocr/words-of-pages.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { DocumentTraits } from './document-slices.js';
import type { SnapshotDocument } from './load-examples.js';

export type ReadDocument = { documentId: string; labelId: string; words: string[]; traits: DocumentTraits };

// Words of some thousand pages at a time fit into memory with their boxes; what is kept of them is a tenth.
const documentsAtOnce = 200;

/** Reads the documents of a snapshot, in their order, without those that are gone. */
export async function readSnapshotDocuments(
  { database }: DatabaseConnection,
  documents: readonly SnapshotDocument[],
  checkCancelled: () => Promise<void>,
): Promise<ReadDocument[]> {
  const found: ReadDocument[] = [];
  for (let start = 0; start < documents.length; start += documentsAtOnce) {
    await checkCancelled();
    const part = documents.slice(start, start + documentsAtOnce);
    const stored = await listDocumentsById(
      database,
      part.map(({ item }) => item.documentId),
    );
    const mediaTypes = new Map(stored.map(({ id, mediaType }) => [id, mediaType]));
    const pages = part.flatMap((document) => document.pages.map(({ id }) => id));
    const read = await listWordsOfPages(database, pages);
    const wordsOfPage = new Map(pages.map((id, index) => [id, read[index] ?? null]));
    for (const { item, pages: own } of part) {
      const mediaType = mediaTypes.get(item.documentId);
      if (mediaType === undefined) continue;
      const readings = own.flatMap(({ id }) => wordsOfPage.get(id) ?? []);
      const words = readings.flatMap((reading) => reading.words);
      const skews = readings.flatMap(({ skewDegrees }) =>
        skewDegrees === null ? [] : [Math.abs(skewDegrees)],
      );
      found.push({
        documentId: item.documentId,
        labelId: item.labelId,
        words: words.map(({ text }) => text),
        traits: {
          mediaType,
          pageCount: own.length,
          wordSources: readings.map(({ source }) => source),
          ocrConfidence: meanConfidence(words),
          skewDegrees: skews.length === 0 ? null : Math.max(...skews),
        },
      });
    }
  }
  return found;
}
