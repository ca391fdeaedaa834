/**
 * A network while it is being trained: its weights, the gradients gathered for the next step, and the optimiser. Everything here that
 * holds tensors is freed by one `dispose`; when and on what to train is train.ts.
 */

import * as tf from '@tensorflow/tfjs';
import { collate } from '../collate.js';
import type { LayoutLMv2Config } from '../config.js';
import type { EncodedPage } from '../encoded-page.js';
import { hasLiveBatchNorms, isBackboneFrozen, trainableParameters } from '../freezing.js';
import { lossAndGradients, WORD_TABLE } from '../gradients.js';
import { stackFeatures } from '../image-features.js';
import { createModel, type LayoutLMv2Model, readWeights, runSequenceClassifier } from '../model.js';
import { createDropout } from '../ops/dropout.js';
import { guardAllocations, isOutOfMemory, watchMemory } from '../out-of-memory.js';
import { parameterSpec, type WeightMap } from '../parameters.js';
import { mostLikely } from '../probability.js';
import { createRandom, seedOf } from '../random.js';
import { type AdamW, type AdamWState, createAdamW } from './adamw.js';
import { augmentPage } from './augmentation/augment-page.js';
import { noAugmentation } from './augmentation/augmentation-settings.js';
import type { Spelling } from './augmentation/text-spelling.js';
import type { ScorePages } from './evaluate.js';
import { loadPage, type TrainingExample } from './examples.js';
import { createFrozenImages } from './frozen-images.js';
import { clippingFactor, globalNorm } from './gradient-norm.js';
import { addGradients, type GradientSum, valuesOf } from './gradient-sum.js';
import type { Hyperparameters } from './hyperparameters.js';
import { dropoutOfPart, partOfBatch } from './part-of-batch.js';

/** How much goes into memory at once; neither changes a gradient. */
export type Economy = { microBatchSize: number; gradientCheckpointing: boolean };

export type Trainee = {
  /**
   * Runs a micro-batch forward and backward, in as many parts as its economy demands, and adds its gradients to those of the
   * batch. If it throws, the gradients gathered so far are no longer those of the batch.
   *
   * @param at.share the micro-batch's share of the batch's pages
   * @returns the mean loss over the pages, and how many of them were classified rightly
   */
  learn(examples: readonly TrainingExample[], at: Place): Promise<{ loss: number; hits: number }>;
  /**
   * Moves the weights by the gathered gradients and forgets these.
   *
   * @param check is given their norm before anything is moved, and may throw
   * @returns the norm
   */
  update(learningRate: number, check: (norm: number) => void): Promise<number>;
  /** Forgets the gathered gradients. */
  forget(): void;
  economy(): Readonly<Economy>;
  /** Needs less memory from now on: half as many pages at once, or, from one on, checkpointing; whether anything was left to save. */
  economise(): boolean;
  /** How many page images went through a frozen backbone so far. */
  imagesRead(): number;
  /** The logits of pages, without dropout. */
  score: ScorePages;
  /** All weights, some replaced. */
  readWeights(replacements: WeightMap | null): Promise<WeightMap>;
  /** Only the weights that are trained. */
  readTrained(): Promise<WeightMap>;
  readOptimiser(): Promise<AdamWState>;
  dispose(): void;
};

type Place = { step: number; microBatch: number; share: number };

/** As Hugging Face's defaults (adam_beta1, adam_beta2, adam_epsilon). */
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** 50 kB a page at base size, so those of 21,000 pages; of more, the rest goes through the backbone each time. */
const IMAGE_CACHE_BYTES = 2 ** 30;

