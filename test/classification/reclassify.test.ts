import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRefreshLabel } from '../../src/classification/assign-labels.js';
import { createModelHolder, type ModelHolder } from '../../src/classification/model-holder.js';
import { type Reclassification, secondsLeftOf } from '../../src/classification/reclassification.js';
import { findReclassification } from '../../src/classification/reclassification.repository.js';
import {
  ReclassificationChangeResolver,
  ReclassificationResolver,
} from '../../src/classification/reclassification.resolver.js';
import { createReclassify } from '../../src/classification/reclassify.js';
import {
  createCancelReclassification,
  createRequestReclassification,
} from '../../src/classification/request-reclassification.js';
import {
  createServingClassifier,
  type ServingClassifier,
} from '../../src/classification/serving-classifier.js';
import type { DocumentFilter } from '../../src/documents/list-documents.js';
import { createPromoteModel } from '../../src/models/promote-model.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { createId } from '../../src/shared/ids.js';
import { createReview } from '../support/review.js';
import { createServingWorld, type ServingWorld } from '../support/serving.js';

let world: ServingWorld;
let servingClassifier: ServingClassifier;
let candidateHolder: ModelHolder;
let job: ReturnType<typeof createReclassify>;
let [invoice, letter] = ['', ''];
const threshold = 0.8;
const context = { signal: new AbortController().signal, attempt: 1 };

beforeAll(async () => {
  world = await createServingWorld();
  const { log, store, encodePage } = world;
  const holding = { ...log, store, enginePreference: 'wasm' as const };
  servingClassifier = createServingClassifier(holding);
  candidateHolder = createModelHolder(holding);
  const refreshLabel = createRefreshLabel({ threshold });
  job = createReclassify({ ...log, encodePage, servingClassifier, candidateHolder, refreshLabel, threshold });
});
beforeEach(async () => {
  await world.database.query('truncate documents, labels, model_versions, model_promotions cascade');
  [invoice, letter] = [await world.make.makeLabel('invoice'), await world.make.makeLabel('letter')];
  world.log.take();
});
afterAll(async () => {
  await servingClassifier.close();
  await candidateHolder.close();
  await world.close();
});

const database = () => world.database.connection.database;
const request = () => createContext({ baseUrl: '', viewer: { name: 'ann' } });
const model = (bias: readonly number[]) => world.makeModel([invoice, letter], bias);
const ask = (options: { filter?: DocumentFilter; isDryRun?: boolean; modelVersionId?: string } = {}) => {
  const { filter = {}, isDryRun = false, modelVersionId = null } = options;
  return createRequestReclassification(world.log)({ filter, isDryRun, modelVersionId, requestedBy: 'ann' });
};
const cancel = (id: string) => createCancelReclassification(world.log)(id);
async function read(id: string): Promise<Reclassification> {
  const found = await findReclassification(database(), id);
  if (!found) throw new Error(`no reclassification ${id}`);
  return found;
}
/** Does the jobs until none follows. */
async function finish(reclassificationId: string): Promise<Reclassification> {
  for (let isMore = true; isMore; ) {
    world.log.take();
    await job.run({ reclassificationId }, context);
    isMore = world.log.take().some(({ name }) => name === 'reclassificationContinues');
  }
  return await read(reclassificationId);
}
const createResolver = () =>
  new ReclassificationResolver({
    ...world.database,
    requestReclassification: createRequestReclassification(world.log),
    cancelReclassification: createCancelReclassification(world.log),
  });

/** Three documents that a model has labelled as invoices, and one that a person has. */
async function makeArchive() {
  const ids: string[] = [];
  for (let count = 0; count < 4; count += 1) ids.push((await world.makeDocument()).id);
  await createReview(world.log, { threshold }).correctLabel({
    documentId: ids[3] ?? '',
    labelId: invoice,
    decidedBy: 'ann',
    note: null,
  });
  await world.database.query(
    `update documents set label_id = $1, label_source = 'MODEL', needs_review = false where id <> $2`,
    [invoice, ids[3]],
  );
  world.log.take();
  return ids;
}

