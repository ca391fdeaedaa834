/** What every architecture of a model version has in common: how it is loaded, and what it then says of the pages of a document. */
import type { Page } from '../../documents/document.js';
import type { Engine } from '../../layoutlmv2/engine.js';
import type { PageReaders } from '../page-readers.js';

/** What a classifier says of a page, or of a document. */
export type Scores = {
  /** By class, in the order of the version's labels; they sum to 1. The temperature of the version is not in them yet. */
  probabilities: ArrayLike<number>;
  /** What a network read, packed; null of one that has nothing of the kind. */
  embedding: Uint8Array<ArrayBuffer> | null;
  /** The share of known documents that look less strange, 0 to 1; null of what cannot tell. */
  noneOfTheseScore: number | null;
  /** Of the classifier alone. */
  durationMs: number;
  /** Of the page or document, what the classifier has not read. */
  truncatedTokens: number;
};

export type DocumentScores = {
  /** In the order of the pages. */
  pages: Scores[];
  whole: Scores;
};

/** What computes, as it is told with every prediction. */
export type ComputedBy = Pick<Engine, 'name' | 'device'>;

/** A classifier in memory; many may ask it at once. */
export type LoadedClassifier = {
  computedBy: ComputedBy;
  /**
   * Scores a document by its pages.
   * @param pages at least one, all of them read
   */
  score(pages: readonly Page[], readers: PageReaders, signal: AbortSignal): Promise<DocumentScores>;
  dispose(): Promise<void>;
};

export type LoadOptions = {
  /** Of the version. */
  folder: string;
  labelCount: number;
  /** Tokens of a page that it reads; null for what reads all words. */
  maxTokens: number | null;
  /** Called only by what computes with tensors. */
  startEngine: () => Promise<ComputedBy>;
};

export type Architecture = {
  /** @throws Error that says what is wrong with the folder. */
  load(options: LoadOptions): Promise<LoadedClassifier>;
};
