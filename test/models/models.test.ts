import 'reflect-metadata';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { getModelVersion, getModelVersions } from '../../src/models/get-model-version.js';
import { createCancelModelImport, createImportModel } from '../../src/models/import-model.js';
import { ModelResolver } from '../../src/models/model.resolver.js';
import { createModelStore } from '../../src/models/model-store.js';
import type { ReadyModelVersion } from '../../src/models/model-version.js';
import {
  createPromoteModel,
  createRollbackModel,
  findServingModel,
  type PromoteModel,
  type RollbackModel,
  serveInsteadOf,
} from '../../src/models/promote-model.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { createId } from '../../src/shared/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';

describe('the model that serves', () => {
  let database: TestDatabase;
  let make: RecordMaker;
  let log: ReturnType<typeof createFactLog>;
  let promoteModel: PromoteModel;
  let rollbackModel: RollbackModel;
  let versions: Record<'a' | 'b' | 'c', ReadyModelVersion>;
  beforeAll(async () => {
    database = await createTestDatabase();
    make = createRecordMaker(database);
    log = createFactLog(database.connection);
    promoteModel = createPromoteModel(log);
    rollbackModel = createRollbackModel(log);
    versions = {
      a: await make.makeModelVersion(),
      b: await make.makeModelVersion(),
      c: await make.makeModelVersion(),
    };
  });
  beforeEach(async () => {
    await database.query('truncate model_aliases, model_promotions');
    log.take();
  });
  afterAll(() => database.close());

  const serving = async () => {
    const found = await findServingModel(database.connection.database);
    return Object.entries(versions).find(([, { id }]) => id === found?.id)?.[0] ?? null;
  };
  const promote = (name: 'a' | 'b' | 'c') => promoteModel(versions[name].id);
  const nothing = { code: 'NOTHING_TO_ROLL_BACK', isPublic: true };

  it('is none at first', async () => {
    expect(await serving()).toBeNull();
    await expect(rollbackModel()).rejects.toMatchObject(nothing);
  });

  it('is the one that was promoted last, and everyone hears of it', async () => {
    await promote('a');
    await promote('b');
    expect(await serving()).toBe('b');
    expect(log.take()).toEqual(
      [versions.a, versions.b].map(({ id }) => ({ name: 'servingModelChanged', modelVersionId: id })),
    );
  });

  it('stays when it is promoted again, and nobody hears of it', async () => {
    await promote('a');
    log.take();
    expect(await promote('a')).toEqual(versions.a);
    expect(log.take()).toEqual([]);
    await expect(rollbackModel()).rejects.toMatchObject(nothing);
  });

  it('goes back promotion by promotion, to the first and no further', async () => {
    for (const name of ['a', 'b', 'c'] as const) await promote(name);
    log.take();
    expect((await rollbackModel()).id).toBe(versions.b.id);
    expect(await serving()).toBe('b');
    expect(log.take()).toEqual([{ name: 'servingModelChanged', modelVersionId: versions.b.id }]);
    await rollbackModel();
    expect(await serving()).toBe('a');
    await expect(rollbackModel()).rejects.toMatchObject(nothing);
    expect(await serving()).toBe('a');
  });

  it('goes back past what has been taken back already', async () => {
    await promote('a');
    await promote('b');
    await rollbackModel();
    await promote('c');
    await rollbackModel();
    expect(await serving()).toBe('a');
    await expect(rollbackModel()).rejects.toMatchObject(nothing);
    // A version that was taken back may come again.
    await promote('b');
    await rollbackModel();
    expect(await serving()).toBe('a');
  });

  it('is one, also when several are promoted at the same time', async () => {
    await Promise.all((['a', 'b', 'c', 'a', 'b', 'c'] as const).map(promote));
    const moves = await database.query<{ version: string; previous: string | null }>(
      'select model_version_id as version, previous_id as previous from model_promotions order by id',
    );
    expect(moves.map(({ previous }) => previous)).toEqual([
      null,
      ...moves.slice(0, -1).map(({ version }) => version),
    ]);
    expect((await findServingModel(database.connection.database))?.id).toBe(moves.at(-1)?.version);
  });

  it('is the first one that is made, and no later one by itself', async () => {
    const serve = (version: ReadyModelVersion) =>
      log.connection.transaction((tx) =>
        serveInsteadOf(tx, version, { expectedId: null, reason: 'the first' }, log.announce),
      );
    const served = await Promise.all([serve(versions.a), serve(versions.b), serve(versions.c)]);
    expect(served.filter((serves) => serves)).toHaveLength(1);
    expect(log.take()).toHaveLength(1);
    await expect(rollbackModel()).rejects.toMatchObject(nothing);
  });

  it.each([createId(), 'no id'])('cannot be %j, which is no version', async (id) => {
    const notFound = { code: 'MODEL_VERSION_NOT_FOUND', message: expect.stringContaining(id) };
    await expect(promoteModel(id)).rejects.toMatchObject(notFound);
    await expect(getModelVersion(database.connection.database, id)).rejects.toMatchObject(notFound);
  });

  it('is named among the versions, newest first, each with what it can say', async () => {
    const [invoice, letter] = [await make.makeLabel('invoice'), await make.makeLabel('letter')];
    const speaking = await make.makeModelVersion([letter, invoice]);
    await promoteModel(speaking.id);
    const resolver = new ModelResolver({
      connection: database.connection,
      promoteModel,
      rollbackModel,
      importModel: createImportModel(log),
      cancelModelImport: createCancelModelImport(log),
    });
    const context = createContext({ baseUrl: '', viewer: { name: 'me' } });
    const first = await resolver.modelVersions(2, null);
    const nodes = first.edges.map(({ node }) => node);
    expect(nodes.map(({ id }) => id)).toEqual([speaking.id, versions.c.id]);
    expect(await Promise.all(nodes.map((node) => resolver.aliases(node, context)))).toEqual([
      ['serving'],
      [],
    ]);
    expect((await resolver.labels(speaking, context)).map(({ name }) => name)).toEqual(['letter', 'invoice']);
    const rest = await resolver.modelVersions(2, first.pageInfo.endCursor);
    expect(rest.edges.map(({ node }) => node.id)).toEqual([versions.b.id, versions.a.id]);
    expect(rest.pageInfo.hasNextPage).toBe(false);
    expect(await rest.countTotal()).toBe(4);
    const foreign = Buffer.from(createId()).toString('base64url');
    await expect(resolver.modelVersions(2, foreign)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    const ids = [versions.b.id, versions.a.id, versions.b.id];
    expect((await getModelVersions(database.connection.database, ids)).map(({ id }) => id)).toEqual(ids);
  });
});

describe('the folder of a model version', () => {
  it('is empty when it is prepared, whatever a killed run has left there', async () => {
    const root = await mkdtemp(join(tmpdir(), 'models-'));
    const store = createModelStore(join(root, 'models'));
    const id = createId();
    const folder = await store.prepareFolder(id);
    expect(folder).toBe(store.folderOf(id));
    await mkdir(folder);
    await writeFile(join(folder, 'half'), 'x');
    await store.prepareFolder(id);
    await expect(stat(join(folder, 'half'))).rejects.toThrow(/ENOENT/);
    await rm(root, { recursive: true });
  });
});
