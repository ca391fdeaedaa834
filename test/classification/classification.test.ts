import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRefreshLabel } from '../../src/classification/assign-labels.js';
import { createClassifyBacklog } from '../../src/classification/classify-backlog.js';
import { createClassifyDocument } from '../../src/classification/classify-document.js';
import { createEncodeStoredPage } from '../../src/classification/encode-page.js';
import { listNewestDecisions } from '../../src/classification/label-decisions.js';
import {
  createServingClassifier,
  type ServingClassifier,
} from '../../src/classification/serving-classifier.js';
import { createFailDocument } from '../../src/documents/change-status.js';
import { findDocumentById } from '../../src/documents/document-access.js';
import { createModelStore, type ModelStore } from '../../src/models/model-store.js';
import { createPromoteModel, createRollbackModel } from '../../src/models/promote-model.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import type { JobHandler } from '../../src/platform/jobs/job.js';
import { createId } from '../../src/shared/ids.js';
import { microConfig } from '../layoutlmv2/support/micro-network.js';
import { variedPage } from '../layoutlmv2/support/varied-page.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { silentLog } from '../support/log.js';
import { writeMicroModel } from '../support/micro-model.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';
import { createReview } from '../support/review.js';

let database: TestDatabase;
let make: RecordMaker;
let log: ReturnType<typeof createFactLog>;
let folder: string;
let store: ModelStore;
let servingClassifier: ServingClassifier;
let classify: JobHandler<{ documentId: string }>;
let backlog: JobHandler<{ modelVersionId: string; after: string | null }>;
let imageSha256: string;
let invoice: string;
let letter: string;
const threshold = 0.8;
const context = { signal: new AbortController().signal, attempt: 1 };

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  log = createFactLog(database.connection);
  folder = await mkdtemp(join(tmpdir(), 'classification-'));
  const blobs = createDiskBlobStorage({ folder: join(folder, 'blobs') });
  const image = await sharp({ create: { width: 30, height: 40, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
  imageSha256 = (await blobs.write(Readable.from([image]), { maxBytes: image.length })).sha256;
  store = createModelStore(join(folder, 'models'));
  servingClassifier = createServingClassifier({ ...log, store, enginePreference: 'wasm' });
  classify = createClassifyDocument({
    ...log,
    encodePage: createEncodeStoredPage({ ...log, blobs }),
    servingClassifier,
    refreshLabel: createRefreshLabel({ threshold }),
    failDocument: createFailDocument(log),
  });
  backlog = createClassifyBacklog({ ...log, log: silentLog });
  invoice = await make.makeLabel('invoice');
  letter = await make.makeLabel('letter');
});
beforeEach(async () => {
  await database.query('truncate documents, model_versions, model_promotions cascade');
  log.take();
});
afterAll(async () => {
  await servingClassifier.close();
  await database.close();
  await rm(folder, { recursive: true });
});

const read = (id: string) => findDocumentById(database.connection.database, id);
const unlabelled = { labelId: null, labelSource: null, needsReview: true };

async function makeDocument(options: Parameters<RecordMaker['makeDocument']>[0] = {}) {
  const document = await make.makeDocument(options);
  await database.query('update pages set image_sha256 = $1', [imageSha256]);
  return document;
}

/** A model version that answers about softmax(bias) for invoice and letter. */
async function makeModel(bias: readonly [number, number]) {
  const version = await make.makeModelVersion([invoice, letter]);
  await writeMicroModel(await store.prepareFolder(version.id), bias);
  return version;
}
const promote = (id: string) => createPromoteModel(log)(id);
const run = (documentId: string) => classify.run({ documentId }, context);

/** Does the jobs that follow a change of the serving model, as the pipeline would. */
async function doBacklog(modelVersionId: string) {
  await backlog.run({ modelVersionId, after: null }, context);
  for (const fact of log.take()) {
    if (fact.name === 'backlogListed') for (const id of fact.documentIds) await run(id);
  }
}

describe('the serving model', () => {
  it('may be loaded before the first document, where there is one', async () => {
    await servingClassifier.warmUp();
    const version = await makeModel([3, 0]);
    await promote(version.id);
    await servingClassifier.warmUp();
    // Loaded, it needs its folder no more; the tiny network starts no further thread.
    await rm(store.folderOf(version.id), { recursive: true });
    const { id } = await makeDocument({ status: 'CLASSIFYING' });
    expect(await run(id)).toEqual({ status: 'done' });
    expect(await read(id)).toMatchObject({ status: 'READY', labelId: invoice });
  });
});

describe('a document that has been read', () => {
  it('is ready without a prediction, and for a person to look at, while no model serves', async () => {
    const { id } = await makeDocument({ status: 'CLASSIFYING' });
    expect(await run(id)).toEqual({ status: 'skipped', reason: 'no model serves yet' });
    expect(await read(id)).toMatchObject({ status: 'READY', ...unlabelled });
    expect(await database.connection.database.prediction.count()).toBe(0);
  });

  it('gets a prediction for every page and for the whole, and its label from the threshold on', async () => {
    const version = await makeModel([0, 4]);
    await promote(version.id);
    const { id, pageIds } = await makeDocument({ status: 'CLASSIFYING', texts: ['word', 'word word', ''] });
    expect(await run(id)).toEqual({ status: 'done' });
    expect(await read(id)).toMatchObject({
      status: 'READY',
      labelId: letter,
      labelSource: 'MODEL',
      needsReview: false,
    });
    const predictions = await database.connection.database.prediction.findMany({ orderBy: { id: 'asc' } });
    expect(predictions.map(({ pageId }) => pageId)).toEqual([...pageIds, null]);
    for (const prediction of predictions) {
      expect(prediction).toMatchObject({ modelVersionId: version.id, labelId: letter, engine: 'wasm' });
      expect(prediction.scores).toHaveLength(2);
      expect(prediction.scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 5);
      expect(prediction.confidence).toBe(Math.max(...prediction.scores));
    }
  });

  it('is for a person to look at when the model is not certain', async () => {
    await promote((await makeModel([0, 0.5])).id);
    const { id } = await makeDocument({ status: 'CLASSIFYING' });
    await run(id);
    expect(await read(id)).toMatchObject({ status: 'READY', ...unlabelled });
    expect(await database.connection.database.prediction.count({ where: { pageId: null } })).toBe(1);
  });

  it('is scored once by a model, however often it is asked', async () => {
    await promote((await makeModel([4, 0])).id);
    const { id } = await makeDocument({ status: 'CLASSIFYING' });
    await Promise.all([run(id), run(id)]);
    await run(id);
    expect(await database.connection.database.prediction.count()).toBe(2);
    expect(await read(id)).toMatchObject({ status: 'READY', labelId: invoice });
  });

  it('is not touched before it has been read, after it failed, or when it is gone', async () => {
    for (const status of ['QUEUED', 'READING', 'FAILED'] as const) {
      const { id } = await makeDocument({ status });
      expect(await run(id)).toEqual({ status: 'skipped', reason: `the document is ${status}` });
      expect((await read(id))?.status).toBe(status);
    }
    expect(await run(createId())).toMatchObject({ status: 'skipped' });
  });

  it('fails when its model cannot be loaded, and can be tried again with another', async () => {
    const broken = await make.makeModelVersion([invoice, letter]);
    await promote(broken.id);
    const { id } = await makeDocument({ status: 'CLASSIFYING' });
    const error = await run(id).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'MODEL_UNUSABLE', isPublic: true, retryable: true });
    await classify.giveUp({ documentId: id }, error);
    expect(await read(id)).toMatchObject({
      status: 'FAILED',
      failure: { code: 'MODEL_UNUSABLE', stage: 'CLASSIFYING', retryable: true },
    });
    // Another one that works is loaded in its place.
    await promote((await makeModel([4, 0])).id);
    const { id: next } = await makeDocument({ status: 'CLASSIFYING' });
    await run(next);
    expect(await read(next)).toMatchObject({ status: 'READY', labelId: invoice });
  });
});

