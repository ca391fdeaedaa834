import { existsSync } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCorrectLabel } from '../../src/classification/decide-label.js';
import { createEncodeStoredPage, type EncodeStoredPage } from '../../src/classification/encode-page.js';
import { readCheckpoint } from '../../src/layoutlmv2/checkpoints/checkpoint.js';
import { startEngine } from '../../src/layoutlmv2/engine.js';
import { getLabelIdsOfModel } from '../../src/models/get-model-version.js';
import { describeModelFolder, getNetworkFolder } from '../../src/models/model-folder.js';
import { createModelStore, type ModelStore } from '../../src/models/model-store.js';
import { createPromoteModel, findServingModel } from '../../src/models/promote-model.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import { AppError } from '../../src/shared/errors.js';
import { createId } from '../../src/shared/ids.js';
import { createCancelTrainingRun } from '../../src/training/cancel-training-run.js';
import {
  findBaselines,
  findEvaluations,
  listCalibration,
  listClassMetrics,
  listConfusion,
  listSlices,
} from '../../src/training/evaluation.repository.js';
import { findGateDecisions } from '../../src/training/gate.repository.js';
import { listSeries } from '../../src/training/metric-series.repository.js';
import { createRunTraining } from '../../src/training/run-training.js';
import { createSetPromotionPolicy } from '../../src/training/set-promotion-policy.js';
import { createStartTrainingRun } from '../../src/training/start-training-run.js';
import { findRun, listEpochs } from '../../src/training/training.repository.js';
import type { RunHyperparameters, TrainingRun } from '../../src/training/training-run.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { failKernel } from '../support/failing-kernel.js';
import { writeMicroModel } from '../support/micro-model.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';

/** What makes a run of seconds: a tenth of a second a page. */
const quick: Partial<RunHyperparameters> = {
  epochs: 2,
  batchSize: 2,
  microBatchSize: 2,
  learningRate: 1e-3,
  freezing: 'backbone',
  maxTokens: 32,
};