describe('a dry run', () => {
  it('tells what another model would change, and changes nothing', async () => {
    await createPromoteModel(world.log)((await model([4, 0])).id);
    const candidate = await model([0, 4]);
    const ids = await makeArchive();
    const before = await database().document.findMany({ orderBy: { id: 'asc' } });
    const asked = await ask({ isDryRun: true, modelVersionId: candidate.id });
    expect(asked).toMatchObject({ number: 1, status: 'QUEUED', total: 4, done: 0, requestedBy: 'ann' });
    expect(world.log.take()).toEqual([{ name: 'reclassificationRequested', reclassificationId: asked.id }]);
    const done = await finish(asked.id);
    expect(done).toMatchObject({ status: 'SUCCEEDED', done: 4, decided: 1, finishedAt: expect.any(Date) });

    const resolver = createResolver();
    const diff = await resolver.diff(done);
    expect(diff).toEqual([
      { reclassificationId: done.id, fromLabelId: invoice, toLabelId: letter, count: 3 },
    ]);
    expect([await resolver.changed(done), await resolver.unchanged(done)]).toEqual([3, 0]);
    expect(resolver.progress(done)).toEqual({ done: 4, total: 4, secondsLeft: null });
    expect((await resolver.modelVersion(done, request())).id).toBe(candidate.id);
    const changes = new ReclassificationChangeResolver(world.database);
    const [change] = diff;
    if (!change) throw new Error('no change');
    expect((await changes.from(change, request()))?.name).toBe('invoice');
    expect((await changes.to(change, request()))?.name).toBe('letter');
    const first = await changes.documents(change, 2, null);
    const rest = await changes.documents(change, 2, first.pageInfo.endCursor);
    expect([...first.edges, ...rest.edges].map(({ node }) => node.id)).toEqual(ids.slice(0, 3));
    expect(await first.countTotal()).toBe(3);

    expect(await database().prediction.count()).toBe(0);
    expect(await database().document.findMany({ orderBy: { id: 'asc' } })).toEqual(before);
  });

  it('tells of documents that would lose their label, as the model is not certain', async () => {
    await createPromoteModel(world.log)((await model([4, 0])).id);
    await makeArchive();
    const unsure = await model([0, 0.5]);
    const done = await finish((await ask({ isDryRun: true, modelVersionId: unsure.id })).id);
    expect(await createResolver().diff(done)).toMatchObject([
      { fromLabelId: invoice, toLabelId: null, count: 3 },
    ]);
  });
});

