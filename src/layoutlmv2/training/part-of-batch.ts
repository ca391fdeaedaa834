/** Parts of a micro-batch that compute together exactly what the whole would: same padding, same dropout. */
import * as tf from '@tensorflow/tfjs';
import type { ModelBatch } from '../collate.js';
import { IMAGE_SIDE } from '../encoded-page.js';
import { differentiable } from '../ops/differentiable.js';
import type { Dropout } from '../ops/dropout.js';

/** Pages `from` to before `to` of a micro-batch. */
export type PartOfBatch = { from: number; to: number };

/** The pages of a part, padded as the whole. */
export function partOfBatch(whole: ModelBatch, { from, to }: PartOfBatch): ModelBatch {
  const { tokens, inputIds, boxes, tokenCounts, images } = whole;
  const imageSize = IMAGE_SIDE * IMAGE_SIDE * 3;
  return {
    pages: to - from,
    tokens,
    inputIds: inputIds.slice(from * tokens, to * tokens),
    boxes: boxes.slice(4 * from * tokens, 4 * to * tokens),
    tokenCounts: tokenCounts.slice(from, to),
    images: images.slice(from * imageSize, to * imageSize),
  };
}

/** The part's share of the masks that `whole` draws for all `pages` pages. */
export function dropoutOfPart(
  whole: Dropout,
  { from, to }: PartOfBatch,
  { pages, heads }: { pages: number; heads: number },
): Dropout {
  return <R extends tf.Rank>(shape: tf.ShapeMap[R], rate: number, site: string) => {
    // Where attention is computed matrix by matrix, the site counts them through the batch: the page's heads one by one.
    const [, probabilities, matrix] = /^(.*\.probabilities)\.(\d+)$/.exec(site) ?? [];
    if (probabilities) return whole<R>(shape, rate, `${probabilities}.${Number(matrix) + from * heads}`);
    const [first = 0, ...rest] = shape as number[];
    const rows = first / (to - from);
    // Everywhere else the pages come first. Off the tape, which would keep the whole mask for the backward pass.
    return differentiable<R>([], () => {
      const mask = whole<R>([rows * pages, ...rest] as tf.ShapeMap[R], rate, site);
      if (!mask) return { value: tf.ones<R>(shape), gradient: () => [] };
      const begin = [rows * from, ...rest.map(() => 0)];
      return { value: tf.slice(mask, begin, [first, ...rest]), gradient: () => [] };
    });
  };
}
