import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCorrectLabel } from '../../src/classification/decide-label.js';
import { startEngine } from '../../src/layoutlmv2/engine.js';
import { createPromoteModel } from '../../src/models/promote-model.js';
import { type Fact, jobsAfter } from '../../src/pipeline.js';
import type { Transaction } from '../../src/platform/database/database.js';
import type { JobHandler } from '../../src/platform/jobs/job.js';
import { enqueueJobs } from '../../src/platform/jobs/job-queue.repository.js';
import { type JobRunner, startJobRunner } from '../../src/platform/jobs/job-runner.js';
import { createRunPretraining } from '../../src/training/pretraining/run-pretraining.js';
import { createStartPretraining } from '../../src/training/pretraining/start-pretraining.js';
import { createRunTraining } from '../../src/training/run-training.js';
import { createStartTrainingRun } from '../../src/training/start-training-run.js';
import { listEpochs } from '../../src/training/training.repository.js';
import type { RunHyperparameters } from '../../src/training/training-run.js';
import { silentLog } from '../support/log.js';
import { createServingWorld, type ServingWorld } from '../support/serving.js';
import { waitFor } from '../support/wait-for.js';

/** What makes a run of seconds. */
const quick: Partial<RunHyperparameters> = {
  epochs: 2,
  batchSize: 2,
  microBatchSize: 2,
  learningRate: 1e-3,
  freezing: 'backbone',
  maxTokens: 32,
};
const runs = 3;
// Seconds where nothing else is done.
const patienceMs = 5 * 60_000;

let world: ServingWorld;
let runsDir: string;
const trainers: JobRunner[] = [];

beforeAll(async () => {
  await startEngine('wasm');
  world = await createServingWorld();
  runsDir = await mkdtemp(join(tmpdir(), 'runs-'));
});
afterAll(async () => {
  for (const trainer of trainers) await trainer.stop();
  await world.close();
  await rm(runsDir, { recursive: true });
});

const announce = (tx: Transaction, fact: Fact) => enqueueJobs(tx, jobsAfter(fact));
const dependencies = () => ({ ...world.log, connection: world.database.connection, announce });

type Work = { trainer: string; runId: string; what: 'begins' | 'ends' };

/** A trainer as each process has it; writes down when it begins and ends its work on a run. */
async function startTrainer(trainer: string, diary: Work[]): Promise<JobRunner> {
  const { store, encodePage } = world;
  const parts = { ...dependencies(), encodePage, store, runsDir, enginePreference: 'wasm' as const };
  const watched = (handler: JobHandler<{ runId: string }>): JobHandler<{ runId: string }> => ({
    ...handler,
    async run(payload, context) {
      diary.push({ trainer, runId: payload.runId, what: 'begins' });
      try {
        return await handler.run(payload, context);
      } finally {
        diary.push({ trainer, runId: payload.runId, what: 'ends' });
      }
    },
  });
  const handlers = [createRunTraining(parts), createRunPretraining(parts)].map(watched);
  return await startJobRunner({
    databaseUrl: world.database.url,
    lane: 'trainer',
    concurrency: 1,
    handlers: handlers as JobHandler<never>[] as JobHandler[],
    log: silentLog,
  });
}

describe('two trainers on one database', () => {
  it(
    'never train at the same time, whatever kind of run it is, and train each run once',
    async () => {
      const { make, database } = world;
      const labelIds = [await make.makeLabel('invoice'), await make.makeLabel('letter')];
      await createPromoteModel(dependencies())((await world.makeModel(labelIds, [0, 0])).id);
      const correctLabel = createCorrectLabel({ ...dependencies(), threshold: 0.8, randomShare: 0 });
      for (let count = 0; count < 8; count += 1) {
        // Long enough that some words are hidden in pre-training, and no two documents nearly the same.
        const words = Array.from({ length: 20 }, (_, index) => `word ${count}x${index}`);
        const { id } = await world.makeDocument({ texts: [words.join(' ')] });
        await correctLabel({
          documentId: id,
          labelId: labelIds[count % 2] ?? '',
          decidedBy: 'ann',
          note: null,
        });
      }
      const diary: Work[] = [];
      trainers.push(await startTrainer('one', diary), await startTrainer('other', diary));
      const startTrainingRun = createStartTrainingRun({
        ...dependencies(),
        minimumPerLabel: 3,
        modelSize: 'tiny',
      });
      const ids: string[] = [];
      // Asked for all at once, while both trainers are idle.
      await Promise.all(
        Array.from({ length: runs }, async () => {
          const { id, status } = await startTrainingRun({
            trigger: 'MANUAL',
            note: null,
            baseModelId: null,
            fromScratch: false,
            hyperparameters: quick,
          });
          expect(status).toBe('QUEUED');
          ids.push(id);
        }),
      );
      const { id: pretrainingId } = await createStartPretraining({ ...dependencies(), modelSize: 'tiny' })({
        note: null,
        tags: [],
        limits: {},
        baseModelId: null,
        maxPages: 8,
        hyperparameters: { epochs: 1 },
      });
      ids.push(pretrainingId);
      await waitFor('all runs to be over', async () => {
        const open = await database.connection.database.trainingRun.count({ where: { finishedAt: null } });
        return open === 0 && diary.length === 2 * ids.length;
      });
      expect(diary.map(({ what }) => what)).toEqual(ids.flatMap(() => ['begins', 'ends']));
      const begun = diary.filter(({ what }) => what === 'begins').map(({ runId }) => runId);
      expect([...begun].sort()).toEqual([...ids].sort());
      const reader = database.connection.database;
      const epochs = await listEpochs(reader, ids);
      expect(epochs.map((each) => each.map(({ epoch }) => epoch))).toEqual([
        ...Array.from({ length: runs }, () => [1, 2]),
        [1],
      ]);
      const ended = await reader.trainingRun.findMany({ orderBy: { startedAt: 'asc' } });
      for (const [index, { status, startedAt }] of ended.entries()) {
        expect(status).toBe('SUCCEEDED');
        const before = ended[index - 1]?.finishedAt;
        // One process writes down both times.
        if (before && startedAt) expect(startedAt.getTime()).toBeGreaterThanOrEqual(before.getTime());
      }
    },
    patienceMs,
  );
});
