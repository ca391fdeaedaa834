/**
 * Trains a page classifier, as a generator of what happens: the caller shows progress, keeps states, and stops a run by leaving the
 * loop (or calling `return()`), upon which everything it held is freed. It knows pages and classes; it writes no files.
 */

import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { LayoutLMv2Config } from '../config.js';
import { isOutOfMemory } from '../out-of-memory.js';
import type { WeightMap } from '../parameters.js';
import type { Spelling } from './augmentation/text-spelling.js';
import type { Batch } from './batches.js';
import { planEpoch } from './batches.js';
import { scoreUnits, summariseUnits } from './evaluate.js';
import { knownLengths, type TrainingExample } from './examples.js';
import { type Hyperparameters, requireUsable } from './hyperparameters.js';
import { planOf, requireSamePlan } from './plan.js';
import { learningRateFactor, type Schedule, warmupStepsOf } from './schedule.js';
import { createTrainee, type Trainee } from './trainee.js';
import type { TrainerProgress, TrainerState } from './trainer-state.js';

export type TrainingOptions = {
  config: LayoutLMv2Config;
  /** What to start from, classifier included; not used where a run is resumed. */
  weights: WeightMap;
  labelCount: number;
  training: readonly TrainingExample[];
  /** Judged after each epoch; may be empty, and then the last epoch counts as the best. */
  validation: readonly TrainingExample[];
  hyperparameters: Hyperparameters;
  /** A state of the same run, from one of its `epoch` events. */
  resumeFrom?: TrainerState;
  /** By the tokenizer of the pages; needed where augmentation changes letters or masks. */
  spelling?: Spelling;
  /** Bytes of image features kept on the host where the backbone is frozen; 1 GiB without it. */
  imageCacheBytes?: number;
};

/** After each micro-batch, training or validation: the moment at which a run can be stopped soonest. */
type MicroBatchEvent = { type: 'micro-batch'; step: number; totalSteps: number; epoch: number };

/** After each optimiser step; `step` and `epoch` count from 1. */
export type StepEvent = {
  type: 'step';
  step: number;
  totalSteps: number;
  epoch: number;
  /** Mean over the batch, with dropout and class weights. */
  loss: number;
  learningRate: number;
  /** Before clipping. */
  gradientNorm: number;
  examplesPerSecond: number;
  durationMs: number;
};

/** What whoever watches should know, in a sentence: at present, that memory did not suffice and what was done about it. */
type NoteEvent = { type: 'note'; step: number; message: string };

/** After each epoch and its validation. Validation figures are by unit, and null without validation data. */
export type EpochEvent = {
  type: 'epoch';
  epoch: number;
  step: number;
  /** Mean over the epoch's pages while they were learnt, with dropout and class weights. */
  trainLoss: number;
  /** Share of pages that were right when they were learnt, with dropout. */
  trainAccuracy: number;
  validationLoss: number | null;
  validationAccuracy: number | null;
  validationMacroF1: number | null;
  /** Of the epoch's last step. */
  learningRate: number;
  durationMs: number;
  /** Images that went through a backbone that is frozen: those of pages not seen before, and of what the cache has no room for. */
  imagesRead: number;
  isBest: boolean;
  /** Everything needed to go on from here; to be called before the next event is asked for. */
  state(): Promise<TrainerState>;
};

export type TrainingEvent = MicroBatchEvent | StepEvent | NoteEvent | EpochEvent;

export type TrainingOutcome = {
  bestEpoch: number;
  /** All weights as after the best epoch. */
  weights: WeightMap;
  /** Whether the run ended because the validation score no longer improved. */
  stoppedEarly: boolean;
  /** Epochs done in all, those before a resumption included. */
  epochs: number;
};

/**
 * Trains, epoch by epoch. The best epoch is that of the highest validation macro-F1, of equal ones that of the lowest validation
 * loss. The same options on the same engine give the same run, and so does a run resumed from any of its epochs.
 *
 * Where memory does not suffice, a step is taken again with half as many pages at once, and so on down to one, then with gradient
 * checkpointing; the gradients stay the same.
 *
 * @throws Error for unusable hyperparameters or examples, for a state of another run, when memory suffices for nothing, and when the
 * loss or a gradient is no longer a number, naming step and learning rate.
 */
