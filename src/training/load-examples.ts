/** The pages of a snapshot as the network reads them. */
import type { EncodeStoredPage } from '../classification/encode-page.js';
import type { Page } from '../documents/document.js';
import { listPagesOfDocuments } from '../documents/document-access.js';
import type { WordTokenizer } from '../layoutlmv2/tokenizer/word-tokenizer.js';
import type { TrainingExample } from '../layoutlmv2/training/examples.js';
import { listWordsOfPages } from '../ocr/words-of-pages.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { DatasetItem, DatasetSplit } from './training-run.js';

/** A document of a snapshot with its pages. */
export type SnapshotDocument = { item: DatasetItem; pages: readonly Page[] };

// A document of hundreds of pages would outweigh all others in training; measured is on every page.
export const maxTrainingPages = 8;
// Ids of one query: PostgreSQL takes 65,535 parameters.
const documentsAtOnce = 1000;
// 150 kB a page: up to this many are kept at hand (0.6 GB), of more each is read when it is needed.
export const maxPagesAtHand = 4000;

export async function listSnapshotDocuments(
  connection: DatabaseConnection,
  items: readonly DatasetItem[],
): Promise<SnapshotDocument[]> {
  const documents: SnapshotDocument[] = [];
  for (let start = 0; start < items.length; start += documentsAtOnce) {
    const part = items.slice(start, start + documentsAtOnce);
    const ids = part.map(({ documentId }) => documentId);
    const pages = await listPagesOfDocuments(connection.database, ids);
    for (const [index, item] of part.entries()) {
      const found = pages[index] ?? [];
      documents.push({ item, pages: item.split === 'TRAIN' ? found.slice(0, maxTrainingPages) : found });
    }
  }
  return documents;
}

/** How often each word occurs on the pages of documents. */
export async function countWords(
  connection: DatabaseConnection,
  documents: readonly SnapshotDocument[],
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { pages } of documents) {
    const read = await listWordsOfPages(
      connection.database,
      pages.map(({ id }) => id),
    );
    for (const { text } of read.flatMap((page) => page?.words ?? []))
      counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

/** Encodes the pages of one split; `checkCancelled` is called before each. */
export async function loadExamples(options: {
  documents: readonly SnapshotDocument[];
  split: DatasetSplit;
  labelIds: readonly string[];
  tokenizer: WordTokenizer;
  maxTokens: number;
  encodePage: EncodeStoredPage;
  checkCancelled: () => Promise<void>;
}): Promise<TrainingExample[]> {
  const { documents, split, labelIds, tokenizer, maxTokens, encodePage, checkCancelled } = options;
  const isAtHand = documents.reduce((sum, { pages }) => sum + pages.length, 0) <= maxPagesAtHand;
  const examples: TrainingExample[] = [];
  for (const { item, pages } of documents) {
    if (item.split !== split) continue;
    const label = labelIds.indexOf(item.labelId);
    if (label < 0) throw new Error(`the label ${item.labelId} is not among the labels of the run`);
    for (const page of pages) {
      await checkCancelled();
      const load = () => encodePage(page, tokenizer, { maxTokens });
      const source = isAtHand ? { page: await load() } : { load };
      examples.push({ unit: item.documentId, label, ...source });
    }
  }
  return examples;
}
