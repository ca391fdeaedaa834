/** Training and classifying as the product does, on each engine: pages are learnt by heart, and no tensor stays behind. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { createPageClassifier } from '../../src/layoutlmv2/classifier.js';
import type { WeightMap } from '../../src/layoutlmv2/parameters.js';
import { noAugmentation } from '../../src/layoutlmv2/training/augmentation/augmentation-settings.js';
import { loadPage } from '../../src/layoutlmv2/training/examples.js';
import { createWeightsFromScratch } from '../../src/layoutlmv2/training/from-scratch.js';
import {
  fromScratchHyperparameters,
  type Hyperparameters,
} from '../../src/layoutlmv2/training/hyperparameters.js';
import { trainSequenceClassifier } from '../../src/layoutlmv2/training/train.js';
import { describeOnEngines, testedEngines } from '../support/engines.js';
import { expectAllTensorsReleased } from '../support/tensors.js';
import { microConfig } from './support/micro-network.js';
import { kindCount, syntheticCorpus } from './support/synthetic-corpus.js';

/** One page of each kind: all of a batch. */
const examples = syntheticCorpus(kindCount, 1);

/**
 * The backbone stays, as its gradients would take plain JavaScript minutes; parity.test.ts has all of them on each engine. All
 * is done with batches of one size, as WebGPU compiles for each.
 */
const hyperparameters: Hyperparameters = {
  ...fromScratchHyperparameters,
  epochs: 15,
  batchSize: kindCount,
  microBatchSize: kindCount,
  learningRate: 1e-2,
  headLearningRateMultiplier: 1,
  warmupRatio: 0,
  schedule: 'constant',
  dropout: true,
  freezing: 'backbone',
  labelSmoothing: 0,
  augmentation: noAugmentation,
};

describeOnEngines('learning', testedEngines, () => {
  let weights: WeightMap;

  beforeAll(async () => {
    weights = await createWeightsFromScratch(microConfig, kindCount, 1, examples);
  });

  it('learns a batch by heart, with the same number of tensors at each step', async () => {
    await expectAllTensorsReleased(async () => {
      const [losses, counts]: [number[], number[]] = [[], []];
      const events = trainSequenceClassifier({
        config: microConfig,
        weights,
        labelCount: kindCount,
        training: examples,
        validation: [],
        hyperparameters,
      });
      for await (const event of events) {
        if (event.type !== 'step') continue;
        losses.push(event.loss);
        counts.push(tf.memory().numTensors);
      }
      expect(new Set(counts).size, counts.join()).toBe(1);
      const [first = Number.NaN, last = Number.NaN] = [losses.at(0), losses.at(-1)];
      // Undecided between three kinds, the loss is ln 3.
      expect(Math.abs(first - Math.log(kindCount))).toBeLessThan(0.5);
      expect(last, losses.join()).toBeLessThan(first / 4);
    });
  });

  it('classifies again and again with the same number of tensors', async () => {
    await expectAllTensorsReleased(async () => {
      const classifier = createPageClassifier({ config: microConfig, weights, labelCount: kindCount });
      const pages = await Promise.all(
        examples.map((example) => loadPage(example, microConfig.maxPositionEmbeddings)),
      );
      const counts: number[] = [];
      for (let turn = 0; turn < 3; turn++) {
        const results = await classifier.classify(pages, { batchSize: kindCount });
        expect(results).toHaveLength(pages.length);
        counts.push(tf.memory().numTensors);
      }
      expect(new Set(counts).size, counts.join()).toBe(1);
      classifier.dispose();
    });
  });
});