export function createTrainee(options: {
  config: LayoutLMv2Config;
  weights: WeightMap;
  labelCount: number;
  training: readonly TrainingExample[];
  hyperparameters: Hyperparameters;
  optimiserState: AdamWState | undefined;
  /** By the tokenizer of the pages; only needed to change letters and to mask. */
  spelling?: Spelling | undefined;
  /** Where a run goes on that has had to economise; else as in the hyperparameters. */
  economy?: Economy | undefined;
  /** Bytes of image features that are kept on the host where the backbone is frozen; 1 GiB without it. */
  imageCacheBytes?: number | undefined;
}): Trainee {
  const { config, weights, labelCount, training, hyperparameters, optimiserState, spelling } = options;
  const { maxTokens, seed } = hyperparameters;
  // Settings of a run that was asked for before there was such a change lack it.
  const augmentation = { ...noAugmentation, ...hyperparameters.augmentation };
  const trainable = trainableParameters(config, labelCount, hyperparameters.freezing);
  const classWeights =
    hyperparameters.classWeighting === 'balanced' ? balance(training, labelCount) : undefined;
  const { microBatchSize, gradientCheckpointing } = options.economy ?? hyperparameters;
  let economy: Economy = { microBatchSize, gradientCheckpointing };
  guardAllocations();
  const model = createModel(config, weights, labelCount);
  const maxBytes = options.imageCacheBytes ?? IMAGE_CACHE_BYTES;
  const frozen = isBackboneFrozen(trainable)
    ? createFrozenImages({ model, training, augmentation, spelling, seed, maxBytes })
    : undefined;
  let scoredAtOnce = Number.POSITIVE_INFINITY;
  const gathered: GradientSum = new Map();
  const forget = () => {
    tf.dispose([...gathered.values()].map(valuesOf));
    gathered.clear();
  };
  let optimiser: AdamW;
  try {
    optimiser = optimiserOf(model, trainable, hyperparameters, optimiserState);
  } catch (error) {
    model.dispose();
    throw error;
  }

  const prepare = async (examples: readonly TrainingExample[], { step, microBatch }: Place) => {
    const random = createRandom(seedOf(seed, 'augmentation', step, microBatch));
    const loaded = await Promise.all(examples.map((example) => loadPage(example, maxTokens)));
    const prepared: PreparedPage[] = [];
    for (const [index, page] of loaded.entries()) {
      const example = examples[index];
      if (frozen && example) prepared.push(await frozen.augment(example, page, random));
      else prepared.push({ page: augmentPage(page, augmentation, random, spelling) });
    }
    return prepared;
  };

  /** The mean loss of a batch or part of one, and the logits. */
  const differentiate = async (
    batch: Parameters<typeof lossAndGradients>[1],
    features: tf.Tensor3D | undefined,
    labels: readonly number[],
    more: Pick<Parameters<typeof lossAndGradients>[3], 'dropout' | 'lossScale'>,
  ) => {
    const { loss, logits, ...gradients } = lossAndGradients(model, batch, labels, {
      ...more,
      trainable,
      checkpointing: economy.gradientCheckpointing,
      rowGradients: true,
      ...(features && { features }),
      ...(classWeights && { classWeights }),
      labelSmoothing: hyperparameters.labelSmoothing,
    });
    try {
      addGradients(gathered, gradients);
      const rows = (await logits.array()) as number[][];
      const hits = rows.filter((row, index) => mostLikely(row) === labels[index]).length;
      const [value = Number.NaN] = await loss.data();
      return { loss: value, hits };
    } finally {
      tf.dispose([loss, logits]);
    }
  };

  return {
    async learn(examples, at) {
      const prepared = await prepare(examples, at);
      const pages = prepared.length;
      const batch = collate(pagesOf(prepared), config);
      const labels = examples.map(({ label }) => label);
      const dropout = createDropout(seedOf(seed, 'dropout', at.step, at.microBatch));
      const heads = config.numAttentionHeads;
      const sums = { loss: 0, hits: 0 };
      for (let from = 0; from < pages; from += economy.microBatchSize) {
        const part = { from, to: Math.min(pages, from + economy.microBatchSize) };
        const size = part.to - from;
        const isWhole = size === pages;
        const features = featuresOf(model, prepared.slice(from, part.to));
        try {
          const { loss, hits } = await watchMemory(() =>
            differentiate(isWhole ? batch : partOfBatch(batch, part), features, labels.slice(from, part.to), {
              lossScale: (at.share * size) / pages,
              ...(hyperparameters.dropout && {
                dropout: isWhole ? dropout : dropoutOfPart(dropout, part, { pages, heads }),
              }),
            }),
          );
          sums.loss += (loss * size) / pages;
          sums.hits += hits;
        } finally {
          features?.dispose();
        }
      }
      return sums;
    },

    async update(learningRate, check) {
      const norm = await globalNorm(gathered.values());
      check(norm);
      optimiser.step(gathered, learningRate, clippingFactor(norm, hyperparameters.maxGradientNorm));
      forget();
      return norm;
    },

    forget,
    economy: () => economy,

    economise() {
      const pages = Math.min(economy.microBatchSize, hyperparameters.batchSize);
      if (pages > 1) economy = { ...economy, microBatchSize: Math.ceil(pages / 2) };
      else if (!economy.gradientCheckpointing && !hasLiveBatchNorms(hyperparameters.freezing))
        economy = { ...economy, gradientCheckpointing: true };
      else return false;
      return true;
    },

    imagesRead: () => frozen?.imagesRead() ?? 0,

    async score(pages, examples) {
      const prepared: PreparedPage[] = [];
      for (const [index, page] of pages.entries()) {
        const example = examples[index];
        prepared.push(frozen && example ? await frozen.read(example, page) : { page });
      }
      const rows: number[][] = [];
      while (rows.length < prepared.length) {
        const part = prepared.slice(rows.length, rows.length + scoredAtOnce);
        try {
          rows.push(...(await watchMemory(() => scorePart(model, part))));
        } catch (error) {
          if (!isOutOfMemory(error) || part.length === 1) throw error;
          scoredAtOnce = Math.ceil(part.length / 2);
        }
      }
      return rows;
    },

    async readWeights(replacements) {
      const all = await readWeights(model);
      for (const [name, weight] of replacements ?? []) all.set(name, weight);
      return all;
    },

    async readTrained() {
      const trained: WeightMap = new Map();
      for (const name of trainable) {
        const variable = model.parameters.get(name);
        if (variable === undefined) continue;
        trained.set(name, {
          shape: variable.shape,
          data: Float32Array.from(await variable.data<'float32'>()),
        });
      }
      return trained;
    },

    readOptimiser: () => optimiser.readState(),

    dispose() {
      forget();
      frozen?.dispose();
      optimiser.dispose();
      model.dispose();
    },
  };
}

