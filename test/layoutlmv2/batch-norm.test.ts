/** Batch normalisation by the batch's own statistics: what it computes, its gradients, and how a network is trained with it. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { collate } from '../../src/layoutlmv2/collate.js';
import { trainableParameters } from '../../src/layoutlmv2/freezing.js';
import { lossAndGradients } from '../../src/layoutlmv2/gradients.js';
import { initialiseWeights } from '../../src/layoutlmv2/initialise.js';
import { createModel } from '../../src/layoutlmv2/model.js';
import { batchNorm } from '../../src/layoutlmv2/ops/batch-norm.js';
import { createRandom } from '../../src/layoutlmv2/random.js';
import { describeOnEngines, testedEngines } from '../support/engines.js';
import { expectAllTensorsReleased, relativeError } from '../support/tensors.js';
import { microConfig } from './support/micro-network.js';
import { kindCount, syntheticCorpus } from './support/synthetic-corpus.js';

const CHANNELS = 3;
const SHAPE: [number, number, number, number] = [2, 3, 4, CHANNELS];
const EPSILON = 1e-5;

function drawn(size: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: size }, () => 4 * random.uniform() - 1);
}

const size = SHAPE.reduce((product, side) => product * side, 1);
const values = drawn(size, 1);
const weights = drawn(CHANNELS, 2);
const biases = drawn(CHANNELS, 3);
/** What the output is multiplied with, so that the loss depends on each of its elements differently. */
const weighting = drawn(size, 4);

/** The same in double precision. */
function expectedLoss(x: ArrayLike<number>, weight: ArrayLike<number>, bias: ArrayLike<number>): number {
  let loss = 0;
  for (let channel = 0; channel < CHANNELS; channel++) {
    const places = Array.from({ length: size / CHANNELS }, (_, pixel) => pixel * CHANNELS + channel);
    const mean = places.reduce((sum, place) => sum + (x[place] ?? 0), 0) / places.length;
    const variance = places.reduce((sum, place) => sum + ((x[place] ?? 0) - mean) ** 2, 0) / places.length;
    for (const place of places) {
      const unit = ((x[place] ?? 0) - mean) / Math.sqrt(variance + EPSILON);
      loss += (weighting[place] ?? 0) * (unit * (weight[channel] ?? 0) + (bias[channel] ?? 0));
    }
  }
  return loss;
}

/** Central differences in double precision. */
function slopes(of: (inputs: number[]) => number, at: ArrayLike<number>): number[] {
  const step = 1e-5;
  return Array.from(at, (_, index) => {
    const moved = (by: number) =>
      of(Array.from(at, (value, place) => (place === index ? value + by : value)));
    return (moved(step) - moved(-step)) / (2 * step);
  });
}

describeOnEngines('live batch normalisation', testedEngines, () => {
  it('normalises each channel over the batch, and has the gradients that differences show', async () => {
    const inputs = [tf.tensor(values, SHAPE), tf.tensor1d(weights), tf.tensor1d(biases)];
    const [value, gradients] = tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads((x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) =>
        tf.sum(
          tf.mul(
            batchNorm({ weight, bias }, x as tf.Tensor4D, EPSILON, () => {}),
            tf.tensor(weighting, SHAPE),
          ),
        ),
      )(inputs);
      return [value, grads] as const;
    });
    // Float32 sums of 24 numbers of the order of one.
    const tolerance = 1e-4;
    expect(Math.abs(((await value.data())[0] ?? 0) - expectedLoss(values, weights, biases))).toBeLessThan(
      tolerance,
    );
    const expected = [
      slopes((x) => expectedLoss(x, weights, biases), values),
      slopes((weight) => expectedLoss(values, weight, biases), weights),
      slopes((bias) => expectedLoss(values, weights, bias), biases),
    ];
    for (const [index, gradient] of gradients.entries()) {
      expect(relativeError(await gradient.data(), expected[index] ?? [])).toBeLessThan(tolerance);
    }
    tf.dispose([...inputs, value, ...gradients]);
  });

  it('tells the mean and the biased variance of each channel', async () => {
    const seen: number[][] = [];
    tf.tidy(() => {
      batchNorm(
        { weight: tf.tensor1d(weights), bias: tf.tensor1d(biases) },
        tf.tensor(values, SHAPE),
        EPSILON,
        ({ mean, variance }) => seen.push([...mean.dataSync()], [...variance.dataSync()]),
      );
    });
    const { mean, variance } = tf.moments(tf.tensor(values, SHAPE), [0, 1, 2]);
    expect(relativeError(seen[0] ?? [], await mean.data())).toBeLessThan(1e-5);
    expect(relativeError(seen[1] ?? [], await variance.data())).toBeLessThan(1e-5);
    tf.dispose([mean, variance]);
  });

  it('lets a network learn scale and offset, moves its running statistics, and leaves no tensor', async () => {
    const pages = syntheticCorpus(4, 1).flatMap((example) => ('page' in example ? [example.page] : []));
    const trainable = trainableParameters(microConfig, kindCount, { freezeAt: 4, liveBatchNorms: true });
    const live = trainable.filter((name) => name.includes('.norm.'));
    expect(live.length).toBeGreaterThan(0);
    expect(live.every((name) => name.includes('.res5.') && !name.includes('running'))).toBe(true);
    await expectAllTensorsReleased(async () => {
      const model = createModel(microConfig, initialiseWeights(microConfig, kindCount, 1), kindCount);
      const running = (name: string) => model.parameters.get(name.replace('.weight', '.running_mean'));
      const scale = live.find((name) => name.endsWith('.weight')) ?? '';
      const before = await running(scale)?.data();
      const frozen = [...model.parameters.keys()].find(
        (name) => name.includes('res4') && name.endsWith('running_mean'),
      );
      const frozenBefore = await model.parameters.get(frozen ?? '')?.data();
      const { loss, logits, gradients } = lossAndGradients(model, collate(pages, microConfig), [0, 1, 2, 0], {
        trainable,
      });
      for (const name of live) expect(gradients.has(name), name).toBe(true);
      expect(await running(scale)?.data()).not.toEqual(before);
      expect(await model.parameters.get(frozen ?? '')?.data()).toEqual(frozenBefore);
      tf.dispose([loss, logits, ...gradients.values()]);
      model.dispose();
    });
  });
});
