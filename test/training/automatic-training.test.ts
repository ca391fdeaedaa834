import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCorrectLabel, createUndoDecision } from '../../src/classification/decide-label.js';
import { createMergeLabels } from '../../src/labels/change-label.js';
import { jobOf } from '../../src/platform/jobs/job.js';
import { enqueueJobs } from '../../src/platform/jobs/job-queue.repository.js';
import { createCheckTraining } from '../../src/training/check-training.js';
import { listHoldoutVersions } from '../../src/training/dataset.repository.js';
import { listDriftPoints } from '../../src/training/drift.repository.js';
import { createMeasureDrift } from '../../src/training/measure-drift.js';
import { createStartTrainingRun } from '../../src/training/start-training-run.js';
import { checkTrainingJob } from '../../src/training/training.jobs.js';
import { listItems, listRuns, updateRun } from '../../src/training/training.repository.js';
import { readTrainingPolicy } from '../../src/training/training-policy.repository.js';
import type { DatasetSplit } from '../../src/training/training-run.js';
import { createUpdateTrainingPolicy, type PolicyChange } from '../../src/training/update-training-policy.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createChance } from '../support/document-texts.js';
import { createFactLog } from '../support/facts.js';
import { silentLog } from '../support/log.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';

const minimumPerLabel = 3;
let database: TestDatabase;
let make: RecordMaker;
let log: ReturnType<typeof createFactLog>;
let invoice: string;
let letter: string;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  log = createFactLog(database.connection);
});
beforeEach(async () => {
  await database.query(
    'truncate documents, labels, model_versions, model_aliases, training_runs, dataset_snapshots, training_policy, drift_points cascade',
  );
  invoice = await make.makeLabel('invoice');
  letter = await make.makeLabel('letter');
});
afterAll(() => database.close());

const start = () => createStartTrainingRun({ ...log, minimumPerLabel, modelSize: 'tiny' });
const check = async (clock: () => Date = () => new Date()) => {
  const dependencies = { ...log, minimumPerLabel, modelSize: 'tiny' as const, log: silentLog, clock };
  const job = createCheckTraining({
    ...dependencies,
    startTrainingRun: start(),
    measureDrift: createMeasureDrift(log),
  });
  await job.run({}, { signal: new AbortController().signal, attempt: 1 });
  return await runs();
};
const runs = async () =>
  (await listRuns(database.connection.database, { filter: {}, first: 50, after: null })).rows;
const setPolicy = (change: PolicyChange) =>
  createUpdateTrainingPolicy({ ...log, minimumPerLabel })(change, 'ann');
const correct = (documentId: string, labelId: string) =>
  createCorrectLabel({ ...log, threshold: 0.8, randomShare: 0 })({
    documentId,
    labelId,
    decidedBy: 'ann',
    note: null,
  });
const undo = (documentId: string) =>
  createUndoDecision({ ...log, threshold: 0.8 })({
    documentId,
    decisionId: null,
    revokedBy: 'ann',
    note: null,
  });
async function findLetterIn(split: DatasetSplit, snapshotId: string | null | undefined) {
  const items = await listItems(database.connection.database, snapshotId ?? '');
  return items.find((item) => item.split === split && item.labelId === letter)?.documentId ?? '';
}
async function decide(labelId: string, count: number, text?: string) {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { id } = await make.makeDocument(text === undefined ? {} : { texts: [text] });
    await correct(id, labelId);
    ids.push(id);
  }
  return ids;
}

