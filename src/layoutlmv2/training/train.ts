/**
 * Trains a page classifier, as a generator of what happens: the caller shows progress, keeps states, and stops a run by leaving the
 * loop (or calling `return()`), upon which everything it held is freed. It knows pages and classes; it writes no files.
 */

import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { LayoutLMv2Config } from '../config.js';
import type { WeightMap } from '../parameters.js';
import type { Batch } from './batches.js';
import { planEpoch } from './batches.js';
import { scoreUnits, summariseUnits } from './evaluate.js';
import { knownLengths, type TrainingExample } from './examples.js';
import { type Hyperparameters, requireUsable } from './hyperparameters.js';
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
  isBest: boolean;
  /** Everything needed to go on from here; to be called before the next event is asked for. */
  state(): Promise<TrainerState>;
};

export type TrainingEvent = MicroBatchEvent | StepEvent | EpochEvent;

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
 * @throws Error for unusable hyperparameters or examples, for a state of another run, and when the loss or a gradient is no longer a
 * number, naming step and learning rate.
 */
export async function* trainSequenceClassifier(
  options: TrainingOptions,
): AsyncGenerator<TrainingEvent, TrainingOutcome, void> {
  const { hyperparameters, resumeFrom, training } = options;
  requireUsable(hyperparameters);
  requireLearnable(options);
  const plan = describePlan(options);
  if (resumeFrom !== undefined && resumeFrom.progress.plan !== plan) {
    throw new Error(
      `The state was taken from another run: it had ${resumeFrom.progress.plan}, this one has ${plan}.`,
    );
  }
  const trainee = createTrainee({
    ...options,
    weights: resumeFrom?.weights ?? options.weights,
    optimiserState: resumeFrom?.optimiser,
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
  for (const batch of batches) yield* trainStep(run, batch, epoch, sums);

  const validation = yield* validate(run, epoch);
  progress.epoch = epoch;
  const isBest = recordEpoch(run, validation);
  if (isBest) run.best = null;
  const durationMs = performance.now() - startedAt;
  yield {
    type: 'epoch',
    epoch,
    step: progress.step,
    trainLoss: sums.loss / training.length,
    trainAccuracy: sums.hits / training.length,
    validationLoss: validation.loss,
    validationAccuracy: validation.accuracy,
    validationMacroF1: validation.macroF1,
    learningRate: sums.learningRate,
    durationMs,
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
  let loss = 0;
  for (const [index, microBatch] of batch.entries()) {
    const examples = microBatch.flatMap((number) => training[number] ?? []);
    const result = await trainee.learn(examples, {
      step,
      microBatch: index,
      share: microBatch.length / size,
    });
    loss += (result.loss * microBatch.length) / size;
    sums.hits += result.hits;
    if (!Number.isFinite(loss)) fail('The loss');
    await letOthersRun();
    yield { type: 'micro-batch', ...at };
  }
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
function recordEpoch({ progress }: Run, { macroF1, loss }: Validation): boolean {
  const isBest =
    macroF1 === null ||
    loss === null ||
    progress.bestMacroF1 === null ||
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
  const { epochs, batchSize, schedule, warmupRatio } = hyperparameters;
  const totalSteps = epochs * Math.ceil(exampleCount / batchSize);
  return { name: schedule, totalSteps, warmupSteps: warmupStepsOf(totalSteps, warmupRatio) };
}

/** What must be equal for a state to fit a run; the micro-batch may change, as it changes no gradient. */
function describePlan({ hyperparameters, training, labelCount }: TrainingOptions): string {
  const { epochs, batchSize, seed, freezing } = hyperparameters;
  return (
    `${training.length} training pages of ${labelCount} classes, ` +
    `${epochs} epochs of batches of ${batchSize}, seed ${seed}, freezing ${JSON.stringify(freezing)}`
  );
}

function startingProgress(plan: string): TrainerProgress {
  return {
    epoch: 0,
    step: 0,
    bestEpoch: null,
    bestMacroF1: null,
    bestLoss: null,
    epochsWithoutImprovement: 0,
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
