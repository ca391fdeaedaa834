/**
 * Follows a learning network to its end: its steps and epochs are logged, a state is kept after each epoch, from which another try goes
 * on, and a limit that is reached ends it with the epochs there are.
 */
import { isOutOfMemory } from '../layoutlmv2/out-of-memory.js';
import type { WeightMap } from '../layoutlmv2/parameters.js';
import {
  findTrainerState,
  type TrainerState,
  writeTrainerState,
} from '../layoutlmv2/training/trainer-state.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { AppError, messageOf, systemCodeOf } from '../shared/errors.js';
import { createProgressLog, type ProgressLog } from './progress-log.js';
import type { CheckCancelled, RunLife } from './run-life.js';
import { type LimitReached, watchLimits } from './run-limits.js';
import { createLimitReachedError, createTrainingFailedError } from './training.errors.js';
import { deleteLogsAfter, listEpochs } from './training.repository.js';
import type { TrainingRun } from './training-run.js';

/**
 * @returns the weights at the end, or where a limit was reached those of the best epoch, the last where none is better than another.
 * @throws AppError TRAINING_FAILED; TIME_LIMIT or MEMORY_LIMIT where no epoch is done
 */
export async function learnResumably<Event, Outcome>(
  run: TrainingRun,
  options: {
    connection: DatabaseConnection;
    life: RunLife;
    checkCancelled: CheckCancelled;
    learn: (resumeFrom: TrainerState | undefined) => AsyncGenerator<Event, Outcome, void>;
    /** Logs an event. @returns at the end of an epoch, how to come to its state. */
    keep: (event: Event, log: ProgressLog) => Promise<(() => Promise<TrainerState>) | null>;
    weightsOf: (outcome: Outcome) => WeightMap;
  },
): Promise<WeightMap> {
  const { connection, life, checkCancelled, learn, keep, weightsOf } = options;
  const folder = life.stateFolderOf(run.id);
  const resumeFrom = await findTrainerState(folder);
  await connection.transaction((tx) =>
    deleteLogsAfter(tx, run.id, resumeFrom?.progress.epoch ?? 0, resumeFrom?.progress.step ?? 0),
  );
  const log = createProgressLog(connection, run);
  const [epochsBefore = []] = await listEpochs(connection.database, [run.id]);
  const findLimit = watchLimits(
    run,
    epochsBefore.reduce((sum, { durationMs }) => sum + durationMs, 0),
  );
  const events = learn(resumeFrom);
  try {
    for (;;) {
      const next = await nextEvent(events);
      if (next.done) return requireNumbers(weightsOf(next.value));
      // The log first: what it has beyond the state is forgotten and told again, the reverse would be a gap.
      const state = await keep(next.value, log);
      if (state) await writeTrainerState(folder, await state());
      await checkCancelled();
      const limit = findLimit();
      if (limit) return requireNumbers(await stopAtLimit(run, life, limit));
    }
  } finally {
    // Frees the network, whether the run has ended, failed or been cancelled.
    await events.return(undefined as never);
  }
}

async function stopAtLimit(run: TrainingRun, life: RunLife, limit: LimitReached): Promise<WeightMap> {
  const state = await findTrainerState(life.stateFolderOf(run.id));
  if (state === undefined) throw createLimitReachedError(limit);
  const { bestEpoch, epoch } = state.progress;
  const found = bestEpoch === null ? `after epoch ${epoch}` : `with epoch ${bestEpoch}, the best of ${epoch}`;
  await life.keepNote(run, `stopped ${found}: ${limit.reason}`);
  return new Map([...state.weights, ...(state.bestWeights ?? [])]);
}

/** @throws AppError TRAINING_FAILED: weights that are no numbers make no network, whatever it is asked. */
function requireNumbers(weights: WeightMap): WeightMap {
  for (const [name, { data }] of weights) {
    if (data.every(Number.isFinite)) continue;
    throw createTrainingFailedError(
      `The training has made weights that are no numbers (${name}): try a lower learning rate or a longer warm-up`,
      null,
    );
  }
  return weights;
}

/**
 * What the training itself throws (a loss that is no number, too little memory for a page) would happen at every try. What a page that it
 * reads, the machine or the database throws need not.
 */
async function nextEvent<Event, Outcome>(events: AsyncGenerator<Event, Outcome, void>) {
  try {
    return await events.next();
  } catch (error) {
    if (error instanceof AppError || systemCodeOf(error) !== null || isOutOfMemory(error)) throw error;
    throw createTrainingFailedError(messageOf(error), error);
  }
}
