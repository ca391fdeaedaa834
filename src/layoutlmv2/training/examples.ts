/** What a classifier is trained and judged on: pages, each with its class and the unit it belongs to. */

import type { EncodedPage } from '../encoded-page.js';

/** One page with its class; the page itself is at hand, or loaded each time it is needed, its tokens counted or not. */
export type TrainingExample = {
  /** Pages of one unit (a document) are scored together. */
  unit: string;
  /** Number of the class, from 0. */
  label: number;
} & ({ page: EncodedPage } | { load(): Promise<EncodedPage>; tokens?: number });

/** The example's page, cut to `maxTokens`: of what is too long the last pieces before [SEP] are dropped. */
export async function loadPage(example: TrainingExample, maxTokens: number): Promise<EncodedPage> {
  const page = 'page' in example ? example.page : await example.load();
  const { inputIds, boxes, truncatedTokens } = page;
  if (inputIds.length <= maxTokens) return page;
  const kept = maxTokens - 1;
  return {
    ...page,
    inputIds: [...Array.from(inputIds).slice(0, kept), ...Array.from(inputIds).slice(-1)],
    boxes: [...Array.from(boxes).slice(0, 4 * kept), ...Array.from(boxes).slice(-4)],
    truncatedTokens: truncatedTokens + inputIds.length - maxTokens,
  };
}

/** Tokens of each example's page after cutting; undefined unless all are known. */
export function knownLengths(examples: readonly TrainingExample[], maxTokens: number): number[] | undefined {
  const lengths = examples.map((example) =>
    'page' in example ? example.page.inputIds.length : (example.tokens ?? null),
  );
  if (!lengths.every((length) => length !== null)) return undefined;
  return lengths.map((length) => Math.min(maxTokens, length));
}
