import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCorrectLabel } from '../../../src/classification/decide-label.js';
import { createEncodeStoredPage, type EncodeStoredPage } from '../../../src/classification/encode-page.js';
import { readCheckpoint } from '../../../src/layoutlmv2/checkpoints/checkpoint.js';
import { findHeads } from '../../../src/layoutlmv2/pretraining/heads-file.js';
import { memberFoldersOf } from '../../../src/models/average-folder.js';
import { getLabelIdsOfModel, getReadyModelVersion } from '../../../src/models/get-model-version.js';
import { createModelStore, type ModelStore } from '../../../src/models/model-store.js';
import { createPromoteModel, findServingModel } from '../../../src/models/promote-model.js';
import { createSetShadowModel } from '../../../src/models/shadow-model.js';
import { createDiskBlobStorage } from '../../../src/platform/disk-blob-storage.js';
import { createCancelTrainingRun } from '../../../src/training/cancel-training-run.js';
import { listSeries } from '../../../src/training/metric-series.repository.js';
import { findPlan } from '../../../src/training/pretraining/pretraining.repository.js';
import { createRunPretraining } from '../../../src/training/pretraining/run-pretraining.js';
import { createStartPretraining } from '../../../src/training/pretraining/start-pretraining.js';
import { createRunTraining } from '../../../src/training/run-training.js';
import { createStartTrainingRun } from '../../../src/training/start-training-run.js';
import { findRun, listEpochs } from '../../../src/training/training.repository.js';
import type { RunHyperparameters, TrainingRun } from '../../../src/training/training-run.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { createFactLog } from '../../support/facts.js';
import { writeMicroModel } from '../../support/micro-model.js';
import { createRecordMaker, type RecordMaker } from '../../support/records.js';

/** Two steps an epoch. */
const quick: Partial<RunHyperparameters> = { epochs: 2, batchSize: 4, microBatchSize: 4, maxTokens: 16 };
// Each test trains several networks, on a machine that may be busy.
const patienceMs = 300_000;

