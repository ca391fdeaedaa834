import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCorrectLabel } from '../../../src/classification/decide-label.js';
import { createCollectModelFiles } from '../../../src/models/collect-model-files.js';
import { createPromoteModel, findServingModel } from '../../../src/models/promote-model.js';
import { type Fact, jobsAfter } from '../../../src/pipeline.js';
import type { Job, JobHandler } from '../../../src/platform/jobs/job.js';
import { createCancelTrainingRun } from '../../../src/training/cancel-training-run.js';
import { findGateDecisions } from '../../../src/training/gate.repository.js';
import { createRunTraining } from '../../../src/training/run-training.js';
import { createSetPromotionPolicy } from '../../../src/training/set-promotion-policy.js';
import { createAdvanceSweep } from '../../../src/training/sweeps/advance-sweep.js';
import { createCancelSweep } from '../../../src/training/sweeps/cancel-sweep.js';
import { createJudgeSweep } from '../../../src/training/sweeps/judge-sweep.js';
import type { SearchRange } from '../../../src/training/sweeps/search-space.js';
import { createStartSweep, type StartSweep } from '../../../src/training/sweeps/start-sweep.js';
import {
  findSweep,
  listTrials,
  listVersionsOfSweeps,
} from '../../../src/training/sweeps/sweep.repository.js';
import { findLastBegunRun, findRun, listItems } from '../../../src/training/training.repository.js';
import { silentLog } from '../../support/log.js';
import { createServingWorld, type ServingWorld } from '../../support/serving.js';

const documentsPerLabel = 4;
// Of a machine that does ten other things at once.
const patienceMs = 240_000;
/** What makes a trial of a second. */
const quick = {
  batchSize: 2,
  microBatchSize: 2,
  freezing: 'backbone' as const,
  maxTokens: 32,
};
const rate: SearchRange = {
  hyperparameter: 'learningRate',
  distribution: 'LOG_UNIFORM',
  from: 1e-4,
  to: 1e-1,
};
const dropped: SearchRange = {
  hyperparameter: 'augmentation.wordDropout',
  distribution: 'UNIFORM',
  from: 0,
  to: 0.3,
};

let world: ServingWorld;
let runsDir: string;
let baseId: string;
/** Jobs that are in the queue, which outlives any process. */
let queue: Job[];

beforeAll(async () => {
  world = await createServingWorld();
  runsDir = await mkdtemp(join(tmpdir(), 'sweeps-'));
});
beforeEach(async () => {
  await world.database.query(
    'truncate documents, labels, model_versions, model_promotions, training_runs, dataset_snapshots, sweeps, promotion_policy cascade',
  );
  const labels = [await world.make.makeLabel('invoice'), await world.make.makeLabel('letter')];
  for (const [labelId, text] of [
    [labels[0] ?? '', 'word word word'],
    [labels[1] ?? '', 'other'],
  ] as const) {
    for (let count = 0; count < documentsPerLabel; count += 1) await decide(labelId, text);
  }
  const base = await world.makeModel(labels, [0, 0]);
  await createPromoteModel(world.log)(base.id);
  baseId = base.id;
  queue = [];
  world.log.take();
});
afterAll(async () => {
  await world.close();
  await rm(runsDir, { recursive: true });
});

const database = () => world.database.connection.database;

async function decide(labelId: string, text: string) {
  const { id } = await world.makeDocument({ texts: [text] });
  const correctLabel = createCorrectLabel({ ...world.log, threshold: 0.8, randomShare: 0 });
  await correctLabel({ documentId: id, labelId, decidedBy: 'ann', note: null });
}

async function start(request: Partial<Parameters<StartSweep>[0]> = {}) {
  const startSweep = createStartSweep({ ...world.log, minimumPerLabel: 3, modelSize: 'tiny' });
  const sweep = await startSweep({
    kind: 'SUCCESSIVE_HALVING',
    ranges: [rate, dropped],
    trials: 3,
    seed: 3,
    reductionFactor: 3,
    firstRungEpochs: 1,
    promoteBest: false,
    note: 'a search',
    tags: ['rates'],
    limits: { maxMinutes: 5, maxMemoryMib: null },
    baseModelId: null,
    fromScratch: false,
    hyperparameters: quick,
    ...request,
  });
  collect();
  return sweep;
}

