import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCorrectLabel } from '../../src/classification/decide-label.js';
import { createPromoteModel } from '../../src/models/promote-model.js';
import { createId } from '../../src/shared/ids.js';
import { createCancelTrainingRun } from '../../src/training/cancel-training-run.js';
import { countItems } from '../../src/training/dataset.repository.js';
import { listResults } from '../../src/training/document-result.repository.js';
import {
  findEvaluations,
  insertEvaluation,
  listClassMetrics,
  listConfusion,
} from '../../src/training/evaluation.repository.js';
import { listSeries } from '../../src/training/metric-series.repository.js';
import { createStartTrainingRun, type StartTrainingRun } from '../../src/training/start-training-run.js';
import {
  deleteLogsAfter,
  insertEpoch,
  insertPoints,
  listEpochs,
  listItems,
  listRuns,
  updateRun,
} from '../../src/training/training.repository.js';
import type { RunHyperparameters, TrainingRun } from '../../src/training/training-run.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';

let database: TestDatabase;
let make: RecordMaker;
let log: ReturnType<typeof createFactLog>;
let startTrainingRun: StartTrainingRun;
let invoice: string;
let letter: string;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  log = createFactLog(database.connection);
  startTrainingRun = createStartTrainingRun({ ...log, minimumPerLabel: 3, modelSize: 'tiny' });
});
beforeEach(async () => {
  await database.query(
    'truncate documents, labels, model_versions, model_promotions, training_runs, dataset_snapshots cascade',
  );
  invoice = await make.makeLabel('invoice');
  letter = await make.makeLabel('letter');
  log.take();
});
afterAll(() => database.close());

const start = (options: Partial<Parameters<StartTrainingRun>[0]> = {}) =>
  startTrainingRun({
    trigger: 'MANUAL',
    note: null,
    baseModelId: null,
    fromScratch: false,
    hyperparameters: {},
    ...options,
  });
const correct = (documentId: string, labelId: string) =>
  createCorrectLabel({ ...log, threshold: 0.8, randomShare: 0 })({
    documentId,
    labelId,
    decidedBy: 'ann',
    note: null,
  });

/** So many ready documents that a person has given this label. */
async function decide(
  labelId: string,
  count: number,
  options: Parameters<RecordMaker['makeDocument']>[0] = {},
) {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { id } = await make.makeDocument(options);
    await correct(id, labelId);
    ids.push(id);
  }
  log.take();
  return ids;
}
const itemsOf = (run: TrainingRun) => listItems(database.connection.database, run.snapshotId ?? createId());