describe('automatic training', () => {
  it('begins a run for as many corrections as the policy names, and counts from there', async () => {
    await setPolicy({ newDecisions: 8, debounceMinutes: 0 });
    await decide(invoice, 4);
    await decide(letter, 3);
    expect(await check()).toEqual([]);
    await decide(letter, 1);
    const [run] = await check();
    expect(run).toMatchObject({ status: 'QUEUED', trigger: 'CORRECTIONS', skipCount: 0 });
    expect(run?.note).toBe('8 documents decided since the last run, 8 suffice');
    await updateRun(database.connection.database, run?.id ?? '', {
      status: 'FAILED',
      finishedAt: new Date(),
    });
    expect(await check()).toHaveLength(1);
    await setPolicy({ newDecisions: 1 });
    // Of four letters two train; the one in the holdout would leave nothing to measure letters on.
    await undo(await findLetterIn('TRAIN', run?.snapshotId));
    const [again] = await check();
    expect(again).toMatchObject({ status: 'QUEUED', trigger: 'CORRECTIONS', number: (run?.number ?? 0) + 1 });
  });

  it('says what is missing where a decision taken back leaves nothing to measure a label on', async () => {
    await setPolicy({ newDecisions: 1, debounceMinutes: 0 });
    await decide(invoice, 4);
    await decide(letter, 4);
    const [run] = await check();
    await updateRun(database.connection.database, run?.id ?? '', {
      status: 'FAILED',
      finishedAt: new Date(),
    });
    await undo(await findLetterIn('HOLDOUT', run?.snapshotId));
    expect(await check()).toMatchObject([
      {
        status: 'SKIPPED',
        trigger: 'CORRECTIONS',
        skipCode: 'TOO_LITTLE_DATA',
        statusReason: expect.stringMatching(/^No document of letter is left to measure on/),
      },
      { status: 'FAILED' },
    ]);
    // The next letter takes the place that is empty.
    await decide(letter, 1);
    expect(await check()).toMatchObject([{ status: 'QUEUED', trigger: 'CORRECTIONS' }, {}, {}]);
  });

  it('counts the same reason on one skipped run for the debounce time, another on another', async () => {
    await setPolicy({ newDecisions: 1, debounceMinutes: 10 });
    await decide(invoice, 2);
    await check();
    const [waiting, ...none] = await check();
    expect(none).toEqual([]);
    expect(waiting).toMatchObject({
      status: 'SKIPPED',
      trigger: 'CORRECTIONS',
      skipCode: 'DECISIONS_COMING_IN',
      skipCount: 2,
      statusReason: expect.stringMatching(/^Decisions are still coming in/),
    });
    const later = (minutes: number) => () => new Date(Date.now() + minutes * 60_000);
    await check(later(11));
    const [tooFew] = await check(later(12));
    expect(tooFew).toMatchObject({
      skipCode: 'TOO_LITTLE_DATA',
      statusReason: expect.stringMatching(/^All 2 labelled documents are invoice/),
      trigger: 'CORRECTIONS',
    });
  });

  it('follows a schedule once for each time it comes, and catches up with nothing older', async () => {
    await setPolicy({ newDecisions: null, schedule: '0 2 * * *' });
    await decide(invoice, 4);
    await decide(letter, 4);
    expect(await check()).toEqual([]);
    const threeDaysOn = () => new Date(Date.now() + 3 * 86_400_000);
    expect(await check(threeDaysOn)).toMatchObject([{ status: 'QUEUED', trigger: 'SCHEDULE' }]);
    expect(await check(threeDaysOn)).toHaveLength(1);
    const dayAfter = () => new Date(Date.now() + 4 * 86_400_000);
    expect(await check(dayAfter)).toMatchObject([{ skipCode: 'RUN_ACTIVE', trigger: 'SCHEDULE' }, {}]);
  });

  it('has a policy that is kept, and refuses one that cannot be', async () => {
    const read = () => readTrainingPolicy(database.connection.database, minimumPerLabel);
    expect(await read()).toMatchObject({ newDecisions: 100, minimumDocumentsPerLabel: 3, updatedBy: null });
    await setPolicy({ schedule: '0 3 * * 1', minimumDocumentsPerLabel: 7 });
    await setPolicy({ newDecisions: null });
    expect(await read()).toMatchObject({
      schedule: '0 3 * * 1',
      newDecisions: null,
      minimumDocumentsPerLabel: 7,
      updatedBy: 'ann',
    });
    const refused = { code: 'INVALID_TRAINING_POLICY' };
    await expect(setPolicy({ schedule: 'daily' })).rejects.toMatchObject(refused);
    await expect(setPolicy({ schedule: '0 0 30 2 *' })).rejects.toMatchObject(refused);
    await expect(setPolicy({ minimumDocumentsPerLabel: 2 })).rejects.toMatchObject(refused);
    await expect(setPolicy({ newDecisions: 0 })).rejects.toMatchObject(refused);
    await expect(setPolicy({ maxClassMixDrift: 0 })).rejects.toMatchObject(refused);
    await decide(invoice, 6);
    await decide(letter, 6);
    const request = { note: null, baseModelId: null, fromScratch: false, hyperparameters: {} };
    expect(await start()({ trigger: 'MANUAL', ...request })).toMatchObject({
      status: 'SKIPPED',
      statusReason: expect.stringContaining('at least two labels need 7 each'),
    });
  });

  it('is looked at once however many decisions come at a time', async () => {
    const announce = () =>
      database.connection.transaction((tx) => enqueueJobs(tx, [jobOf(checkTrainingJob, {})]));
    await Promise.all([announce(), announce(), announce()]);
    await announce();
    const jobs = await database.query<{ ahead: boolean }>(
      `select run_at > now() as ahead from graphile_worker.jobs where task_identifier = 'check-training'`,
    );
    expect(jobs).toEqual([{ ahead: true }]);
  });
});

