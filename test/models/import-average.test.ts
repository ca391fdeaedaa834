import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeOutlierModel } from '../../src/layoutlmv2/calibration/outlier-file.js';
import { readCheckpoint } from '../../src/layoutlmv2/checkpoints/checkpoint.js';
import { createTextClassifier } from '../../src/linear-classifiers/text/text-classifier.js';
import { readTextModel } from '../../src/linear-classifiers/text/text-model-folder.js';
import { readAverage } from '../../src/models/average-folder.js';
import { getLabelIdsOfModel, getModelVersion } from '../../src/models/get-model-version.js';
import { createImportModel } from '../../src/models/import-model.js';
import { createRequireLicence } from '../../src/models/licence.js';
import { getNetworkFolder } from '../../src/models/model-folder.js';
import { createModelStore, type ModelStore } from '../../src/models/model-store.js';
import { listMembers } from '../../src/models/model-version.repository.js';
import { createPromoteModel, findServingModel } from '../../src/models/promote-model.js';
import { createRunModelImport } from '../../src/models/run-model-import.js';
import { startHub, type TestHub } from '../layoutlmv2/checkpoints/hub-server.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { silentLog } from '../support/log.js';
import { drawOutlierModel } from '../support/outlier-model.js';
import { makeTinyAverage } from '../support/tiny-average.js';
import { makeTinyCheckpoint } from '../support/tiny-checkpoint.js';

const classes = ['invoice', 'letter', 'form', 'memo', 'other'];
const otherOrder = ['invoice', 'form', 'letter', 'memo', 'other'];

let database: TestDatabase;
let log: ReturnType<typeof createFactLog>;
let files: Map<string, Buffer>;
let hub: TestHub;
let folder: string;
let store: ModelStore;

beforeAll(async () => {
  database = await createTestDatabase();
  log = createFactLog(database.connection);
  files = await makeTinyAverage({ classes, licence: 'mit', networkLicence: 'apache-2.0', temperature: 1.25 });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.query('truncate labels, model_versions, model_promotions cascade');
  folder = await mkdtemp(join(tmpdir(), 'import-average-'));
  store = createModelStore(join(folder, 'models'));
  hub = await startHub();
  hub.files.clear();
});
afterEach(async () => {
  await hub.close();
  await rm(folder, { recursive: true });
});

const sent = () => join(folder, 'base-models', 'mine');
async function putFolder(content: ReadonlyMap<string, Buffer>) {
  for (const [name, file] of content) {
    const path = join(sent(), name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file);
  }
}
async function bringIn(
  source: { folder: string } | { repository: string } = { folder: 'mine' },
  { createLabels = true, allowNoncommercial = true } = {},
) {
  const none = { repository: null, revision: null, folder: null };
  const { id } = await createImportModel(log)({ ...none, ...source, createLabels, requestedBy: 'ann' });
  const job = createRunModelImport({
    ...log,
    store,
    sources: {
      endpoint: hub.endpoint,
      token: null,
      cacheFolder: join(folder, 'hub'),
      baseModelsFolder: join(folder, 'base-models'),
      retryDelayMs: 1,
    },
    requireLicence: createRequireLicence({ allowNoncommercial }),
    log: silentLog,
  });
  const payload = { modelVersionId: id };
  try {
    await job.run(payload, { signal: new AbortController().signal, attempt: 1 });
  } catch (error) {
    await job.giveUp(payload, error);
  }
  return await getModelVersion(database.connection.database, id);
}
const membersOf = async (id: string) => (await listMembers(database.connection.database, [id]))[0];

