/**
 * What the network reads of one page: token ids, their boxes and a small image. It is produced by the page encoder
 * (tokenizer, box clamping, image resize) and contains no padding; padding belongs to `collate`.
 */

/** Side of the square page image the network sees, in pixels. */
export const IMAGE_SIDE = 224;

/** One page, ready for the network. All lists describe the same `tokens` positions. */
export type EncodedPage = {
  /** Token ids `[tokens]`: [CLS], the pieces of the words, [SEP]. */
  inputIds: ArrayLike<number>;
  /** Boxes `[tokens, 4]`, row-major: x0, y0, x1, y1 as integers 0..1000 with x0 <= x1 and y0 <= y1. */
  boxes: ArrayLike<number>;
  /** Pixels `[224, 224, 3]`, row-major, channels in the order blue, green, red, values 0..255. */
  image: Uint8Array;
  /** How many tokens of the page did not fit and were dropped. */
  truncatedTokens: number;
};