export async function* trainSequenceClassifier(
  options: TrainingOptions,
): AsyncGenerator<TrainingEvent, TrainingOutcome, void> {
  const { hyperparameters, resumeFrom, training } = options;
  requireUsable(hyperparameters);
  requireLearnable(options);
  const plan = planOf(options);
  if (resumeFrom !== undefined) requireSamePlan(resumeFrom.progress.plan, plan);
  const trainee = createTrainee({
    ...options,
    weights: resumeFrom?.weights ?? options.weights,
    optimiserState: resumeFrom?.optimiser,
    economy: resumeFrom?.progress.economy ?? undefined,
  });
  const run: Run = {
    options,
    trainee,
    progress: { ...(resumeFrom?.progress ?? startingProgress(plan)) },
    best: resumeFrom?.bestWeights ?? null,
    schedule: scheduleOf(hyperparameters, training.length),
  };
  try {
    while (!isFinished(run)) {
      await keepBest(run);
      yield* trainEpoch(run);
    }
    return {
      bestEpoch: run.progress.bestEpoch ?? run.progress.epoch,
      weights: await trainee.readWeights(run.best),
      stoppedEarly: run.progress.epoch < hyperparameters.epochs,
      epochs: run.progress.epoch,
    };
  } finally {
    trainee.dispose();
  }
}

/** A run in progress. */
type Run = {
  options: TrainingOptions;
  trainee: Trainee;
  progress: TrainerProgress;
  /** The trained weights of the best epoch; null where that is the last one. */
  best: WeightMap | null;
  schedule: Schedule;
};

async function* trainEpoch(run: Run): AsyncGenerator<TrainingEvent, void, void> {
  const { options, trainee, progress } = run;
  const { training, hyperparameters } = options;
  const startedAt = performance.now();
  const epoch = progress.epoch + 1;
  const batches = planEpoch({
    ...hyperparameters,
    exampleCount: training.length,
    epoch,
    lengths: hyperparameters.groupByLength ? knownLengths(training, hyperparameters.maxTokens) : undefined,
  });
  const sums = { loss: 0, hits: 0, learningRate: 0 };
  const imagesBefore = trainee.imagesRead();
  for (const batch of batches) yield* trainStep(run, batch, epoch, sums);

  const validation = yield* validate(run, epoch);
  const learnt = hyperparameters.examplesPerEpoch ?? training.length;
  progress.epoch = epoch;
  const isBest = recordEpoch(run, validation);
  if (isBest) run.best = null;
  const durationMs = performance.now() - startedAt;
  yield {
    type: 'epoch',
    epoch,
    step: progress.step,
    trainLoss: sums.loss / learnt,
    trainAccuracy: sums.hits / learnt,
    validationLoss: validation.loss,
    validationAccuracy: validation.accuracy,
    validationMacroF1: validation.macroF1,
    learningRate: sums.learningRate,
    durationMs,
    imagesRead: trainee.imagesRead() - imagesBefore,
    isBest,
    state: async () => ({
      progress: { ...progress },
      weights: await trainee.readWeights(null),
      bestWeights: run.best,
      optimiser: await trainee.readOptimiser(),
    }),
  };
}

/** Copies the weights if they are the best so far and are about to be changed. */
async function keepBest(run: Run): Promise<void> {
  const { progress, trainee, options } = run;
  const isBest = progress.epoch > 0 && progress.bestEpoch === progress.epoch;
  // Without validation the last epoch is the best, so no earlier one is ever asked for.
  if (isBest && options.validation.length > 0) run.best = await trainee.readTrained();
}

async function* trainStep(
  run: Run,
  batch: Batch,
  epoch: number,
  sums: { loss: number; hits: number; learningRate: number },
): AsyncGenerator<TrainingEvent, void, void> {
  const { options, trainee, progress, schedule } = run;
  const { training, hyperparameters } = options;
  const startedAt = performance.now();
  const step = progress.step + 1;
  const learningRate = hyperparameters.learningRate * learningRateFactor(schedule, progress.step);
  const size = batch.reduce((total, { length }) => total + length, 0);
  const at = { step, totalSteps: schedule.totalSteps, epoch };
  const fail = (what: string): never => {
    throw new Error(
      `${what} is not a finite number at step ${step} of ${schedule.totalSteps} (learning rate ${learningRate}): ` +
        'the weights have diverged. Try a lower learning rate or a longer warm-up.',
    );
  };
  let learnt = { loss: 0, hits: 0 };
  for (let index = 0; index < batch.length; ) {
    const microBatch = batch[index] ?? [];
    const examples = microBatch.flatMap((number) => training[number] ?? []);
    try {
      const share = microBatch.length / size;
      const result = await trainee.learn(examples, { step, microBatch: index, share });
      learnt = { loss: learnt.loss + result.loss * share, hits: learnt.hits + result.hits };
      index += 1;
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      trainee.forget();
      yield { type: 'note', step, message: economise(run, step, error) };
      // What was gathered may lack a part of what failed, so the step starts anew.
      [learnt, index] = [{ loss: 0, hits: 0 }, 0];
    }
    if (!Number.isFinite(learnt.loss)) fail('The loss');
    await letOthersRun();
    yield { type: 'micro-batch', ...at };
  }
  const { loss } = learnt;
  sums.hits += learnt.hits;
  const gradientNorm = await trainee.update(learningRate, (norm) => {
    if (!Number.isFinite(norm)) fail('The gradient norm');
  });
  progress.step = step;
  sums.loss += loss * size;
  sums.learningRate = learningRate;
  const durationMs = performance.now() - startedAt;
  const examplesPerSecond = (1000 * size) / durationMs;
  yield { type: 'step', ...at, loss, learningRate, gradientNorm, examplesPerSecond, durationMs };
}

