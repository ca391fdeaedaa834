import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEncodeStoredPage } from '../../src/classification/encode-page.js';
import { createServingClassifier } from '../../src/classification/serving-classifier.js';
import { fineTuningSmallHyperparameters } from '../../src/layoutlmv2/training/hyperparameters.js';
import { getModelVersion } from '../../src/models/get-model-version.js';
import { createImportModel } from '../../src/models/import-model.js';
import { createRequireLicence } from '../../src/models/licence.js';
import { createModelStore, type ModelStore } from '../../src/models/model-store.js';
import { createPromoteModel } from '../../src/models/promote-model.js';
import { createRunModelImport } from '../../src/models/run-model-import.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import type { JobHandler } from '../../src/platform/jobs/job.js';
import { createId } from '../../src/shared/ids.js';
import { createRunTraining } from '../../src/training/run-training.js';
import { createStartTrainingRun } from '../../src/training/start-training-run.js';
import { findRun } from '../../src/training/training.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { silentLog } from '../support/log.js';
import { createRecordMaker } from '../support/records.js';
import { makeTinyCheckpoint } from '../support/tiny-checkpoint.js';

const licence = 'cc-by-nc-sa-4.0';
const strict = { requireLicence: createRequireLicence({ allowNoncommercial: false }) };
const refused = { code: 'LICENCE_REFUSED', message: expect.stringContaining('ALLOW_NONCOMMERCIAL_WEIGHTS') };

describe('fine-tuning an imported base model', () => {
  let database: TestDatabase;
  let log: ReturnType<typeof createFactLog>;
  let folder: string;
  let store: ModelStore;
  let encodePage: ReturnType<typeof createEncodeStoredPage>;
  let baseId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    log = createFactLog(database.connection);
    folder = await mkdtemp(join(tmpdir(), 'fine-tune-'));
    store = createModelStore(join(folder, 'models'));
    const blobs = createDiskBlobStorage({ folder: join(folder, 'blobs') });
    const image = await sharp({ create: { width: 30, height: 40, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const { sha256 } = await blobs.write(Readable.from([image]), { maxBytes: image.length });
    encodePage = createEncodeStoredPage({ ...log, blobs });
    const make = createRecordMaker(database);
    for (const name of ['invoice', 'letter']) {
      const labelId = await make.makeLabel(name);
      for (let count = 0; count < 4; count += 1) {
        const { id: documentId } = await make.makeDocument({ texts: ['word'] });
        await database.query(
          'insert into label_decisions (id, document_id, label_id, decided_by) values ($1, $2, $3, $4)',
          [createId(), documentId, labelId, 'ann'],
        );
      }
    }
    await database.query('update pages set image_sha256 = $1', [sha256]);
    const files = await makeTinyCheckpoint({ classes: null, licence });
    await mkdir(join(folder, 'base-models', 'tiny'), { recursive: true });
    for (const [name, file] of files) await writeFile(join(folder, 'base-models', 'tiny', name), file);
  });
  beforeEach(async () => {
    for (const table of ['training_runs', 'model_aliases', 'model_promotions']) {
      await database.query(`delete from ${table}`);
    }
    // From the youngest on: each is the base of those after it.
    const versions = await database.query<{ id: string }>(
      'select id from model_versions order by number desc',
    );
    for (const { id } of versions) await database.query('delete from model_versions where id = $1', [id]);
    const request = { repository: null, revision: null, createLabels: false, requestedBy: 'ann' };
    const { id } = await createImportModel(log)({ ...request, folder: 'tiny' });
    const sources = {
      endpoint: 'http://127.0.0.1:1',
      token: null,
      cacheFolder: join(folder, 'hub'),
      baseModelsFolder: join(folder, 'base-models'),
    };
    const job = createRunModelImport({ ...log, store, sources, log: silentLog });
    await job.run({ modelVersionId: id }, { signal: new AbortController().signal, attempt: 1 });
    baseId = id;
  });
  afterAll(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  const start = (baseModelId: string | null, overrides: Partial<typeof strict> = {}) =>
    createStartTrainingRun({ ...log, ...overrides, minimumPerLabel: 3, modelSize: 'tiny' })({
      trigger: 'MANUAL',
      note: null,
      baseModelId,
      fromScratch: false,
      hyperparameters: { epochs: 1, batchSize: 2, microBatchSize: 2, freezing: 'backbone', maxTokens: 16 },
    });
  const train = async (runId: string, overrides: Partial<typeof strict> = {}) => {
    const runsDir = join(folder, 'runs');
    const options = { ...log, encodePage, store, runsDir, enginePreference: 'wasm' as const, ...overrides };
    const job: JobHandler<{ runId: string }> = createRunTraining(options);
    await job.run({ runId }, { signal: new AbortController().signal, attempt: 1 });
    const run = await findRun(database.connection.database, runId);
    return { run, version: await getModelVersion(database.connection.database, run?.modelVersionId ?? '') };
  };

  it('gives it a new classifier, says so, and passes its licence on through every generation', async () => {
    const first = await start(baseId);
    expect(first).toMatchObject({ status: 'QUEUED', baseModelId: baseId });
    expect(first.warnings).toEqual([
      expect.stringContaining('has no classifier'),
      expect.stringContaining(licence),
    ]);
    // Small as it is, it is not fine-tuned like the published networks.
    expect(first.hyperparameters.learningRate).toBe(fineTuningSmallHyperparameters.learningRate);
    const child = await train(first.id);
    expect(child.run).toMatchObject({ status: 'SUCCEEDED', warnings: first.warnings });
    expect(child.version).toMatchObject({
      status: 'READY',
      licence,
      hasClassifier: true,
      baseModelId: baseId,
    });

    const second = await start(child.version.id);
    expect(second.warnings).toEqual([expect.stringContaining(licence)]);
    const grandchild = await train(second.id);
    expect(grandchild.version).toMatchObject({ licence, baseModelId: child.version.id });
    const card = await readFile(join(store.folderOf(grandchild.version.id), 'README.md'), 'utf8');
    expect(card).toContain(`license: ${licence}`);
  });

  it('is refused where such weights are: when it is asked for, and when the setting changed since', async () => {
    await expect(start(baseId, strict)).rejects.toMatchObject(refused);
    const run = await start(baseId);
    await expect(train(run.id, strict)).rejects.toMatchObject(refused);
  });

  it('makes a model that is refused in service by an installation that no longer allows it', async () => {
    const { id } = await start(baseId);
    const { version } = await train(id);
    await expect(createPromoteModel({ ...log, ...strict })(version.id)).rejects.toMatchObject(refused);
    await createPromoteModel(log)(version.id);
    const classifier = createServingClassifier({ ...log, ...strict, store, enginePreference: 'wasm' });
    await expect(classifier.withServingModel(async () => 'classified')).rejects.toMatchObject(refused);
    await classifier.close();
  });

  it('starts from nothing that is still being imported', async () => {
    await database.query(`update model_versions set status = 'IMPORTING'`);
    await expect(start(baseId)).rejects.toMatchObject({ code: 'MODEL_VERSION_NOT_READY' });
  });
});
