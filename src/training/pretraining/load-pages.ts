/** The pages of a pre-training run as the network reads them: without any label. */
import type { EncodeStoredPage } from '../../classification/encode-page.js';
import type { Page } from '../../documents/document.js';
import { listPagesById } from '../../documents/document-access.js';
import type { WordTokenizer } from '../../layoutlmv2/tokenizer/word-tokenizer.js';
import type { TrainingExample } from '../../layoutlmv2/training/examples.js';
import type { Database } from '../../platform/database/database.js';
import { maxPagesAtHand } from '../load-examples.js';
import type { CheckCancelled } from '../run-life.js';

// Ids of one query: PostgreSQL takes 65,535 parameters.
const pagesAtOnce = 10_000;
// The network's examples have one; nobody looks at it here.
const noLabel = 0;

/** In the order of the ids, without pages that are gone. Of many pages each is read when it is needed. */
export async function loadPages(options: {
  database: Database;
  pageIds: readonly string[];
  tokenizer: WordTokenizer;
  maxTokens: number;
  encodePage: EncodeStoredPage;
  checkCancelled: CheckCancelled;
}): Promise<TrainingExample[]> {
  const { database, pageIds, tokenizer, maxTokens, encodePage, checkCancelled } = options;
  const pages: Page[] = [];
  for (let start = 0; start < pageIds.length; start += pagesAtOnce) {
    pages.push(...(await listPagesById(database, pageIds.slice(start, start + pagesAtOnce))));
  }
  const isAtHand = pages.length <= maxPagesAtHand;
  const examples: TrainingExample[] = [];
  for (const page of pages) {
    await checkCancelled();
    const load = () => encodePage(page, tokenizer, { maxTokens });
    const source = isAtHand ? { page: await load() } : { load };
    examples.push({ unit: page.documentId, label: noLabel, ...source });
  }
  return examples;
}
