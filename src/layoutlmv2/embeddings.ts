/**
 * The sum of embeddings with which the encoder starts: of words and their boxes for the text, of image features and their
 * grid cells for the visual tokens. Dropout belongs to the caller.
 */
import * as tf from '@tensorflow/tfjs';
import { type LayerNorm, layerNorm } from './ops/layer-norm.js';
import { lookup } from './ops/lookup.js';
import { type Linear, linear } from './ops/multiply.js';

/** The weights; tables are [rows, size]. Box and position tables serve text and visual tokens alike. */
export type Embeddings = {
  word: tf.Tensor;
  position: tf.Tensor;
  x: tf.Tensor;
  y: tf.Tensor;
  height: tf.Tensor;
  width: tf.Tensor;
  tokenType: tf.Tensor;
  textNorm: LayerNorm;
  visualProjection: Linear;
  visualNorm: LayerNorm;
  /** Added to every visual token where the configuration has it, [hidden]. */
  visualSegment?: tf.Tensor;
};

/** What the tables are looked up by: the text tokens of all pages, row by row, then the visual cells once. */
export type EmbeddingIndices = {
  pages: number;
  /** Text tokens of a page, padding included. */
  tokens: number;
  /** Image cells of a page. */
  cells: number;
  /** [pages * tokens] */
  words: tf.Tensor1D;
  /** Sides of the boxes and their extents, each [pages * tokens + cells]. */
  x0: tf.Tensor1D;
  y0: tf.Tensor1D;
  x1: tf.Tensor1D;
  y1: tf.Tensor1D;
  heights: tf.Tensor1D;
  widths: tf.Tensor1D;
};

/**
 * Text and visual embeddings after their layer norms.
 *
 * @param features pooled image features [pages, cells, channels]
 * @returns [pages, tokens + cells, hidden], text first
 */
export function embed(
  weights: Embeddings,
  indices: EmbeddingIndices,
  features: tf.Tensor3D,
  epsilon: number,
): tf.Tensor3D {
  const { pages, tokens, cells } = indices;
  const hidden = weights.word.shape[1] ?? 0;
  const boxes = embedBoxes(weights, indices); // [pages * tokens + cells, hidden]
  const textBoxes = tf.reshape(tf.slice(boxes, [0, 0], [pages * tokens, hidden]), [pages, tokens, hidden]);
  const cellBoxes = tf.slice(boxes, [pages * tokens, 0], [cells, hidden]);

  const words = tf.reshape(lookup(weights.word as tf.Tensor2D, indices.words), [pages, tokens, hidden]);
  // Documents have one segment, so all tokens are of the first type.
  const type = tf.slice(weights.tokenType, [0, 0], [1, hidden]);
  const textPositions = tf.add(tf.slice(weights.position, [0, 0], [tokens, hidden]), type);
  const text = layerNorm(
    weights.textNorm,
    tf.reshape(tf.add(tf.add(words, textBoxes), textPositions), [pages * tokens, hidden]),
    epsilon,
  );

  const channels = features.shape[2];
  const projected = linear(weights.visualProjection, tf.reshape(features, [pages * cells, channels]));
  const cellPositions = tf.slice(weights.position, [0, 0], [cells, hidden]);
  const perCell = tf.add(cellBoxes, cellPositions);
  const whole = weights.visualSegment ? tf.add(perCell, weights.visualSegment) : perCell;
  const visual = layerNorm(
    weights.visualNorm,
    tf.reshape(tf.add(tf.reshape(projected, [pages, cells, hidden]), whole), [pages * cells, hidden]),
    epsilon,
  );
  return tf.concat(
    [tf.reshape(text, [pages, tokens, hidden]), tf.reshape(visual, [pages, cells, hidden])],
    1,
  ) as tf.Tensor3D;
}

/** x0, y0, x1, y1, height and width of every box, each by its table, side by side: [boxes, hidden]. */
function embedBoxes(weights: Embeddings, indices: EmbeddingIndices): tf.Tensor2D {
  const [x, y] = [weights.x as tf.Tensor2D, weights.y as tf.Tensor2D];
  return tf.concat(
    [
      lookup(x, indices.x0),
      lookup(y, indices.y0),
      lookup(x, indices.x1),
      lookup(y, indices.y1),
      lookup(weights.height as tf.Tensor2D, indices.heights),
      lookup(weights.width as tf.Tensor2D, indices.widths),
    ],
    1,
  );
}