describe('the holdout', () => {
  const request = {
    trigger: 'MANUAL' as const,
    note: null,
    baseModelId: null,
    fromScratch: false,
    hyperparameters: {},
  };
  const words = (seed: number) => {
    const chance = createChance(seed);
    return Array.from({ length: 60 }, () => `w${chance.integer(0, 9999)}`).join(' ');
  };

  it('has a version each time documents come into it, which its snapshots name', async () => {
    await decide(invoice, 5);
    await decide(letter, 5);
    const first = await start()(request);
    const again = await start()(request);
    await decide(invoice, 10);
    const grown = await start()(request);
    const versions = await listHoldoutVersions(database.connection.database);
    expect(versions).toMatchObject([
      { version: 1, addedDocuments: 2, documents: 2 },
      { version: 2, addedDocuments: 2, documents: 4 },
    ]);
    const snapshots = await database.query<{ id: string; holdout_version: number }>(
      'select id, holdout_version from dataset_snapshots order by id',
    );
    expect(snapshots.map((row) => row.holdout_version)).toEqual([1, 1, 2]);
    expect(snapshots.map(({ id }) => id)).toEqual([first.snapshotId, again.snapshotId, grown.snapshotId]);
  });

  it('keeps a document whose label is corrected', async () => {
    await decide(invoice, 5);
    await decide(letter, 5);
    const first = await start()(request);
    const items = await listItems(database.connection.database, first.snapshotId ?? '');
    const held = items.find(({ split, labelId }) => split === 'HOLDOUT' && labelId === invoice);
    await decide(invoice, 2);
    await correct(held?.documentId ?? '', letter);
    const second = await start()(request);
    const after = await listItems(database.connection.database, second.snapshotId ?? '');
    expect(after.find(({ documentId }) => documentId === held?.documentId)).toMatchObject({
      split: 'HOLDOUT',
      labelId: letter,
    });
  });

  it('never shares near-duplicates with what is trained on', async () => {
    // Four copies each of six texts, and singles.
    for (let seed = 1; seed <= 6; seed += 1) await decide(seed % 2 === 0 ? invoice : letter, 4, words(seed));
    for (let seed = 11; seed <= 22; seed += 1)
      await decide(seed % 2 === 0 ? invoice : letter, 1, words(seed));
    const run = await start()(request);
    const items = await listItems(database.connection.database, run.snapshotId ?? '');
    expect(items).toHaveLength(36);
    const splitsOfGroups = new Map<string | null, Set<string>>();
    for (const { groupId, split } of items) {
      splitsOfGroups.set(groupId, (splitsOfGroups.get(groupId) ?? new Set()).add(split));
    }
    expect(splitsOfGroups.size).toBe(18);
    expect([...splitsOfGroups.values()].every(({ size }) => size === 1)).toBe(true);
  });
});