describe('doing a training run', () => {
  let database: TestDatabase;
  let make: RecordMaker;
  let log: ReturnType<typeof createFactLog>;
  let folder: string;
  let runsDir: string;
  let store: ModelStore;
  let encodePage: EncodeStoredPage;
  let baseId: string;
  let imageSha256: string;
  let [invoice, letter, form] = ['', '', ''];

  beforeAll(async () => {
    database = await createTestDatabase();
    make = createRecordMaker(database);
    log = createFactLog(database.connection);
    folder = await mkdtemp(join(tmpdir(), 'runs-'));
    runsDir = join(folder, 'runs');
    store = createModelStore(join(folder, 'models'));
    const blobs = createDiskBlobStorage({ folder: join(folder, 'blobs') });
    const image = await sharp({ create: { width: 30, height: 40, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    imageSha256 = (await blobs.write(Readable.from([image]), { maxBytes: image.length })).sha256;
    encodePage = createEncodeStoredPage({ ...log, blobs });
  });
  beforeEach(async () => {
    await database.query(
      'truncate documents, labels, model_versions, model_promotions, training_runs, dataset_snapshots, promotion_policy cascade',
    );
    [invoice, letter, form] = [
      await make.makeLabel('invoice'),
      await make.makeLabel('letter'),
      await make.makeLabel('form'),
    ];
    const base = await make.makeModelVersion([invoice, letter]);
    await writeMicroModel(await store.prepareFolder(base.id), [0, 0]);
    await createPromoteModel(log)(base.id);
    baseId = base.id;
    for (const labelId of [invoice, letter, form]) {
      for (let count = 0; count < 4; count += 1) {
        const { id } = await make.makeDocument({ texts: ['word', 'word word'] });
        await createCorrectLabel({ ...log, threshold: 0.8, randomShare: 0 })({
          documentId: id,
          labelId,
          decidedBy: 'ann',
          note: null,
        });
      }
    }
    await database.query('update pages set image_sha256 = $1', [imageSha256]);
    log.take();
  });
  afterAll(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  async function start(hyperparameters: Partial<RunHyperparameters> = {}): Promise<TrainingRun> {
    const startTrainingRun = createStartTrainingRun({ ...log, minimumPerLabel: 3, modelSize: 'tiny' });
    const run = await startTrainingRun({
      trigger: 'MANUAL',
      note: null,
      baseModelId: null,
      fromScratch: false,
      hyperparameters: { ...quick, ...hyperparameters },
    });
    expect(run.status).toBe('QUEUED');
    log.take();
    return run;
  }
  const createJob = (overrides: Partial<Parameters<typeof createRunTraining>[0]> = {}) =>
    createRunTraining({ ...log, encodePage, store, runsDir, enginePreference: 'wasm', ...overrides });
  const context = (signal = new AbortController().signal) => ({ signal, attempt: 1 });
  const read = async (id: string) => {
    const run = await findRun(database.connection.database, id);
    if (run === null) throw new Error(`no run ${id}`);
    return run;
  };
  const epochsOf = async (id: string) => {
    const [epochs = []] = await listEpochs(database.connection.database, [id]);
    return epochs.map(({ epoch }) => epoch);
  };
  const stepsOf = async (id: string) =>
    (await listSeries(database.connection.database, id, 'loss', 1000)).map(({ step }) => step);

  it('makes a model version of what it has learnt, with all it measured', async () => {
    const { id } = await start();
    expect(await createJob().run({ runId: id }, context())).toEqual({ status: 'done' });
    const run = await read(id);
    expect(run).toMatchObject({
      status: 'SUCCEEDED',
      statusReason:
        'Refused by the gate and kept as a candidate: The holdout has 3 documents, fewer than the minimum of 30: label more, or lower minimumHoldout; promoteModel makes it serve',
      modelVersionId: id,
      engine: 'wasm',
      epoch: 2,
      totalEpochs: 2,
      secondsLeft: null,
      startedAt: expect.any(Date),
      finishedAt: expect.any(Date),
    });
    expect(run.step).toBe(run.totalSteps);
    expect(log.take()).toEqual([{ name: 'runFinished', runId: id, status: 'SUCCEEDED' }]);
    // Two documents of each label train, on two pages each: six steps of two pages an epoch.
    expect(await stepsOf(id)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    expect(await epochsOf(id)).toEqual([1, 2]);

    const { database: reader } = database.connection;
    const [metrics] = await findEvaluations(reader, [id]);
    expect(metrics?.support).toBe(3);
    const [confusion = []] = await listConfusion(reader, [id]);
    expect(confusion.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    const results = await reader.documentResult.findMany({ where: { runId: id }, orderBy: { split: 'asc' } });
    expect(results.map(({ split }) => split)).toEqual([
      ...Array.from({ length: 3 }, () => 'VALIDATION'),
      ...Array.from({ length: 3 }, () => 'HOLDOUT'),
    ]);
    expect(results.every(({ slices: own }) => own.includes('PAGE_COUNT:2 to 3 pages'))).toBe(true);

    const [baseline, [calibration = []], [slices = []], [classes = []]] = [
      (await findBaselines(reader, [id]))[0],
      await listCalibration(reader, [id]),
      await listSlices(reader, [id]),
      await listClassMetrics(reader, [id]),
    ];
    expect(baseline).toMatchObject({ support: 3, features: expect.any(Number) });
    expect(calibration.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect(slices).toContainEqual(
      expect.objectContaining({ dimension: 'PAGE_COUNT', band: '2 to 3 pages', support: 3 }),
    );
    expect(classes.map(({ baselineF1 }) => baselineF1)).toEqual([
      expect.any(Number),
      expect.any(Number),
      expect.any(Number),
    ]);
    const labelIds = await getLabelIdsOfModel(reader, id);
    expect([...labelIds].sort()).toEqual([invoice, letter, form].sort());
    const names = new Map([
      [invoice, 'invoice'],
      [letter, 'letter'],
      [form, 'form'],
    ]);
    // Too few documents are kept back to choose: network, text and looks together.
    expect(await describeModelFolder(store.folderOf(id))).toMatchObject({ architecture: 'average' });
    const checkpoint = await readCheckpoint(await getNetworkFolder(store.folderOf(id)));
    expect(checkpoint.labels).toEqual(labelIds.map((labelId) => names.get(labelId)));
    expect((await findServingModel(reader))?.id).toBe(baseId);
    expect(existsSync(join(runsDir, id))).toBe(false);
  });

  it('refuses to let a first model serve that is measured on fewer documents than the policy asks for, and says so', async () => {
    const { id } = await start();
    await database.query('truncate model_aliases');
    await createJob().run({ runId: id }, context());
    expect(await read(id)).toMatchObject({
      status: 'SUCCEEDED',
      statusReason:
        'Refused by the gate and kept as a candidate: The holdout has 3 documents, fewer than the minimum of 5 for a first model: label more, or lower minimumHoldoutForFirstModel; promoteModel makes it serve',
    });
    expect(await findGateDecisions(database.connection.database, [id])).toMatchObject([
      { verdict: 'REFUSED', code: 'SMALL_HOLDOUT', support: 3, minimumHoldoutForFirstModel: 5 },
    ]);
    expect(await findServingModel(database.connection.database)).toBeNull();
    // Whoever wants it all the same says so.
    await createPromoteModel(log)(id);
    expect((await findServingModel(database.connection.database))?.id).toBe(id);
  });

  it('keeps the first model that is made while it guesses', async () => {
    // Pages that are all alike teach nothing: at most one of three documents is right.
    const { id } = await start();
    await createSetPromotionPolicy(log)({ minimumHoldoutForFirstModel: 3 }, 'ann');
    await database.query('truncate model_aliases');
    await createJob().run({ runId: id }, context());
    expect(await read(id)).toMatchObject({
      status: 'SUCCEEDED',
      statusReason: expect.stringMatching(/^Kept as a candidate: It is not better than guessing/),
    });
    expect(await findServingModel(database.connection.database)).toBeNull();
    expect(log.take()).toEqual([{ name: 'runFinished', runId: id, status: 'SUCCEEDED' }]);
  });

  it('goes on with less at once where memory does not suffice, and says so', async () => {
    const { id } = await start();
    await startEngine('wasm');
    // The logarithm in the loss of two pages at once finds no memory.
    const fault = failKernel('wasm', 'Log', ([pages]) => pages === 2);
    await createJob().run({ runId: id }, context()).finally(fault.end);
    expect(await read(id)).toMatchObject({
      status: 'SUCCEEDED',
      statusReason: expect.stringMatching(
        /promoteModel makes it serve; micro-batch lowered from 2 to 1 at step 1: memory did not suffice$/,
      ),
    });
  });

  it('does nothing for a run that is over or gone', async () => {
    const { id } = await start();
    await createCancelTrainingRun(log)(id);
    expect(await createJob().run({ runId: id }, context())).toEqual({
      status: 'skipped',
      reason: 'the run is CANCELLED',
    });
    expect(await createJob().run({ runId: createId() }, context())).toMatchObject({ status: 'skipped' });
    expect(log.take()).toEqual([]);
  });

  it('ends when it is cancelled while it learns, and leaves no state behind', async () => {
    const { id } = await start({ epochs: 1000 });
    let isCancelled = false;
    const cancelling = (async () => {
      while ((await stepsOf(id)).length < 8) await new Promise((resolve) => setTimeout(resolve, 20));
      isCancelled = true;
      await createCancelTrainingRun(log)(id);
    })();
    expect(await createJob().run({ runId: id }, context())).toEqual({ status: 'done' });
    await cancelling;
    expect(isCancelled).toBe(true);
    expect(await read(id)).toMatchObject({
      status: 'CANCELLED',
      statusReason: 'Cancelled while it ran',
      modelVersionId: null,
    });
    expect(log.take()).toEqual([{ name: 'runFinished', runId: id, status: 'CANCELLED' }]);
    expect(existsSync(join(runsDir, id))).toBe(false);
    expect(existsSync(store.folderOf(id))).toBe(false);
  });

  it('goes on after the last epoch it kept when its process ended', async () => {
    const { id } = await start({ epochs: 3 });
    const stopping = new AbortController();
    const stopAfterFirstEpoch = (async () => {
      while ((await stepsOf(id)).length < 8) await new Promise((resolve) => setTimeout(resolve, 20));
      stopping.abort(new Error('the process ends'));
    })();
    await expect(createJob().run({ runId: id }, context(stopping.signal))).rejects.toThrow(
      'the process ends',
    );
    await stopAfterFirstEpoch;
    expect(await read(id)).toMatchObject({ status: 'RUNNING', finishedAt: null });
    const before = await epochsOf(id);
    expect(before).toContain(1);
    const [first] = await listSeries(database.connection.database, id, 'loss', 1000);

    await createJob().run({ runId: id }, context());
    expect(await read(id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await epochsOf(id)).toEqual([1, 2, 3]);
    expect(await stepsOf(id)).toEqual(Array.from({ length: 18 }, (_, index) => index + 1));
    // What was logged of the first epoch is what was logged then.
    expect((await listSeries(database.connection.database, id, 'loss', 1000))[0]).toEqual(first);
  });

  it('ends with its best epoch where its time is up', async () => {
    const { id } = await start({ epochs: 1000 });
    const stopping = new AbortController();
    const stopAfterFirstEpoch = (async () => {
      while ((await epochsOf(id)).length < 1) await new Promise((resolve) => setTimeout(resolve, 20));
      while ((await stepsOf(id)).length < 8) await new Promise((resolve) => setTimeout(resolve, 20));
      stopping.abort(new Error('the process ends'));
    })();
    await expect(createJob().run({ runId: id }, context(stopping.signal))).rejects.toThrow();
    await stopAfterFirstEpoch;
    // What was learnt before counts: it has used up its time already.
    await database.query('update training_runs set max_minutes = 1e-6 where id = $1', [id]);
    expect(await createJob().run({ runId: id }, context())).toEqual({ status: 'done' });
    const run = await read(id);
    expect(run).toMatchObject({ status: 'SUCCEEDED', modelVersionId: id, failureCode: null });
    expect(run.statusReason).toMatch(
      /; stopped with epoch \d+, the best of \d+: the time limit of 0.000001 minutes was reached$/,
    );
    expect((await findEvaluations(database.connection.database, [id]))[0]?.support).toBe(3);
  });

  it.each([
    [
      'max_minutes = 1e-6',
      'TIME_LIMIT',
      /^Before the first epoch was done, the time limit of 0.000001 minutes/,
    ],
    ['max_memory_mib = 1', 'MEMORY_LIMIT', /^Before the first epoch was done, the memory limit of 1 MiB/],
  ])('fails where %s is reached before an epoch is done', async (limit, failureCode, statusReason) => {
    const { id } = await start({ epochs: 1000 });
    await database.query(`update training_runs set ${limit} where id = $1`, [id]);
    const job = createJob();
    const error = await job.run({ runId: id }, context()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: failureCode, retryable: false });
    await job.giveUp({ runId: id }, error);
    const run = await read(id);
    expect(run).toMatchObject({ status: 'FAILED', failureCode, modelVersionId: null });
    expect(run.statusReason).toMatch(statusReason);
  });

  it('leaves no gap in its log when the database was away at the end of an epoch', async () => {
    const { id } = await start({ epochs: 3 });
    await database.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'the database is away'; end $$;
       create trigger refuse before insert on epoch_metrics for each row when (new.epoch = 2) execute function refuse();`,
    );
    await expect(createJob().run({ runId: id }, context())).rejects.toThrow(/away/);
    await database.query('drop function refuse cascade');
    await createJob().run({ runId: id }, context());
    expect(await epochsOf(id)).toEqual([1, 2, 3]);
  });

  describe('that fails', () => {
    const ofBase = (name: string) => join(store.folderOf(baseId), name);
    const memoryIsUsedUp: EncodeStoredPage = async () => {
      throw new RangeError('Array buffer allocation failed');
    };
    const createFullDisk = (): ModelStore => ({
      ...store,
      async prepareFolder() {
        throw Object.assign(new Error(`ENOSPC: no space left on device, mkdir '${folder}'`), {
          code: 'ENOSPC',
        });
      },
    });
    const unusable = (fault: string) =>
      new RegExp(
        `^The files of model version \\d+ cannot be used: ${fault} Put its folder in DATA_DIR/models back from a backup, or start from another version: baseModelId, or fromScratch: true for a training run\\.$`,
      );

    it.each<
      [
        string,
        {
          damage?: () => Promise<unknown>;
          overrides?: () => Parameters<typeof createJob>[0];
          code: string;
          reason: RegExp;
          isTriedAgain: boolean;
        },
      ]
    >([
      [
        'its base is gone',
        {
          damage: () => rm(store.folderOf(baseId), { recursive: true }),
          code: 'MODEL_FILES_UNUSABLE',
          reason: unusable('config\\.json is missing\\.'),
          isTriedAgain: false,
        },
      ],
      [
        'the weights of its base are gone',
        {
          damage: () => rm(ofBase('model.safetensors')),
          code: 'MODEL_FILES_UNUSABLE',
          reason: unusable('Its folder has none of model\\.safetensors, .*\\.'),
          isTriedAgain: false,
        },
      ],
      [
        'the weights of its base are damaged',
        {
          damage: () => truncate(ofBase('model.safetensors'), 100),
          code: 'MODEL_FILES_UNUSABLE',
          reason: unusable('.*model\\.safetensors.*'),
          isTriedAgain: false,
        },
      ],
      [
        'the configuration of its base is damaged',
        {
          damage: () => writeFile(ofBase('config.json'), '{'),
          code: 'MODEL_FILES_UNUSABLE',
          reason: unusable('config\\.json is no valid JSON\\.'),
          isTriedAgain: false,
        },
      ],
      [
        'there is no room for what it has learnt',
        {
          overrides: () => ({ store: createFullDisk() }),
          code: 'DISK_FULL',
          reason: /^The disk is full\. Make room in DATA_DIR, then start the run again\.$/,
          isTriedAgain: true,
        },
      ],
      [
        'memory does not suffice for its pages',
        {
          overrides: () => ({ encodePage: memoryIsUsedUp }),
          code: 'OUT_OF_MEMORY',
          reason: /^Memory did not suffice, at every try\. Take a smaller network .*\.$/,
          isTriedAgain: true,
        },
      ],
      [
        'something is wrong that nobody thought of',
        {
          overrides: () => ({ encodePage: () => Promise.reject(new TypeError(`${folder} is no function`)) }),
          code: 'INTERNAL_SERVER_ERROR',
          reason: /^Failed on our side, at every try; the log has the details$/,
          isTriedAgain: true,
        },
      ],
    ])('says what went wrong when it is given up: %s', async (_, fault) => {
      const { id } = await start({ epochs: 1 });
      const job = createJob(fault.overrides?.());
      await fault.damage?.();
      const error = await job.run({ runId: id }, context()).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(error instanceof AppError && !error.retryable).toBe(!fault.isTriedAgain);
      await job.giveUp({ runId: id }, error);
      const run = await read(id);
      expect(run).toMatchObject({
        status: 'FAILED',
        failureCode: fault.code,
        finishedAt: expect.any(Date),
        modelVersionId: null,
      });
      expect(run.statusReason).toMatch(fault.reason);
      // Where the files lie is nobody's business.
      expect(run.statusReason).not.toContain(folder);
      expect(log.take()).toEqual([{ name: 'runFinished', runId: id, status: 'FAILED' }]);
      // Twice makes no difference.
      await job.giveUp({ runId: id }, error);
      expect(log.take()).toEqual([]);
    });

    it('tells too little memory for its validation from what the learning itself cannot do', async () => {
      const { id } = await start({ epochs: 1 });
      await startEngine('wasm');
      // The logarithm is in the loss of each of six steps, so what comes after the last is the validation.
      let losses = 0;
      const counting = failKernel('wasm', 'Log', () => {
        losses += 1;
        return false;
      });
      const fault = failKernel('wasm', 'Softmax', () => losses >= 6);
      const error = await createJob()
        .run({ runId: id }, context())
        .catch((thrown: unknown) => thrown)
        .finally(fault.end)
        .finally(counting.end);
      expect(error).toMatchObject({ code: 'OUT_OF_MEMORY', retryable: true });
    });
  });

  describe('of which the holdout cannot be measured', () => {
    const listSplit = async (split: string) => {
      const rows = await database.query<{ id: string }>(
        'select document_id as id from dataset_items where split = $1::dataset_split',
        [split],
      );
      return rows.map(({ id }) => id);
    };
    /** Ends as a candidate that the gate has refused; the model that served goes on. */
    const expectRefused = async (id: string, code: string, reason: RegExp, support: number) => {
      const run = await read(id);
      expect(run).toMatchObject({ status: 'SUCCEEDED', modelVersionId: id, failureCode: null });
      expect(run.statusReason).toMatch(/^Refused by the gate and kept as a candidate: /);
      expect(run.statusReason).toMatch(reason);
      const reader = database.connection.database;
      expect(await findGateDecisions(reader, [id])).toMatchObject([
        { verdict: 'REFUSED', code, support, accuracy: null, servingModelId: baseId },
      ]);
      expect((await findServingModel(reader))?.id).toBe(baseId);
      expect(await findEvaluations(reader, [id])).toEqual([null]);
      expect(await listConfusion(reader, [id])).toEqual([[]]);
      const { labels } = await readCheckpoint(await getNetworkFolder(store.folderOf(id)));
      expect(labels).toHaveLength(3);
    };

    it('makes a candidate that is refused where the documents of the holdout are gone', async () => {
      const { id } = await start();
      await database.query('delete from documents where id = any($1)', [await listSplit('HOLDOUT')]);
      expect(await createJob().run({ runId: id }, context())).toEqual({ status: 'done' });
      await expectRefused(id, 'EMPTY_HOLDOUT', /The holdout is empty: there is nothing to measure on/, 0);
      // What was measured on the validation stays.
      const results = await database.connection.database.documentResult.findMany({ where: { runId: id } });
      expect(results.map(({ split, documentId }) => ({ split, documentId }))).toEqual(
        (await listSplit('VALIDATION')).map((documentId) => ({ split: 'VALIDATION', documentId })),
      );
    });

    it('makes a candidate that is refused where it gives scores that are no numbers', async () => {
      await writeMicroModel(await store.prepareFolder(baseId), [0, 0], { unknownWord: 3e38 });
      const { id } = await start();
      // No document that is trained on has a word the network does not know.
      await database.query(
        `update page_words set texts = array['strange'], boxes = array[0, 10, 8, 20]::smallint[]
         where page_id in (select id from pages where document_id = any($1))`,
        [[...(await listSplit('HOLDOUT')).slice(1), ...(await listSplit('VALIDATION'))]],
      );
      expect(await createJob().run({ runId: id }, context())).toEqual({ status: 'done' });
      const reason = /The new model gives scores that are no numbers for 2 of 3 holdout documents/;
      await expectRefused(id, 'NOT_A_NUMBER', reason, 3);
      const [epochs = []] = await listEpochs(database.connection.database, [id]);
      expect(epochs).toMatchObject([
        { isBest: true, validationLoss: null, validationMacroF1: null },
        { isBest: false, validationLoss: null, validationMacroF1: null },
      ]);
    });
  });

  it('fails where it has made weights that are no numbers', async () => {
    await writeMicroModel(await store.prepareFolder(baseId), [0, 0], { unknownWord: Number.NaN });
    const { id } = await start();
    const job = createJob();
    const error = await job.run({ runId: id }, context()).catch((thrown: unknown) => thrown);
    await job.giveUp({ runId: id }, error);
    const run = await read(id);
    expect(run).toMatchObject({ status: 'FAILED', failureCode: 'TRAINING_FAILED', modelVersionId: null });
    expect(run.statusReason).toMatch(/weights that are no numbers \(.*word_embeddings/);
    expect(await findGateDecisions(database.connection.database, [id])).toEqual([null]);
  });

  it('fails at once when the learning itself cannot go on', async () => {
    // So large a step makes numbers that are none.
    const { id } = await start({
      learningRate: 1,
      headLearningRateMultiplier: 10_000,
      maxGradientNorm: 1e30,
      epochs: 50,
    });
    const job = createJob();
    const error = await job.run({ runId: id }, context()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'TRAINING_FAILED', isPublic: true, retryable: false });
    await job.giveUp({ runId: id }, error);
    expect((await read(id)).statusReason).toMatch(/loss|number|finite/i);
  });
});
