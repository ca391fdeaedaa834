/**
 * Turns a batch of pages into the tensors the network reads: token ids, sides of boxes, distances of tokens and normalised
 * pixels. Everything that can be decided on the host is decided here.
 */
import * as tf from '@tensorflow/tfjs';
import type { ModelBatch } from './collate.js';
import { type LayoutLMv2Config, visualTokenCount } from './config.js';
import type { EmbeddingIndices } from './embeddings.js';
import { IMAGE_SIDE } from './encoded-page.js';
import { type RelativePositionIndices, relativePositionIndices } from './relative-position.js';
import { normalisePixels } from './visual-backbone.js';

/** The tensors of one batch. */
export type NetworkInputs = {
  /** [pages, 224, 224, 3], normalised. */
  image: tf.Tensor4D;
  embeddings: EmbeddingIndices;
  relativePosition: RelativePositionIndices;
};

/** All tensors of a batch, in an order that depends on the configuration only. */
export function tensorsOfInputs({ image, embeddings, relativePosition }: NetworkInputs): tf.Tensor[] {
  const { sequence, spatial, mask } = relativePosition;
  const { words, x0, y0, x1, y1, heights, widths } = embeddings;
  const bias = [sequence, spatial, mask].filter((tensor) => tensor !== undefined);
  return [image, words, x0, y0, x1, y1, heights, widths, ...bias];
}

/** Boxes 0..1000 of the image's cells, row by row: [cells * 4]. */
export function cellBoxes(rows: number, columns: number): Int32Array {
  const edge = (index: number, cells: number): number => Math.floor((1000 * index) / cells);
  return Int32Array.from(
    Array.from({ length: rows * columns }, (_, cell) => {
      const [row, column] = [Math.floor(cell / columns), cell % columns];
      return [edge(column, columns), edge(row, rows), edge(column + 1, columns), edge(row + 1, rows)];
    }).flat(),
  );
}

/** Makes the tensors of a batch; call it inside `tf.tidy`. */
export function createNetworkInputs(config: LayoutLMv2Config, batch: ModelBatch): NetworkInputs {
  const { pages, tokens, boxes } = batch;
  const cells = visualTokenCount(config);
  const [rows, columns] = config.imageFeaturePoolShape;
  const visualBoxes = cellBoxes(rows, columns);

  const allBoxes = new Int32Array((pages * tokens + cells) * 4);
  allBoxes.set(boxes);
  allBoxes.set(visualBoxes, boxes.length);
  const side = (box: number, index: number): number => allBoxes[4 * box + index] ?? 0;
  const perBox = (value: (box: number) => number): tf.Tensor1D =>
    tf.tensor1d(
      Int32Array.from({ length: pages * tokens + cells }, (_, box) => value(box)),
      'int32',
    );

  const length = tokens + cells;
  const boxOf = (index: number): number => {
    const [page, at] = [Math.floor(index / length), index % length];
    return at < tokens ? page * tokens + at : pages * tokens + at - tokens;
  };
  const perToken = (value: (index: number) => number): Int32Array =>
    Int32Array.from({ length: pages * length }, (_, index) => value(index));

  const pixels = tf.tensor4d(new Float32Array(batch.images), [pages, IMAGE_SIDE, IMAGE_SIDE, 3]);
  return {
    image: normalisePixels(pixels, config.backbone),
    embeddings: {
      pages,
      tokens,
      cells,
      words: tf.tensor1d(batch.inputIds, 'int32'),
      x0: perBox((box) => side(box, 0)),
      y0: perBox((box) => side(box, 1)),
      x1: perBox((box) => side(box, 2)),
      y1: perBox((box) => side(box, 3)),
      heights: perBox((box) => side(box, 3) - side(box, 1)),
      widths: perBox((box) => side(box, 2) - side(box, 0)),
    },
    relativePosition: relativePositionIndices(config, {
      pages,
      tokens,
      length,
      left: perToken((index) => side(boxOf(index), 0)),
      bottom: perToken((index) => side(boxOf(index), 3)),
      isToken: Uint8Array.from({ length: pages * length }, (_, index) => {
        const [page, at] = [Math.floor(index / length), index % length];
        return at >= tokens || at < (batch.tokenCounts[page] ?? 0) ? 1 : 0;
      }),
    }),
  };
}
