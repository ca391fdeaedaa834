/**
 * What the jobs of all kinds of runs share: a run begins, tells of what happens to it, is cancelled, and ends once, however often its
 * job is tried.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Engine, type EngineName, startEngine } from '../layoutlmv2/engine.js';
import { isOutOfMemory } from '../layoutlmv2/out-of-memory.js';
import { recogniseFullDisk } from '../models/fetch-checkpoint.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { announceEvent } from '../platform/events/event.repository.js';
import { type JobDefinition, type JobHandler, jobDone, jobSkipped } from '../platform/jobs/job.js';
import { AppError } from '../shared/errors.js';
import { storableText } from '../shared/storable-text.js';
import { createDiskFullForRunError, createOutOfMemoryError } from './training.errors.js';
import { findRun, isCancelRequested, lockRun, updateRun } from './training.repository.js';
import { isOver, type TrainingFact, type TrainingRun } from './training-run.js';

/** Thrown through the run when it has been cancelled. */
class RunCancelled extends Error {}

// Asking costs a millisecond; a person who cancels does not notice a quarter of a second.
const cancelCheckIntervalMs = 250;

/** @throws what stops a run that has been cancelled, or whose process ends. */
export type CheckCancelled = () => Promise<void>;

export type RunLife = ReturnType<typeof createRunLife>;

export function createRunLife(dependencies: {
  connection: DatabaseConnection;
  /** Folder of the states between epochs, one folder a run. */
  runsDir: string;
  announce: (tx: Transaction, fact: TrainingFact) => Promise<void>;
}) {
  const { connection, runsDir, announce } = dependencies;
  const stateFolderOf = (runId: string) => join(runsDir, runId);
  return {
    stateFolderOf,

    /** @returns null where the run is over or gone. */
    begin: (runId: string, engine: Engine) =>
      connection.transaction(async (tx) => {
        const run = await lockRun(tx, runId);
        if (run === null || isOver(run.status)) return null;
        await updateRun(tx, runId, {
          status: 'RUNNING',
          startedAt: run.startedAt ?? new Date(),
          engine: engine.name,
          device: engine.device,
        });
        await announceEvent(tx, { topic: 'trainingRunUpdated', id: runId });
        return run;
      }),

    /** Ends a run that is not over, and gives up its states. What `inside` does and gives belongs to the end. */
    async end(
      runId: string,
      change: Partial<TrainingRun> & Pick<TrainingRun, 'status'>,
      inside?: (tx: Transaction) => Promise<Partial<TrainingRun>>,
    ): Promise<void> {
      await connection.transaction(async (tx) => {
        const run = await lockRun(tx, runId);
        if (run === null || isOver(run.status)) return;
        const more = (await inside?.(tx)) ?? {};
        await updateRun(tx, runId, { ...change, ...more, secondsLeft: null, finishedAt: new Date() });
        await announceEvent(tx, { topic: 'trainingRunUpdated', id: runId });
        await announce(tx, { name: 'runFinished', runId, status: change.status });
        if (run.sweepId !== null) await announce(tx, { name: 'trialEnded', sweepId: run.sweepId });
      });
      await rm(stateFolderOf(runId), { recursive: true, force: true });
    },

    /** Tells of what happened to a run while it learns, where its status reason is read; another try of the run finds it there. */
    async keepNote(run: TrainingRun, message: string): Promise<void> {
      run.statusReason = run.statusReason === null ? message : `${run.statusReason}; ${message}`;
      await connection.transaction(async (tx) => {
        await updateRun(tx, run.id, { statusReason: run.statusReason });
        await announceEvent(tx, { topic: 'trainingRunUpdated', id: run.id });
      });
    },
  };
}

/** The job of one kind of run. `train` ends the run itself where all goes well. */
export function createRunJob(
  definition: JobDefinition<{ runId: string }>,
  dependencies: {
    connection: DatabaseConnection;
    life: RunLife;
    enginePreference: EngineName | 'auto';
    train: (run: TrainingRun, checkCancelled: CheckCancelled) => Promise<void>;
  },
): JobHandler<{ runId: string }> {
  const { connection, life, enginePreference, train } = dependencies;
  const { database } = connection;
  return {
    definition,
    async run({ runId }, { signal }) {
      const known = await findRun(database, runId);
      if (known === null || isOver(known.status)) return jobSkipped(`the run is ${known?.status ?? 'gone'}`);
      const run = await life.begin(runId, await startEngine(enginePreference));
      if (run === null) return jobSkipped('the run is over');
      let checkedAt = 0;
      const checkCancelled = async () => {
        signal.throwIfAborted();
        if (performance.now() - checkedAt < cancelCheckIntervalMs) return;
        checkedAt = performance.now();
        if (await isCancelRequested(database, runId)) throw new RunCancelled();
      };
      try {
        await checkCancelled();
        await train(run, checkCancelled);
      } catch (error) {
        if (!(error instanceof RunCancelled)) throw recogniseFault(error);
        await life.end(runId, { status: 'CANCELLED', statusReason: 'Cancelled while it ran' });
      }
      return jobDone;
    },
    async giveUp({ runId }, error) {
      const isPublic = error instanceof AppError && error.isPublic;
      const statusReason = isPublic
        ? storableText(error.message)
        : 'Failed on our side, at every try; the log has the details';
      await life.end(runId, {
        status: 'FAILED',
        statusReason,
        failureCode: isPublic ? error.code : 'INTERNAL_SERVER_ERROR',
      });
    },
  };
}

/** The same error, or one that says what to do where the machine has no memory or no room left. */
function recogniseFault(error: unknown): unknown {
  if (error instanceof AppError) return error;
  return isOutOfMemory(error)
    ? createOutOfMemoryError(error)
    : recogniseFullDisk(error, createDiskFullForRunError);
}
