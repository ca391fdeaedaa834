import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../src/layoutlmv2/engine.js';
import { type FreezingPreset, trainableParameters } from '../../../src/layoutlmv2/freezing.js';
import type { WeightMap } from '../../../src/layoutlmv2/parameters.js';
import { noAugmentation } from '../../../src/layoutlmv2/training/augmentation/augmentation-settings.js';
import type { TrainingExample } from '../../../src/layoutlmv2/training/examples.js';
import { createWeightsFromScratch } from '../../../src/layoutlmv2/training/from-scratch.js';
import {
  fromScratchHyperparameters,
  type Hyperparameters,
} from '../../../src/layoutlmv2/training/hyperparameters.js';
import {
  type EpochEvent,
  type StepEvent,
  type TrainingOptions,
  type TrainingOutcome,
  trainSequenceClassifier,
} from '../../../src/layoutlmv2/training/train.js';
import type { TrainerState } from '../../../src/layoutlmv2/training/trainer-state.js';
import { microConfig } from '../support/micro-network.js';
import { kindCount, syntheticCorpus } from '../support/synthetic-corpus.js';

const training = syntheticCorpus(60, 1);
const validation = syntheticCorpus(30, 2);
let weights: WeightMap;

beforeAll(async () => {
  await startEngine('wasm');
  weights = await createWeightsFromScratch(microConfig, kindCount, 1, training);
});

/** Quick settings for a network this small; the backbone stays as calibrated. */
const quick: Hyperparameters = {
  ...fromScratchHyperparameters,
  epochs: 3,
  batchSize: 8,
  microBatchSize: 8,
  learningRate: 1e-2,
  headLearningRateMultiplier: 1,
  dropout: false,
  freezing: 'backbone',
  labelSmoothing: 0,
  augmentation: noAugmentation,
};

function optionsOf(
  hyperparameters: Partial<Hyperparameters>,
  overrides: Partial<TrainingOptions> = {},
): TrainingOptions {
  return {
    config: microConfig,
    weights,
    labelCount: kindCount,
    training,
    validation,
    hyperparameters: { ...quick, ...hyperparameters },
    ...overrides,
  };
}

type Curve = {
  steps: StepEvent[];
  epochs: EpochEvent[];
  /** The state after each epoch. */
  states: TrainerState[];
  /** Tensors in memory at each step. */
  tensorCounts: number[];
  outcome: TrainingOutcome;
};

async function run(options: TrainingOptions, { keepStates = false } = {}): Promise<Curve> {
  const curve: Omit<Curve, 'outcome'> = { steps: [], epochs: [], states: [], tensorCounts: [] };
  const events = trainSequenceClassifier(options);
  for (;;) {
    const next = await events.next();
    if (next.done) return { ...curve, outcome: next.value };
    if (next.value.type === 'step') {
      curve.steps.push(next.value);
      curve.tensorCounts.push(tf.memory().numTensors);
    }
    if (next.value.type === 'epoch') {
      curve.epochs.push(next.value);
      if (keepStates) curve.states.push(await next.value.state());
    }
  }
}

/** What is the same in two equal runs: everything but the time. */
const figuresOf = ({ steps, epochs }: Pick<Curve, 'steps' | 'epochs'>) => ({
  steps: steps.map(({ step, loss, gradientNorm, learningRate }) => ({
    step,
    loss,
    gradientNorm,
    learningRate,
  })),
  epochs: epochs.map(({ epoch, trainLoss, validationLoss, validationMacroF1, isBest }) => ({
    epoch,
    trainLoss,
    validationLoss,
    validationMacroF1,
    isBest,
  })),
});

