/**
 * What self-supervised learning does to a page, and what the network is then asked (Xu et al. 2021, LayoutLMv2, section 2.3): which
 * words were masked, which lines were covered on the image, and whether the image is that of the text. Pure and seeded.
 */
import { type EncodedPage, IMAGE_SIDE } from '../encoded-page.js';
import type { Random } from '../random.js';

/** How much of a page is taken away; each a probability. */
export type Corruption = {
  /** Of a word to be asked for. Of those, eight in ten are masked, one in ten is another piece, one stays as it is, as in BERT. */
  maskedWords: number;
  /** Of a line to be covered on the image. */
  coveredLines: number;
  /** Of a page to have the image of another. */
  replacedImages: number;
  /** Of a page to have a blank image. */
  droppedImages: number;
};

/** The shares of the paper. */
export const publishedCorruption: Corruption = {
  maskedWords: 0.15,
  coveredLines: 0.15,
  replacedImages: 0.15,
  droppedImages: 0.05,
};

/** A corrupted page and the answers. */
export type CorruptedPage = {
  page: EncodedPage;
  /** Positions of the text that are asked for, and the piece that stood there. */
  masked: { position: number; piece: number }[];
  /** For each text position whether its line is covered; null where that is not asked: special and masked tokens. */
  covered: (boolean | null)[];
  /** Whether the image belongs to the text. */
  imageMatches: boolean;
};

/** Ids that corruption must know. */
export type Vocabulary = { mask: number; size: number; firstOrdinary: number };

const BLANK = 255;
const BOX_LIMIT = 1000;

/** BERT's shares of what becomes of a chosen word. */
const MASKED_SHARE = 0.8;
const RANDOM_SHARE = 0.1;

/**
 * Corrupts a page.
 *
 * @param otherImage an image of another page, for pages whose image is replaced; without it images are only dropped.
 */
export function corruptPage(
  page: EncodedPage,
  options: {
    corruption: Corruption;
    vocabulary: Vocabulary;
    otherImage?: Uint8Array | undefined;
    random: Random;
  },
): CorruptedPage {
  const { corruption, vocabulary, otherImage, random } = options;
  const words = wordsOf(page);
  const inputIds = Array.from(page.inputIds);
  const hidden = new Set<number>();
  const masked: CorruptedPage['masked'] = [];
  for (const { from, to } of words) {
    if (random.uniform() >= corruption.maskedWords) continue;
    const fate = random.uniform();
    for (let position = from; position < to; position++) {
      hidden.add(position);
      masked.push({ position, piece: inputIds[position] ?? 0 });
      if (fate < MASKED_SHARE) inputIds[position] = vocabulary.mask;
      else if (fate < MASKED_SHARE + RANDOM_SHARE) {
        inputIds[position] =
          vocabulary.firstOrdinary + random.integer(vocabulary.size - vocabulary.firstOrdinary);
      }
    }
  }

  const choice = random.uniform();
  const isReplaced = otherImage !== undefined && choice < corruption.replacedImages;
  const isDropped = !isReplaced && choice < corruption.replacedImages + corruption.droppedImages;
  const imageMatches = !isReplaced && !isDropped;
  const image = isReplaced ? otherImage.slice() : page.image.slice();
  if (isDropped) image.fill(BLANK);

  const covered: (boolean | null)[] = inputIds.map(() => null);
  for (const line of linesOf(page, words)) {
    const isCovered = random.uniform() < corruption.coveredLines;
    for (const { from, to } of line) {
      const isHidden = hidden.has(from);
      // The picture of a masked word would answer for it; and so nobody can tell whether it was covered.
      if (isCovered || isHidden) cover(image, page, from);
      for (let position = from; position < to; position++) {
        // Nothing of a text that is not on the image is visible there.
        covered[position] = isHidden ? null : isCovered || !imageMatches;
      }
    }
  }
  return { page: { ...page, inputIds, image }, masked, covered, imageMatches };
}

/** Positions of a word's pieces: `from` up to, not including, `to`. */
type Span = { from: number; to: number };

/** Neighbouring pieces with the same box are one word; the first and the last token are special. */
function wordsOf({ inputIds, boxes }: EncodedPage): Span[] {
  const spans: Span[] = [];
  for (let position = 1; position < inputIds.length - 1; position++) {
    const last = spans.at(-1);
    const isSame = [0, 1, 2, 3].every(
      (side) => boxes[4 * position + side] === boxes[4 * (position - 1) + side],
    );
    if (last && last.to === position && isSame) last.to = position + 1;
    else spans.push({ from: position, to: position + 1 });
  }
  return spans;
}

/** Words that follow each other and stand at one height: the middle of each lies within the one before. */
function linesOf({ boxes }: EncodedPage, words: readonly Span[]): Span[][] {
  const lines: Span[][] = [];
  let previous: Span | undefined;
  for (const word of words) {
    const top = boxes[4 * word.from + 1] ?? 0;
    const bottom = boxes[4 * word.from + 3] ?? 0;
    const middle = (top + bottom) / 2;
    const isSameLine =
      previous !== undefined &&
      middle >= (boxes[4 * previous.from + 1] ?? 0) &&
      middle <= (boxes[4 * previous.from + 3] ?? 0);
    if (isSameLine) lines.at(-1)?.push(word);
    else lines.push([word]);
    previous = word;
  }
  return lines;
}

/** Blanks the part of the image under a token's box. */
function cover(image: Uint8Array, { boxes }: EncodedPage, position: number): void {
  const pixel = (side: number, round: (value: number) => number) =>
    Math.min(IMAGE_SIDE, Math.max(0, round(((boxes[4 * position + side] ?? 0) * IMAGE_SIDE) / BOX_LIMIT)));
  const [left, top] = [pixel(0, Math.floor), pixel(1, Math.floor)];
  const [right, bottom] = [pixel(2, Math.ceil), pixel(3, Math.ceil)];
  for (let y = top; y < bottom; y++) {
    image.fill(BLANK, 3 * (y * IMAGE_SIDE + left), 3 * (y * IMAGE_SIDE + right));
  }
}
