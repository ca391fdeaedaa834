import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/layoutlmv2/checkpoints/checkpoint.js';
import { recogniseFullDisk } from '../../src/models/fetch-checkpoint.js';
import { getLabelIdsOfModel, getModelVersion } from '../../src/models/get-model-version.js';
import { createCancelModelImport, createImportModel } from '../../src/models/import-model.js';
import { createRequireLicence } from '../../src/models/licence.js';
import { ModelResolver } from '../../src/models/model.resolver.js';
import { findImports } from '../../src/models/model-import.repository.js';
import { createModelStore, type ModelStore } from '../../src/models/model-store.js';
import { createPromoteModel, createRollbackModel, findServingModel } from '../../src/models/promote-model.js';
import { createRunModelImport } from '../../src/models/run-model-import.js';
import { jobsAfter } from '../../src/pipeline.js';
import { createContext } from '../../src/platform/graphql/context.js';
import type { JobHandler } from '../../src/platform/jobs/job.js';
import { enqueueJobs } from '../../src/platform/jobs/job-queue.repository.js';
import { startJobRunner } from '../../src/platform/jobs/job-runner.js';
import { createId } from '../../src/shared/ids.js';
import { COMMIT, startHub, type TestHub } from '../layoutlmv2/checkpoints/hub-server.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { silentLog } from '../support/log.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';
import { makeTinyCheckpoint } from '../support/tiny-checkpoint.js';
import { waitFor } from '../support/wait-for.js';

const repository = 'microsoft/layoutlmv2-base-uncased';
const licence = 'cc-by-nc-sa-4.0';
const classes = ['invoice', 'letter', 'form', 'memo', 'other'];

let database: TestDatabase;
let make: RecordMaker;
let log: ReturnType<typeof createFactLog>;
let baseFiles: Map<string, Buffer>;
let classifierFiles: Map<string, Buffer>;
let hub: TestHub;
let folder: string;
let store: ModelStore;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  log = createFactLog(database.connection);
  baseFiles = await makeTinyCheckpoint({ classes: null, licence });
  classifierFiles = await makeTinyCheckpoint({ classes, licence: 'mit' });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.query('truncate labels, model_versions, model_promotions cascade');
  folder = await mkdtemp(join(tmpdir(), 'import-'));
  store = createModelStore(join(folder, 'models'));
  hub = await startHub();
  serve(baseFiles);
  log.take();
});
afterEach(async () => {
  await hub.close();
  await rm(folder, { recursive: true });
});

/** Lets the hub have these files and no others. */
function serve(files: ReadonlyMap<string, Buffer>) {
  hub.files.clear();
  for (const [name, file] of files) hub.files.set(name, file);
  hub.largeFiles = new Set(['model.safetensors']);
}
async function putFolder(name: string, files: ReadonlyMap<string, Buffer>) {
  for (const [fileName, file] of files) {
    const path = join(folder, 'base-models', name, fileName);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file);
  }
}

type Request = Partial<Parameters<ReturnType<typeof createImportModel>>[0]>;
const ask = (request: Request = {}) =>
  createImportModel(log)({
    repository: request.folder === undefined ? repository : null,
    revision: null,
    folder: null,
    createLabels: false,
    requestedBy: 'ann',
    ...request,
  });
const createJob = (
  options: { allowNoncommercial?: boolean; token?: string; endpoint?: string; starterFolder?: string } = {},
) =>
  createRunModelImport({
    connection: log.connection,
    store,
    sources: {
      endpoint: options.endpoint ?? hub.endpoint,
      token: options.token ?? null,
      cacheFolder: join(folder, 'hub'),
      baseModelsFolder: join(folder, 'base-models'),
      starterFolder: options.starterFolder ?? null,
      retryDelayMs: 1,
    },
    requireLicence: createRequireLicence({ allowNoncommercial: options.allowNoncommercial ?? true }),
    log: silentLog,
  });
