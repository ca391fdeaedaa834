import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { startEngine } from '../../src/layoutlmv2/engine.js';
import { initialiseWeights } from '../../src/layoutlmv2/initialise.js';
import { uncasedWordPiece } from '../../src/layoutlmv2/tokenizer/tokenizer.js';
import type { UnitPrediction } from '../../src/layoutlmv2/training/evaluate.js';
import { calibrate, fitDocumentTemperature } from '../../src/training/calibrate.js';
import { measureHoldout } from '../../src/training/measure-holdout.js';
import { measureNetwork } from '../../src/training/measure-network.js';
import { microConfig } from '../layoutlmv2/support/micro-network.js';
import { variedPage } from '../layoutlmv2/support/varied-page.js';
import { failKernel } from '../support/failing-kernel.js';

beforeAll(() => startEngine('wasm'));

const examplesOf = (name: string, sizes: readonly number[]) =>
  sizes.map((tokens, index) => ({
    unit: `${name} ${index}`,
    label: index % 2,
    page: variedPage(tokens, microConfig),
  }));

const measure = (holdoutSizes: readonly number[]) =>
  measureNetwork({
    network: {
      config: microConfig,
      weights: initialiseWeights(microConfig, 2, 1),
      tokenizer: uncasedWordPiece(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'word']),
    },
    labelIds: ['letter', 'memo'],
    examples: {
      training: examplesOf('training', [5, 6, 7, 8]),
      validation: examplesOf('validation', [4, 5, 6, 7, 8, 9, 10, 11]),
      holdout: examplesOf('holdout', holdoutSizes),
    },
    ...{ microBatchSize: 2, maxTokens: 16, seed: 1, checkCancelled: async () => {} },
  });

it('takes nothing of the holdout into what strangers are told by, nor into the temperature', async () => {
  const [one, other] = [await measure([3, 12]), await measure([9])];
  expect(one.holdout).toHaveLength(2);
  expect(one.outlier).not.toBeNull();
  expect(other.outlier).toEqual(one.outlier);
  expect(fitDocumentTemperature(other.validation)).toBe(fitDocumentTemperature(one.validation));
});

it('measures with less at once where memory does not suffice, and finds the same', async () => {
  const plenty = await measure([3, 12, 4, 5]);
  const before = tf.memory().numTensors;
  let failures = 0;
  // Pooling in the backbone, of the images of two pages at once.
  const fault = failKernel('wasm', 'MaxPool', ([pages = 0]) => {
    if (pages > 1) failures += 1;
    return pages > 1;
  });
  const scarce = await measure([3, 12, 4, 5]).finally(fault.end);
  // What has failed once is not tried again.
  expect(failures).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
  for (const part of ['holdout', 'validation'] as const) {
    expect(scarce[part].map(({ unit }) => unit)).toEqual(plenty[part].map(({ unit }) => unit));
    for (const [index, { probabilities }] of scarce[part].entries())
      expect(probabilities[0]).toBeCloseTo(plenty[part][index]?.probabilities[0] ?? Number.NaN, 5);
  }
  expect(scarce.outlier).not.toBeNull();
});

/** Says the first of two labels at 0.99, and is right as often as given. */
const overconfident = (count: number, right: number): UnitPrediction[] =>
  Array.from({ length: count }, (_, index) => ({
    unit: String(index),
    label: index < right ? 0 : 1,
    probabilities: Float32Array.from([0.99, 0.01]),
    predicted: 0,
    pageCount: 1,
  }));

it('sets the confidences of the holdout right by what the validation shows, and tells of both', () => {
  const uncalibrated = overconfident(50, 40);
  const holdout = calibrate(uncalibrated, fitDocumentTemperature(overconfident(200, 160)));
  const { metrics, calibration } = measureHoldout(holdout, ['letter', 'memo'], 1, { uncalibrated });
  expect(metrics.eceBefore).toBeCloseTo(0.19, 2);
  expect(metrics.ece).toBeLessThan(0.02);
  expect(metrics.adaptiveEce).toBeLessThan(metrics.adaptiveEceBefore ?? 0);
  expect(metrics.loss).toBeLessThan(metrics.lossBefore ?? 0);
  expect(metrics.accuracy).toBe(0.8);
  const filled = calibration.filter(({ count }) => count > 0);
  expect(filled.map(({ stage, count, accuracy }) => ({ stage, count, accuracy }))).toEqual([
    { stage: 'BEFORE', count: 50, accuracy: 0.8 },
    { stage: 'AFTER', count: 50, accuracy: 0.8 },
  ]);
  expect(filled[1]?.meanConfidence).toBeCloseTo(0.8, 1);
});

it('leaves confidences as they are where no document of the validation tells otherwise', () => {
  expect(fitDocumentTemperature([])).toBe(1);
});
