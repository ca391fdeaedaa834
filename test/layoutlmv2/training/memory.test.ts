/** What keeps a training run within its memory changes nothing of what it learns. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import type { EngineName } from '../../../src/layoutlmv2/engine.js';
import type { FreezingPreset } from '../../../src/layoutlmv2/freezing.js';
import { guardAllocations, isOutOfMemory, watchMemory } from '../../../src/layoutlmv2/out-of-memory.js';
import type { WeightMap } from '../../../src/layoutlmv2/parameters.js';
import { noAugmentation } from '../../../src/layoutlmv2/training/augmentation/augmentation-settings.js';
import { createWeightsFromScratch } from '../../../src/layoutlmv2/training/from-scratch.js';
import {
  fromScratchHyperparameters,
  type Hyperparameters,
} from '../../../src/layoutlmv2/training/hyperparameters.js';
import {
  type EpochEvent,
  type StepEvent,
  type TrainingOptions,
  trainSequenceClassifier,
} from '../../../src/layoutlmv2/training/train.js';
import type { TrainerState } from '../../../src/layoutlmv2/training/trainer-state.js';
import { describeOnEngines, testedEngines } from '../../support/engines.js';
import { failKernel } from '../../support/failing-kernel.js';
import { microConfig } from '../support/micro-network.js';
import { kindCount, syntheticCorpus } from '../support/synthetic-corpus.js';

const training = syntheticCorpus(8, 1);
const validation = syntheticCorpus(4, 2);

const settings: Hyperparameters = {
  ...fromScratchHyperparameters,
  epochs: 2,
  batchSize: 4,
  microBatchSize: 4,
  learningRate: 1e-3,
  freezing: 'backbone',
  augmentation: noAugmentation,
};

const augmentation = { ...noAugmentation, wordDropout: 0.1, shift: 30, boxJitter: 5, brightness: 0.1 };

/** On the others, plain JavaScript and a GPU that a processor imitates, a few steps of even this network take minutes. */
const trainingEngines = testedEngines.filter((engine) => engine === 'wasm' || engine === 'tensorflow');