describe('drift', () => {
  /** A run on what is decided, and its model, which serves and has been right about each document of the holdout. */
  async function serveModelOfRun(labelIds: readonly string[]) {
    const run = await start()({
      trigger: 'MANUAL',
      note: null,
      baseModelId: null,
      fromScratch: false,
      hyperparameters: {},
    });
    const model = await make.makeModelVersion(labelIds);
    await database.query(`insert into model_aliases (alias, model_version_id) values ('serving', $1)`, [
      model.id,
    ]);
    const done = { status: 'SUCCEEDED' as const, modelVersionId: model.id, finishedAt: new Date() };
    await updateRun(database.connection.database, run.id, done);
    const items = await listItems(database.connection.database, run.snapshotId ?? '');
    for (const { documentId, split, labelId } of items) {
      if (split === 'HOLDOUT') {
        await database.query(
          `insert into document_results (run_id, document_id, actual_id, predicted_id, confidence) values ($1, $2, $3, $3, 0.9)`,
          [run.id, documentId, labelId],
        );
      }
    }
    const say = async (documentId: string, labelId: string, confidence: number, direction: number) =>
      await make.makePrediction({
        documentId,
        modelVersionId: model.id,
        labelId,
        confidence,
        embedding: new Uint8Array(64).fill(0).with(direction, 100),
      });
    /** New documents that the model gives a label. */
    const upload = async (count: number, labelId: string, confidence = 0.6) => {
      for (let index = 0; index < count; index += 1)
        await say((await make.makeDocument()).id, labelId, confidence, 1);
    };
    log.take();
    return { model, items, say, upload };
  }

  it('is measured on recent uploads against the snapshot of the model that serves, once an hour', async () => {
    await decide(invoice, 20);
    await decide(letter, 20);
    const { model, items, say, upload } = await serveModelOfRun([invoice, letter]);
    await upload(50, invoice);
    const measure = createMeasureDrift(log);
    const now = new Date();
    expect((await measure(now)).map(({ metric }) => metric)).toEqual(['CLASS_MIX', 'CONFIDENCE']);
    // What embeddings are compared with, the model is asked to see first.
    const [wanted] = log.take();
    expect(wanted).toMatchObject({ name: 'driftReferenceWanted' });
    for (const { documentId } of items) await say(documentId, invoice, 0.9, 0);

    expect(await measure(new Date(now.getTime() + 60_000))).toHaveLength(2);
    const later = await measure(new Date(now.getTime() + 3_600_000));
    expect(log.take()).toEqual([]);
    const [mix, confidence, embedding] = later;
    // All recent ones are invoices, half of the snapshot's were: see drift.test.ts.
    expect(mix).toMatchObject({ metric: 'CLASS_MIX', documents: 50, modelVersionId: model.id });
    expect(mix?.value).toBeCloseTo(0.3113, 3);
    expect(confidence?.value).toBeCloseTo(0.3, 6);
    expect(embedding?.value).toBeCloseTo(1, 6);
    const series = await listDriftPoints(database.connection.database, 'CONFIDENCE', null, 100);
    expect(series.map(({ at }) => at.getTime())).toEqual([now.getTime(), now.getTime() + 3_600_000]);
  });

  it('of which the figure is stored begins a run, once there is enough new to learn', async () => {
    await setPolicy({ newDecisions: null, debounceMinutes: 0, maxConfidenceDrift: null });
    await decide(invoice, 10);
    await decide(letter, 10);
    const { upload } = await serveModelOfRun([invoice, letter]);
    await upload(50, invoice);
    const [held, ...before] = await check();
    expect(held).toMatchObject({ status: 'SKIPPED', trigger: 'DRIFT', skipCode: 'NOTHING_NEW' });
    expect(before).toHaveLength(1);
    const stored = await listDriftPoints(database.connection.database, 'CLASS_MIX', null, 100);
    expect(stored).toMatchObject([{ documents: 50, value: expect.closeTo(0.3113, 3) }]);
    // Of this hour the stored figure is what decides, whatever is uploaded since.
    await upload(50, letter);
    await decide(letter, minimumPerLabel);
    const [run] = await check();
    expect(run).toMatchObject({
      status: 'QUEUED',
      trigger: 'DRIFT',
      note: 'Drift of recent uploads: CLASS_MIX 0.311 (limit 0.15)',
    });
    expect(await listDriftPoints(database.connection.database, 'CLASS_MIX', null, 100)).toEqual(stored);
  });

  it('begins no run while it is below the limits of the policy', async () => {
    await setPolicy({ newDecisions: null, debounceMinutes: 0 });
    await decide(invoice, 10);
    await decide(letter, 10);
    const { upload } = await serveModelOfRun([invoice, letter]);
    await upload(25, invoice, 0.9);
    await upload(25, letter, 0.9);
    await decide(letter, minimumPerLabel);
    expect(await check()).toMatchObject([{ trigger: 'MANUAL' }]);
  });

  it('is not that labels are merged', async () => {
    const bill = await make.makeLabel('bill');
    await decide(invoice, 10);
    await decide(bill, 10);
    await decide(letter, 20);
    const { upload } = await serveModelOfRun([invoice, bill, letter]);
    // The same mix goes on: some bills are called so before the merge, the rest are invoices after it.
    await upload(10, bill);
    const mergeLabels = createMergeLabels({ ...log, followLabelChange: async () => {} });
    await mergeLabels({ sourceId: bill, targetId: invoice, changedBy: 'ann' });
    await upload(20, invoice);
    await upload(30, letter);
    const [mix] = await createMeasureDrift(log)(new Date());
    expect(mix).toMatchObject({ metric: 'CLASS_MIX', documents: 60 });
    expect(mix?.value).toBeCloseTo(0, 12);
  });
});