describe('learning on without labels', () => {
  let database: TestDatabase;
  let make: RecordMaker;
  let log: ReturnType<typeof createFactLog>;
  let folder: string;
  let runsDir: string;
  let store: ModelStore;
  let encodePage: EncodeStoredPage;
  let baseId: string;
  let labelIds: string[];
  let whole: TrainingRun;

  beforeAll(async () => {
    database = await createTestDatabase();
    make = createRecordMaker(database);
    log = createFactLog(database.connection);
    folder = await mkdtemp(join(tmpdir(), 'pretraining-'));
    runsDir = join(folder, 'runs');
    store = createModelStore(join(folder, 'models'));
    const blobs = createDiskBlobStorage({ folder: join(folder, 'blobs') });
    const image = await sharp({ create: { width: 30, height: 40, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const { sha256 } = await blobs.write(Readable.from([image]), { maxBytes: image.length });
    encodePage = createEncodeStoredPage({ ...log, blobs });
    labelIds = [await make.makeLabel('invoice'), await make.makeLabel('letter')];
    const base = await make.makeModelVersion(labelIds);
    await writeMicroModel(await store.prepareFolder(base.id), [0.5, -0.5]);
    await createPromoteModel(log)(base.id);
    baseId = base.id;
    for (const labelId of labelIds) {
      for (let count = 0; count < 4; count += 1) {
        const { id: documentId } = await make.makeDocument({ texts: ['word strange word word other word'] });
        const decision = { documentId, labelId, decidedBy: 'ann', note: null };
        await createCorrectLabel({ ...log, threshold: 0.8, randomShare: 0 })(decision);
      }
    }
    await make.makeDocument({ status: 'SPLIT' });
    await make.makeDocument({ status: 'READING', texts: [null] });
    await make.makeDocument({ texts: [''] });
    await database.query('update pages set image_sha256 = $1', [sha256]);
    log.take();
  });
  afterAll(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  const start = (hyperparameters: Partial<RunHyperparameters> = {}) =>
    createStartPretraining({ ...log, modelSize: 'tiny' })({
      note: null,
      baseModelId: null,
      corruption: { maskedWords: 0.5 },
      hyperparameters: { ...quick, ...hyperparameters },
    });
  const jobs = () => ({ ...log, encodePage, store, runsDir, enginePreference: 'wasm' as const });
  const context = () => ({ signal: new AbortController().signal, attempt: 1 });
  const read = async (id: string) => {
    const run = await findRun(database.connection.database, id);
    if (run === null) throw new Error(`no run ${id}`);
    return run;
  };
  const pagesOf = async (id: string) => (await findPlan(database.connection.database, id))?.pageIds ?? [];
  const curveOf = async (id: string, metric = 'loss') =>
    (await listSeries(database.connection.database, id, metric, 1000)).map(({ step, value }) => ({
      step,
      value,
    }));
  const whenCurveHas = async (id: string, steps: number) => {
    while ((await curveOf(id)).length < steps) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  it(
    'ends with a base that keeps labels and classifier of the version it began with, and its own heads',
    async () => {
      const { id } = await start();
      expect(log.take()).toEqual([{ name: 'pretrainingRequested', runId: id }]);
      // Pages that say something, of documents that have been read and stand for themselves.
      expect(await pagesOf(id)).toHaveLength(8);
      expect(await createRunPretraining(jobs()).run({ runId: id }, context())).toEqual({ status: 'done' });
      whole = await read(id);
      expect(whole).toMatchObject({
        kind: 'PRETRAINING',
        status: 'SUCCEEDED',
        statusReason: expect.stringMatching(/^Model version \d+ is a pre-trained base and does not serve/),
        modelVersionId: id,
        snapshotId: null,
        epoch: 2,
        totalEpochs: 2,
        step: 4,
        totalSteps: 4,
      });
      for (const metric of ['loss', 'wordAccuracy', 'matchingAccuracy', 'examplesPerSecond'])
        expect(await curveOf(id, metric)).toHaveLength(4);
      const { database: reader } = database.connection;
      const [epochs = []] = await listEpochs(reader, [id]);
      expect(epochs.map(({ epoch, validationLoss }) => ({ epoch, validationLoss }))).toEqual([
        { epoch: 1, validationLoss: null },
        { epoch: 2, validationLoss: null },
      ]);
      expect(await getReadyModelVersion(reader, id)).toMatchObject({
        isPretrainedBase: true,
        architecture: 'LayoutLMv2',
        hasClassifier: true,
        baseModelId: baseId,
      });
      expect(await getLabelIdsOfModel(reader, id)).toEqual(labelIds);

      const [before, after] = [
        await readCheckpoint(store.folderOf(baseId)),
        await readCheckpoint(store.folderOf(id)),
      ];
      expect(after.labels).toEqual(before.labels);
      expect(after.weights.get('classifier.weight')).toEqual(before.weights.get('classifier.weight'));
      const moved = 'layoutlmv2.encoder.layer.0.output.dense.weight';
      expect(after.weights.get(moved)).not.toEqual(before.weights.get(moved));
      expect((await findHeads(store.folderOf(id), after.config)).size).toBe(9);
      expect((await findHeads(store.folderOf(baseId), after.config)).size).toBe(0);
      const card = await readFile(join(store.folderOf(id), 'README.md'), 'utf8');
      expect(card).toContain('has learnt on from 8 pages without labels');
      expect(existsSync(join(runsDir, id))).toBe(false);
    },
    patienceMs,
  );

  it(
    'goes on after the last epoch it kept, on the same pages, as if it had not stopped',
    async () => {
      const { id } = await start();
      expect(await pagesOf(id)).toEqual(await pagesOf(whole.id));
      // In the middle of the second epoch.
      await database.query(
        `create function refuse() returns trigger language plpgsql as $$ begin raise 'the database is away'; end $$;
         create trigger refuse before insert on metric_points for each row when (new.step = 3) execute function refuse();`,
      );
      await expect(createRunPretraining(jobs()).run({ runId: id }, context())).rejects.toThrow(/away/);
      await database.query('drop function refuse cascade');
      expect(await read(id)).toMatchObject({ status: 'RUNNING', step: 2 });
      await createRunPretraining(jobs()).run({ runId: id }, context());
      expect(await read(id)).toMatchObject({ status: 'SUCCEEDED' });
      expect(await curveOf(id)).toEqual(await curveOf(whole.id));
    },
    patienceMs,
  );

  it(
    'ends when it is cancelled, and makes nothing',
    async () => {
      const { id } = await start({ epochs: 1000 });
      const cancelled = whenCurveHas(id, 1).then(() => createCancelTrainingRun(log)(id));
      await createRunPretraining(jobs()).run({ runId: id }, context());
      await cancelled;
      expect(await read(id)).toMatchObject({ status: 'CANCELLED', modelVersionId: null });
      expect(existsSync(store.folderOf(id))).toBe(false);
    },
    patienceMs,
  );

  it(
    'goes on with the network of an average, and with the heads that lie beside it',
    async () => {
      const average = await make.makeModelVersion(labelIds);
      await database.query(`update model_versions set architecture = 'average' where id = $1`, [average.id]);
      const members = memberFoldersOf(store.folderOf(average.id));
      await cp(store.folderOf(whole.id), members.network, { recursive: true });
      // At a rate of 0 it stays what it was.
      const { id } = await createStartPretraining({ ...log, modelSize: 'tiny' })({
        note: null,
        baseModelId: average.id,
        hyperparameters: { ...quick, epochs: 1, learningRate: 0 },
      });
      await createRunPretraining(jobs()).run({ runId: id }, context());
      const { database: reader } = database.connection;
      expect(await getReadyModelVersion(reader, id)).toMatchObject({ architecture: 'LayoutLMv2' });
      const [before, after] = [
        await readCheckpoint(members.network),
        await readCheckpoint(store.folderOf(id)),
      ];
      expect(after.weights).toEqual(before.weights);
      expect(await findHeads(store.folderOf(id), after.config)).toEqual(
        await findHeads(members.network, after.config),
      );
    },
    patienceMs,
  );

  it('makes a version that neither serves nor is heard in the shadow', async () => {
    const code = 'MODEL_NEEDS_FINE_TUNING';
    await expect(createPromoteModel(log)(whole.id)).rejects.toMatchObject({ code });
    await expect(createSetShadowModel(log)(whole.id)).rejects.toMatchObject({ code });
    expect((await findServingModel(database.connection.database))?.id).toBe(baseId);
  });

  it(
    'makes a base from which a run can be fine-tuned, whose holdout is kept out the next time',
    async () => {
      const run = await createStartTrainingRun({ ...log, minimumPerLabel: 3, modelSize: 'tiny' })({
        trigger: 'MANUAL',
        note: null,
        baseModelId: whole.id,
        fromScratch: false,
        hyperparameters: { ...quick, epochs: 1, freezing: 'backbone' },
      });
      expect(await createRunTraining(jobs()).run({ runId: run.id }, context())).toEqual({ status: 'done' });
      expect(await read(run.id)).toMatchObject({ kind: 'FINE_TUNING', status: 'SUCCEEDED' });
      expect(await getReadyModelVersion(database.connection.database, run.id)).toMatchObject({
        isPretrainedBase: false,
        baseModelId: whole.id,
      });
      const holdout = await database.query<{ id: string }>(
        `select p.id from pages p join split_assignments s on s.document_id = p.document_id and s.split = 'HOLDOUT'`,
      );
      expect(holdout).toHaveLength(2);
      const pages = await pagesOf((await start()).id);
      expect(pages).toHaveLength(6);
      for (const { id } of holdout) expect(pages).not.toContain(id);
    },
    patienceMs,
  );
});
