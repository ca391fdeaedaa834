/**
 * The job that takes a sweep one step on: queues its next trial, or ends it. What that step is follows from the trials that
 * are there, so it makes no difference how often the job is done or what has ended in between.
 */
import type { DatabaseConnection, Transaction } from '../../platform/database/database.js';
import { announceEvent } from '../../platform/events/event.repository.js';
import { type JobHandler, jobDone, jobSkipped } from '../../platform/jobs/job.js';
import type { Log } from '../../platform/log.js';
import { messageOf } from '../../shared/errors.js';
import { createId } from '../../shared/ids.js';
import { insertRun } from '../training.repository.js';
import type { TrainingFact } from '../training-run.js';
import { type NextStep, nextStep } from './halving.js';
import { withDraw } from './search-space.js';
import { advanceSweepJob } from './sweep.jobs.js';
import { rungsOf, type Sweep, type SweepTrial } from './sweep.js';
import { listTrials, lockSweep, updateSweep } from './sweep.repository.js';

export function createAdvanceSweep(dependencies: {
  connection: DatabaseConnection;
  announce: (tx: Transaction, fact: TrainingFact) => Promise<void>;
  log: Log;
}): JobHandler<{ sweepId: string }> {
  const { connection, announce, log } = dependencies;

  const queueTrial = async (tx: Transaction, sweep: Sweep, { trial, rung, epochs }: NextTrial) => {
    const rungs = rungsOf(sweep).length;
    const { maxMinutes, maxMemoryMib, baseModelId, snapshotId, tags, warnings } = sweep;
    const hyperparameters = withDraw(sweep.hyperparameters, sweep.draws[trial - 1] ?? {});
    const run = await insertRun(tx, {
      ...{ id: createId(), maxMinutes, maxMemoryMib, baseModelId, snapshotId, tags, warnings },
      ...{ status: 'QUEUED', statusReason: null, trigger: 'SWEEP', finishedAt: null },
      hyperparameters: { ...hyperparameters, epochs: epochs ?? hyperparameters.epochs },
      note: `Trial ${trial} of ${sweep.draws.length} of sweep ${sweep.number}${rungs > 1 ? `, rung ${rung + 1} of ${rungs}` : ''}`,
      ...{ sweepId: sweep.id, sweepTrial: trial, sweepRung: rung },
    });
    await announce(tx, { name: 'runRequested', runId: run.id });
    await announceEvent(tx, { topic: 'trainingRunUpdated', id: run.id });
  };

  const end = async (tx: Transaction, sweep: Sweep, [best, ...others]: readonly SweepTrial[]) => {
    if (best === undefined || best.score === null) {
      const last = others.at(-1) ?? best;
      const statusReason = `None of its trials has a result${last?.run.statusReason ? `; of run ${last.run.number}: ${last.run.statusReason}` : ''}`;
      await updateSweep(tx, sweep.id, { status: 'FAILED', statusReason, finishedAt: new Date() });
      return;
    }
    const bestRunId = best.run.id;
    const statusReason = describeBest(best);
    if (sweep.promoteBest) {
      await updateSweep(tx, sweep.id, { bestRunId, statusReason });
      await announce(tx, { name: 'bestTrialFound', sweepId: sweep.id });
    } else {
      await updateSweep(tx, sweep.id, {
        bestRunId,
        statusReason,
        status: 'SUCCEEDED',
        finishedAt: new Date(),
      });
    }
  };

  return {
    definition: advanceSweepJob,
    run: ({ sweepId }) =>
      connection.transaction(async (tx) => {
        const sweep = await lockSweep(tx, sweepId);
        if (sweep === null || sweep.status !== 'RUNNING')
          return jobSkipped(`the sweep is ${sweep?.status ?? 'gone'}`);
        if (sweep.bestRunId !== null) return jobSkipped('all trials of the sweep are over');
        const [trials = []] = await listTrials(tx, [sweepId]);
        const step = nextStep(rungsOf(sweep), trials);
        if (step.type === 'wait') return jobSkipped('a trial of the sweep is not over');
        if (step.type === 'run') await queueTrial(tx, sweep, step);
        else await end(tx, sweep, trials);
        return jobDone;
      }),
    async giveUp({ sweepId }, error) {
      log.error({ sweepId, error: messageOf(error) }, 'a sweep cannot go on');
      await connection.transaction(async (tx) => {
        const sweep = await lockSweep(tx, sweepId);
        if (sweep?.status !== 'RUNNING') return;
        const statusReason =
          'It could not go on, by a failure on our side, at every try; the log has the details';
        await updateSweep(tx, sweepId, { status: 'FAILED', statusReason, finishedAt: new Date() });
      });
    },
  };
}

type NextTrial = Extract<NextStep, { type: 'run' }>;

function describeBest({ trial, run, score }: SweepTrial): string {
  return `The best is trial ${trial}, run ${run.number}, with a validation macro-F1 of ${score?.macroF1.toFixed(3)}`;
}
