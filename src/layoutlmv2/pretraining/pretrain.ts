/**
 * Self-supervised learning on pages without labels: masked visual-language modelling, text-image alignment and text-image matching,
 * as a generator of what happens, like train.ts. A state of any epoch resumes the run.
 */
import { setImmediate as letOthersRun } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import type { LayoutLMv2Config } from '../config.js';
import type { EncodedPage } from '../encoded-page.js';
import { type Freezing, type FreezingPreset, trainableParameters } from '../freezing.js';
import { createModel, readWeights } from '../model.js';
import { createDropout, noDropout } from '../ops/dropout.js';
import { parameterSpec, type WeightMap } from '../parameters.js';
import { createRandom, seedOf } from '../random.js';
import { createAdamW } from '../training/adamw.js';
import { planEpoch } from '../training/batches.js';
import { knownLengths, loadPage, type TrainingExample } from '../training/examples.js';
import { clippingFactor, globalNorm } from '../training/gradient-norm.js';
import { addGradients, type GradientSum, valuesOf } from '../training/gradient-sum.js';
import type { Hyperparameters } from '../training/hyperparameters.js';
import { learningRateFactor, warmupStepsOf } from '../training/schedule.js';
import type { TrainerState } from '../training/trainer-state.js';
import { type CorruptedPage, type Corruption, corruptPage, publishedCorruption } from './corrupt-page.js';
import { headSpec, initialiseHeads } from './heads.js';
import { pretrainingGradients } from './pretraining-gradients.js';

export type PretrainingHyperparameters = Pick<
  Hyperparameters,
  | 'epochs'
  | 'examplesPerEpoch'
  | 'batchSize'
  | 'microBatchSize'
  | 'learningRate'
  | 'weightDecay'
  | 'warmupRatio'
  | 'schedule'
  | 'maxGradientNorm'
  | 'dropout'
  | 'seed'
  | 'maxTokens'
> & { freezing: FreezingPreset | Freezing; corruption: Corruption };

/** For a network that has learnt nothing yet; BERT's peak learning rate is for fifty times the weights. */
export const pretrainingHyperparameters: PretrainingHyperparameters = {
  epochs: 1,
  examplesPerEpoch: null,
  batchSize: 32,
  microBatchSize: 16,
  learningRate: 1e-3,
  weightDecay: 0.01,
  warmupRatio: 0.06,
  schedule: 'linear',
  maxGradientNorm: 1,
  dropout: false,
  seed: 1,
  maxTokens: 256,
  freezing: { freezeAt: 0, trainRelativePosition: true, liveBatchNorms: true },
  corruption: publishedCorruption,
};

/** Means over what was asked since the last event of the same kind; null where nothing was. */
type PretrainingFigures = {
  loss: number;
  wordAccuracy: number | null;
  alignmentAccuracy: number | null;
  matchingAccuracy: number | null;
};

export type PretrainingEvent =
  | ({
      type: 'step';
      step: number;
      totalSteps: number;
      epoch: number;
      learningRate: number;
    } & PretrainingFigures)
  | ({
      type: 'epoch';
      epoch: number;
      step: number;
      durationMs: number;
      /** Everything needed to go on from here; to be called before the next event is asked for. */
      state(): Promise<TrainerState>;
    } & PretrainingFigures);

export type PretrainingOptions = {
  config: LayoutLMv2Config;
  /** The network, with or without heads; what is missing of these is drawn. Not used where a run is resumed. */
  weights: WeightMap;
  /** Classes of the network's classifier, which is carried along untouched. */
  labelCount: number;
  /** Pages; their labels are not looked at. */
  pages: readonly TrainingExample[];
  /** Ids of the tokenizer. */
  maskId: number;
  hyperparameters: PretrainingHyperparameters;
  resumeFrom?: TrainerState | undefined;
};

/** Ids below are special or unused in every vocabulary of ours: [PAD], [UNK], [CLS], [SEP], [MASK]. */
const FIRST_ORDINARY_ID = 5;

/**
 * Trains on pages alone and gives the weights, heads included (those of {@link headSpec}). The same options on the same engine give
 * the same run, and so does a run resumed from one of its epochs.
 *
 * @throws Error without pages, and when the loss or a gradient is no longer a number
 */