describe('training a classifier', () => {
  it('learns three kinds of pages it has not seen, and frees everything', async () => {
    const before = tf.memory().numTensors;
    const { epochs, outcome, steps, tensorCounts } = await run(optionsOf({}));
    // 60 pages in batches of 8, three times.
    expect(steps).toHaveLength(24);
    expect(steps.at(-1)).toMatchObject({ step: 24, totalSteps: 24, epoch: 3 });
    expect(epochs.at(-1)?.validationAccuracy).toBeGreaterThanOrEqual(0.95);
    expect(epochs.at(-1)?.validationMacroF1).toBeGreaterThanOrEqual(0.95);
    expect(outcome).toMatchObject({ epochs: 3, stoppedEarly: false });
    expect(outcome.weights.size).toBe(weights.size);
    expect(new Set(tensorCounts).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('fits one batch until nothing is left to learn, with the whole network in training', async () => {
    const four = training.slice(0, 4);
    const { steps } = await run(
      optionsOf({ epochs: 25, freezing: 'none', schedule: 'constant' }, { training: four, validation: [] }),
    );
    expect(steps[0]?.loss).toBeGreaterThan(0.8);
    expect(steps.at(-1)?.loss).toBeLessThan(0.01);
  });

  it('never becomes as sure of labels that are smoothed: the loss of one batch ends at the entropy of its target', async () => {
    const one = training.slice(0, 8);
    const labelSmoothing = 0.3;
    const { steps } = await run(optionsOf({ epochs: 40, labelSmoothing }, { training: one, validation: [] }));
    const other = labelSmoothing / kindCount;
    const own = 1 - labelSmoothing + other;
    const entropy = -own * Math.log(own) - (kindCount - 1) * other * Math.log(other);
    const last = steps.at(-1)?.loss ?? 0;
    expect(last).toBeGreaterThan(entropy);
    expect(last).toBeLessThan(entropy + 0.05);
  });

  it('gives the same curve for the same seed, and another for another', async () => {
    const short = { epochs: 1, dropout: true, augmentation: { ...quick.augmentation, wordDropout: 0.1 } };
    const few = { training: training.slice(0, 24) };
    const first = figuresOf(await run(optionsOf(short, few)));
    expect(figuresOf(await run(optionsOf(short, few)))).toEqual(first);
    expect(figuresOf(await run(optionsOf({ ...short, seed: 2 }, few)))).not.toEqual(first);
  });

  it('goes on from the state of an epoch as if it had never stopped', async () => {
    const options = optionsOf({ epochs: 3, dropout: true }, { training: training.slice(0, 24) });
    const whole = await run(options, { keepStates: true });
    const resumed = await run({ ...options, weights: new Map(), resumeFrom: getFirst(whole.states) });
    const all = figuresOf(whole);
    expect(figuresOf(resumed)).toEqual({ steps: all.steps.slice(3), epochs: all.epochs.slice(1) });
    expect(resumed.outcome.bestEpoch).toBe(whole.outcome.bestEpoch);
    expect(resumed.outcome.weights).toEqual(whole.outcome.weights);
  });

  it('adds micro-batches up to exactly the batch they are parts of', async () => {
    const short = { epochs: 1, batchSize: 12, groupByLength: false };
    const few = { training: training.slice(0, 24), validation: [] };
    const whole = await run(optionsOf({ ...short, microBatchSize: 12 }, few));
    const parts = await run(optionsOf({ ...short, microBatchSize: 5 }, few));
    // float32 sums in another order.
    whole.steps.forEach(({ loss, gradientNorm }, index) => {
      expect(parts.steps[index]?.loss).toBeCloseTo(loss, 4);
      expect((parts.steps[index]?.gradientNorm ?? 0) / gradientNorm).toBeCloseTo(1, 3);
    });
  });

  it('frees everything when it is left in the middle of a step', async () => {
    const before = tf.memory().numTensors;
    const seen: string[] = [];
    for await (const event of trainSequenceClassifier(optionsOf({ batchSize: 12, microBatchSize: 4 }))) {
      seen.push(event.type);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['micro-batch', 'micro-batch']);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<FreezingPreset>(['none', 'stem-and-res2', 'backbone', 'all-but-last-1-layers', 'all-but-head'])(
    'moves what is trained and nothing else, with the freezing %s',
    async (freezing) => {
      const few = { training: training.slice(0, 4), validation: [] };
      const { outcome } = await run(optionsOf({ epochs: 1, batchSize: 4, freezing }, few));
      const moved = [...weights].filter(
        ([name, { data }]) => Buffer.compare(bytesOf(data), bytesOf(outcome.weights.get(name)?.data)) !== 0,
      );
      const trained = trainableParameters(microConfig, kindCount, freezing);
      expect(moved.map(([name]) => name).sort()).toEqual([...trained].sort());
    },
  );

  it('trains the last layers and the classifier alone, as far as there are layers', () => {
    const partsOf = (freezing: FreezingPreset) => [
      ...new Set(
        trainableParameters(microConfig, kindCount, freezing).map((name) =>
          name.replace(/^layoutlmv2\.encoder\.(layer\.\d+)\..*/, '$1').replace(/\.(weight|bias)$/, ''),
        ),
      ),
    ];
    expect(partsOf('all-but-last-1-layers')).toEqual(['layer.1', 'classifier']);
    expect(partsOf('all-but-last-2-layers')).toEqual(['layer.0', 'layer.1', 'classifier']);
    expect(partsOf('all-but-last-0-layers')).toEqual(partsOf('all-but-head'));
    expect(() => partsOf('all-but-last-3-layers')).toThrow(/last 3 layers.*the network has 2/);
    expect(() => partsOf('everything' as FreezingPreset)).toThrow(
      /no freezing "everything"; there are none,/,
    );
  });

  it('keeps the best epoch’s weights and stops when the validation score no longer improves', async () => {
    // The validation pages have the classes swapped: what is learnt makes it worse.
    const swapped = validation.map((example) => ({ ...example, label: (example.label + 1) % kindCount }));
    const { epochs, outcome, states } = await run(
      optionsOf(
        { epochs: 20, earlyStoppingPatience: 2, schedule: 'constant', warmupRatio: 0 },
        { validation: swapped.slice(0, 12), training: training.slice(0, 32) },
      ),
      { keepStates: true },
    );
    expect(outcome.stoppedEarly).toBe(true);
    expect(outcome.epochs).toBe(outcome.bestEpoch + 2);
    expect(epochs.filter(({ isBest }) => isBest).at(-1)?.epoch).toBe(outcome.bestEpoch);
    const best = states[outcome.bestEpoch - 1]?.weights.get('classifier.weight')?.data;
    expect(outcome.weights.get('classifier.weight')?.data).toEqual(best);
  });

  it('scores nothing without validation pages, and takes the last epoch', async () => {
    const few = { training: training.slice(0, 8), validation: [] };
    const { epochs, outcome } = await run(optionsOf({ epochs: 2 }, few));
    expect(epochs[1]).toMatchObject({
      validationLoss: null,
      validationAccuracy: null,
      validationMacroF1: null,
    });
    expect(outcome.bestEpoch).toBe(2);
  });

  it('loads pages that are not at hand each time they are needed', async () => {
    let loads = 0;
    const lazy = training.slice(0, 8).map((example): TrainingExample => {
      const { unit, label } = example;
      const load = async () => {
        loads += 1;
        if (!('page' in example)) throw new Error('The corpus has its pages at hand.');
        return example.page;
      };
      return { unit, label, load };
    });
    await run(optionsOf({ epochs: 2 }, { training: lazy, validation: [] }));
    expect(loads).toBe(16);
  });
});

describe('training refuses', () => {
  it('to go on when the weights have diverged, naming step and learning rate', async () => {
    const before = tf.memory().numTensors;
    const broken: WeightMap = new Map(weights);
    broken.set('classifier.bias', { shape: [kindCount], data: new Float32Array(kindCount).fill(Number.NaN) });
    await expect(run(optionsOf({}, { weights: broken }))).rejects.toThrow(
      /loss is not a finite number at step 1 of 24 \(learning rate 0\.\d+\).*lower learning rate/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('an empty training set and a class that is not one of the model’s', async () => {
    await expect(run(optionsOf({}, { training: [] }))).rejects.toThrow(/nothing to train on/);
    const [first] = training;
    const strange = first === undefined ? [] : [{ ...first, label: 3 }];
    await expect(run(optionsOf({}, { validation: strange }))).rejects.toThrow(/unit-0 has class 3.*0 to 2/);
  });

  it('settings that make no run', async () => {
    await expect(run(optionsOf({ epochs: 0 }))).rejects.toThrow(/epochs is 0/);
    await expect(run(optionsOf({ learningRate: Number.NaN }))).rejects.toThrow(/learningRate is NaN/);
    await expect(run(optionsOf({ batchSize: 1.5 }))).rejects.toThrow(/batchSize is 1.5.*whole/);
    const augmentation = { ...quick.augmentation, wordDropout: 2 };
    await expect(run(optionsOf({ augmentation }))).rejects.toThrow(/augmentation.wordDropout is 2/);
  });

  it('a state of another run, naming what differs', async () => {
    const few = { training: training.slice(0, 8), validation: [] };
    const { states } = await run(optionsOf({ epochs: 1 }, few), { keepStates: true });
    const resume = (changes: Partial<Hyperparameters>, more: Partial<TrainingOptions> = {}) =>
      run(optionsOf({ epochs: 1, ...changes }, { ...few, resumeFrom: getFirst(states), ...more }));
    await expect(resume({ seed: 9 })).rejects.toThrow(
      'The state was taken from another run: it had seed 1; this one has seed 9.',
    );
    await expect(resume({ learningRate: 0.5 })).rejects.toThrow(/had learningRate 0.01; .* learningRate 0.5/);
    await expect(resume({ weightDecay: 0 })).rejects.toThrow(/weightDecay/);
    await expect(resume({ augmentation: { ...noAugmentation, shift: 1 } })).rejects.toThrow(/augmentation/);
    await expect(resume({ freezing: 'none' })).rejects.toThrow(/freezing "backbone".*freezing "none"/);
    await expect(resume({}, { training: training.slice(1, 9) })).rejects.toThrow(/training set/);
    await expect(resume({}, { validation: validation.slice(0, 1) })).rejects.toThrow(/validation pages 0/);
    await expect(resume({}, { config: { ...microConfig, layerNormEps: 1e-5 } })).rejects.toThrow(/network/);
    // What changes no result may differ.
    expect((await resume({ gradientCheckpointing: true })).outcome.epochs).toBe(1);
  });
});

function getFirst<Item>(items: readonly Item[]): Item {
  const [first] = items;
  if (first === undefined) throw new Error('The run gave nothing.');
  return first;
}

function bytesOf(data: Float32Array | undefined): Buffer {
  return data === undefined ? Buffer.alloc(0) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
