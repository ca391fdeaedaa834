/** What a corpus is made from: everything that its words and labels depend on, as its manifest keeps it. */
import { seedOf } from '../src/layoutlmv2/random.js';
import { createDice } from './dice.js';

/** Raised whenever the same parameters would give other words or labels. */
export const CORPUS_VERSION = 2;

export type CorpusParameters = {
  version: number;
  seed: number;
  pages: number;
  /** Labels, sorted. */
  kinds: string[];
  /** Share of the pages whose words are read by Tesseract. */
  ocrShare: number;
  /** Share of the pages whose words carry made-up mistakes of a reader. */
  noiseShare: number;
  validationShare: number;
};

export type WordSource = 'exact' | 'ocr' | 'noise';

export type PageFate = { source: WordSource; split: 'train' | 'val' };

// A shard is what is lost when a run is stopped, and what a process makes between two messages.
export const PAGES_PER_SHARD = 50;

/** Where a page's words come from and which part of the corpus it belongs to: from its number alone. */
export function fateOf(
  { seed, ocrShare, noiseShare, validationShare }: CorpusParameters,
  index: number,
): PageFate {
  const dice = createDice(seedOf(seed, 'fate', index));
  const draw = dice.uniform();
  const source = draw < ocrShare ? 'ocr' : draw < ocrShare + noiseShare ? 'noise' : 'exact';
  return { source, split: dice.chance(validationShare) ? 'val' : 'train' };
}