/** Puts what follows from the facts into the queue, as their transactions do. */
function collect(facts: readonly Fact[] = world.log.take()) {
  queue.push(...facts.flatMap((fact) => jobsAfter(fact)));
}

/** The handlers of a process that has just started: they know nothing but what is in the database. */
function createProcess(signal = new AbortController().signal) {
  const { log, store, encodePage } = world;
  const common = { ...log, store, encodePage, runsDir, enginePreference: 'wasm' as const };
  const handlers = [
    createAdvanceSweep({ ...log, log: silentLog }),
    createJudgeSweep(common),
    createRunTraining(common),
    createCollectModelFiles({
      ...{ connection: log.connection, store, keptVersions: 1 },
      ...{ usedElsewhere: [listVersionsOfSweeps], log: silentLog },
    }),
  ] as JobHandler<never>[];
  return {
    /** Does the first job of the queue; one that throws stays there. */
    async doNext(): Promise<string | null> {
      const [job] = queue;
      if (job === undefined) return null;
      const handler = handlers.find(({ definition }) => definition.name === job.definition.name);
      if (handler === undefined) throw new Error(`nobody does ${job.definition.name}`);
      await handler.run(job.payload as never, { signal, attempt: 1 });
      queue.shift();
      collect();
      return job.definition.name;
    },
    async giveUp(error: unknown) {
      const job = queue.shift();
      await handlers
        .find(({ definition }) => definition.name === job?.definition.name)
        ?.giveUp(job?.payload as never, error);
      collect();
    },
  };
}

/** Does everything there is to do, each job by a process of its own; on demand, sweeps are looked at twice. */
async function doAll({ twice = false } = {}) {
  for (let [job] = queue; job !== undefined; [job] = queue) {
    await createProcess().doNext();
    if (!twice || job.definition.name !== 'advance-sweep') continue;
    queue.unshift(job);
    await createProcess().doNext();
  }
}

/** Does what there is to do until a trial would begin. */
async function doUntilTrial() {
  while (queue.length > 0 && queue[0]?.definition.name !== 'run-training') await createProcess().doNext();
}

const readSweep = async (id: string) => {
  const sweep = await findSweep(database(), id);
  if (sweep === null) throw new Error(`no sweep ${id}`);
  return sweep;
};
const readTrials = async (id: string) => (await listTrials(database(), [id]))[0] ?? [];