/** A page, with the features of its image where the backbone need not run. */
type PreparedPage = { page: EncodedPage; features?: Float32Array };

const pagesOf = (prepared: readonly PreparedPage[]): EncodedPage[] => prepared.map(({ page }) => page);

/** [pages, cells, channels], if the pages have them; the caller disposes it. */
function featuresOf(model: LayoutLMv2Model, prepared: readonly PreparedPage[]): tf.Tensor3D | undefined {
  const features = prepared.flatMap((page) => page.features ?? []);
  return features.length === 0 ? undefined : stackFeatures(model, features);
}

/** The logits of pages that are in memory at once. */
async function scorePart(model: LayoutLMv2Model, prepared: readonly PreparedPage[]): Promise<number[][]> {
  const features = featuresOf(model, prepared);
  try {
    const batch = collate(pagesOf(prepared), model.config);
    const { logits, pooled } = runSequenceClassifier(model, batch, features ? { features } : {});
    try {
      return (await logits.array()) as number[][];
    } finally {
      tf.dispose([logits, pooled]);
    }
  } finally {
    features?.dispose();
  }
}

function optimiserOf(
  model: LayoutLMv2Model,
  trainable: readonly string[],
  { headLearningRateMultiplier, wordLearningRateMultiplier, weightDecay }: Hyperparameters,
  state: AdamWState | undefined,
): AdamW {
  const specs = new Map(parameterSpec(model.config, model.labelCount).map((spec) => [spec.name, spec]));
  const parameters = trainable.map((name) => {
    const spec = specs.get(name);
    const variable = model.parameters.get(name);
    if (spec === undefined || variable === undefined)
      throw new Error(`The model has no parameter ${name} to train.`);
    const learningRateMultiplier =
      spec.part === 'classifier'
        ? headLearningRateMultiplier
        : name === WORD_TABLE
          ? wordLearningRateMultiplier
          : 1;
    return { name, variable, decay: spec.decay, learningRateMultiplier };
  });
  return createAdamW(parameters, { ...ADAM, weightDecay }, state);
}

/** n / (classes present · pages of the class): the mean weight over the pages is 1. */
function balance(training: readonly TrainingExample[], labelCount: number): number[] {
  const counts = new Array<number>(labelCount).fill(0);
  for (const { label } of training) counts[label] = (counts[label] ?? 0) + 1;
  const present = counts.filter((count) => count > 0).length;
  // A class without pages never enters the loss, whatever its weight.
  return counts.map((count) => (count === 0 ? 1 : training.length / (present * count)));
}