describeOnEngines('training within memory', trainingEngines, (engine) => {
  let weights: WeightMap | undefined;

  async function run(hyperparameters: Partial<Hyperparameters>, more: Partial<TrainingOptions> = {}) {
    weights ??= await createWeightsFromScratch(microConfig, kindCount, 1, training);
    const steps: StepEvent[] = [];
    const epochs: EpochEvent[] = [];
    const notes: string[] = [];
    const tensorCounts: number[] = [];
    const states: TrainerState[] = [];
    const events = trainSequenceClassifier({
      config: microConfig,
      weights,
      labelCount: kindCount,
      training,
      validation,
      hyperparameters: { ...settings, ...hyperparameters },
      ...more,
    });
    for (;;) {
      const next = await events.next();
      if (next.done) return { steps, epochs, notes, states, tensorCounts, outcome: next.value };
      const event = next.value;
      if (event.type === 'note') notes.push(event.message);
      if (event.type === 'epoch') {
        epochs.push(event);
        states.push(await event.state());
      }
      if (event.type === 'step') {
        steps.push(event);
        tensorCounts.push(tf.memory().numTensors);
      }
    }
  }
  type Run = Awaited<ReturnType<typeof run>>;
  const lossesOf = ({ steps, epochs }: Run) => [
    ...steps.map(({ loss, gradientNorm }) => [loss, gradientNorm]),
    ...epochs.map(({ validationLoss }) => [validationLoss]),
  ];

  it('learns exactly the same whether image features are kept or computed each time', async () => {
    const kept = await run({});
    const computed = await run({}, { imageCacheBytes: 0 });
    expect(lossesOf(kept)).toEqual(lossesOf(computed));
    expect(kept.outcome.weights).toEqual(computed.outcome.weights);
    // Each of the 8 + 4 pages once, or in each of two epochs.
    expect(kept.epochs.map(({ imagesRead }) => imagesRead)).toEqual([12, 0]);
    expect(computed.epochs.map(({ imagesRead }) => imagesRead)).toEqual([12, 12]);
  });

  it.each<FreezingPreset>(['none', 'stem-and-res2', 'backbone', 'all-but-last-1-layers', 'all-but-head'])(
    'holds the same tensors after every step and none afterwards, with the freezing %s',
    async (freezing) => {
      const before = tf.memory().numTensors;
      const few = { training: training.slice(0, 4), validation: validation.slice(0, 1) };
      const { tensorCounts } = await run({ freezing, batchSize: 2, microBatchSize: 1 }, few);
      expect(tensorCounts).toHaveLength(4);
      expect(new Set(tensorCounts).size).toBe(1);
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  const oneEpoch = { epochs: 1, dropout: true, groupByLength: false, augmentation };
  const few = { validation: [] };

  function expectSameGradients(found: Run, wanted: Run): void {
    expect(found.steps).toHaveLength(wanted.steps.length);
    wanted.steps.forEach(({ loss, gradientNorm }, index) => {
      // float32 sums in another order.
      expect(found.steps[index]?.loss).toBeCloseTo(loss, 4);
      expect((found.steps[index]?.gradientNorm ?? 0) / gradientNorm).toBeCloseTo(1, 3);
    });
  }

  it('goes on with ever smaller micro-batches, then checkpointing, to the same gradients', async () => {
    const plenty = await run(oneEpoch, few);
    const before = tf.memory().numTensors;
    let failures = 0;
    // The logarithm in the loss: of all batches of more than one page, and the first time of one page.
    const fault = failKernel(engine, 'Log', ([pages = 0]) => {
      const fails = pages > 1 || failures < 3;
      if (fails) failures += 1;
      return fails;
    });
    const scarce = await run(oneEpoch, few).finally(fault.end);
    expect(tf.memory().numTensors).toBe(before);
    expect(scarce.notes).toEqual([
      'micro-batch lowered from 4 to 2 at step 1: memory did not suffice',
      'micro-batch lowered from 2 to 1 at step 1: memory did not suffice',
      'gradient checkpointing turned on at step 1: memory did not suffice for one page at a time',
    ]);
    expectSameGradients(scarce, plenty);
    const economy = { microBatchSize: 1, gradientCheckpointing: true };
    expect(scarce.states[0]?.progress.economy).toEqual(economy);
  });

  it.each([false, true])(
    'goes on where memory ends in a backward pass, with gradient checkpointing %s',
    async (gradientCheckpointing) => {
      const settled = { ...oneEpoch, gradientCheckpointing };
      const plenty = await run(settled, few);
      const before = tf.memory().numTensors;
      let calls = 0;
      // The gradients of the embeddings, which are the last of a backward pass.
      const fault = failKernel(engine, 'ScatterNd', () => ++calls === 5);
      const scarce = await run(settled, few).finally(fault.end);
      expect(tf.memory().numTensors).toBe(before);
      expect(scarce.notes).toEqual([expect.stringMatching(/^micro-batch lowered from 4 to 2 at step \d/)]);
      expectSameGradients(scarce, plenty);
    },
  );

  it('ends with a clear error where memory suffices for nothing, and frees everything', async () => {
    const before = tf.memory().numTensors;
    const fault = failKernel(engine, 'Log', () => true);
    await expect(run(oneEpoch, few).finally(fault.end)).rejects.toThrow(
      /does not suffice for one page at a time with gradient checkpointing, at step 1\. Use fewer tokens/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

describeOnEngines('exhausted memory', testedEngines, (engine) => {
  it('recognises that its memory is exhausted, and loses nothing by it', async () => {
    guardAllocations();
    const kept = tf.tensor1d([1, 2, 3]);
    const error = await exhaust(engine).catch((reason: unknown) => reason);
    expect(isOutOfMemory(error)).toBe(true);
    expect(isOutOfMemory(new Error('The loss is not a finite number'))).toBe(false);
    expect([...(await kept.data())]).toEqual([1, 2, 3]);
    kept.dispose();
  });
});

type GpuDevice = {
  limits: { maxBufferSize: number };
  createBuffer(of: { size: number; usage: number }): { destroy(): void };
};

/** Takes more memory than there is. */
async function exhaust(engine: EngineName): Promise<void> {
  if (engine === 'webgpu') {
    const { device } = tf.backend() as unknown as { device: GpuDevice };
    const buffers: { destroy(): void }[] = [];
    try {
      await watchMemory(async () => {
        // The largest there may be, for storage (0x80), until no GPU has more: 4 TiB.
        for (let bytes = 0; bytes < 2 ** 42; bytes += device.limits.maxBufferSize) {
          buffers.push(device.createBuffer({ size: device.limits.maxBufferSize - 4, usage: 0x80 }));
        }
      });
    } finally {
      for (const buffer of buffers) buffer.destroy();
    }
  } else if (engine === 'wasm') {
    const { wasm } = tf.backend() as unknown as { wasm: Record<'_malloc' | '_free', (at: number) => number> };
    const blocks: number[] = [];
    try {
      // Memory that is only reserved, never written, costs the machine nothing.
      for (;;) blocks.push(wasm._malloc(2 ** 29));
    } finally {
      for (const block of blocks) wasm._free(block);
    }
  } else {
    // 4 TiB.
    tf.fill([2 ** 20, 2 ** 20], 1).dispose();
  }
}