describe('a sweep by successive halving', () => {
  it(
    'tries few epochs of many, and more of the best, on one snapshot; nothing of it serves by itself',
    async () => {
      const { id } = await start();
      await doAll();
      const sweep = await readSweep(id);
      const trials = await readTrials(id);
      expect([0, 1].map((rung) => trials.filter((trial) => trial.rung === rung).length)).toEqual([3, 1]);
      for (const { run, rung, trial, values, score, epochs } of trials) {
        expect(run).toMatchObject({
          status: 'SUCCEEDED',
          trigger: 'SWEEP',
          statusReason: 'Kept as a trial of its sweep; promoteModel makes it serve',
          snapshotId: sweep.snapshotId,
          tags: ['rates'],
          maxMinutes: 5,
          note: `Trial ${trial} of 3 of sweep ${sweep.number}, rung ${rung + 1} of 2`,
        });
        // A next rung trains anew, for all of its epochs.
        expect(epochs.map(({ epoch }) => epoch)).toEqual(
          Array.from({ length: 3 ** rung }, (_, index) => index + 1),
        );
        expect(run.hyperparameters).toMatchObject({
          ...quick,
          epochs: 3 ** rung,
          learningRate: values.learningRate,
        });
        expect(run.hyperparameters.augmentation.wordDropout).toBe(values['augmentation.wordDropout']);
        expect(sweep.draws[trial - 1]).toEqual(values);
        expect(score?.macroF1).toBe(epochs.findLast(({ isBest }) => isBest)?.validationMacroF1);
      }
      expect(trials.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
      const scores = trials.map(({ score }) => score?.macroF1 ?? -1);
      expect(scores).toEqual([...scores].sort((one, other) => other - one));
      // The one that got on was the best of the first rung.
      const trialsOf = (rung: number) =>
        trials.filter((trial) => trial.rung === rung).map(({ trial }) => trial);
      expect(trialsOf(1)).toEqual(trialsOf(0).slice(0, 1));

      const [best] = trials;
      expect(sweep).toMatchObject({
        status: 'SUCCEEDED',
        bestRunId: best?.run.id,
        finishedAt: expect.any(Date),
      });
      expect(sweep.statusReason).toMatch(
        /^The best is trial \d, run \d+, with a validation macro-F1 of \d\.\d{3}$/,
      );
      expect((await findServingModel(database()))?.id).toBe(baseId);
      expect(await findGateDecisions(database(), [best?.run.id ?? ''])).toEqual([null]);
      // One version keeps its files, and the best one does however old it is.
      const kept = await database().modelVersion.findMany({ where: { filesCollectedAt: null } });
      expect(kept.map((version) => version.id)).toContain(best?.run.modelVersionId);
      expect(kept.length).toBeLessThan(4);
      // Runs that begin by themselves count decisions since the last run that something could come of.
      expect(await findLastBegunRun(database())).toBeNull();
    },
    patienceMs,
  );

  it('goes on where it was when its process ends, at whatever moment, and does no trial twice', async () => {
    const { id } = await start({ trials: 2, reductionFactor: 2, seed: 5 });
    const stopping = new AbortController();
    const doomed = createProcess(stopping.signal);
    expect(await doomed.doNext()).toBe('advance-sweep');
    stopping.abort(new Error('the process ends'));
    await expect(doomed.doNext()).rejects.toThrow('the process ends');
    const [trial] = await readTrials(id);
    expect(trial).toMatchObject({ isOver: false, run: { status: 'RUNNING' } });
    // A process that ends when it has done a job, and before it says so, makes another do it again.
    collect([{ name: 'trialEnded', sweepId: id }]);
    await doAll({ twice: true });
    expect(await readSweep(id)).toMatchObject({ status: 'SUCCEEDED' });
    const trials = await readTrials(id);
    expect(trials).toHaveLength(2 + 1);
    expect(
      trials
        .filter(({ rung }) => rung === 0)
        .map((each) => each.trial)
        .sort(),
    ).toEqual([1, 2]);
  });
});

describe('a random search', () => {
  const random = { kind: 'RANDOM' as const, reductionFactor: null, firstRungEpochs: null, trials: 3 };
  const oneEpoch = { hyperparameters: { ...quick, epochs: 1 } };

  it(
    'goes on where a trial fails or is cancelled, and hands the best to the gate where that is asked for',
    async () => {
      await createSetPromotionPolicy(world.log)({ minimumHoldout: 1 }, 'ann');
      const { id } = await start({ ...random, ...oneEpoch, promoteBest: true });
      await doUntilTrial();
      // The first trial fails at its last try.
      await createProcess().giveUp(new Error('a fault'));
      await doUntilTrial();
      const second = (await readTrials(id)).find(({ trial }) => trial === 2);
      await createCancelTrainingRun(world.log)(second?.run.id ?? '');
      collect();
      await doAll();
      const trials = await readTrials(id);
      expect(trials.map(({ trial, rank, run }) => [trial, rank, run.status])).toEqual([
        [3, 1, 'SUCCEEDED'],
        [1, null, 'FAILED'],
        [2, null, 'CANCELLED'],
      ]);
      const sweep = await readSweep(id);
      const [best] = trials;
      expect(sweep).toMatchObject({ status: 'SUCCEEDED', bestRunId: best?.run.id });
      expect(sweep.statusReason).toMatch(/^The best is trial 3, run .*\. (Serves|Kept as a candidate): /);
      const [decision] = await findGateDecisions(database(), [best?.run.id ?? '']);
      expect(decision).toMatchObject({ servingModelId: baseId, support: 2 });
      const serves = (await findServingModel(database()))?.id === best?.run.modelVersionId;
      expect(serves).toBe(decision?.verdict === 'PROMOTED');
      const made = await findRun(database(), best?.run.id ?? '');
      expect(sweep.statusReason).toContain(made?.statusReason);
    },
    patienceMs,
  );

  it('fails where no trial has a result, and says why', async () => {
    const { id } = await start({ ...random, ...oneEpoch, trials: 2 });
    for (const message of ['one', 'two']) {
      await doUntilTrial();
      await createProcess().giveUp(new Error(message));
    }
    await doAll();
    const sweep = await readSweep(id);
    expect(sweep).toMatchObject({ status: 'FAILED', bestRunId: null, finishedAt: expect.any(Date) });
    expect(sweep.statusReason).toMatch(/^None of its trials has a result; of run \d+: Failed on our side/);
  });

  it('ends with the trial that runs, and all that would follow, when it is cancelled', async () => {
    const { id } = await start({ ...random, hyperparameters: { ...quick, epochs: 1000 } });
    await createProcess().doNext();
    const cancelSweep = createCancelSweep(world.log);
    const running = createProcess().doNext();
    const cancelling = (async () => {
      for (;;) {
        const [trial] = await readTrials(id);
        if (trial && trial.run.step !== null) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return await cancelSweep(id);
    })();
    expect(await cancelling).toMatchObject({ status: 'CANCELLED', finishedAt: expect.any(Date) });
    await running;
    await doAll();
    expect((await readTrials(id)).map(({ run }) => run.status)).toEqual(['CANCELLED']);
    expect(await readSweep(id)).toMatchObject({
      status: 'CANCELLED',
      statusReason: 'Cancelled while it ran',
    });
    await expect(cancelSweep(id)).rejects.toMatchObject({ code: 'SWEEP_OVER' });
    await expect(cancelSweep('x')).rejects.toMatchObject({ code: 'SWEEP_NOT_FOUND' });
  });

  it('cancels a trial that waits, too', async () => {
    const { id } = await start(random);
    await createProcess().doNext();
    await createCancelSweep(world.log)(id);
    expect((await readTrials(id)).map(({ run }) => run.status)).toEqual(['CANCELLED']);
    await doAll();
    expect(await readTrials(id)).toHaveLength(1);
  });
});

describe('starting a sweep', () => {
  it('freezes what all trials learn from, draws them, and keeps both', async () => {
    const sweep = await start();
    expect(sweep).toMatchObject({
      status: 'RUNNING',
      note: 'a search',
      tags: ['rates'],
      ranges: [rate, dropped],
      baseModelId: baseId,
      reductionFactor: 3,
      firstRungEpochs: 1,
    });
    expect(sweep.draws).toHaveLength(3);
    expect(await listItems(database(), sweep.snapshotId ?? '')).toHaveLength(2 * documentsPerLabel);
    expect((await start()).draws).toEqual(sweep.draws);
  });

  it('is skipped, and says why, where there is too little to learn from', async () => {
    await world.database.query('truncate documents cascade');
    const sweep = await start();
    expect(sweep).toMatchObject({
      status: 'SKIPPED',
      statusReason: 'No document has been labelled by a person',
      snapshotId: null,
      finishedAt: expect.any(Date),
    });
    expect(queue).toEqual([]);
  });

  const unusable: [Partial<Parameters<StartSweep>[0]>, string, RegExp][] = [
    [{ trials: 1 }, 'INVALID_SWEEP', /trials is 1, but must be a whole number from 2 to 200/],
    [{ ranges: [] }, 'INVALID_SWEEP', /at least one range/],
    [
      { reductionFactor: 5 },
      'INVALID_SWEEP',
      /reductionFactor is 5, but must be from 2 to the number of trials, 3/,
    ],
    [{ firstRungEpochs: 0 }, 'INVALID_SWEEP', /firstRungEpochs is 0/],
    [{ firstRungEpochs: 5000 }, 'INVALID_SWEEP', /The last rung would have 15000 epochs/],
    [{ hyperparameters: { epochs: 3 } }, 'INVALID_SWEEP', /follow from firstRungEpochs and reductionFactor/],
    [{ kind: 'RANDOM' as const }, 'INVALID_SWEEP', /belong to SUCCESSIVE_HALVING/],
    [
      { ranges: [{ ...rate, to: 5 }] },
      'INVALID_HYPERPARAMETER',
      /learningRate is 5, but must be a number from 0 to 1/,
    ],
    [
      { ranges: [{ ...dropped, to: 5 }] },
      'INVALID_HYPERPARAMETER',
      /augmentation\.wordDropout is 5, but must be a number from 0 to 1/,
    ],
    [{ baseModelId: 'x' }, 'MODEL_VERSION_NOT_FOUND', /x/],
    [{ tags: [''] }, 'INVALID_TAG', /1 to 50 characters/],
    [{ limits: { maxMinutes: -1, maxMemoryMib: null } }, 'INVALID_LIMIT', /maxMinutes is -1/],
  ];

  it('refuses what no trial can be made with, and says what it must be', async () => {
    for (const [request, code, message] of unusable) {
      await expect(start(request)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    }
    expect(await database().sweep.count()).toBe(0);
    expect(queue).toEqual([]);
  });
});
