import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listModelsOfOpenReclassifications } from '../../src/classification/reclassification.repository.js';
import {
  createCancelReclassification,
  createRequestReclassification,
} from '../../src/classification/request-reclassification.js';
import { createCollectModelFiles } from '../../src/models/collect-model-files.js';
import { getReadyModelVersion } from '../../src/models/get-model-version.js';
import { createModelStore, type ModelStore } from '../../src/models/model-store.js';
import type { ReadyModelVersion } from '../../src/models/model-version.js';
import { createPromoteModel, createRollbackModel, findServingModel } from '../../src/models/promote-model.js';
import { PromotionResolver } from '../../src/models/promotion.resolver.js';
import { createSetShadowModel, findShadowModel } from '../../src/models/shadow-model.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { createId } from '../../src/shared/ids.js';
import { defaultHyperparameters } from '../../src/training/default-hyperparameters.js';
import { insertRun, listBasesOfOpenRuns, updateRun } from '../../src/training/training.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { silentLog } from '../support/log.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';

let database: TestDatabase;
let make: RecordMaker;
let log: ReturnType<typeof createFactLog>;
let root: string;
let store: ModelStore;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  log = createFactLog(database.connection);
  root = await mkdtemp(join(tmpdir(), 'promotion-'));
  store = createModelStore(join(root, 'models'));
});
beforeEach(async () => {
  await database.query('truncate model_versions, model_promotions cascade');
  log.take();
});
afterAll(async () => {
  await database.close();
  await rm(root, { recursive: true });
});

const context = { signal: new AbortController().signal, attempt: 1 };
const makeVersions = async (count: number) => {
  const versions: ReadyModelVersion[] = [];
  for (let index = 0; index < count; index += 1) {
    const version = await make.makeModelVersion();
    await mkdir(store.folderOf(version.id), { recursive: true });
    versions.push(version);
  }
  return versions;
};
const promote = (id: string, author?: Parameters<ReturnType<typeof createPromoteModel>>[1]) =>
  createPromoteModel(log)(id, author);
const rollback = (steps?: number) =>
  createRollbackModel(log)(steps, { promotedBy: 'ben', reason: ' too weak ' });
const serving = async () => (await findServingModel(database.connection.database))?.id;
const setShadow = (id: string | null) => createSetShadowModel(log)(id);

describe('the history of what serves', () => {
  it('tells who changed it, when and why, newest first', async () => {
    const [a, b] = await makeVersions(2);
    await promote(a?.id ?? '', { promotedBy: 'ann', reason: null });
    await promote(b?.id ?? '', { promotedBy: 'ann', reason: 'knows telexes' });
    await rollback();
    const resolver = new PromotionResolver({ connection: database.connection, setShadowModel: setShadow });
    const { edges, countTotal } = await resolver.promotionEvents(20, null);
    const events = edges.map(({ node }) => node);
    expect(events).toMatchObject([
      {
        kind: 'ROLLBACK',
        modelVersionId: a?.id,
        previousId: b?.id,
        steps: 1,
        promotedBy: 'ben',
        reason: 'too weak',
      },
      {
        kind: 'MANUAL',
        modelVersionId: b?.id,
        previousId: a?.id,
        promotedBy: 'ann',
        reason: 'knows telexes',
      },
      {
        kind: 'MANUAL',
        modelVersionId: a?.id,
        previousId: null,
        promotedBy: 'ann',
        reason: 'promoted by hand',
      },
    ]);
    expect(events[0]?.createdAt).toBeInstanceOf(Date);
    expect(await countTotal()).toBe(3);
    const request = createContext({ baseUrl: '', viewer: { name: 'me' } });
    const [newest] = events;
    if (!newest) throw new Error('no event');
    expect((await resolver.modelVersion(newest, request)).id).toBe(a?.id);
    expect((await resolver.previous(newest, request))?.id).toBe(b?.id);
    const rest = await resolver.promotionEvents(2, edges[1]?.cursor ?? null);
    expect(rest.edges.map(({ node }) => node.id)).toEqual([events[2]?.id]);
  });

  it('is gone back through by several steps at once, as one event', async () => {
    const versions = await makeVersions(4);
    for (const { id } of versions) await promote(id);
    log.take();
    expect((await rollback(2)).id).toBe(versions[1]?.id);
    expect(log.take()).toEqual([{ name: 'servingModelChanged', modelVersionId: versions[1]?.id }]);
    await expect(rollback(2)).rejects.toMatchObject({
      code: 'NOTHING_TO_ROLL_BACK',
      message: 'Only 1 promotions can be taken back, not 2.',
    });
    expect((await rollback(1)).id).toBe(versions[0]?.id);
    await expect(rollback(1)).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' });
    await expect(rollback(0)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await serving()).toBe(versions[0]?.id);
  });

  it('passes over a version whose files are gone, and says so of one that is meant', async () => {
    const [a, b, c] = await makeVersions(3);
    for (const version of [a, b, c]) await promote(version?.id ?? '');
    await database.query('update model_versions set files_collected_at = now() where id = $1', [b?.id]);
    await expect(rollback(1)).rejects.toMatchObject({ code: 'MODEL_FILES_COLLECTED' });
    expect(await serving()).toBe(c?.id);
    await rollback(2);
    expect(await serving()).toBe(a?.id);
  });
});