/** Does the job as the queue does: what fails for good is given up. */
async function work(id: string, options: Parameters<typeof createJob>[0] = {}, signal?: AbortSignal) {
  const job = createJob(options);
  const payload = { modelVersionId: id };
  try {
    return await job.run(payload, { signal: signal ?? new AbortController().signal, attempt: 1 });
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === true)
      throw error;
    if (signal?.aborted) throw error;
    await job.giveUp(payload, error);
    return null;
  }
}
const read = (id: string) => getModelVersion(database.connection.database, id);
const originOf = async (id: string) => (await findImports(database.connection.database, [id]))[0];
async function bringIn(request: Request = {}, options: Parameters<typeof createJob>[0] = {}) {
  const { id } = await ask(request);
  await work(id, options);
  return await read(id);
}

describe('importing a base model by name', () => {
  it('makes a version that says where it is from, what it is and under which licence', async () => {
    const requested = await ask();
    expect(requested).toMatchObject({ status: 'IMPORTING', licence: null, parameterCount: null, size: null });
    expect(log.take()).toEqual([{ name: 'modelImportRequested', modelVersionId: requested.id }]);
    expect(await work(requested.id)).toEqual({ status: 'done' });
    const version = await read(requested.id);
    expect(version).toMatchObject({
      status: 'READY',
      architecture: 'LayoutLMv2',
      size: 'custom',
      maxTokens: 64,
      licence,
      hasClassifier: false,
      unmappedClasses: [],
      baseModelId: null,
      failureCode: null,
    });
    const checkpoint = await readCheckpoint(store.folderOf(version.id));
    const weights = [...checkpoint.weights].filter(([name]) => !/running_|pixel_/.test(name));
    expect(weights.length).toBeGreaterThan(0);
    expect(version.parameterCount).toBeGreaterThan(10_000);
    const byteSize = [...baseFiles.values()].reduce((sum, { length }) => sum + length, 0);
    expect(await originOf(version.id)).toMatchObject({
      repository,
      revision: 'main',
      commit: COMMIT,
      folder: null,
      isVerified: true,
      requestedBy: 'ann',
      downloadedBytes: byteSize,
      totalBytes: byteSize,
      warnings: [expect.stringContaining('no classifier')],
      finishedAt: expect.any(Date),
    });
  });

  it('is answered by the version that is on its way, or that is here of the same commit', async () => {
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(second.id).toBe(first.id);
    expect(log.take()).toHaveLength(1);
    await work(first.id);
    // A branch may have moved on; a commit never does.
    expect((await ask()).id).not.toBe(first.id);
    const pinned = await bringIn({ revision: COMMIT });
    expect(pinned.status).toBe('READY');
    expect((await ask({ revision: COMMIT })).id).toBe(pinned.id);
  });

  it('changes nothing when the job runs again', async () => {
    const version = await bringIn();
    expect(await work(version.id)).toEqual({ status: 'skipped', reason: 'the model version is READY' });
    expect(await work(createId())).toEqual({ status: 'skipped', reason: 'the model version is gone' });
    expect(await read(version.id)).toEqual(version);
  });

  it('is done by a worker, after the mutation has answered', async () => {
    const handler = createJob() as JobHandler<never>;
    const runner = await startJobRunner({
      databaseUrl: database.url,
      lane: 'worker',
      concurrency: 2,
      handlers: [handler as JobHandler],
      log: silentLog,
    });
    try {
      const importModel = createImportModel({
        connection: database.connection,
        announce: (tx, fact) => enqueueJobs(tx, jobsAfter(fact)),
      });
      const request = { repository, revision: null, folder: null, createLabels: false, requestedBy: 'ann' };
      const { id } = await importModel(request);
      const version = await waitFor('the import', async () => {
        const found = await read(id);
        return found.status === 'IMPORTING' ? null : found;
      });
      expect(version.status).toBe('READY');
    } finally {
      await runner.stop();
    }
  });
});

