/** Computations that come back run as a graph where the engine has graphs, and give the same everywhere. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { createPageClassifier } from '../../../src/layoutlmv2/classifier.js';
import type { EncodedPage } from '../../../src/layoutlmv2/encoded-page.js';
import { createGraphCache } from '../../../src/layoutlmv2/engines/graph-cache.js';
import { recordGraph, supportsGraphs } from '../../../src/layoutlmv2/engines/tensorflow-graph.js';
import { initialiseWeights } from '../../../src/layoutlmv2/initialise.js';
import { describeOnEngines, testedEngines } from '../../support/engines.js';
import { expectAllTensorsReleased, relativeError } from '../../support/tensors.js';
import { microConfig } from '../support/micro-network.js';

/** TensorFlow's optimiser joins operations, which rounds at other places; observed 1e-6. */
const TOLERANCE = 1e-5;

/** A page of `tokens` tokens that differs from those of other seeds in every part. */
function somePage(tokens: number, seed: number): EncodedPage {
  const number = (index: number, below: number): number => ((index + 1) * (31 + 7 * seed)) % below;
  return {
    inputIds: Int32Array.from({ length: tokens }, (_, index) => number(index, microConfig.vocabSize)),
    boxes: Int32Array.from(
      { length: 4 * tokens },
      (_, index) => number(index, 400) + (index % 4 < 2 ? 0 : 500),
    ),
    image: Uint8Array.from({ length: 224 * 224 * 3 }, (_, index) => number(index, 256)),
    truncatedTokens: 0,
  };
}

/** One of every kind of thing that a graph must know: weights, constants, types, lists, several results of an operation. */
function compute(x: tf.Tensor2D, indices: tf.Tensor1D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor[] {
  const product = tf.relu(tf.add(tf.matMul(x, weight, false, true), bias)) as tf.Tensor2D;
  const [left, right] = tf.split(product, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const chosen = tf.where(tf.greater(left, 0.5), left, tf.mul(right, -2));
  const rows = tf.gatherND(chosen, tf.reshape(indices, [-1, 1]));
  return [tf.softmax(rows), tf.mean(product, 0), indices];
}

describeOnEngines('a computation that comes back', testedEngines, () => {
  it('gives the same each time, for other numbers and for other shapes', async () => {
    const weight = tf.randomNormal<tf.Rank.R2>([4, 3], 0, 1, 'float32', 1);
    const bias = tf.tensor1d([0.1, -0.2, 0.3, 0]);
    const cache = createGraphCache();
    for (const [round, rows] of [5, 5, 5, 5, 2, 2, 5].entries()) {
      const x = tf.randomNormal<tf.Rank.R2>([rows, 3], 0, 1, 'float32', round);
      const indices = tf.tensor1d([round % rows, 0, 1], 'int32');
      const expected = tf.tidy(() => compute(x, indices, weight, bias));
      const found = cache.run([x, indices], () => compute(x, indices, weight, bias));
      for (const [index, tensor] of found.entries()) {
        expect(tensor.shape).toEqual(expected[index]?.shape);
        expect(tensor.dtype).toEqual(expected[index]?.dtype);
        const values = (await expected[index]?.data()) ?? [];
        expect(relativeError(await tensor.data(), values), `round ${round}`).toBeLessThan(TOLERANCE);
      }
      tf.dispose([x, indices, expected, found]);
    }
    cache.dispose();
    tf.dispose([weight, bias]);
  });

  it('classifies pages alike, alone and together, however often they come, and leaves no tensor', async () => {
    const weights = initialiseWeights(microConfig, 3, 1);
    await expectAllTensorsReleased(async () => {
      const classifier = createPageClassifier({ config: microConfig, weights, labelCount: 3 });
      const pages = [somePage(20, 1), somePage(20, 2), somePage(20, 3)];
      const first = await classifier.classify(pages, { batchSize: 1 });
      for (const batchSize of [1, 1, 3, 3, 3]) {
        const again = await classifier.classify(pages, { batchSize });
        for (const [index, { logits }] of again.entries()) {
          expect(relativeError(logits, first[index]?.logits ?? [])).toBeLessThan(TOLERANCE);
        }
      }
      classifier.dispose();
    });
  });
});

const withGraphs = testedEngines.filter((engine) => engine === 'tensorflow');

describeOnEngines('a graph', withGraphs, () => {
  it('reads weights as they are when it runs', async () => {
    expect(supportsGraphs()).toBe(true);
    const weight = tf.variable(tf.scalar(2));
    const x = tf.tensor1d([1, 2]);
    const { results, graph } = recordGraph([x], () => [tf.mul(x, weight)]);
    expect([...(await tf.concat(results).data())]).toEqual([2, 4]);
    weight.assign(tf.scalar(5));
    expect([...(await tf.concat(graph.run([x])).data())]).toEqual([5, 10]);
    graph.dispose();
  });

  it('refuses inputs of other shapes than those it was made for', () => {
    const x = tf.tensor1d([1, 2]);
    const { graph } = recordGraph([x], () => [tf.square(x)]);
    expect(() => graph.run([tf.tensor1d([1, 2, 3])])).toThrow(
      'Input 0 has the shape [3]; the graph was made for [2].',
    );
    graph.dispose();
  });

  it('keeps no recording after a computation that fails', async () => {
    const x = tf.tensor1d([1, 2]);
    const fail = (): tf.Tensor[] => {
      throw new Error('it fails');
    };
    expect(() => recordGraph([x], fail)).toThrow('it fails');
    const { results, graph } = recordGraph([x], () => [tf.square(x)]);
    expect([...(await tf.concat(results).data())]).toEqual([1, 4]);
    graph.dispose();
  });
});
