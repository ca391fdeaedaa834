/**
 * Made-up pages of three kinds that differ in words, layout and look, each with noise: something a network can learn in seconds.
 */

import { type EncodedPage, IMAGE_SIDE } from '../../../src/layoutlmv2/encoded-page.js';
import { createRandom, type Random, seedOf } from '../../../src/layoutlmv2/random.js';
import type { TrainingExample } from '../../../src/layoutlmv2/training/examples.js';

export const kindCount = 3;

/** Token ids: 2 and 3 open and close a page, 5 to 14 are words of all kinds, then ten words for each kind. */
const openingId = 2;
const closingId = 3;
const commonWords = 5;
const wordsPerKind = 10;

/** Ids used by the corpus are below this. */
export const corpusVocabSize = commonWords + wordsPerKind * (kindCount + 1);

/** A page of one kind: 8 to 14 words, every third of them common to all kinds. */
function syntheticPage(kind: number, random: Random): EncodedPage {
  const wordCount = 8 + random.integer(7);
  const ids = [openingId];
  const boxes = [0, 0, 0, 0];
  for (let word = 0; word < wordCount; word++) {
    const isCommon = random.uniform() < 1 / 3;
    ids.push(commonWords + (isCommon ? 0 : wordsPerKind * (kind + 1)) + random.integer(wordsPerKind));
    const [x, y] = placeOf(kind, word);
    const left = x + random.integer(40);
    const top = y + random.integer(20);
    boxes.push(left, top, left + 80, top + 15);
  }
  ids.push(closingId);
  boxes.push(1000, 1000, 1000, 1000);
  return { inputIds: ids, boxes, image: syntheticImage(kind, random), truncatedTokens: 0 };
}

/** Lines of three words, a column at the right, a grid. */
function placeOf(kind: number, word: number): [number, number] {
  if (kind === 0) return [100 + 250 * (word % 3), 100 + 60 * Math.floor(word / 3)];
  if (kind === 1) return [750, 100 + 55 * word];
  return [50 + 200 * (word % 4), 500 + 110 * Math.floor(word / 4)];
}

/** White paper with noise; a dark band at the top, at the left, or at the bottom. */
function syntheticImage(kind: number, random: Random): Uint8Array {
  const image = new Uint8Array(IMAGE_SIDE * IMAGE_SIDE * 3);
  const band = 30 + random.integer(20);
  for (let y = 0; y < IMAGE_SIDE; y++) {
    for (let x = 0; x < IMAGE_SIDE; x++) {
      const isDark = [y < band, x < band, y >= IMAGE_SIDE - band][kind];
      const grey = (isDark ? 60 : 210) + random.integer(40);
      image.fill(grey, 3 * (y * IMAGE_SIDE + x), 3 * (y * IMAGE_SIDE + x) + 3);
    }
  }
  return image;
}

/** `count` pages, the kinds in turn; a unit has `pagesPerUnit` pages of one kind. */
export function syntheticCorpus(count: number, seed: number, pagesPerUnit = 1): TrainingExample[] {
  return Array.from({ length: count }, (_, index) => {
    const unit = Math.floor(index / pagesPerUnit);
    const label = unit % kindCount;
    return { unit: `unit-${unit}`, label, page: syntheticPage(label, createRandom(seedOf(seed, index))) };
  });
}