describe('a model that begins to serve', () => {
  it('scores what nobody has decided, and leaves the rest', async () => {
    const ready = await makeDocument();
    const decided = await makeDocument();
    const reading = await makeDocument({ status: 'READING' });
    await createReview(log, { threshold }).correctLabel({
      documentId: decided.id,
      labelId: invoice,
      decidedBy: 'me',
      note: null,
    });
    const version = await makeModel([0, 4]);
    await promote(version.id);
    log.take();
    await backlog.run({ modelVersionId: version.id, after: null }, context);
    expect(log.take()).toEqual([{ name: 'backlogListed', documentIds: [ready.id] }]);
    await doBacklog(version.id);
    expect(await read(ready.id)).toMatchObject({ labelId: letter, labelSource: 'MODEL' });
    expect(await read(decided.id)).toMatchObject({ labelId: invoice, labelSource: 'HUMAN' });
    expect(await read(reading.id)).toMatchObject({ status: 'READING', labelId: null });
  });

  it('does nothing when another serves by then', async () => {
    const [first, second] = [await makeModel([1, 0]), await makeModel([0, 1])];
    await promote(second.id);
    log.take();
    expect(await backlog.run({ modelVersionId: first.id, after: null }, context)).toMatchObject({
      status: 'skipped',
    });
    expect(log.take()).toEqual([]);
  });

  it('takes the documents in parts, each once', async () => {
    const version = await make.makeModelVersion();
    await promote(version.id);
    log.take();
    await database.query(
      `insert into documents (id, filename, media_type, byte_size, sha256, status)
       select gen_random_uuid(), 'x', 'application/pdf', 1, number::text, 'READY' from generate_series(1, 450) as number`,
    );
    const listed: string[] = [];
    for (let after: string | null = null, isMore = true; isMore; ) {
      await backlog.run({ modelVersionId: version.id, after }, context);
      isMore = false;
      for (const fact of log.take()) {
        if (fact.name === 'backlogListed') listed.push(...fact.documentIds);
        if (fact.name === 'backlogContinues') [after, isMore] = [fact.after, true];
      }
    }
    expect(listed).toHaveLength(450);
    expect(new Set(listed).size).toBe(450);
  });

  it('again, after a roll-back, gives documents back the labels of its earlier scores', async () => {
    const { id } = await makeDocument({ status: 'CLASSIFYING' });
    const [first, second] = [await makeModel([4, 0]), await makeModel([0, 4])];
    await promote(first.id);
    await run(id);
    await promote(second.id);
    await doBacklog(second.id);
    expect(await read(id)).toMatchObject({ labelId: letter });
    await createRollbackModel(log)();
    await doBacklog(first.id);
    expect(await read(id)).toMatchObject({ labelId: invoice, labelSource: 'MODEL' });
    expect(await database.connection.database.prediction.count({ where: { pageId: null } })).toBe(2);
  });

  it('reaches documents that were being classified by the one before', async () => {
    const { id } = await makeDocument({ status: 'CLASSIFYING' });
    const [first, second] = [await makeModel([4, 0]), await makeModel([0, 4])];
    await promote(first.id);
    // The second is promoted, and its backlog listed, while the first computes.
    const computing = servingClassifier.withServingModel(async () => {
      await promote(second.id);
      await backlog.run({ modelVersionId: second.id, after: null }, context);
    });
    await computing;
    const listed = log.take().flatMap((fact) => (fact.name === 'backlogListed' ? fact.documentIds : []));
    expect(listed).toEqual([id]);
  });

  it('waits for those who compute with the one before, who do not wait for each other', async () => {
    const [first, second] = [await makeModel([4, 0]), await makeModel([0, 4])];
    await promote(first.id);
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { id } = await makeDocument();
    const pages = await database.connection.database.page.findMany({ where: { documentId: id } });
    const page = variedPage(20, microConfig);
    const readers = {
      encodePage: async () => page,
      readImage: async () => page.image,
      readTexts: async () => [],
    };
    const computing = servingClassifier.withServingModel(async ({ version, classifier }) => {
      await finished;
      const scored = await classifier.score(pages, readers, context.signal);
      expect(scored.pages).toHaveLength(pages.length);
      return version.id;
    });
    const versionInUse = () => servingClassifier.withServingModel(async ({ version }) => version.id);
    expect(await versionInUse()).toBe(first.id);
    await promote(second.id);
    const next = versionInUse();
    finish();
    expect(await computing).toBe(first.id);
    expect(await next).toBe(second.id);
  });

  it('that cannot be loaded takes nothing from the documents that are ready', async () => {
    const { id } = await makeDocument();
    const broken = await make.makeModelVersion([invoice, letter]);
    await promote(broken.id);
    const error = await run(id).catch((thrown: unknown) => thrown);
    await classify.giveUp({ documentId: id }, error);
    expect(await read(id)).toMatchObject({ status: 'READY', failure: null });
  });
});