describe('an import that is disturbed', () => {
  it('keeps how far it is and why it broke off, and goes on from there', async () => {
    const { id } = await ask();
    hub.cuts.set('model.safetensors', [1_500_000, 0, 0, 0, 0, 0, 0, 0, 0]);
    await expect(work(id)).rejects.toMatchObject({ code: 'HUB_UNREACHABLE', retryable: true });
    expect(await read(id)).toMatchObject({
      status: 'IMPORTING',
      licence,
      failureCode: 'HUB_UNREACHABLE',
      failureRetryable: true,
    });
    const origin = await originOf(id);
    expect(origin?.commit).toBe(COMMIT);
    expect(origin?.totalBytes).toBeGreaterThan(2_000_000);
    expect(origin?.downloadedBytes).toBeGreaterThan(0);
    expect(origin?.downloadedBytes).toBeLessThan(origin?.totalBytes ?? 0);

    hub.cuts.clear();
    hub.requests.length = 0;
    expect(await work(id)).toEqual({ status: 'done' });
    expect(await read(id)).toMatchObject({ status: 'READY', failureCode: null, failureMessage: null });
    const ranges = hub.requests.filter(({ host }) => host === 'storage').map(({ range }) => range);
    expect(ranges.some((range) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
  });

  it('stays on its way when its worker is stopped', async () => {
    const { id } = await ask();
    hub.stalls.add('model.safetensors');
    const controller = new AbortController();
    const working = work(id, {}, controller.signal);
    await waitFor('bytes', async () => ((await originOf(id))?.downloadedBytes ?? 0) > 10_000);
    controller.abort(new Error('the worker stops'));
    await expect(working).rejects.toThrow('the worker stops');
    expect(await read(id)).toMatchObject({ status: 'IMPORTING', failureCode: null });
    hub.stalls.clear();
    expect(await work(id)).toEqual({ status: 'done' });
  });

  it('ends when it is cancelled, also in the middle of a file', async () => {
    const { id } = await ask();
    hub.stalls.add('model.safetensors');
    const working = work(id);
    await waitFor('bytes', async () => ((await originOf(id))?.downloadedBytes ?? 0) > 10_000);
    const cancelModelImport = createCancelModelImport(log);
    expect(await cancelModelImport(id)).toMatchObject({ status: 'CANCELLED' });
    expect(await working).toEqual({ status: 'skipped', reason: 'the import was cancelled' });
    expect(await read(id)).toMatchObject({ status: 'CANCELLED', failureCode: null });
    await expect(cancelModelImport(id)).rejects.toMatchObject({ code: 'MODEL_IMPORT_NOT_CANCELLABLE' });
    await expect(cancelModelImport(createId())).rejects.toMatchObject({ code: 'MODEL_VERSION_NOT_FOUND' });
    // What has arrived serves the next one.
    hub.stalls.clear();
    hub.requests.length = 0;
    expect((await bringIn()).status).toBe('READY');
    expect(hub.requests.some(({ range }) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
  });

  it('says that the hub cannot be reached, which may pass', async () => {
    const { id } = await ask();
    await expect(work(id, { endpoint: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'HUB_UNREACHABLE',
      retryable: true,
      message: expect.stringContaining('No connection to 127.0.0.1:1'),
    });
  });

  it.each<[string, string, RegExp, () => void | Promise<void>]>([
    [
      'a model that the hub does not have',
      'HUB_MODEL_NOT_FOUND',
      /no model "microsoft/,
      () => hub.files.clear(),
    ],
    [
      'a model without weights',
      'HUB_MODEL_NOT_FOUND',
      /no weights/,
      () => void hub.files.delete('model.safetensors'),
    ],
    [
      'a model that this token may not see',
      'HUB_ACCESS_REFUSED',
      /HF_TOKEN/,
      () => {
        hub.requiredToken = 'another';
      },
    ],
    [
      'weights whose hash is wrong',
      'DOWNLOAD_DAMAGED',
      /SHA-256 should be/,
      () => {
        const { length } = hub.files.get('model.safetensors') ?? [];
        hub.replacements.set('model.safetensors', randomBytes(length ?? 0));
      },
    ],
    [
      'another architecture, before its weights are fetched',
      'CHECKPOINT_UNUSABLE',
      /"model_type" must be "layoutlmv2".*found "bert"/,
      () => {
        hub.files.set('config.json', Buffer.from('{"model_type":"bert"}'));
        hub.files.set('model.safetensors', randomBytes(1000));
        hub.statuses.set('model.safetensors', [418]);
      },
    ],
    [
      'weights that lack a tensor',
      'CHECKPOINT_UNUSABLE',
      /lacks the tensor "layoutlmv2\.embeddings\.word_embeddings\.weight"/,
      async () =>
        serve(
          await makeTinyCheckpoint({
            classes: null,
            licence,
            changeWeights: (weights) => void weights.delete('layoutlmv2.embeddings.word_embeddings.weight'),
          }),
        ),
    ],
    [
      'a tensor of another shape',
      'CHECKPOINT_UNUSABLE',
      /"layoutlmv2\.embeddings\.word_embeddings\.weight" should have the shape \[96, 48\], found \[97, 48\]/,
      async () =>
        serve(await makeTinyCheckpoint({ classes: null, licence, changeConfig: { vocab_size: 96 } })),
    ],
  ])('fails, and says why, for %s', async (_what, code, message, prepare) => {
    await prepare();
    const version = await bringIn();
    expect(version).toMatchObject({ status: 'FAILED', failureCode: code, failureRetryable: false });
    expect(version.failureMessage).toMatch(message);
    expect(version.failureMessage).not.toContain(folder);
    expect(await readdir(folder)).not.toContain('models');
  });

  it('shows the hub the token it was given', async () => {
    hub.requiredToken = 'secret';
    expect((await bringIn({}, { token: 'secret' })).status).toBe('READY');
  });
});

describe('importing a folder', () => {
  it('makes a version of it, with the licence of its model card', async () => {
    await putFolder('group/mine', baseFiles);
    const version = await bringIn({ folder: 'group/./mine/' });
    expect(version).toMatchObject({ status: 'READY', licence });
    expect(await originOf(version.id)).toMatchObject({
      repository: null,
      folder: 'group/mine',
      commit: null,
      isVerified: null,
      totalBytes: null,
    });
    expect(hub.requests).toEqual([]);
  });

  it('knows no licence where none is stated, and takes that of config.json where the card is silent', async () => {
    await putFolder('silent', await makeTinyCheckpoint({ classes: null, licence: null }));
    expect((await bringIn({ folder: 'silent' })).licence).toBe('unknown');
    const stated = { license: 'Apache-2.0' };
    await putFolder(
      'stated',
      await makeTinyCheckpoint({ classes: null, licence: null, changeConfig: stated }),
    );
    expect((await bringIn({ folder: 'stated' })).licence).toBe('apache-2.0');
  });

  it.each([
    '../secret',
    'a/../../secret',
    '..',
    '/etc',
    'C:\\secret',
    'a\\..\\b',
    'a\0b',
    '',
    '.',
    'x'.repeat(2000),
  ])('refuses %j, which could lead elsewhere', async (name) => {
    await expect(ask({ folder: name })).rejects.toMatchObject({
      code: 'MODEL_FOLDER_REFUSED',
      message: expect.stringContaining('BASE_MODELS_DIR'),
    });
    expect(log.take()).toEqual([]);
  });

  it('does not follow links that lead elsewhere', async () => {
    await putFolder('mine', baseFiles);
    await mkdir(join(folder, 'secret'));
    for (const [name, file] of baseFiles) await writeFile(join(folder, 'secret', name), file);
    await symlink(join(folder, 'secret'), join(folder, 'base-models', 'link'));
    expect(await bringIn({ folder: 'link' })).toMatchObject({
      status: 'FAILED',
      failureCode: 'MODEL_FOLDER_REFUSED',
    });
    // One that stays inside is as good as a folder.
    await symlink(join(folder, 'base-models', 'mine'), join(folder, 'base-models', 'alias'));
    expect(await bringIn({ folder: 'alias' })).toMatchObject({ status: 'READY' });
  });

  it('says what is wrong with a folder, but not where it is', async () => {
    const missing = await bringIn({ folder: 'nowhere' });
    expect(missing).toMatchObject({ status: 'FAILED', failureCode: 'MODEL_FOLDER_NOT_FOUND' });
    await putFolder('empty', new Map([['notes.txt', Buffer.from('nothing')]]));
    const empty = await bringIn({ folder: 'empty' });
    expect(empty).toMatchObject({ failureCode: 'CHECKPOINT_UNUSABLE' });
    expect(empty.failureMessage).toContain('empty/config.json');
    for (const { failureMessage } of [missing, empty]) expect(failureMessage).not.toContain(folder);
  });

  it('is asked for either a repository or a folder', async () => {
    const invalid = { code: 'INVALID_MODEL_IMPORT' };
    await expect(ask({ repository: null })).rejects.toMatchObject(invalid);
    await expect(ask({ repository, folder: 'mine' })).rejects.toMatchObject(invalid);
    await expect(ask({ folder: 'mine', revision: 'main' })).rejects.toMatchObject(invalid);
    for (const name of ['../x', 'a/b/c', 'a b/c', '', 'https://hub/x']) {
      await expect(ask({ repository: name })).rejects.toMatchObject(invalid);
    }
    await expect(ask({ revision: '../main' })).rejects.toMatchObject(invalid);
  });
});

describe('importing the starter model', () => {
  it('is a folder of its own name, wherever that is, with labels as people write them', async () => {
    const starterFolder = join(folder, 'shipped');
    const shipped = ['invoice', 'bank_statement', 'letter', 'id_document', 'memo'];
    await mkdir(starterFolder);
    for (const [name, file] of await makeTinyCheckpoint({ classes: shipped, licence: 'mit' })) {
      await writeFile(join(starterFolder, name), file);
    }
    // In use, whatever its case.
    const letter = await make.makeLabel('LETTER');
    const version = await bringIn({ folder: 'starter', createLabels: true }, { starterFolder });
    expect(version).toMatchObject({ status: 'READY', licence: 'mit', unmappedClasses: [] });
    const labelIds = await getLabelIdsOfModel(database.connection.database, version.id);
    expect(labelIds[2]).toBe(letter);
    const names = await database.query<{ name: string }>('select name from labels order by name');
    expect(names.map(({ name }) => name).sort()).toEqual(
      ['Bank statement', 'ID document', 'Invoice', 'LETTER', 'Memo'].sort(),
    );
    expect(await findServingModel(database.connection.database)).toBeNull();
  });

  it('looks among the other folders where there is no starter', async () => {
    expect(await bringIn({ folder: 'starter' })).toMatchObject({
      status: 'FAILED',
      failureCode: 'MODEL_FOLDER_NOT_FOUND',
    });
    await putFolder('starter', baseFiles);
    expect((await bringIn({ folder: 'starter' })).status).toBe('READY');
  });
});

describe('what an imported version may do', () => {
  const promote = (id: string) => createPromoteModel(log)(id);

  it('serves where a label stands for each of its classes', async () => {
    serve(classifierFiles);
    const labels = new Map<string, string>();
    for (const name of ['Letter', 'invoice', 'form', 'memo', 'other']) {
      labels.set(name.toLowerCase(), await make.makeLabel(name));
    }
    const version = await bringIn();
    expect(version).toMatchObject({ hasClassifier: true, unmappedClasses: [], licence: 'mit' });
    const labelIds = await getLabelIdsOfModel(database.connection.database, version.id);
    expect(labelIds).toEqual(classes.map((name) => labels.get(name)));
    await promote(version.id);
    expect((await findServingModel(database.connection.database))?.id).toBe(version.id);
  });

  it('makes labels of its classes only when asked', async () => {
    serve(classifierFiles);
    await make.makeLabel('invoice');
    const version = await bringIn();
    expect(version).toMatchObject({ status: 'READY', unmappedClasses: ['letter', 'form', 'memo', 'other'] });
    await expect(promote(version.id)).rejects.toMatchObject({
      code: 'MODEL_CLASSES_UNMAPPED',
      message: expect.stringContaining('"letter"'),
    });
    const mapped = await bringIn({ createLabels: true });
    expect(mapped.unmappedClasses).toEqual([]);
    const names = await database.query<{ name: string }>('select name from labels order by name');
    expect(names.map(({ name }) => name)).toEqual([...classes].sort());
    expect(await promote(mapped.id)).toEqual(mapped);
  });

  it('is none, and leaves nothing behind, where a class has no name that a label can have', async () => {
    serve(await makeTinyCheckpoint({ classes: [...classes.slice(1), 'x'.repeat(200)], licence }));
    const version = await bringIn({ createLabels: true });
    expect(version).toMatchObject({ status: 'FAILED', failureCode: 'INVALID_LABEL_NAME' });
    expect(await readdir(join(folder, 'models'))).toEqual([]);
    expect(await database.query('select from labels')).toEqual([]);
  });

  it('does not serve without a classifier, nor before it is ready', async () => {
    const base = await bringIn();
    await expect(promote(base.id)).rejects.toMatchObject({
      code: 'MODEL_HAS_NO_CLASSIFIER',
      message: expect.stringContaining('startTrainingRun'),
    });
    const coming = await ask();
    await expect(promote(coming.id)).rejects.toMatchObject({ code: 'MODEL_VERSION_NOT_READY' });
  });

  it('is shown with its import and its failure', async () => {
    hub.files.clear();
    const version = await bringIn();
    const resolver = new ModelResolver({
      connection: database.connection,
      promoteModel: promote,
      rollbackModel: createRollbackModel(log),
      importModel: createImportModel(log),
      cancelModelImport: createCancelModelImport(log),
    });
    const context = createContext({ baseUrl: '', viewer: { name: 'bob' } });
    expect(await resolver.modelVersion(version.id)).toEqual(version);
    expect(await resolver.modelVersion('no id')).toBeNull();
    expect(resolver.failure(version)).toMatchObject({ code: 'HUB_MODEL_NOT_FOUND', retryable: false });
    expect(await resolver.import(version, context)).toMatchObject({ repository, requestedBy: 'ann' });
    const next = await resolver.importModel({ repository, createLabels: false }, context);
    expect(next.status).toBe('IMPORTING');
    expect(await originOf(next.id)).toMatchObject({ requestedBy: 'bob' });
    const { id } = await make.makeModelVersion();
    expect(await resolver.import(await read(id), context)).toBeNull();
    expect(resolver.failure(await read(id))).toBeNull();
  });
});

describe('weights that are not for commercial use', () => {
  const refused = {
    code: 'LICENCE_REFUSED',
    message: expect.stringContaining('ALLOW_NONCOMMERCIAL_WEIGHTS'),
  };

  it('are refused where the setting says so, before they are downloaded', async () => {
    const version = await bringIn({}, { allowNoncommercial: false });
    expect(version).toMatchObject({
      status: 'FAILED',
      failureCode: refused.code,
      failureMessage: refused.message,
    });
    expect(version.failureMessage).toContain(licence);
    expect(hub.requests.filter(({ path }) => path.endsWith('model.safetensors'))).toEqual([]);
  });

  it('are refused also where they are in the cache already', async () => {
    await bringIn();
    const version = await bringIn({}, { allowNoncommercial: false });
    expect(version).toMatchObject({ status: 'FAILED', failureCode: refused.code });
  });

  it('are refused in service, once allowed as they may have been', async () => {
    serve(await makeTinyCheckpoint({ classes, licence }));
    const first = await bringIn({ createLabels: true });
    const second = await bringIn({ createLabels: true });
    await createPromoteModel(log)(first.id);
    const strict = { ...log, requireLicence: createRequireLicence({ allowNoncommercial: false }) };
    await expect(createPromoteModel(strict)(second.id)).rejects.toMatchObject(refused);
    await createPromoteModel(log)(second.id);
    await expect(createRollbackModel(strict)()).rejects.toMatchObject(refused);
    expect((await createRollbackModel(log)()).id).toBe(first.id);
  });

  it.each([
    ['cc-by-nc-sa-4.0', true],
    ['cc-by-nc-4.0', true],
    ['fair-noncommercial-research-license', true],
    ['other', true],
    ['unknown', true],
    ['mit, cc-by-nc-4.0', true],
    ['mit', false],
    ['apache-2.0', false],
    ['cc-by-sa-4.0', false],
    ['own', false],
  ])('are told by the licence %s', (name, isRefused) => {
    const require = () => createRequireLicence({ allowNoncommercial: false })(name, 'It');
    if (isRefused) expect(require).toThrow(name);
    else expect(require).not.toThrow();
    expect(() => createRequireLicence({ allowNoncommercial: true })(name, 'It')).not.toThrow();
  });
});

it('tells a full disk from other faults of the system', () => {
  const fault = (code: string) => Object.assign(new Error('write failed'), { code });
  const full = { code: 'DISK_FULL', message: expect.stringContaining('HF_HUB_CACHE') };
  expect(recogniseFullDisk(fault('ENOSPC'))).toMatchObject(full);
  expect(recogniseFullDisk(fault('EDQUOT'))).toMatchObject(full);
  const other = fault('EIO');
  expect(recogniseFullDisk(other)).toBe(other);
});

it('keeps the files of the cache as they came', async () => {
  await bringIn();
  const cached = join(folder, 'hub', 'microsoft--layoutlmv2-base-uncased', COMMIT);
  expect(await readFile(join(cached, 'model.safetensors'))).toEqual(baseFiles.get('model.safetensors'));
});