describe('a reclassification', () => {
  it('labels what no person has decided by the serving model', async () => {
    const serving = await model([0, 4]);
    await createPromoteModel(world.log)(serving.id);
    const ids = await makeArchive();
    const done = await finish((await ask()).id);
    expect(done).toMatchObject({ status: 'SUCCEEDED', done: 4, decided: 1 });
    for (const id of ids.slice(0, 3)) {
      expect(await world.read(id)).toMatchObject({ labelId: letter, labelSource: 'MODEL' });
    }
    expect(await world.read(ids[3] ?? '')).toMatchObject({ labelId: invoice, labelSource: 'HUMAN' });
    expect(await database().prediction.count({ where: { pageId: null } })).toBe(3);
    expect(await database().prediction.count({ where: { documentId: ids[3] ?? '' } })).toBe(0);
    // Once more changes nothing, and computes nothing: what the model has said stays.
    const again = await finish((await ask()).id);
    expect(await createResolver().diff(again)).toEqual([]);
    expect(await createResolver().unchanged(again)).toBe(3);
    expect(await database().prediction.count({ where: { pageId: null } })).toBe(3);
  });

  it('is of the documents of its filter, and only of those that are ready', async () => {
    await createPromoteModel(world.log)((await model([0, 4])).id);
    const chosen = await world.makeDocument({ filename: 'chosen.pdf' });
    await world.makeDocument({ filename: 'other.pdf' });
    await world.makeDocument({ filename: 'chosen too.pdf', status: 'READING' });
    const createdAfter = new Date('2020-01-01');
    const done = await finish((await ask({ filter: { filename: 'chosen', createdAfter } })).id);
    expect(done).toMatchObject({ total: 1, done: 1, filter: { filename: 'chosen', createdAfter } });
    expect(await database().prediction.findMany({ where: { pageId: null } })).toMatchObject([
      { documentId: chosen.id },
    ]);
    expect((await finish((await ask({ filter: { statuses: ['FAILED'] } })).id)).total).toBe(0);
  });

  it('goes on after the last document when its process was killed, each document once', async () => {
    await createPromoteModel(world.log)((await model([0, 4])).id);
    for (let count = 0; count < 25; count += 1) await world.makeDocument();
    const { id } = await ask();
    const stopping = new AbortController();
    const stopSoon = (async () => {
      while ((await read(id)).done < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      stopping.abort(new Error('the process ends'));
    })();
    await expect(
      job.run({ reclassificationId: id }, { ...context, signal: stopping.signal }),
    ).rejects.toThrow('the process ends');
    await stopSoon;
    const { done } = await read(id);
    expect(done).toBeGreaterThanOrEqual(3);
    expect(done).toBeLessThan(25);
    // Two workers at once, as when the dead one was not.
    await Promise.all([
      job.run({ reclassificationId: id }, context),
      job.run({ reclassificationId: id }, context),
    ]);
    expect(await finish(id)).toMatchObject({ status: 'SUCCEEDED', done: 25, total: 25 });
    expect(await database().reclassificationItem.count()).toBe(25);
    expect(await database().prediction.count({ where: { pageId: null } })).toBe(25);
  });

  it('is cancelled before it begins, or before its next document', async () => {
    await createPromoteModel(world.log)((await model([0, 4])).id);
    const ids = await makeArchive();
    const queued = await ask();
    expect(await cancel(queued.id)).toMatchObject({ status: 'CANCELLED', finishedAt: expect.any(Date) });
    expect(await job.run({ reclassificationId: queued.id }, context)).toMatchObject({ status: 'skipped' });
    await expect(cancel(queued.id)).rejects.toMatchObject({ code: 'RECLASSIFICATION_OVER' });
    await expect(cancel(createId())).rejects.toMatchObject({ code: 'RECLASSIFICATION_NOT_FOUND' });

    const running = await ask();
    await world.database.query(
      `update reclassifications set status = 'RUNNING', started_at = now() where id = $1`,
      [running.id],
    );
    expect(await cancel(running.id)).toMatchObject({
      status: 'RUNNING',
      cancelRequestedAt: expect.any(Date),
    });
    await job.run({ reclassificationId: running.id }, context);
    expect(await read(running.id)).toMatchObject({ status: 'CANCELLED', done: 0 });
    expect(await world.read(ids[0] ?? '')).toMatchObject({ labelId: invoice });
  });

  it('ends when another model serves, whose own backlog it would only disturb', async () => {
    await createPromoteModel(world.log)((await model([0, 4])).id);
    await makeArchive();
    const { id } = await ask();
    await createPromoteModel(world.log)((await model([4, 0])).id);
    await job.run({ reclassificationId: id }, context);
    expect(await read(id)).toMatchObject({
      status: 'CANCELLED',
      statusReason: expect.stringMatching(/Another model/),
    });
  });

  it('fails with the reason when its model cannot be loaded', async () => {
    const serving = await model([0, 4]);
    await createPromoteModel(world.log)(serving.id);
    const candidate = await model([4, 0]);
    await makeArchive();
    const { id } = await ask({ isDryRun: true, modelVersionId: candidate.id });
    await world.store.removeFolder(candidate.id);
    const error = await job.run({ reclassificationId: id }, context).catch((thrown: unknown) => thrown);
    await job.giveUp({ reclassificationId: id }, error);
    expect(await read(id)).toMatchObject({
      status: 'FAILED',
      statusReason: expect.stringContaining(`Model version ${candidate.number} cannot be loaded`),
    });
  });

  it('is refused where no model serves, and by another than the serving one', async () => {
    await expect(ask()).rejects.toMatchObject({ code: 'NO_MODEL_SERVES' });
    const [serving, other] = [await model([4, 0]), await model([0, 4])];
    await createPromoteModel(world.log)(serving.id);
    await expect(ask({ modelVersionId: other.id })).rejects.toMatchObject({ code: 'MODEL_NOT_SERVING' });
    await expect(ask({ modelVersionId: createId(), isDryRun: true })).rejects.toMatchObject({
      code: 'MODEL_VERSION_NOT_FOUND',
    });
    expect(world.log.take().filter(({ name }) => name === 'reclassificationRequested')).toEqual([]);
  });

  it('is listed, newest first', async () => {
    await createPromoteModel(world.log)((await model([4, 0])).id);
    const asked = [await ask(), await ask({ isDryRun: true })];
    const resolver = createResolver();
    const { edges, countTotal } = await resolver.reclassifications(1, null);
    expect(edges.map(({ node }) => node.id)).toEqual([asked[1]?.id]);
    expect(await countTotal()).toBe(2);
    const rest = await resolver.reclassifications(1, edges[0]?.cursor ?? null);
    expect(rest.edges.map(({ node }) => node.id)).toEqual([asked[0]?.id]);
    expect(await resolver.reclassification('no id')).toBeNull();
  });
});

it('tells the seconds that are left by its pace so far', () => {
  const begun = { status: 'RUNNING', startedAt: new Date(0), done: 10, total: 40 } as Reclassification;
  expect(secondsLeftOf(begun, new Date(5000))).toBe(15);
  expect(secondsLeftOf({ ...begun, done: 0 }, new Date(5000))).toBeNull();
  expect(secondsLeftOf({ ...begun, status: 'SUCCEEDED' }, new Date(5000))).toBeNull();
});