describe('a decision', () => {
  const correct = (documentId: string, labelId: string, note: string | null = null) =>
    createReview(log, { threshold }).correctLabel({ documentId, labelId, decidedBy: 'ann', note });
  const confirm = (documentId: string) =>
    createReview(log, { threshold }).confirmLabel({ documentId, decidedBy: 'ben', note: null });
  const decisions = () => database.connection.database.labelDecision.findMany({ orderBy: { id: 'asc' } });

  it('labels a document, and each is kept with what was before', async () => {
    const { id } = await makeDocument();
    const version = await make.makeModelVersion([invoice, letter]);
    await promote(version.id);
    const predictionId = await make.makePrediction({
      documentId: id,
      modelVersionId: version.id,
      labelId: letter,
      confidence: 0.9,
    });
    log.take();
    expect(await correct(id, invoice, 'a bill\u0000, clearly')).toMatchObject({
      id,
      labelId: invoice,
      labelSource: 'HUMAN',
      needsReview: false,
    });
    await correct(id, letter);
    await confirm(id);
    expect(await decisions()).toMatchObject([
      { labelId: invoice, previousLabelId: null, predictionId, decidedBy: 'ann', note: 'a bill, clearly' },
      { labelId: letter, previousLabelId: invoice, predictionId, decidedBy: 'ann', note: null },
      { labelId: letter, previousLabelId: letter, predictionId, decidedBy: 'ben' },
    ]);
    expect(log.take()).toEqual(
      [invoice, letter, letter].map((labelId) => ({ name: 'labelDecided', documentId: id, labelId })),
    );
    expect(await listNewestDecisions(database.connection.database)).toMatchObject([
      { documentId: id, labelId: letter },
    ]);
  });

  it('confirms the prediction of a document that has no label yet', async () => {
    const { id } = await makeDocument();
    const version = await make.makeModelVersion([invoice, letter]);
    await promote(version.id);
    const about = { documentId: id, modelVersionId: version.id };
    await make.makePrediction({ ...about, labelId: letter, confidence: 0.4 });
    expect(await confirm(id)).toMatchObject({ labelId: letter, labelSource: 'HUMAN', needsReview: false });
    expect(await decisions()).toMatchObject([{ labelId: letter, previousLabelId: null }]);
  });

  it('confirms nothing where there is nothing', async () => {
    const { id } = await makeDocument();
    await expect(confirm(id)).rejects.toMatchObject({ code: 'NOTHING_TO_CONFIRM', isPublic: true });
    expect(await decisions()).toEqual([]);
  });

  it('stays when a model says otherwise later', async () => {
    const { id } = await makeDocument({ status: 'CLASSIFYING' });
    await correct(id, invoice);
    await promote((await makeModel([0, 4])).id);
    await run(id);
    expect(await read(id)).toMatchObject({ status: 'READY', labelId: invoice, labelSource: 'HUMAN' });
  });

  it('is not for a retired or unknown label, nor an unknown document', async () => {
    const { id } = await makeDocument();
    const retired = await make.makeLabel(`telex ${id}`, { retiredAt: new Date() });
    await expect(correct(id, retired)).rejects.toMatchObject({ code: 'LABEL_RETIRED' });
    for (const unknown of [createId(), 'no id']) {
      await expect(correct(id, unknown)).rejects.toMatchObject({ code: 'LABEL_NOT_FOUND' });
      await expect(correct(unknown, invoice)).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
      await expect(confirm(unknown)).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
    }
    await database.query('update documents set label_id = $1 where id = $2', [retired, id]);
    await expect(confirm(id)).rejects.toMatchObject({ code: 'LABEL_RETIRED' });
    expect(await decisions()).toEqual([]);
    expect(log.take()).toEqual([]);
  });

  it('of two people at once comes one after the other', async () => {
    const { id } = await makeDocument();
    await Promise.all([correct(id, invoice), correct(id, letter), correct(id, invoice)]);
    const kept = await decisions();
    expect(kept.map(({ previousLabelId }) => previousLabelId)).toEqual([
      null,
      ...kept.slice(0, -1).map(({ labelId }) => labelId),
    ]);
    expect((await read(id))?.labelId).toBe(kept.at(-1)?.labelId);
  });
});
