/**
 * Every setting of a training run, its defaults and its limits. Names follow Hugging Face's `TrainingArguments` where that library
 * has the setting.
 */

import { type Freezing, type FreezingPreset, hasLiveBatchNorms, requireUsableFreezing } from '../freezing.js';
import {
  type Augmentation,
  noAugmentation,
  requireUsableAugmentation,
} from './augmentation/augmentation-settings.js';
import { SCHEDULE_NAMES, type ScheduleName } from './schedule.js';

const CLASS_WEIGHTINGS = ['none', 'balanced'] as const;

export type Hyperparameters = {
  /** Passes over the training pages (`num_train_epochs`). */
  epochs: number;
  /** Pages after which an epoch ends, is validated and can be gone on from, where that is not all of them; null for all. */
  examplesPerEpoch: number | null;
  /** Pages of one optimiser step. */
  batchSize: number;
  /**
   * Pages that go through the network at once (`per_device_train_batch_size`); the gradients of a batch's micro-batches are added up
   * to exactly what one large batch would give, so this only trades memory for speed.
   */
  microBatchSize: number;
  /** The peak of the schedule. */
  learningRate: number;
  /** The classifier's learning rate as a multiple of `learningRate`: it alone starts from nothing in fine-tuning. */
  headLearningRateMultiplier: number;
  /**
   * The word table's learning rate as a multiple of `learningRate`. A row moves only in the steps whose pages have its word, so a
   * table that starts from nothing wants a higher one. Measured with `small` and 800 pages of 23 kinds, backbone frozen, after two
   * epochs: 71 % of other pages are right with 10, 33 % with 1.
   */
  wordLearningRateMultiplier: number;
  /** AdamW's decay of everything but biases and norms. */
  weightDecay: number;
  /** Share of all steps over which the learning rate climbs to its peak. */
  warmupRatio: number;
  /** What follows the warm-up (`lr_scheduler_type`). */
  schedule: ScheduleName;
  /** Gradients longer than this, all taken as one vector, are shortened to it (`max_grad_norm`). */
  maxGradientNorm: number;
  /** Whether the dropout of the network's configuration is active in training. */
  dropout: boolean;
  /** Which part of the network stays as it is. */
  freezing: FreezingPreset | Freezing;
  /** `balanced`: a page counts the more the rarer its class, n / (classes · pages of the class). */
  classWeighting: (typeof CLASS_WEIGHTINGS)[number];
  /**
   * Share of the target that all classes share equally (`label_smoothing_factor`): of labels that are partly wrong, none is learnt for
   * certain (Szegedy et al. 2016; Lukasik et al. 2020).
   */
  labelSmoothing: number;
  /** Stop after so many epochs without a better validation score (`early_stopping_patience`); null never stops early. */
  earlyStoppingPatience: number | null;
  /** Decides order, dropout and augmentation: same seed and same engine, same run. */
  seed: number;
  /** Tokens of a page, special ones included; longer pages are cut. */
  maxTokens: number;
  /** Whether pages of similar length share a batch (`group_by_length`): less padding, faster steps. */
  groupByLength: boolean;
  /** Recompute in the backward pass instead of remembering: a third more time, far less memory (`gradient_checkpointing`). */
  gradientCheckpointing: boolean;
  augmentation: Augmentation;
};

/** For starting from pre-trained weights: Hugging Face's defaults, with warm-up, decay and the epochs that a small set needs. */
export const fineTuningHyperparameters: Hyperparameters = {
  epochs: 10,
  examplesPerEpoch: null,
  batchSize: 16,
  microBatchSize: 2,
  learningRate: 5e-5,
  headLearningRateMultiplier: 10,
  wordLearningRateMultiplier: 1,
  weightDecay: 0.01,
  warmupRatio: 0.1,
  schedule: 'linear',
  maxGradientNorm: 1,
  dropout: true,
  freezing: 'stem-and-res2',
  classWeighting: 'none',
  labelSmoothing: 0,
  earlyStoppingPatience: 3,
  seed: 1,
  maxTokens: 512,
  groupByLength: true,
  gradientCheckpointing: false,
  augmentation: noAugmentation,
};

/**
 * For a network that has learnt nothing yet. It has more weights than a small archive has words and knows its pages by heart within
 * a few epochs, so words are left out and boxes moved; and its visual backbone stays as drawn and calibrated.
 *
 * Measured with the size `small` on scans of five kinds, 128 tokens a page, on one thread of the wasm engine, one run each:
 * - 250 pages, frozen backbone, 8 epochs: 77.5 % of 200 other pages are right (75 % at half the learning rate); without
 *   augmentation, after 4 epochs, 81 % of the training pages and 57 % of others, where with it 68 % and 66 %.
 * - The same with 256 tokens a page: 76.5 %, at twice the time. So the rest of a long page is not worth its cost here.
 * - 150 pages, 6 epochs: 69 % with the backbone frozen, 61.5 % with it trained, at two to three times the time a page.
 */
