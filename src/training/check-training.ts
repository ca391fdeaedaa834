/**
 * The job that looks whether a run begins by itself: every few minutes, and some time after a decision. What it decides by
 * is in decide-training.ts.
 */
import { countNewDecisions } from '../classification/label-decisions.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { type JobHandler, jobDone } from '../platform/jobs/job.js';
import type { Log } from '../platform/log.js';
import { AppError, messageOf } from '../shared/errors.js';
import { createId } from '../shared/ids.js';
import { decideTraining, type TrainingSituation } from './decide-training.js';
import { defaultHyperparameters } from './default-hyperparameters.js';
import type { DriftPoint } from './drift.js';
import type { MeasureDrift } from './measure-drift.js';
import { recordSkippedRun } from './skipped-run.repository.js';
import type { StartTrainingRun } from './start-training-run.js';
import { checkTrainingJob } from './training.jobs.js';
import { findActiveRun, findLastBegunRun } from './training.repository.js';
import { skipWindowMinutes } from './training-policy.js';
import { markScheduleHandled, readTrainingPolicy } from './training-policy.repository.js';
import type { RunHyperparameters, RunTrigger } from './training-run.js';

export function createCheckTraining(dependencies: {
  connection: DatabaseConnection;
  startTrainingRun: StartTrainingRun;
  measureDrift: MeasureDrift;
  minimumPerLabel: number;
  modelSize: RunHyperparameters['modelSize'];
  log: Log;
  /** What time it is. */
  clock?: () => Date;
}): JobHandler<Record<string, never>> {
  const { connection, startTrainingRun, measureDrift, minimumPerLabel, modelSize, log } = dependencies;
  const clock = dependencies.clock ?? (() => new Date());
  const { database } = connection;

  const skip = (
    now: Date,
    windowMinutes: number,
    { trigger, code, reason }: { trigger: RunTrigger; code: string; reason: string },
  ) =>
    connection.transaction(async (tx) => {
      const hyperparameters = defaultHyperparameters({ baseSize: null, modelSize, trainingDocuments: 0 });
      const run = { id: createId(), trigger, note: null, baseModelId: null, hyperparameters, warnings: [] };
      await recordSkippedRun(tx, { run, code, reason, now, windowMinutes });
    });

  return {
    definition: checkTrainingJob,
    async run() {
      const now = clock();
      const policy = await readTrainingPolicy(database, minimumPerLabel);
      const drift = await measureDrift(now);
      const decision = decideTraining(policy, await readSituation(connection, now, drift));
      const window = skipWindowMinutes(policy);
      for (const each of decision.skips) await skip(now, window, each);
      if (decision.start) {
        const { trigger, note } = decision.start;
        try {
          const request = { baseModelId: null, fromScratch: false, hyperparameters: {} };
          await startTrainingRun({ trigger, note, ...request });
        } catch (error) {
          // Such as a licence that has been ruled out: asking again would change nothing.
          if (!(error instanceof AppError)) throw error;
          await skip(now, window, { trigger, code: error.code, reason: error.message });
        }
      }
      // Last: were the process to end before, the schedule would be found due again.
      if (decision.isScheduleDue) await markScheduleHandled(database, now);
      return jobDone;
    },
    giveUp: async (_payload, error) =>
      log.error({ error: messageOf(error) }, 'could not look whether a run is to begin'),
  };
}

async function readSituation(
  { database }: DatabaseConnection,
  now: Date,
  drift: readonly DriftPoint[],
): Promise<TrainingSituation> {
  const last = await findLastBegunRun(database);
  return {
    now,
    activeRun: await findActiveRun(database),
    lastRunEndedAt: last?.endedAt ?? null,
    newDecisions: await countNewDecisions(database, last?.frozenAt ?? new Date(0)),
    drift,
  };
}