describe('a training run', () => {
  it('is skipped, and says why, where there is nothing to learn from', async () => {
    const run = await start();
    expect(run).toMatchObject({
      status: 'SKIPPED',
      statusReason: 'No document has been labelled by a person',
      snapshotId: null,
      finishedAt: expect.any(Date),
    });
    expect(log.take()).toEqual([]);
  });

  it('warns of the labels that the model it starts from can say, and that it will not be shown', async () => {
    const [memo, contract, old] = [
      await make.makeLabel('memo'),
      await make.makeLabel('contract'),
      await make.makeLabel('old', { retiredAt: new Date() }),
    ];
    const base = await make.makeModelVersion([memo, letter, contract, invoice, old]);
    await decide(invoice, 3);
    await decide(letter, 3);
    await decide(memo, 2);
    const warning = `What the run makes will never say contract, memo, as model version ${base.number} can: too few documents of those labels are decided.`;
    expect((await start({ baseModelId: base.id })).warnings).toEqual([warning]);
    await decide(memo, 1);
    await decide(contract, 3);
    expect((await start({ baseModelId: base.id })).warnings).toEqual([]);
    expect((await start({ fromScratch: true })).warnings).toEqual([]);
  });

  it('keeps its note, its tags and its limits where it is skipped', async () => {
    const limits = { maxMinutes: 5, maxMemoryMib: 900 };
    const run = await start({ note: 'a try', tags: ['slow', 'first'], limits });
    expect(run).toMatchObject({ status: 'SKIPPED', note: 'a try', tags: ['first', 'slow'], ...limits });
  });

  it.each([
    ['one label only', async () => void (await decide(invoice, 6)), /All 6 labelled documents are invoice/],
    [
      'too few of the second',
      async () => void [await decide(invoice, 6), await decide(letter, 2)],
      /at least two labels need 3 each, there are invoice 6, letter 2$/,
    ],
    [
      'documents that are not read yet',
      async () =>
        void [
          await decide(invoice, 3),
          await decide(letter, 2),
          await decide(letter, 1, { status: 'READING', texts: [null] }),
          await decide(letter, 1, { status: 'FAILED' }),
        ],
      /letter 2 \(2 more are decided but could not be used/,
    ],
  ])('is skipped for %s', async (_what, prepare, reason) => {
    await prepare();
    expect(await start()).toMatchObject({ status: 'SKIPPED', statusReason: expect.stringMatching(reason) });
    expect(log.take()).toEqual([]);
  });

  it('learns nothing about a retired label', async () => {
    const telex = await make.makeLabel('telex');
    await decide(telex, 5);
    await decide(invoice, 3);
    await decide(letter, 3);
    await database.query('update labels set retired_at = now() where id = $1', [telex]);
    const run = await start();
    expect(new Set((await itemsOf(run)).map(({ labelId }) => labelId))).toEqual(new Set([invoice, letter]));
  });

  it('begins with a snapshot of what people have decided, and its job', async () => {
    const documents = [...(await decide(invoice, 5)), ...(await decide(letter, 3))];
    const few = await decide(await make.makeLabel('form'), 2);
    const run = await start({ note: 'fir\0st' });
    expect(run).toMatchObject({
      status: 'QUEUED',
      statusReason: null,
      trigger: 'MANUAL',
      note: 'first',
      baseModelId: null,
      finishedAt: null,
    });
    expect(log.take()).toEqual([{ name: 'runRequested', runId: run.id }]);
    const items = await itemsOf(run);
    expect(items.map(({ documentId }) => documentId)).toEqual([...documents].sort());
    expect(items.some(({ documentId }) => few.includes(documentId))).toBe(false);
    expect(items[0]).toMatchObject({ ocrVersions: ['test/1'] });
    const [counts] = await countItems(database.connection.database, [run.snapshotId ?? '']);
    expect(counts).toHaveLength(6);
    expect(counts).toContainEqual({ labelId: invoice, split: 'TRAIN', count: 3 });
    expect(counts).toContainEqual({ labelId: letter, split: 'HOLDOUT', count: 1 });
  });

  it('learns from what was decided when it was asked for, whatever is decided later', async () => {
    await decide(invoice, 4);
    await decide(letter, 4);
    const run = await start();
    const before = await itemsOf(run);
    const learnt = before.find(({ labelId, split }) => labelId === invoice && split === 'TRAIN');
    const first = learnt?.documentId ?? '';
    await correct(first, letter);
    await decide(letter, 3);
    expect(await itemsOf(run)).toEqual(before);
    const next = await itemsOf(await start());
    expect(next).toHaveLength(before.length + 3);
    expect(next.find(({ documentId }) => documentId === first)?.labelId).toBe(letter);
    // Nobody is measured on what was learnt from before.
    for (const { documentId, split } of before) {
      expect(next.find((item) => item.documentId === documentId)?.split).toBe(split);
    }
  });

  it('gives each document one split, also when two runs are asked for at once', async () => {
    await decide(invoice, 6);
    await decide(letter, 6);
    const [one, two] = await Promise.all([start(), start()]);
    expect(await itemsOf(one)).toEqual(await itemsOf(two));
  });

  it('is skipped when corrections have left a label without a document to learn from or to measure on', async () => {
    await decide(invoice, 6);
    await decide(letter, 6);
    const items = await itemsOf(await start());
    for (const { documentId, labelId, split } of items) {
      if (labelId === letter && split === 'HOLDOUT') await correct(documentId, invoice);
    }
    const run = await start();
    expect(run).toMatchObject({ status: 'SKIPPED', snapshotId: null });
    expect(run.statusReason).toMatch(/^No document of letter is left to measure on.*label more of them$/);
    // The next document of that label fills the gap.
    await decide(letter, 1);
    expect(await start()).toMatchObject({ status: 'QUEUED' });
  });

  it('goes on without a label that has no document left on one side, where two others are there, and says so', async () => {
    const memo = await make.makeLabel('memo');
    for (const label of [invoice, letter, memo]) await decide(label, 6);
    const items = await itemsOf(await start());
    for (const { documentId, labelId, split } of items) {
      if (labelId === memo && split === 'HOLDOUT') await correct(documentId, invoice);
    }
    const run = await start();
    expect(run.status).toBe('QUEUED');
    expect(run.warnings).toEqual([
      expect.stringMatching(/^A label takes no part. No document of memo is left to measure on/),
    ]);
    expect(new Set((await itemsOf(run)).map(({ labelId }) => labelId))).toEqual(new Set([invoice, letter]));
    await decide(memo, 1);
    const whole = await start();
    expect(whole.warnings).toEqual([]);
    expect((await itemsOf(whole)).some(({ labelId }) => labelId === memo)).toBe(true);
  });

  it('goes on from the model that serves, or from the one that is named, or from nothing', async () => {
    await decide(invoice, 3);
    await decide(letter, 3);
    const [serving, other] = [await make.makeModelVersion(), await make.makeModelVersion()];
    await createPromoteModel(log)(serving.id);
    expect((await start()).baseModelId).toBe(serving.id);
    expect((await start({ baseModelId: other.id })).baseModelId).toBe(other.id);
    expect((await start({ fromScratch: true })).baseModelId).toBeNull();
    await expect(start({ baseModelId: other.id, fromScratch: true })).rejects.toMatchObject({
      code: 'INVALID_HYPERPARAMETER',
    });
    for (const baseModelId of [createId(), 'no id']) {
      await expect(start({ baseModelId })).rejects.toMatchObject({ code: 'MODEL_VERSION_NOT_FOUND' });
    }
  });

  it('has the hyperparameters that were asked for, and defaults for the rest', async () => {
    await decide(invoice, 3);
    await decide(letter, 3);
    const run = await start({ hyperparameters: { epochs: 7, modelSize: 'small' } });
    expect(run.hyperparameters).toMatchObject({ epochs: 7, modelSize: 'small', seed: 1 });
    expect((await start()).hyperparameters.modelSize).toBe('tiny');
  });

  it.each<[Partial<RunHyperparameters>, RegExp]>([
    [{ epochs: 0 }, /epochs is 0/],
    [{ batchSize: 2.5 }, /batchSize is 2.5/],
    [{ learningRate: -1 }, /learningRate is -1/],
    [{ warmupRatio: 2 }, /warmupRatio is 2/],
    [{ maxTokens: 1 }, /maxTokens is 1/],
    [{ earlyStoppingPatience: 0 }, /earlyStoppingPatience is 0/],
  ])('refuses %j', async (hyperparameters, message) => {
    await expect(start({ hyperparameters })).rejects.toMatchObject({
      code: 'INVALID_HYPERPARAMETER',
      isPublic: true,
      message: expect.stringMatching(message),
    });
    expect(
      (await listRuns(database.connection.database, { filter: {}, first: 5, after: null })).rows,
    ).toEqual([]);
  });

  it('may learn from more documents than a query has parameters', async () => {
    await database.query(
      `with made as (
         insert into documents (id, filename, media_type, byte_size, sha256, status)
         select gen_random_uuid(), 'x', 'application/pdf', 1, 'many ' || number, 'READY' from generate_series(1, 24000) as number
         returning id
       ), page as (
         insert into pages (id, document_id, number, width, height, image_sha256, image_media_type, thumbnail_sha256, perceptual_hash)
         select gen_random_uuid(), id, 1, 1, 1, 'x', 'image/png', 'x', '0' from made returning id
       ), word as (
         insert into page_words (id, page_id, ocr_version, source, texts, boxes, confidences)
         select gen_random_uuid(), id, 'test/1', 'text-layer', '{}', '{}', '{}' from page
       )
       insert into label_decisions (id, document_id, label_id, decided_by)
       select gen_random_uuid(), id, case when random() < 0.5 then $1::uuid else $2::uuid end, 'ann' from made`,
      [invoice, letter],
    );
    // PostgreSQL does so itself, within a minute: until then a connection may keep plans for tables that were nearly empty, by which each
    // reference to a document reads all of them.
    await database.query('analyze');
    const run = await start();
    expect(run.status).toBe('QUEUED');
    expect(await itemsOf(run)).toHaveLength(24_000);
  });
});

describe('cancelling a run', () => {
  const cancel = (id: string) => createCancelTrainingRun(log)(id);
  async function makeQueued() {
    await decide(invoice, 3);
    await decide(letter, 3);
    return await start();
  }

  it('that waits ends it at once', async () => {
    const { id } = await makeQueued();
    expect(await cancel(id)).toMatchObject({
      status: 'CANCELLED',
      statusReason: 'Cancelled before it began',
      finishedAt: expect.any(Date),
      cancelRequestedAt: expect.any(Date),
    });
  });

  it('that runs asks it to stop, once', async () => {
    const { id } = await makeQueued();
    await updateRun(database.connection.database, id, { status: 'RUNNING' });
    const first = await cancel(id);
    expect(first).toMatchObject({ status: 'RUNNING', cancelRequestedAt: expect.any(Date), finishedAt: null });
    expect(await cancel(id)).toEqual(first);
  });

  it.each(['SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED'] as const)(
    'that is %s is refused',
    async (status) => {
      const { id, number } = await makeQueued();
      await updateRun(database.connection.database, id, { status });
      await expect(cancel(id)).rejects.toMatchObject({
        code: 'RUN_NOT_CANCELLABLE',
        message: `Run ${number} is ${status}: only a queued or running one can be cancelled.`,
      });
    },
  );

  it('that does not exist is refused', async () => {
    for (const id of [createId(), 'no id']) {
      await expect(cancel(id)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    }
  });
});

describe('what a run tells of itself', () => {
  async function makeRun(): Promise<TrainingRun> {
    return await start();
  }
  const keep = (runId: string, values: readonly number[]) =>
    database.query(
      `insert into metric_points (run_id, metric, step, value, at)
       select $1, 'loss', step, value, now() from unnest($2::float8[]) with ordinality as points(value, step)`,
      [runId, values],
    );
  const series = (runId: string, maxPoints: number) =>
    listSeries(database.connection.database, runId, 'loss', maxPoints);

  it('is given point by point where there are few', async () => {
    const { id } = await makeRun();
    await keep(id, [3, 2, 2.5, 1]);
    const points = await series(id, 4);
    expect(points.map(({ step, value }) => [step, value])).toEqual([
      [1, 3],
      [2, 2],
      [3, 2.5],
      [4, 1],
    ]);
    expect(points[0]?.at).toBeInstanceOf(Date);
    expect(await listSeries(database.connection.database, id, 'colour', 10)).toEqual([]);
  });

  it.each([2, 3, 10, 51, 100, 999])('keeps its peaks when it is sampled to %i points', async (maxPoints) => {
    const { id } = await makeRun();
    const values = Array.from({ length: 1000 }, (_, step) => 1 + Math.sin(step / 30) / 10);
    values[333] = 50;
    values[777] = -50;
    await keep(id, values);
    const points = await series(id, maxPoints);
    expect(points.length).toBeLessThanOrEqual(maxPoints);
    expect(points.length).toBeGreaterThanOrEqual(Math.min(maxPoints, 2) - 1);
    const byStep = new Map(points.map(({ step, value }) => [step, value]));
    expect(byStep.get(334)).toBe(50);
    expect(byStep.get(778)).toBe(-50);
    expect(points.map(({ step }) => step)).toEqual([...byStep.keys()].sort((a, b) => a - b));
  });

  it('beyond the state it is resumed from is forgotten', async () => {
    const [run, other] = [await makeRun(), await makeRun()];
    for (const { id } of [run, other]) {
      for (let step = 1; step <= 6; step += 1) {
        await insertPoints(database.connection.database, id, step, new Date(), {
          loss: step,
          gradientNorm: 1,
        });
      }
      for (let epoch = 1; epoch <= 3; epoch += 1) {
        const figures = {
          trainLoss: 1,
          validationLoss: null,
          validationAccuracy: null,
          validationMacroF1: null,
        };
        const rest = { learningRate: 0, durationMs: 1, isBest: false };
        await insertEpoch(database.connection.database, id, { epoch, ...figures, ...rest });
      }
    }
    await database.connection.transaction((tx) => deleteLogsAfter(tx, run.id, 2, 4));
    expect((await series(run.id, 10)).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    const [epochs, otherEpochs] = await listEpochs(database.connection.database, [run.id, other.id]);
    expect(epochs?.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(otherEpochs).toHaveLength(3);
    expect(await series(other.id, 10)).toHaveLength(6);
  });

  it('may say a step twice: the first stays', async () => {
    const { id } = await makeRun();
    for (const loss of [1, 2]) await insertPoints(database.connection.database, id, 1, new Date(), { loss });
    expect(await series(id, 10)).toMatchObject([{ step: 1, value: 1 }]);
  });

  it('on the holdout is kept with the documents behind it', async () => {
    const [document = ''] = await decide(invoice, 1);
    const { id } = await makeRun();
    const metrics = {
      accuracy: 0,
      accuracyLow: 0,
      accuracyHigh: 0.9,
      macroF1: 0,
      macroF1Low: 0,
      macroF1High: 0,
      loss: 2,
      ece: 0.8,
      support: 1,
    };
    const ends = {
      precisionLow: null,
      precisionHigh: null,
      recallLow: 0,
      recallHigh: 0.8,
      f1Low: 0,
      f1High: 0,
    };
    const classes = [
      { labelId: invoice, precision: null, recall: 0, f1: 0, baselineF1: 1, support: 1, ...ends },
    ];
    const confusion = [{ actualId: invoice, predictedId: letter, count: 1 }];
    const result = {
      ...{ documentId: document, actualId: invoice, predictedId: letter, confidence: 0.8 },
      ...{ baselineId: invoice, slices: ['PAGE_COUNT:1 page'], split: 'HOLDOUT' as const },
    };
    const nothingElse = { calibration: [], slices: [], suspects: [], baseline: null };
    await database.connection.transaction((tx) =>
      insertEvaluation(tx, id, { metrics, classes, confusion, results: [result], ...nothingElse }),
    );
    const other = createId();
    const { database: reader } = database.connection;
    expect(await findEvaluations(reader, [other, id])).toMatchObject([null, metrics]);
    expect(await listClassMetrics(reader, [id, other])).toMatchObject([classes, []]);
    expect(await listConfusion(reader, [id, other])).toMatchObject([confusion, []]);
    const behind = async (filter: Parameters<typeof listResults>[1]['filter']) =>
      (
        await listResults(reader, {
          runId: id,
          filter,
          order: 'MOST_CONFIDENT_FIRST',
          first: 5,
          after: null,
        })
      ).rows;
    const holdout = { split: 'HOLDOUT' as const };
    expect(await behind({ ...holdout, actualId: invoice, predictedId: letter })).toMatchObject([result]);
    expect(await behind({ ...holdout, actualId: letter, predictedId: letter })).toEqual([]);
    expect(await behind({ split: 'VALIDATION' })).toEqual([]);
  });

  it('is listed with the newest run first, by status and by what made it start', async () => {
    const runs = [await makeRun(), await start({ trigger: 'SCHEDULE' }), await makeRun()];
    const list = async (options: Partial<Parameters<typeof listRuns>[1]>) => {
      const { rows, hasNextPage } = await listRuns(database.connection.database, {
        filter: {},
        first: 10,
        after: null,
        ...options,
      });
      return { ids: rows.map(({ id }) => runs.findIndex((run) => run.id === id)), hasNextPage };
    };
    expect(await list({})).toEqual({ ids: [2, 1, 0], hasNextPage: false });
    expect(await list({ first: 1 })).toEqual({ ids: [2], hasNextPage: true });
    expect(await list({ after: String(runs[2]?.number) })).toEqual({ ids: [1, 0], hasNextPage: false });
    expect(await list({ filter: { triggers: ['SCHEDULE'] } })).toEqual({ ids: [1], hasNextPage: false });
    expect(await list({ filter: { statuses: ['RUNNING'] } })).toEqual({ ids: [], hasNextPage: false });
  });
});
