/** Embedding lookup with a gradient on every backend (the built-in gradient of gather is missing on WebAssembly). */
import * as tf from '@tensorflow/tfjs';
import { differentiable, savedAt } from './differentiable.js';

/** Rows of `table` [rows, size] by `indices` [n] (int32, each below `rows`); the result is [n, size]. */
export function lookup(table: tf.Tensor2D, indices: tf.Tensor1D): tf.Tensor2D {
  const shape = table.shape;
  const rows = indices.size;
  return differentiable<tf.Rank.R2>([table], (save) => {
    save(indices);
    return {
      // gatherND copies whole rows; on WebAssembly it takes a thirtieth to a hundredth of the time of gather.
      value: tf.gatherND(table, tf.reshape(indices, [rows, 1])) as tf.Tensor2D,
      // ScatterNd adds up the rows of repeated indices, which is what this gradient is.
      gradient: (dy, saved) => [
        tf.scatterND(tf.reshape(savedAt<tf.Rank.R1>(saved, 0), [rows, 1]), dy, shape),
      ],
    };
  });
}
