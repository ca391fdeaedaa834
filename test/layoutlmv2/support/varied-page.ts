/** Pages of a wanted length that differ in everything, for tests in which only lengths matter. */
import type { LayoutLMv2Config } from '../../../src/layoutlmv2/config.js';
import { type EncodedPage, IMAGE_SIDE } from '../../../src/layoutlmv2/encoded-page.js';

/** A page of `tokens` tokens, the same each time. */
export function variedPage(tokens: number, config: LayoutLMv2Config): EncodedPage {
  const boxOf = (token: number): number[] => {
    const [left, top] = [(token * 37 + tokens) % 900, (token * 53) % 900];
    return [left, top, left + 80, top + 20];
  };
  return {
    inputIds: Array.from({ length: tokens }, (_, token) => (7 * token + tokens) % config.vocabSize),
    boxes: Array.from({ length: tokens }, (_, token) => boxOf(token)).flat(),
    image: Uint8Array.from({ length: IMAGE_SIDE * IMAGE_SIDE * 3 }, (_, index) => (index * tokens) % 251),
    truncatedTokens: 0,
  };
}