describe('the version in the shadow', () => {
  it('is another than the one that serves, and none once it serves itself', async () => {
    const [a, b] = await makeVersions(2);
    await promote(a?.id ?? '');
    expect(await findShadowModel(database.connection.database)).toBeNull();
    await expect(setShadow(a?.id ?? '')).rejects.toMatchObject({ code: 'SHADOW_MODEL_SERVES' });
    await expect(setShadow(createId())).rejects.toMatchObject({ code: 'MODEL_VERSION_NOT_FOUND' });
    expect((await setShadow(b?.id ?? ''))?.id).toBe(b?.id);
    expect((await findShadowModel(database.connection.database))?.id).toBe(b?.id);
    await promote(b?.id ?? '');
    expect(await findShadowModel(database.connection.database)).toBeNull();
    await setShadow(a?.id ?? '');
    expect(await setShadow(null)).toBeNull();
    expect(await findShadowModel(database.connection.database)).toBeNull();
  });
});

describe('the files of old versions', () => {
  const collect = (keptVersions: number, inUse: readonly string[] = []) =>
    createCollectModelFiles({
      ...log,
      store,
      keptVersions,
      usedElsewhere: [async () => [...inUse]],
      log: silentLog,
    }).run({}, context);
  const withFiles = async (versions: readonly ReadyModelVersion[]) => {
    const rows = await database.query<{ id: string }>(
      'select id from model_versions where files_collected_at is null',
    );
    const kept = new Set(rows.map(({ id }) => id));
    // What the table says is what the disk has.
    for (const { id } of versions) expect(existsSync(store.folderOf(id))).toBe(kept.has(id));
    return versions.flatMap(({ id }, index) => (kept.has(id) ? [index] : []));
  };

  it('are given up but for the newest, and for what is in use', async () => {
    const versions = await makeVersions(9);
    const idOf = (index: number) => versions[index]?.id ?? '';
    // 3 serves after 1; 0 served before; 4 is in the shadow; 5 is the base of a run; 2 and 6 are nobody's.
    for (const index of [0, 1, 3]) await promote(idOf(index));
    await setShadow(idOf(4));
    expect(await collect(2, [idOf(5)])).toEqual({ status: 'done' });
    expect(await withFiles(versions)).toEqual([1, 3, 4, 5, 7, 8]);
    await expect(promote(idOf(2))).rejects.toMatchObject({
      code: 'MODEL_FILES_COLLECTED',
      message: expect.stringContaining(`model version ${versions[2]?.number}`),
    });
    await expect(getReadyModelVersion(database.connection.database, idOf(2))).rejects.toMatchObject({
      code: 'MODEL_FILES_COLLECTED',
    });
    // What is no longer in use goes the next time.
    await collect(2);
    expect(await withFiles(versions)).toEqual([1, 3, 4, 7, 8]);
  });

  it('stay while a run that waits begins with them, or a dry run that waits scores with them', async () => {
    const versions = await makeVersions(5);
    const idOf = (index: number) => versions[index]?.id ?? '';
    await promote(idOf(4));
    const runId = createId();
    await database.connection.transaction((tx) =>
      insertRun(tx, {
        ...{ id: runId, status: 'QUEUED', statusReason: null, trigger: 'MANUAL', note: null, warnings: [] },
        ...{ baseModelId: idOf(0), snapshotId: null, finishedAt: null },
        hyperparameters: defaultHyperparameters({ baseSize: null, modelSize: 'tiny', trainingDocuments: 6 }),
      }),
    );
    const dryRun = await createRequestReclassification(log)({
      filter: {},
      isDryRun: true,
      modelVersionId: idOf(1),
      requestedBy: 'ann',
    });
    const collectAsInService = () =>
      createCollectModelFiles({
        ...log,
        store,
        keptVersions: 1,
        usedElsewhere: [listBasesOfOpenRuns, listModelsOfOpenReclassifications],
        log: silentLog,
      }).run({}, context);
    await collectAsInService();
    expect(await withFiles(versions)).toEqual([0, 1, 4]);
    await updateRun(database.connection.database, runId, { status: 'RUNNING' });
    await createCancelReclassification(log)(dryRun.id);
    await collectAsInService();
    expect(await withFiles(versions)).toEqual([0, 4]);
    await updateRun(database.connection.database, runId, { status: 'FAILED', finishedAt: new Date() });
    await collectAsInService();
    expect(await withFiles(versions)).toEqual([4]);
  });

  it('of text classifiers are counted apart, so that they take no network its place', async () => {
    const versions = await makeVersions(6);
    for (const index of [1, 3, 5])
      await database.query("update model_versions set architecture = 'TF-IDF' where id = $1", [
        versions[index]?.id,
      ]);
    await collect(2);
    expect(await withFiles(versions)).toEqual([2, 3, 4, 5]);
  });

  it('of what was imported stay', async () => {
    const versions = await makeVersions(4);
    await database.query(
      `insert into model_imports (model_version_id, folder, create_labels, requested_by) values ($1, 'x', false, 'ann')`,
      [versions[0]?.id],
    );
    await collect(1);
    expect(await withFiles(versions)).toEqual([0, 3]);
  });

  it('are removed the next time where the job was killed in between', async () => {
    const versions = await makeVersions(2);
    await database.query('update model_versions set files_collected_at = now() where id = $1', [
      versions[0]?.id,
    ]);
    await collect(5);
    expect(await withFiles(versions)).toEqual([1]);
  });
});
