/**
 * Runs a computation by graphs where the engine has them, one for each set of shapes of its inputs, and operation by operation
 * elsewhere and for shapes that do not come back.
 */
import * as tf from '@tensorflow/tfjs';
import { recordGraph, supportsGraphs, type TensorFlowGraph } from './tensorflow-graph.js';

export type GraphCache = {
  /**
   * Computes what `compute` does, which must be a function of `inputs` and of weights only, and always the same one; the caller
   * disposes the results.
   */
  run(inputs: readonly tf.Tensor[], compute: () => tf.Tensor[]): tf.Tensor[];
  dispose(): void;
};

/**
 * Graphs kept at once. Pages come in eight lengths and in batches of one to eight; a graph takes a few megabytes, besides what
 * it needs while it runs.
 */
const MOST_GRAPHS = 24;

/** Makes a cache on the active engine. */
export function createGraphCache(): GraphCache {
  /** By the shapes of the inputs, the least recently used first; `undefined` for those that came once. */
  const graphs = new Map<string, TensorFlowGraph | undefined>();
  const keep = (key: string, graph: TensorFlowGraph | undefined): void => {
    graphs.delete(key);
    graphs.set(key, graph);
    const [[oldest, unused] = []] = graphs;
    if (graphs.size <= MOST_GRAPHS || oldest === undefined) return;
    graphs.delete(oldest);
    unused?.dispose();
  };
  return {
    run(inputs, compute) {
      if (!supportsGraphs()) return tf.tidy(compute);
      const key = inputs.map(({ shape }) => shape.join('x')).join(' ');
      const known = graphs.get(key);
      if (known) {
        keep(key, known);
        return known.run(inputs);
      }
      // Making a graph takes as long as some pages, so not before a second batch of the same shapes shows that it will be used.
      if (!graphs.has(key)) {
        keep(key, undefined);
        return tf.tidy(compute);
      }
      const { results, graph } = recordGraph(inputs, () => tf.tidy(compute));
      keep(key, graph);
      return results;
    },
    dispose() {
      for (const graph of graphs.values()) graph?.dispose();
      graphs.clear();
    },
  };
}
