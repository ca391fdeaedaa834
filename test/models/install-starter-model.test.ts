import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { getLabels } from '../../src/labels/get-label.js';
import { getLabelIdsOfModel } from '../../src/models/get-model-version.js';
import { createInstallStarterModel } from '../../src/models/install-starter-model.js';
import { createRequireLicence } from '../../src/models/licence.js';
import { findImports } from '../../src/models/model-import.repository.js';
import { createModelStore, type ModelStore } from '../../src/models/model-store.js';
import { listMembers } from '../../src/models/model-version.repository.js';
import { findServingModel } from '../../src/models/promote-model.js';
import { pagePromotions } from '../../src/models/promotion.repository.js';
import { labelNameOfClass } from '../../src/models/starter-model.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { silentLog } from '../support/log.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';
import { makeTinyAverage } from '../support/tiny-average.js';
import { makeTinyCheckpoint } from '../support/tiny-checkpoint.js';

const classes = ['invoice', 'bank_statement', 'id_document', 'letter', 'scientific_publication'];
const names = ['Invoice', 'Bank statement', 'ID document', 'Letter', 'Scientific publication'];

let database: TestDatabase;
let make: RecordMaker;
let log: ReturnType<typeof createFactLog>;
let files: Map<string, Buffer>;
let folder: string;
let starter: string;
let store: ModelStore;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  log = createFactLog(database.connection);
  files = await makeTinyCheckpoint({ classes, licence: 'mit' });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.query('truncate labels, documents, model_versions, model_promotions cascade');
  folder = await mkdtemp(join(tmpdir(), 'starter-'));
  starter = join(folder, 'starter');
  store = createModelStore(join(folder, 'models'));
  await putStarter(files);
  log.take();
});
afterEach(() => rm(folder, { recursive: true }));

async function putStarter(content: ReadonlyMap<string, Buffer>) {
  await rm(starter, { recursive: true, force: true });
  await mkdir(starter);
  for (const [name, file] of content) {
    await mkdir(dirname(join(starter, name)), { recursive: true });
    await writeFile(join(starter, name), file);
  }
}
const createInstall = (options: { folder?: string | null; allowNoncommercial?: boolean } = {}) =>
  createInstallStarterModel({
    ...log,
    store,
    folder: options.folder === undefined ? starter : options.folder,
    requireLicence: createRequireLicence({ allowNoncommercial: options.allowNoncommercial ?? true }),
    log: silentLog,
  });
const countRows = async () => {
  const [row] = await database.query<{ labels: number; versions: number }>(
    'select (select count(*)::int from labels) as labels, (select count(*)::int from model_versions) as versions',
  );
  return row;
};

describe('a new installation', () => {
  it('begins with a model that serves, and with the labels that it can say', async () => {
    const version = await createInstall()();
    if (version === null) throw new Error('nothing was installed');
    expect(version).toMatchObject({
      status: 'READY',
      architecture: 'LayoutLMv2',
      licence: 'mit',
      hasClassifier: true,
      unmappedClasses: [],
      baseModelId: null,
    });
    expect(version.parameterCount).toBeGreaterThan(10_000);
    const { database: db } = database.connection;
    expect((await findServingModel(db))?.id).toBe(version.id);
    const labels = await getLabels(db, await getLabelIdsOfModel(db, version.id));
    expect(labels.map(({ name }) => name)).toEqual(names);
    expect(await findImports(db, [version.id])).toMatchObject([
      { folder: 'starter', repository: null, requestedBy: 'Classeur', finishedAt: expect.any(Date) },
    ]);
    expect((await pagePromotions(db, { first: 5, after: null })).rows).toMatchObject([
      {
        kind: 'FIRST',
        modelVersionId: version.id,
        previousId: null,
        promotedBy: null,
        reason: expect.any(String),
      },
    ]);
    expect(log.take()).toEqual([{ name: 'servingModelChanged', modelVersionId: version.id }]);
  });

  it('has a copy of the whole folder, model card included', async () => {
    const version = await createInstall()();
    const copy = store.folderOf(version?.id ?? '');
    expect((await readdir(copy)).sort()).toEqual([...files.keys()].sort());
    for (const [name, content] of files) {
      expect((await readFile(join(copy, name))).equals(content), name).toBe(true);
    }
  });

  it('gets one model when several processes start at once', async () => {
    const install = createInstall();
    const made = await Promise.all([install(), install(), install()]);
    expect(made.filter((version) => version !== null)).toHaveLength(1);
    expect(await countRows()).toEqual({ labels: 5, versions: 1 });
    expect(await store.listFolders()).toHaveLength(1);
  });

  it('begins without a model where there is none, or where none is wanted', async () => {
    expect(await createInstall({ folder: null })()).toBeNull();
    expect(await createInstall({ folder: join(folder, 'nowhere') })()).toBeNull();
    expect(await countRows()).toEqual({ labels: 0, versions: 0 });
  });

  it('refuses a folder that holds no classifier, and leaves nothing behind', async () => {
    await putStarter(await makeTinyCheckpoint({ classes: null, licence: 'mit' }));
    await expect(createInstall()()).rejects.toMatchObject({
      code: 'STARTER_MODEL_UNUSABLE',
      message: expect.stringContaining('no classifier'),
    });
    await rm(join(starter, 'config.json'));
    await expect(createInstall()()).rejects.toMatchObject({ code: 'STARTER_MODEL_UNUSABLE' });
    expect(await countRows()).toEqual({ labels: 0, versions: 0 });
    expect(await store.listFolders()).toEqual([]);
  });

  it('refuses weights whose licence is not allowed here', async () => {
    await putStarter(await makeTinyCheckpoint({ classes, licence: 'cc-by-nc-4.0' }));
    await expect(createInstall({ allowNoncommercial: false })()).rejects.toMatchObject({
      code: 'LICENCE_REFUSED',
    });
    expect(await countRows()).toEqual({ labels: 0, versions: 0 });
  });
});