export const fromScratchHyperparameters: Hyperparameters = {
  ...fineTuningHyperparameters,
  batchSize: 8,
  microBatchSize: 8,
  learningRate: 1e-3,
  headLearningRateMultiplier: 1,
  freezing: { freezeBackbone: true, trainRelativePosition: true },
  // People and archives are wrong of some labels, and what few documents teach should not become certain. With 25 scans of five kinds, two
  // seeds, 49.1 and 60.0 instead of 41.9 and 43.7 % of others are right, and the loss is 1.2 and 1.1 instead of 3.9 and 3.2.
  labelSmoothing: 0.1,
  earlyStoppingPatience: null,
  maxTokens: 256,
  augmentation: { ...noAugmentation, wordDropout: 0.3, shift: 30, boxJitter: 20, brightness: 0.1 },
};

/**
 * For going on from a small pre-trained network: it has read thousands of pages but is an order of magnitude smaller than the
 * published ones, so it learns at a rate between theirs and that of a network from scratch, in batches that fit any machine.
 */
export const fineTuningSmallHyperparameters: Hyperparameters = {
  ...fromScratchHyperparameters,
  epochs: 12,
  batchSize: 16,
  learningRate: 3e-4,
  headLearningRateMultiplier: 3,
  wordLearningRateMultiplier: 3,
  schedule: 'cosine',
  earlyStoppingPatience: 4,
  maxTokens: 512,
  augmentation: { ...fromScratchHyperparameters.augmentation, foreignWords: 0.2 },
};

/** What each number may be: whole or not, and from where to where. */
const LIMITS = {
  epochs: { whole: true, from: 1, to: 10_000 },
  batchSize: { whole: true, from: 1, to: 100_000 },
  microBatchSize: { whole: true, from: 1, to: 10_000 },
  // 0 is allowed, as it makes a run that only measures.
  learningRate: { whole: false, from: 0, to: 1 },
  headLearningRateMultiplier: { whole: false, from: 0, to: 10_000 },
  wordLearningRateMultiplier: { whole: false, from: 0, to: 10_000 },
  weightDecay: { whole: false, from: 0, to: 1 },
  warmupRatio: { whole: false, from: 0, to: 1 },
  labelSmoothing: { whole: false, from: 0, to: 1 },
  maxGradientNorm: { whole: false, from: Number.MIN_VALUE, to: Number.MAX_VALUE },
  seed: { whole: true, from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER },
  // [CLS] and [SEP] are always there.
  maxTokens: { whole: true, from: 2, to: 1_000_000 },
} as const satisfies Partial<Record<keyof Hyperparameters, { whole: boolean; from: number; to: number }>>;

/**
 * Refuses settings no run can be made with.
 *
 * @throws Error naming the setting, its value and what it may be.
 */
export function requireUsable(hyperparameters: Hyperparameters): void {
  const check = (name: string, value: number, { whole, from, to }: (typeof LIMITS)[keyof typeof LIMITS]) => {
    if (value >= from && value <= to && (!whole || Number.isInteger(value))) return;
    throw new Error(
      `The hyperparameter ${name} is ${value}, but must be a ${whole ? 'whole ' : ''}number from ${from} to ${to}.`,
    );
  };
  for (const name of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
    check(name, hyperparameters[name], LIMITS[name]);
  }
  const { earlyStoppingPatience, examplesPerEpoch, augmentation } = hyperparameters;
  if (hasLiveBatchNorms(hyperparameters.freezing) && hyperparameters.gradientCheckpointing) {
    throw new Error(
      'The hyperparameters gradientCheckpointing and freezing.liveBatchNorms exclude each other: recomputing would gather the statistics twice.',
    );
  }
  if (examplesPerEpoch !== null) check('examplesPerEpoch', examplesPerEpoch, LIMITS.batchSize);
  if (earlyStoppingPatience !== null) check('earlyStoppingPatience', earlyStoppingPatience, LIMITS.epochs);
  requireUsableAugmentation(augmentation);
  const { schedule, classWeighting, freezing } = hyperparameters;
  requireOneOf('schedule', schedule, SCHEDULE_NAMES);
  requireOneOf('classWeighting', classWeighting, CLASS_WEIGHTINGS);
  requireUsableFreezing(freezing);
}

function requireOneOf(name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new Error(
    `The hyperparameter ${name} is ${JSON.stringify(value)}, but must be one of ${known.join(', ')}.`,
  );
}
