/** The pages that both sides of the benchmark read: made by a formula, so that none has to be sent. torch/peer.py has the same. */
import { type EncodedPage, IMAGE_SIDE } from '../../src/layoutlmv2/encoded-page.js';

/** `count` pages of exactly `tokens` tokens each, for a vocabulary of at least 30,100 pieces or of `vocabSize`. */
export function makePages(
  tokens: number,
  count: number,
  vocabSize = Number.POSITIVE_INFINITY,
): EncodedPage[] {
  return Array.from({ length: count }, (_, page) => ({
    inputIds: Array.from(
      { length: tokens },
      (_, token) => (((token * 7919 + page * 101) % 30000) + 100) % vocabSize,
    ),
    boxes: Array.from({ length: tokens }, (_, token) => {
      const [left, top] = [(37 * token + 11 * page) % 900, (53 * token + 7 * page) % 950];
      return [left, top, left + 80, top + 20];
    }).flat(),
    image: Uint8Array.from(
      { length: IMAGE_SIDE * IMAGE_SIDE * 3 },
      (_, pixel) => (pixel * 31 + Math.floor(pixel / 7) + 13 * page) % 256,
    ),
    truncatedTokens: 0,
  }));
}