describe('a starter that is an average', () => {
  it('serves as it came, and says what it consists of', async () => {
    const average = await makeTinyAverage({ classes, licence: 'mit', temperature: 1.25 });
    await putStarter(average);
    const version = await createInstall()();
    if (version === null) throw new Error('nothing was installed');
    expect(version).toMatchObject({
      status: 'READY',
      architecture: 'average',
      architectureReason: expect.stringContaining('Comes as an average'),
      licence: 'mit',
      maxTokens: 64,
      hasClassifier: true,
      unmappedClasses: [],
      temperature: 1.25,
    });
    const { database: db } = database.connection;
    expect((await findServingModel(db))?.id).toBe(version.id);
    const labels = await getLabels(db, await getLabelIdsOfModel(db, version.id));
    expect(labels.map(({ name }) => name)).toEqual(names);
    expect((await listMembers(db, [version.id]))[0]).toMatchObject([
      { architecture: 'LayoutLMv2', weight: 0.4, validationMacroF1: null, validationLoss: null },
      { architecture: 'TF-IDF', weight: 0.6, validationMacroF1: null, validationLoss: null },
      { architecture: 'HOG', weight: 0.2, validationMacroF1: null, validationLoss: null },
    ]);
    const copy = store.folderOf(version.id);
    for (const [name, content] of average) {
      expect((await readFile(join(copy, name))).equals(content), name).toBe(true);
    }
  });

  it('is refused where its members do not agree on their labels', async () => {
    const textClasses = [...classes].reverse();
    await putStarter(await makeTinyAverage({ classes, licence: 'mit', textClasses }));
    await expect(createInstall()()).rejects.toMatchObject({
      code: 'STARTER_MODEL_UNUSABLE',
      message: expect.stringContaining(
        'class 0 is "invoice" in network, but "scientific_publication" in text',
      ),
    });
    expect(await countRows()).toEqual({ labels: 0, versions: 0 });
    expect(await store.listFolders()).toEqual([]);
  });
});

describe('an installation that has something already', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['a label', () => make.makeLabel('contract')],
    ['a retired label', () => make.makeLabel('contract', { retiredAt: new Date() })],
    ['a document', () => make.makeDocument()],
    ['a model version', () => make.makeModelVersion()],
  ])('is left alone: %s', async (_, put) => {
    await put();
    const before = await countRows();
    expect(await createInstall()()).toBeNull();
    expect(await countRows()).toEqual(before);
    expect(log.take()).toEqual([]);
  });

  it('does not get it twice', async () => {
    await createInstall()();
    expect(await createInstall()()).toBeNull();
    expect(await countRows()).toEqual({ labels: 5, versions: 1 });
  });
});

describe('the names of the starter’s labels', () => {
  it.each([
    ['invoice', 'Invoice'],
    ['scientific_publication', 'Scientific publication'],
    ['id_document', 'ID document'],
    ['Bank statement', 'Bank statement'],
  ])('are as a person would write them: %s is %s', (className, name) => {
    expect(labelNameOfClass(className)).toBe(name);
  });
});
