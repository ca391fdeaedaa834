/** A page for tests of augmentation: lines of words of letters, on paper with some ink. */
import { type EncodedPage, IMAGE_SIDE } from '../../../src/layoutlmv2/encoded-page.js';
import type { WordBox } from '../../../src/layoutlmv2/page-encoding.js';
import { createTokenizer, uncasedWordPiece } from '../../../src/layoutlmv2/tokenizer/tokenizer.js';
import { SPECIAL_TOKENS } from '../../../src/layoutlmv2/tokenizer/wordpiece.js';

const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789|'];

/** A vocabulary of single letters, in which every text of letters can be written. */
export const letterTokenizer = uncasedWordPiece([
  ...SPECIAL_TOKENS,
  ...letters,
  ...letters.map((letter) => `##${letter}`),
]);

const { tokenizeWord, getPiece, specialIds } = createTokenizer(letterTokenizer);

export { specialIds };

const PAPER = 200;
const LINES = 20;
const WORDS_PER_LINE = 8;

/** 160 words in 20 lines, grey paper, and a black rectangle in the middle. */
export function linesOfWords(): EncodedPage {
  const words = Array.from({ length: LINES * WORDS_PER_LINE }, (_, word) => {
    const left = 50 + 115 * (word % WORDS_PER_LINE);
    const top = 40 + 47 * Math.floor(word / WORDS_PER_LINE);
    return { text: `m${word}el`, box: [left, top, left + 80, top + 15] as const };
  });
  return pageOf(words, imageOf([90, 90, 130, 120]));
}

/** A page of the given words. */
export function pageOf(words: readonly { text: string; box: WordBox }[], image: Uint8Array): EncodedPage {
  const inputIds: number[] = [specialIds.classification];
  const boxes: number[] = [0, 0, 0, 0];
  for (const { text, box } of words) {
    for (const id of tokenizeWord(text)) {
      inputIds.push(id);
      boxes.push(...box);
    }
  }
  inputIds.push(specialIds.separator);
  boxes.push(1000, 1000, 1000, 1000);
  return { inputIds, boxes, image, truncatedTokens: 0 };
}

/** Grey paper with a black rectangle: from its first pixel to before the last. */
export function imageOf([left, top, right, bottom]: WordBox): Uint8Array {
  const image = new Uint8Array(IMAGE_SIDE * IMAGE_SIDE * 3).fill(PAPER);
  for (let row = top; row < bottom; row++) {
    image.fill(0, 3 * (row * IMAGE_SIDE + left), 3 * (row * IMAGE_SIDE + right));
  }
  return image;
}

/** The words of a page as texts with boxes; neighbours with the same box are one. */
export function readWords({ inputIds, boxes }: EncodedPage): { text: string; box: number[] }[] {
  const words: { text: string; box: number[] }[] = [];
  for (let token = 1; token < inputIds.length - 1; token++) {
    const box = Array.from(boxes).slice(4 * token, 4 * token + 4);
    const piece = getPiece(inputIds[token] ?? 0).replace('##', '');
    const last = words.at(-1);
    if (last && last.box.join() === box.join()) last.text += piece;
    else words.push({ text: piece, box });
  }
  return words;
}