export async function* pretrain(
  options: PretrainingOptions,
): AsyncGenerator<PretrainingEvent, WeightMap, void> {
  const { config, labelCount, pages, maskId, hyperparameters, resumeFrom } = options;
  if (pages.length === 0) throw new Error('There is nothing to learn from: no pages were given.');
  const { epochs, examplesPerEpoch, batchSize, seed, maxTokens, corruption, maxGradientNorm } =
    hyperparameters;
  const totalSteps = epochs * Math.ceil((examplesPerEpoch ?? pages.length) / batchSize);
  const schedule = {
    name: hyperparameters.schedule,
    totalSteps,
    warmupSteps: warmupStepsOf(totalSteps, hyperparameters.warmupRatio),
  };
  const start = resumeFrom?.weights ?? options.weights;
  const model = createModel(config, start, labelCount);
  const heads = createHeads(config, start, seed);
  const trainable = trainableParameters(config, labelCount, hyperparameters.freezing).filter(
    (name) => !name.startsWith('classifier.'),
  );
  const specs = new Map(
    [...parameterSpec(config, labelCount), ...headSpec(config)].map((spec) => [spec.name, spec]),
  );
  const optimised = [...trainable, ...heads.keys()].flatMap((name) => {
    const variable = model.parameters.get(name) ?? heads.get(name);
    const decay = specs.get(name)?.decay ?? false;
    return variable ? [{ name, variable, decay, learningRateMultiplier: 1 }] : [];
  });
  const optimiser = createAdamW(
    optimised,
    { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: hyperparameters.weightDecay },
    resumeFrom?.optimiser,
  );
  const gathered: GradientSum = new Map();
  const forget = () => {
    tf.dispose([...gathered.values()].map(valuesOf));
    gathered.clear();
  };
  const readAll = async (): Promise<WeightMap> => {
    const weights = await readWeights(model);
    for (const [name, variable] of heads) {
      weights.set(name, { shape: variable.shape, data: Float32Array.from(await variable.data<'float32'>()) });
    }
    return weights;
  };
  let epoch = resumeFrom?.progress.epoch ?? 0;
  let step = resumeFrom?.progress.step ?? 0;

  try {
    while (epoch < epochs) {
      epoch += 1;
      const startedAt = performance.now();
      const ofEpoch = createFigures();
      const batches = planEpoch({
        ...hyperparameters,
        exampleCount: pages.length,
        epoch,
        lengths: knownLengths(pages, maxTokens),
      });
      for (const batch of batches) {
        const ofStep = createFigures();
        const size = batch.reduce((sum, { length }) => sum + length, 0);
        for (const [index, microBatch] of batch.entries()) {
          const examples = microBatch.flatMap((number) => pages[number] ?? []);
          const loaded = await Promise.all(examples.map((example) => loadPage(example, maxTokens)));
          const random = createRandom(seedOf(seed, 'corruption', step, index));
          const corrupted = corruptAll(loaded, { corruption, maskId, config, random });
          const result = await pretrainingGradients(model, heads, corrupted, {
            trainable,
            dropout: hyperparameters.dropout
              ? createDropout(seedOf(seed, 'dropout', step, index))
              : noDropout,
            lossScale: examples.length / size,
          });
          addGradients(gathered, { gradients: result.gradients, rowGradients: new Map() });
          ofStep.add(result);
          ofEpoch.add(result);
          await letOthersRun();
        }
        const learningRate = hyperparameters.learningRate * learningRateFactor(schedule, step);
        const norm = await globalNorm(gathered.values());
        step += 1;
        if (!Number.isFinite(norm)) {
          throw new Error(
            `The gradient norm is not a finite number at step ${step} of ${totalSteps}: lower the learning rate.`,
          );
        }
        optimiser.step(gathered, learningRate, clippingFactor(norm, maxGradientNorm));
        forget();
        yield { type: 'step', step, totalSteps, epoch, learningRate, ...ofStep.read() };
      }
      const progress = { epoch, step };
      yield {
        type: 'epoch',
        ...progress,
        durationMs: performance.now() - startedAt,
        ...ofEpoch.read(),
        state: async () => ({
          progress: {
            ...progress,
            bestEpoch: null,
            bestMacroF1: null,
            bestLoss: null,
            epochsWithoutImprovement: 0,
            economy: null,
            plan: 'self-supervised',
          },
          weights: await readAll(),
          bestWeights: null,
          optimiser: await optimiser.readState(),
        }),
      };
    }
    return await readAll();
  } finally {
    forget();
    optimiser.dispose();
    tf.dispose([...heads.values()]);
    model.dispose();
  }
}

function createHeads(config: LayoutLMv2Config, weights: WeightMap, seed: number): Map<string, tf.Variable> {
  const heads = new Map<string, tf.Variable>();
  for (const [name, drawn] of initialiseHeads(config, seed)) {
    const { data, shape } = weights.get(name) ?? drawn;
    heads.set(
      name,
      tf.tidy(() => tf.variable(tf.tensor(Float32Array.from(data), [...shape]))),
    );
  }
  return heads;
}

function corruptAll(
  pages: readonly EncodedPage[],
  options: {
    corruption: Corruption;
    maskId: number;
    config: LayoutLMv2Config;
    random: ReturnType<typeof createRandom>;
  },
): CorruptedPage[] {
  const { corruption, maskId, config, random } = options;
  const vocabulary = { mask: maskId, size: config.vocabSize, firstOrdinary: FIRST_ORDINARY_ID };
  return pages.map((page, index) => {
    const other =
      pages.length > 1 ? pages[(index + 1 + random.integer(pages.length - 1)) % pages.length] : undefined;
    return corruptPage(page, { corruption, vocabulary, otherImage: other?.image, random });
  });
}

function createFigures() {
  const sums = { loss: [0, 0], words: [0, 0], alignment: [0, 0], matching: [0, 0] } satisfies Record<
    string,
    [number, number]
  >;
  const put = (sum: number[], value: number) => {
    sum[0] = (sum[0] ?? 0) + value;
    sum[1] = (sum[1] ?? 0) + 1;
  };
  const mean = ([sum = 0, count = 0]: number[]) => (count === 0 ? null : sum / count);
  return {
    add(result: { [Task in 'words' | 'alignment' | 'matching']: { loss: number; accuracy: number } | null }) {
      const tasks = ['words', 'alignment', 'matching'] as const;
      put(
        sums.loss,
        tasks.reduce((sum, task) => sum + (result[task]?.loss ?? 0), 0),
      );
      for (const task of tasks) {
        const found = result[task];
        if (found) put(sums[task], found.accuracy);
      }
    },
    read: (): PretrainingFigures => ({
      loss: mean(sums.loss) ?? Number.NaN,
      wordAccuracy: mean(sums.words),
      alignmentAccuracy: mean(sums.alignment),
      matchingAccuracy: mean(sums.matching),
    }),
  };
}