describe('importing a folder that is an average', () => {
  it('makes a version that says what it consists of and what its network is', async () => {
    await putFolder(files);
    const version = await bringIn();
    expect(version).toMatchObject({
      status: 'READY',
      architecture: 'average',
      architectureReason: expect.stringContaining(
        'Comes as an average, with the weights of its own config.json',
      ),
      licence: 'mit',
      size: 'custom',
      maxTokens: 64,
      hasClassifier: true,
      unmappedClasses: [],
      temperature: 1.25,
      failureCode: null,
    });
    const unmeasured = { validationMacroF1: null, validationLoss: null };
    expect(await membersOf(version.id)).toMatchObject([
      { architecture: 'LayoutLMv2', weight: 0.4, ...unmeasured },
      { architecture: 'TF-IDF', weight: 0.6, ...unmeasured },
      { architecture: 'HOG', weight: 0.2, ...unmeasured },
    ]);
    const { database: db } = database.connection;
    expect(await getLabelIdsOfModel(db, version.id)).toHaveLength(classes.length);
    await createPromoteModel(log)(version.id);
    expect((await findServingModel(db))?.id).toBe(version.id);
    // As that of the network alone.
    await cp(join(sent(), 'network'), join(folder, 'base-models', 'alone'), { recursive: true });
    expect((await bringIn({ folder: 'alone' })).parameterCount).toBe(version.parameterCount);
  });

  it('takes over the members as they are, with the model cards of both', async () => {
    await putFolder(files);
    const network = await readCheckpoint(join(sent(), 'network'));
    await writeOutlierModel(join(sent(), 'network'), drawOutlierModel(network.config.hiddenSize));
    const { id } = await bringIn();
    const copy = store.folderOf(id);
    const { members, labels, temperature } = await readAverage(copy);
    expect(members.map(({ weight }) => weight)).toEqual([0.4, 0.6, 0.2]);
    expect({ labels, temperature }).toEqual({ labels: classes, temperature: 1.25 });
    expect(await getNetworkFolder(copy)).toBe(join(copy, 'network'));
    const [before, after] = [
      await readCheckpoint(join(sent(), 'network')),
      await readCheckpoint(join(copy, 'network')),
    ];
    expect(after.weights).toEqual(before.weights);
    expect(before.outlier).not.toBeNull();
    expect(after.outlier).toEqual(before.outlier);
    const text = createTextClassifier(await readTextModel(join(copy, 'text')));
    const [said] = text.predict([['form', 'page']]);
    expect(said?.indexOf(Math.max(...said))).toBe(2);
    expect(await readFile(join(copy, 'README.md'), 'utf8')).toContain('license: mit');
    expect(await readFile(join(copy, 'network', 'README.md'), 'utf8')).toContain('license: apache-2.0');
  });

  it('has the licence of its network where it states none itself, and is refused by that', async () => {
    await putFolder(await makeTinyAverage({ classes, licence: null, networkLicence: 'cc-by-nc-4.0' }));
    expect(await bringIn()).toMatchObject({ status: 'READY', licence: 'cc-by-nc-4.0', temperature: null });
    expect(await bringIn({ folder: 'mine' }, { allowNoncommercial: false })).toMatchObject({
      status: 'FAILED',
      failureCode: 'LICENCE_REFUSED',
    });
  });

  it('fails where the members do not agree on their labels, and names both', async () => {
    await putFolder(await makeTinyAverage({ classes, licence: 'mit', textClasses: otherOrder }));
    const version = await bringIn();
    expect(version).toMatchObject({ status: 'FAILED', failureCode: 'CHECKPOINT_UNUSABLE' });
    expect(version.failureMessage).toContain('class 1 is "letter" in network, but "form" in text');
    await putFolder(await makeTinyAverage({ classes, licence: 'mit', textClasses: classes.slice(0, 4) }));
    expect((await bringIn()).failureMessage).toContain('class 4 is "other" in network, but nothing in text');
    expect(await store.listFolders()).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['no members', { members: [] }, /mine\/config\.json names no members/],
    [
      'a member of another place',
      { members: [{ architecture: 'LayoutLMv2', folder: '../secret', weight: 1 }] },
      /has a member whose folder is "\.\.\/secret"/,
    ],
    [
      'one member alone',
      { members: [{ architecture: 'TF-IDF', folder: 'text', weight: 1 }] },
      /should name a LayoutLMv2 network.*found TF-IDF/,
    ],
    [
      'nobody who is heard',
      {
        members: [
          { architecture: 'LayoutLMv2', folder: 'network', weight: 0 },
          { architecture: 'TF-IDF', folder: 'text', weight: 0 },
        ],
      },
      /no member with a weight above 0/,
    ],
    [
      'a temperature of nothing',
      { confidence_temperature: 0 },
      /"confidence_temperature" must be a positive/,
    ],
    ['labels of its own', { id2label: { 0: 'else' } }, /class 0 is "invoice" in network, but "else" in mine/],
  ])('fails, and says why, for %s', async (_, change, message) => {
    await putFolder(files);
    const config = JSON.parse(String(files.get('config.json'))) as object;
    await writeFile(join(sent(), 'config.json'), JSON.stringify({ ...config, ...change }));
    const version = await bringIn();
    expect(version).toMatchObject({ status: 'FAILED', failureCode: 'CHECKPOINT_UNUSABLE' });
    expect(version.failureMessage).toMatch(message);
    expect(version.failureMessage).not.toContain(folder);
  });

  it('fails where a member is missing, or a link that leads elsewhere', async () => {
    await putFolder(files);
    await cp(join(sent(), 'text'), join(folder, 'secret'), { recursive: true });
    await rm(join(sent(), 'text'), { recursive: true });
    expect(await bringIn()).toMatchObject({
      failureCode: 'MODEL_FOLDER_NOT_FOUND',
      failureMessage: expect.stringContaining('mine/text'),
    });
    await symlink(join(folder, 'secret'), join(sent(), 'text'));
    expect(await bringIn()).toMatchObject({ failureCode: 'MODEL_FOLDER_REFUSED' });
    expect(await readdir(folder)).not.toContain('models');
  });

  it('is for folders alone: one of the hub is refused', async () => {
    for (const [name, file] of files) hub.files.set(name, file);
    const version = await bringIn({ repository: 'somebody/average' });
    expect(version).toMatchObject({ status: 'FAILED', failureCode: 'CHECKPOINT_UNUSABLE' });
    expect(version.failureMessage).toMatch(/"model_type" must be "layoutlmv2".*found "average"/);
  });
});

describe('importing a folder that is a text classifier', () => {
  it('makes a version that reads all words and has no network', async () => {
    await putFolder(
      new Map(
        [...files].flatMap(([name, file]) => (name.startsWith('text/') ? [[name.slice(5), file]] : [])),
      ),
    );
    const version = await bringIn();
    expect(version).toMatchObject({
      status: 'READY',
      architecture: 'TF-IDF',
      architectureReason: null,
      size: 'custom',
      maxTokens: null,
      licence: 'unknown',
      hasClassifier: true,
      unmappedClasses: [],
    });
    expect(await membersOf(version.id)).toEqual([]);
    const { regression } = await readTextModel(store.folderOf(version.id));
    expect(version.parameterCount).toBe(regression.weights.length);
    await expect(getNetworkFolder(store.folderOf(version.id))).rejects.toThrow('has no network');
  });
});

it('a network of a folder is still imported as one', async () => {
  await putFolder(await makeTinyCheckpoint({ classes, licence: 'mit' }));
  const version = await bringIn();
  expect(version).toMatchObject({ status: 'READY', architecture: 'LayoutLMv2', architectureReason: null });
  expect(await membersOf(version.id)).toEqual([]);
  expect(await getNetworkFolder(store.folderOf(version.id))).toBe(store.folderOf(version.id));
});
