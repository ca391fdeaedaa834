/**
 * Puts encoded pages side by side into one batch: checks them, pads them to a common length, and keeps the result as plain
 * arrays. Nothing here is a tensor yet.
 */
import type { LayoutLMv2Config } from './config.js';
import { type EncodedPage, IMAGE_SIDE } from './encoded-page.js';

/** Pages of one common length, padded at the right. */
export type ModelBatch = {
  pages: number;
  /** Text positions of every page, padding included. */
  tokens: number;
  /** Token ids `[pages, tokens]`. */
  inputIds: Int32Array;
  /** Boxes `[pages, tokens, 4]`. */
  boxes: Int32Array;
  /** How many positions of each page are not padding. */
  tokenCounts: readonly number[];
  /** Pixels `[pages, 224, 224, 3]`; blue, green, red; 0..255. */
  images: Uint8Array;
};

/**
 * Lengths a batch is padded to. Few different ones, so that backends which prepare work per shape can reuse it; padding does
 * not change a result.
 */
const BUCKETS = [32, 64, 96, 128, 192, 256, 384, 512];

/** Largest box coordinate: boxes are thousandths of the page. */
const MAX_COORDINATE = 1000;

const IMAGE_BYTES = IMAGE_SIDE * IMAGE_SIDE * 3;

/**
 * Pads `pages` to the longest of them, rounded up to a bucket.
 *
 * @throws Error if there is no page, or one that the network cannot read: too long, an unknown token id, a box outside
 * 0..1000 or reversed, an image of another size
 */
export function collate(pages: readonly EncodedPage[], config: LayoutLMv2Config): ModelBatch {
  if (pages.length === 0) throw new Error('A batch needs at least one page.');
  pages.forEach((page, index) => {
    assertReadable(page, index, config);
  });
  const tokens = paddedLength(Math.max(...pages.map(({ inputIds }) => inputIds.length)), config);
  const inputIds = new Int32Array(pages.length * tokens).fill(config.padTokenId);
  const boxes = new Int32Array(pages.length * tokens * 4);
  const images = new Uint8Array(pages.length * IMAGE_BYTES);
  pages.forEach((page, index) => {
    inputIds.set(page.inputIds, index * tokens);
    boxes.set(page.boxes, index * tokens * 4);
    images.set(page.image, index * IMAGE_BYTES);
  });
  const tokenCounts = pages.map((page) => page.inputIds.length);
  return { pages: pages.length, tokens, inputIds, boxes, tokenCounts, images };
}

/** The length a page of `tokens` tokens is padded to. */
export function paddedLength(tokens: number, config: LayoutLMv2Config): number {
  const bucket = BUCKETS.find((length) => length >= tokens) ?? tokens;
  return Math.min(bucket, config.maxPositionEmbeddings);
}

/** @throws Error if the network cannot read a page; `index` names it. */
export function assertReadable(page: EncodedPage, index: number, config: LayoutLMv2Config): void {
  const { inputIds, boxes, image } = page;
  const name = `Page ${index} of the batch`;
  const tokens = inputIds.length;
  if (tokens < 1 || tokens > config.maxPositionEmbeddings) {
    throw new Error(
      `${name} has ${tokens} tokens; this network reads 1 to ${config.maxPositionEmbeddings}: truncate it.`,
    );
  }
  if (boxes.length !== 4 * tokens) {
    throw new Error(`${name} has ${boxes.length} box coordinates for ${tokens} tokens; it needs four each.`);
  }
  if (image.length !== IMAGE_BYTES) {
    throw new Error(
      `${name} has an image of ${image.length} bytes instead of 224 x 224 x 3 = ${IMAGE_BYTES}.`,
    );
  }
  for (let token = 0; token < tokens; token++) {
    const id = inputIds[token] ?? -1;
    if (!Number.isInteger(id) || id < 0 || id >= config.vocabSize) {
      throw new Error(`${name} has token id ${id}; the vocabulary has 0 to ${config.vocabSize - 1}.`);
    }
    const [x0 = -1, y0 = -1, x1 = -1, y1 = -1] = Array.from(
      { length: 4 },
      (_, side) => boxes[4 * token + side],
    );
    const isBox = x0 >= 0 && y0 >= 0 && x0 <= x1 && y0 <= y1 && x1 <= MAX_COORDINATE && y1 <= MAX_COORDINATE;
    if (!isBox || ![x0, y0, x1, y1].every(Number.isInteger)) {
      throw new Error(
        `${name} has the box [${x0}, ${y0}, ${x1}, ${y1}]; it must be whole numbers 0..1000 with x0 <= x1 and y0 <= y1.`,
      );
    }
  }
}