/** Makes the run need less memory; what was done, in words. */
function economise({ trainee, progress, options }: Run, step: number, cause: unknown): string {
  const before = Math.min(trainee.economy().microBatchSize, options.hyperparameters.batchSize);
  if (!trainee.economise()) {
    throw new Error(
      `Memory does not suffice for one page at a time with gradient checkpointing, at step ${step}. Use fewer tokens a page, ` +
        'freeze more of the network, or take a smaller one.',
      { cause },
    );
  }
  const after = trainee.economy();
  progress.economy = { ...after };
  return after.microBatchSize === before
    ? `gradient checkpointing turned on at step ${step}: memory did not suffice for one page at a time`
    : `micro-batch lowered from ${before} to ${after.microBatchSize} at step ${step}: memory did not suffice`;
}

type Validation = { loss: number | null; accuracy: number | null; macroF1: number | null };

async function* validate(
  { options, trainee, progress, schedule }: Run,
  epoch: number,
): AsyncGenerator<TrainingEvent, Validation, void> {
  const scoring = scoreUnits(trainee.score, options.validation, options.hyperparameters);
  for (;;) {
    const next = await scoring.next();
    if (next.done) return summariseUnits(next.value, options.labelCount);
    await letOthersRun();
    yield { type: 'micro-batch', step: progress.step, totalSteps: schedule.totalSteps, epoch };
  }
}

/** Takes the epoch just done into the progress; whether it is the best so far. */
function recordEpoch({ progress, options }: Run, { macroF1, loss }: Validation): boolean {
  // With validation data, an epoch without figures made a network that gives no numbers: better than none at all.
  const isTakenAnyway = progress.bestEpoch === null || options.validation.length === 0;
  const isBest =
    macroF1 === null || loss === null
      ? isTakenAnyway
      : progress.bestMacroF1 === null ||
        progress.bestLoss === null ||
        macroF1 > progress.bestMacroF1 ||
        (macroF1 === progress.bestMacroF1 && loss < progress.bestLoss);
  progress.epochsWithoutImprovement = isBest ? 0 : progress.epochsWithoutImprovement + 1;
  if (isBest) Object.assign(progress, { bestEpoch: progress.epoch, bestMacroF1: macroF1, bestLoss: loss });
  return isBest;
}

function isFinished({ options, progress }: Run): boolean {
  const { epochs, earlyStoppingPatience } = options.hyperparameters;
  return (
    progress.epoch >= epochs ||
    (earlyStoppingPatience !== null && progress.epochsWithoutImprovement >= earlyStoppingPatience)
  );
}

function scheduleOf(hyperparameters: Hyperparameters, exampleCount: number): Schedule {
  const { epochs, examplesPerEpoch, batchSize, schedule, warmupRatio } = hyperparameters;
  const totalSteps = epochs * Math.ceil((examplesPerEpoch ?? exampleCount) / batchSize);
  return { name: schedule, totalSteps, warmupSteps: warmupStepsOf(totalSteps, warmupRatio) };
}

function startingProgress(plan: string): TrainerProgress {
  return {
    epoch: 0,
    step: 0,
    bestEpoch: null,
    bestMacroF1: null,
    bestLoss: null,
    epochsWithoutImprovement: 0,
    economy: null,
    plan,
  };
}

function requireLearnable({ training, validation, labelCount }: TrainingOptions): void {
  if (training.length === 0)
    throw new Error('There is nothing to train on: no training examples were given.');
  for (const { unit, label } of [...training, ...validation]) {
    if (!Number.isInteger(label) || label < 0 || label >= labelCount) {
      throw new Error(`Unit ${unit} has class ${label}, but the classes are 0 to ${labelCount - 1}.`);
    }
  }
}
