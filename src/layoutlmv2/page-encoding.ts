/**
 * From a page's words, boxes and picture to what the network reads: one sequence of piece ids with boxes and a 224×224 image.
 * It pads nothing (batches do) and decodes no file format.
 */
import { type EncodedPage, IMAGE_SIDE } from './encoded-page.js';
import { type RgbImage, resizeBilinear } from './image-resize.js';
import type { WordTokenizer } from './tokenizer/word-tokenizer.js';

/** Left, top, right, bottom; 0..1000 of the page, whatever its size. */
export type WordBox = readonly [x0: number, y0: number, x1: number, y1: number];

export type PageWord = {
  readonly text: string;
  readonly box: WordBox;
};

export type PageContent = {
  /** In reading order: what does not fit is dropped from the end. */
  readonly words: readonly PageWord[];
  /** `null` for a page without a picture, which the network then sees as blank paper. */
  readonly image: RgbImage | null;
};

// The box of the classification token and of the separator, as in pre-training.
const CLASSIFICATION_BOX: WordBox = [0, 0, 0, 0];
const SEPARATOR_BOX: WordBox = [1000, 1000, 1000, 1000];

const BOX_SCALE = 1000;
const WHITE = 255;
const CHANNELS = 3;
// The classification token and the separator.
const SPECIAL_TOKENS_PER_PAGE = 2;

/**
 * Encodes a page as `[CLS] pieces [SEP]` (`<s> pieces </s>` for LayoutXLM) of at most `maxTokens` positions; every piece has the box of its word. Boxes are
 * clamped to 0..1000 and ordered, because widths and heights index tables. Throws for a box that is not of numbers.
 */
export function encodePage(
  { words, image }: PageContent,
  tokenizer: WordTokenizer,
  { maxTokens }: { readonly maxTokens: number },
): EncodedPage {
  if (!Number.isInteger(maxTokens) || maxTokens < SPECIAL_TOKENS_PER_PAGE) {
    throw new Error(`A page needs at least ${SPECIAL_TOKENS_PER_PAGE} tokens, found maxTokens ${maxTokens}.`);
  }
  const room = maxTokens - SPECIAL_TOKENS_PER_PAGE;
  const ids: number[] = [tokenizer.specialIds.classification];
  const boxes: number[] = [...CLASSIFICATION_BOX];
  let pieceCount = 0;
  for (const [index, { text, box }] of words.entries()) {
    const pieces = tokenizer.tokenizeWord(text);
    if (pieceCount < room && pieces.length > 0) {
      const orderedBox = orderBox(box, index);
      for (const id of pieces.subarray(0, room - pieceCount)) {
        ids.push(id);
        boxes.push(...orderedBox);
      }
    }
    pieceCount += pieces.length;
  }
  ids.push(tokenizer.specialIds.separator);
  boxes.push(...SEPARATOR_BOX);
  return {
    inputIds: Int32Array.from(ids),
    boxes: Int32Array.from(boxes),
    image: encodeImage(image),
    truncatedTokens: Math.max(0, pieceCount - room),
  };
}

/**
 * A box in pixels as a box of the page, by the rule of the pre-training data: `trunc(1000 · (value / size))`, the division
 * first. Clamped and ordered as `encodePage` does.
 */
export function normaliseBox(box: WordBox, width: number, height: number): WordBox {
  if (!(width > 0) || !(height > 0)) throw new Error(`A page of ${width}×${height} has no boxes.`);
  const [x0, y0, x1, y1] = box;
  return orderBox(
    [
      BOX_SCALE * (x0 / width),
      BOX_SCALE * (y0 / height),
      BOX_SCALE * (x1 / width),
      BOX_SCALE * (y1 / height),
    ],
    0,
  );
}

function orderBox(box: WordBox, index: number): WordBox {
  if (box.length !== 4 || !box.every(Number.isFinite)) {
    throw new Error(`The box of word ${index} must be four finite numbers, found [${box.join(', ')}].`);
  }
  const [x0, y0, x1, y1] = box;
  const [left, right] = orderPair(x0, x1);
  const [top, bottom] = orderPair(y0, y1);
  return [left, top, right, bottom];
}

function orderPair(first: number, second: number): [number, number] {
  const a = clampToPage(first);
  const b = clampToPage(second);
  return a <= b ? [a, b] : [b, a];
}

function clampToPage(value: number): number {
  return Math.max(0, Math.min(BOX_SCALE, Math.trunc(value)));
}

/** `[224, 224, 3]`, blue first: the order of the detector the visual part was pre-trained with. */
function encodeImage(image: RgbImage | null): Uint8Array {
  if (image === null) return new Uint8Array(IMAGE_SIDE * IMAGE_SIDE * CHANNELS).fill(WHITE);
  const { data } = resizeBilinear(image, IMAGE_SIDE, IMAGE_SIDE);
  const blueFirst = new Uint8Array(data.length);
  for (let offset = 0; offset < data.length; offset += CHANNELS) {
    blueFirst[offset] = data[offset + 2] ?? 0;
    blueFirst[offset + 1] = data[offset + 1] ?? 0;
    blueFirst[offset + 2] = data[offset] ?? 0;
  }
  return blueFirst;
}
