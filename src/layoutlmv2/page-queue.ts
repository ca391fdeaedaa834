/**
 * Gathers the pages of all who want something classified: while the engine computes, pages wait, and when it is free those of
 * similar length go into it together. It waits for nobody: a page that finds the engine free is computed at once. How a batch
 * is computed, and by whom, is given to it.
 */
import type { PageResult } from './classifier.js';
import { assertReadable } from './collate.js';
import type { LayoutLMv2Config } from './config.js';
import type { EncodedPage } from './encoded-page.js';

/** Computes one batch; results in the order of the pages. */
export type ComputeBatch = (pages: readonly EncodedPage[]) => Promise<PageResult[]>;

export type PageQueue = {
  /**
   * Classifies pages; results in the order of the pages.
   * @throws Error if a page cannot be read by the network, before any is computed; or what the computation throws
   */
  classify(pages: readonly EncodedPage[]): Promise<PageResult[]>;
};

type Waiting = {
  page: EncodedPage;
  resolve(result: PageResult): void;
  reject(error: unknown): void;
};

/**
 * How much of a batch may be padding. Less, and pages of mixed lengths go one by one; more, and long pages make short ones as
 * slow as themselves.
 */
const MOST_PADDING = 1 / 4;

/**
 * @param options.lanes batches computed at once
 * @param options.batchSize most pages of a batch
 */
export function createPageQueue(options: {
  config: LayoutLMv2Config;
  lanes: number;
  batchSize: number;
  compute: ComputeBatch;
}): PageQueue {
  const { config, lanes, batchSize, compute } = options;
  const waiting: Waiting[] = [];
  let computing = 0;

  async function computeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await compute(batch.map(({ page }) => page));
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result) resolve(result);
        else reject(new Error(`A batch of ${batch.length} pages gave ${results.length} results.`));
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  function computeNext(): void {
    while (computing < lanes && waiting.length > 0) {
      const batch = takeBatch(waiting, batchSize);
      computing += 1;
      void computeBatch(batch).then(() => {
        computing -= 1;
        computeNext();
      });
    }
  }

  return {
    async classify(pages) {
      // Checked here, so that a page which cannot be computed spoils no batch that it shares with others.
      pages.forEach((page, index) => {
        assertReadable(page, index, config);
      });
      const results = pages.map(
        (page) => new Promise<PageResult>((resolve, reject) => waiting.push({ page, resolve, reject })),
      );
      computeNext();
      return Promise.all(results);
    },
  };
}

/**
 * Takes the page that has waited longest, so that none waits for ever, and with it those nearest to it in length, as long as
 * little of the batch is padding.
 */
function takeBatch(waiting: Waiting[], batchSize: number): Waiting[] {
  const [oldest, ...others] = waiting;
  if (!oldest) return [];
  const lengthOf = ({ page }: Waiting): number => page.inputIds.length;
  const nearest = others.sort(
    (a, b) => Math.abs(lengthOf(a) - lengthOf(oldest)) - Math.abs(lengthOf(b) - lengthOf(oldest)),
  );
  const batch = [oldest];
  for (const candidate of nearest) {
    const lengths = [...batch, candidate].map(lengthOf);
    const tokens = lengths.reduce((sum, length) => sum + length, 0);
    const isTight = 1 - tokens / (lengths.length * Math.max(...lengths)) <= MOST_PADDING;
    if (batch.length === batchSize || !isTight) break;
    batch.push(candidate);
  }
  const taken = new Set(batch);
  const left = waiting.filter((page) => !taken.has(page));
  waiting.splice(0, waiting.length, ...left);
  return batch;
}
