/**
 * The job that hands the best trial of a sweep to the gate, where whoever asked for the sweep has said so: by the holdout, which no
 * trial was chosen by, it serves or is kept as what any other run has made.
 */
import { type EngineName, startEngine } from '../../layoutlmv2/engine.js';
import { getLabelIdsOfModel, getReadyModelVersion } from '../../models/get-model-version.js';
import type { RequireLicence } from '../../models/licence.js';
import type { ModelFact } from '../../models/model-version.js';
import type { DatabaseConnection, Transaction } from '../../platform/database/database.js';
import { announceEvent } from '../../platform/events/event.repository.js';
import { type JobHandler, jobDone, jobSkipped } from '../../platform/jobs/job.js';
import { AppError } from '../../shared/errors.js';
import { applyGate } from '../apply-gate.js';
import { createJudgeRun } from '../judge-run.js';
import { listSnapshotDocuments } from '../load-examples.js';
import { findRun, listItems, updateRun } from '../training.repository.js';
import type { TrainingRun } from '../training-run.js';
import { judgeSweepJob } from './sweep.jobs.js';
import { findSweep, lockSweep, updateSweep } from './sweep.repository.js';

/** Thrown when the sweep has been cancelled meanwhile. */
class SweepCancelled extends Error {}

export function createJudgeSweep(
  dependencies: Parameters<typeof createJudgeRun>[0] & {
    connection: DatabaseConnection;
    requireLicence: RequireLicence;
    enginePreference: EngineName | 'auto';
    announce: (tx: Transaction, fact: ModelFact) => Promise<void>;
  },
): JobHandler<{ sweepId: string }> {
  const { connection, requireLicence, enginePreference, announce } = dependencies;
  const { database } = connection;
  const judgeRun = createJudgeRun(dependencies);

  const judge = async (run: TrainingRun, checkCancelled: () => Promise<void>) => {
    const { modelVersionId, snapshotId } = run;
    if (modelVersionId === null || snapshotId === null) throw new Error(`run ${run.number} has made nothing`);
    await startEngine(enginePreference);
    return await judgeRun({
      run,
      documents: await listSnapshotDocuments(connection, await listItems(database, snapshotId)),
      predictions: null,
      labelIds: await getLabelIdsOfModel(database, modelVersionId),
      checkCancelled,
    });
  };

  /** Ends a sweep that is still waiting for the gate, with a sentence after what is known of its best. */
  const end = (sweepId: string, say: (tx: Transaction) => Promise<string>) =>
    connection.transaction(async (tx) => {
      const sweep = await lockSweep(tx, sweepId);
      if (sweep?.status !== 'RUNNING') return;
      const statusReason = `${sweep.statusReason}. ${await say(tx)}`;
      await updateSweep(tx, sweepId, { status: 'SUCCEEDED', statusReason, finishedAt: new Date() });
    });

  return {
    definition: judgeSweepJob,
    async run({ sweepId }, { signal }) {
      const sweep = await findSweep(database, sweepId);
      if (sweep?.status !== 'RUNNING') return jobSkipped(`the sweep is ${sweep?.status ?? 'gone'}`);
      const run = sweep.bestRunId === null ? null : await findRun(database, sweep.bestRunId);
      if (run?.modelVersionId == null) return jobSkipped('the sweep has no best trial yet');
      const { id, modelVersionId } = run;
      const checkCancelled = async () => {
        signal.throwIfAborted();
        if ((await findSweep(database, sweepId))?.status !== 'RUNNING') throw new SweepCancelled();
      };
      try {
        const judgement = await judge(run, checkCancelled);
        await end(sweepId, async (tx) => {
          const version = await getReadyModelVersion(tx, modelVersionId);
          const made = { runId: id, version, judgement };
          const outcome = await applyGate(tx, made, { requireLicence, announce });
          await updateRun(tx, id, { statusReason: outcome });
          await announceEvent(tx, { topic: 'trainingRunUpdated', id });
          return outcome;
        });
      } catch (error) {
        if (!(error instanceof SweepCancelled)) throw error;
      }
      return jobDone;
    },
    async giveUp({ sweepId }, error) {
      const fault =
        error instanceof AppError && error.isPublic
          ? error.message
          : 'a failure on our side, at every try; the log has the details';
      await end(sweepId, async () => `The gate could not judge it: ${fault}; promoteModel makes it serve`);
    },
  };
}
