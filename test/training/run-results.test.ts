import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GraphQLSchema, graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApi } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { buildGraphqlSchema, createLiveFeed } from '../../src/platform/graphql/schema.js';
import { createLog } from '../../src/platform/log.js';
import { createId } from '../../src/shared/ids.js';
import { defaultHyperparameters } from '../../src/training/default-hyperparameters.js';
import { insertEvaluation } from '../../src/training/evaluation.repository.js';
import { measureHoldout, resultsOf } from '../../src/training/measure-holdout.js';
import { insertPoints, insertRun } from '../../src/training/training.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';

type Answer = { confidence: number; predicted: { name: string }; isCorrect: boolean };
type Edges<Node> = {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string };
  edges: { node: Node }[];
};
type Result = Answer & {
  document: { id: string };
  actual: { name: string };
  baselinePredicted: { name: string } | null;
  slices: string[];
};

const resultFields = `totalCount pageInfo { hasNextPage endCursor } edges { node {
  confidence isCorrect split slices document { id } actual { name } predicted { name } baselinePredicted { name } } }`;

describe('what lies behind the figures of runs, over GraphQL', () => {
  let database: TestDatabase;
  let schema: GraphQLSchema;
  let make: RecordMaker;
  let labelIds: string[];
  let documents: string[];
  let validated: string;
  let [first, second, empty] = ['', '', ''];

  beforeAll(async () => {
    database = await createTestDatabase();
    const { connection } = database;
    const config = readConfig({ DATA_DIR: join(tmpdir(), 'never-made') });
    const log = createLog({ level: 'silent', role: 'test' });
    const { resolvers } = buildApi({ config, connection, log });
    schema = await buildGraphqlSchema(resolvers, createLiveFeed());
    make = createRecordMaker(database);
    labelIds = [
      await make.makeLabel('invoice'),
      await make.makeLabel('letter'),
      await make.makeLabel('form'),
    ];
    documents = [];
    for (let count = 0; count < 6; count += 1) documents.push((await make.makeDocument()).id);
    validated = (await make.makeDocument()).id;
    // Two invoices, two letters, two forms; the second run has one invoice more right and a letter wrong.
    first = await keepRun([0, 1, 1, 1, 0, 2], documents);
    second = await keepRun([0, 0, 1, 2, 0, 2], documents);
    empty = await keepRun(null, []);
  });
  afterAll(() => database.close());

  /** A run that has said these classes of documents, whose true ones are 0, 0, 1, 1, 2, 2; `labels` is what it calls them. */
  async function keepRun(said: number[] | null, of: readonly string[], labels = labelIds): Promise<string> {
    const id = createId();
    const nothing = { statusReason: null, note: null, baseModelId: null, snapshotId: null, warnings: [] };
    await database.connection.transaction(async (tx) => {
      await insertRun(tx, {
        ...nothing,
        ...{ id, status: 'SUCCEEDED', trigger: 'MANUAL', finishedAt: new Date() },
        hyperparameters: defaultHyperparameters({ baseSize: null, modelSize: 'tiny', trainingDocuments: 6 }),
      });
      if (said === null) return;
      const predictions = said.map((predicted, index) => ({
        unit: of[index] ?? '',
        label: Math.floor(index / 2),
        predicted,
        probabilities: Float32Array.from([0, 1, 2], (label) =>
          label === predicted ? 0.5 + index / 16 : (0.5 - index / 16) / 2,
        ),
      }));
      const validation = { unit: validated, label: 0, probabilities: Float32Array.of(0.4, 0.4, 0.2) };
      const slices = new Map(
        of.map((document, index) => [document, [`PAGE_COUNT:${index < 3 ? 'few' : 'many'}`]]),
      );
      const figures = measureHoldout(predictions, labels, 1, { slices });
      const { accuracy, accuracyLow, accuracyHigh, macroF1, macroF1Low, macroF1High, loss, ece, support } =
        figures.metrics;
      await insertEvaluation(tx, id, {
        ...figures,
        results: [
          ...figures.results.map((result, index) => ({
            ...result,
            baselineId: labels[index === 1 ? 0 : 1] ?? null,
          })),
          // Every run says something else of it: no comparison counts it.
          ...resultsOf('VALIDATION', [{ ...validation, predicted: said[1] ?? 0 }], labels),
        ],
        suspects: [4, 1].map((index) => ({
          documentId: of[index] ?? '',
          split: 'HOLDOUT',
          labelId: labels[Math.floor(index / 2)] ?? '',
          suggestedId: labels[0] ?? '',
          labelConfidence: index / 10,
          suggestedConfidence: 0.9,
        })),
        baseline: {
          ...{ accuracy, accuracyLow, accuracyHigh, macroF1, macroF1Low, macroF1High },
          ...{ loss, ece, support, features: 12, durationMs: 3 },
        },
      });
    });
    return id;
  }

  async function ask<Data>(source: string): Promise<Data> {
    const contextValue = createContext({ baseUrl: '', viewer: { name: 'ann' } });
    const { data, errors } = await graphql({ schema, source, contextValue });
    if (errors) throw errors[0]?.originalError ?? errors[0];
    return data as Data;
  }
  const askRun = async <Data>(id: string, fields: string) =>
    (await ask<{ trainingRun: Data }>(`{ trainingRun(id: "${id}") { ${fields} } }`)).trainingRun;
  const results = async (options: string) => {
    const args = options === '' ? '' : `(${options})`;
    return (await askRun<{ results: Edges<Result> }>(first, `results${args} { ${resultFields} }`)).results;
  };

  it('are the documents, the least confident first, page by page', async () => {
    const all = await results('');
    expect(all.totalCount).toBe(6);
    expect(all.edges.map(({ node }) => node.document.id)).toEqual(documents);
    expect(all.edges[1]?.node).toMatchObject({
      confidence: 0.5625,
      isCorrect: false,
      slices: ['PAGE_COUNT:few'],
      actual: { name: 'invoice' },
      predicted: { name: 'letter' },
      baselinePredicted: { name: 'invoice' },
    });
    const page = await results('first: 4, orderBy: MOST_CONFIDENT_FIRST');
    expect(page.edges.map(({ node }) => node.document.id)).toEqual([...documents].reverse().slice(0, 4));
    const rest = await results(
      `first: 4, orderBy: MOST_CONFIDENT_FIRST, after: "${page.pageInfo.endCursor}"`,
    );
    expect(rest.edges.map(({ node }) => node.document.id)).toEqual([documents[1], documents[0]]);
    expect(rest.pageInfo.hasNextPage).toBe(false);
  });

  it.each([
    ['isCorrect: true', [0, 2, 3, 5]],
    ['isCorrect: false', [1, 4]],
    ['isBaselineCorrect: true', [1, 2, 3]],
    ['isCorrect: false, isBaselineCorrect: true', [1]],
    ['slice: { dimension: PAGE_COUNT, band: "many" }', [3, 4, 5]],
    ['slice: { dimension: SKEW, band: "many" }', []],
    ['actualLabelId: "none"', []],
    ['split: HOLDOUT, isCorrect: false', [1, 4]],
    ['split: TRAIN', []],
  ])('are found by %s', async (filter, expected) => {
    const found = await results(`filter: { ${filter} }`);
    expect(found.edges.map(({ node }) => documents.indexOf(node.document.id))).toEqual(expected);
    expect(found.totalCount).toBe(expected.length);
  });

  it('are those of the validation where these are asked for', async () => {
    const found = await results('filter: { split: VALIDATION }');
    expect(found.edges.map(({ node }) => node)).toMatchObject([
      {
        document: { id: validated },
        split: 'VALIDATION',
        isCorrect: false,
        confidence: expect.closeTo(0.4, 6),
      },
    ]);
  });

  it('are refused a cursor that is none', async () => {
    await expect(results('after: "abc"')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('are the pages behind a cell, those of most confusions first', async () => {
    type Cell = { count: number; share: number; actual: { name: string }; documents: Edges<Result> };
    const { topConfusions } = await askRun<{ topConfusions: Cell[] }>(
      first,
      `topConfusions { count share actual { name } predicted { name } documents { ${resultFields} } }`,
    );
    expect(topConfusions).toHaveLength(2);
    const invoice = topConfusions.find(({ actual }) => actual.name === 'invoice');
    expect(invoice).toMatchObject({ count: 1, share: 0.5, documents: { totalCount: 1 } });
    expect(invoice?.documents.edges[0]?.node.document.id).toBe(documents[1]);
  });

  it('are labels that may be wrong, the least likely first', async () => {
    type Suspect = { document: { id: string }; label: { name: string }; suggested: { name: string } };
    const list = async (options: string) =>
      (
        await askRun<{ suspectedLabelErrors: Edges<Suspect> }>(
          first,
          `suspectedLabelErrors(${options}) { totalCount pageInfo { hasNextPage endCursor }
             edges { node { split labelConfidence document { id } label { name } suggested { name } } } }`,
        )
      ).suspectedLabelErrors;
    const page = await list('first: 1');
    expect(page).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true } });
    expect(page.edges[0]?.node).toMatchObject({
      document: { id: documents[1] },
      label: { name: 'invoice' },
      suggested: { name: 'invoice' },
    });
    const rest = await list(`first: 1, after: "${page.pageInfo.endCursor}"`);
    expect(rest.edges.map(({ node }) => node.document.id)).toEqual([documents[4]]);
  });

  it('are calibration, slices, and the baseline beside them', async () => {
    const run = await askRun<Record<string, unknown>>(
      first,
      `calibration { number count meanConfidence accuracy } slices { dimension band support accuracy accuracyLow }
       baseline { accuracy features } metrics { eceLow eceHigh lossLow lossHigh } perClass { f1 f1Low f1High baselineF1 }`,
    );
    expect(run).toMatchObject({
      slices: [
        { dimension: 'PAGE_COUNT', support: 3 },
        { dimension: 'PAGE_COUNT', support: 3 },
      ],
      baseline: { features: 12 },
      metrics: { eceLow: expect.any(Number), lossHigh: expect.any(Number) },
    });
    expect(run.calibration).toHaveLength(10);
    expect(
      await askRun(empty, 'metrics { ece } baseline { ece } calibration { count } slices { band }'),
    ).toEqual({
      metrics: null,
      baseline: null,
      calibration: [],
      slices: [],
    });
  });

  it('are curves, each with its own peaks, also of many runs at once', async () => {
    const { database: writer } = database.connection;
    for (const [id, peak] of [
      [first, 50],
      [second, 70],
    ] as const) {
      for (let step = 1; step <= 120; step += 1)
        await insertPoints(writer, id, step, new Date(), { loss: step === peak ? 9 : 1 });
    }
    type Runs = {
      trainingRuns: { edges: { node: { id: string; series: { step: number; value: number }[] } }[] };
    };
    const { trainingRuns } = await ask<Runs>(
      '{ trainingRuns { edges { node { id series(metric: "loss", maxPoints: 10) { step value } } } } }',
    );
    const seriesOf = (id: string) => trainingRuns.edges.find(({ node }) => node.id === id)?.node.series ?? [];
    expect(seriesOf(first)).toContainEqual({ step: 50, value: 9 });
    expect(seriesOf(second)).toContainEqual({ step: 70, value: 9 });
    expect(seriesOf(first).length).toBeLessThanOrEqual(10);
    expect(seriesOf(empty)).toEqual([]);
  });

  describe('of several runs', () => {
    type Comparison = {
      runs: { id: string }[];
      sharedDocuments: number;
      onSharedDocuments: { run: { id: string }; correct: number; accuracy: number | null }[];
      perClass: { label: { name: string }; f1: (number | null)[]; difference: number | null }[];
      differences: Edges<{ document: { id: string }; actual: { name: string }; answers: Answer[] }>;
    };
    const compare = async (ids: readonly string[], page = '') =>
      (
        await ask<{ compareRuns: Comparison }>(
          `{ compareRuns(ids: ${JSON.stringify(ids)}) { runs { id } sharedDocuments
             onSharedDocuments { run { id } correct accuracy accuracyLow } perClass { label { name } f1 difference }
             differences${page} { totalCount pageInfo { hasNextPage endCursor } edges { node { document { id } actual { name }
               answers { run { id } predicted { name } confidence isCorrect } } } } } }`,
        )
      ).compareRuns;

    it('are compared by class and by the documents they say different things of', async () => {
      const comparison = await compare([first, second]);
      expect(comparison).toMatchObject({
        runs: [{ id: first }, { id: second }],
        sharedDocuments: 6,
        onSharedDocuments: [
          { run: { id: first }, correct: 4 },
          { run: { id: second }, correct: 4 },
        ],
        differences: { totalCount: 2 },
      });
      // Invoice: 2 / (2 + 2) and 4 / (2 + 3); letter: 4 / (2 + 3) and 2 / (2 + 1); form: 2 / (2 + 1) and 2 / (2 + 2).
      expect(comparison.perClass.map(({ label, f1 }) => [label.name, ...f1])).toEqual([
        ['invoice', 0.5, 0.8],
        ['form', expect.closeTo(2 / 3, 12), 0.5],
        ['letter', 0.8, expect.closeTo(2 / 3, 12)],
      ]);
      const [invoice, letter] = comparison.differences.edges.map(({ node }) => node);
      expect(invoice).toMatchObject({
        document: { id: documents[1] },
        actual: { name: 'invoice' },
        answers: [
          { run: { id: first }, predicted: { name: 'letter' }, isCorrect: false },
          { run: { id: second }, predicted: { name: 'invoice' }, isCorrect: true },
        ],
      });
      const page = await compare([first, second], '(first: 1)');
      const rest = await compare(
        [first, second],
        `(first: 1, after: "${page.differences.pageInfo.endCursor}")`,
      );
      expect(rest.differences.edges[0]?.node).toEqual(letter);
    });

    it('differ no more where only a merge has changed what they say', async () => {
      const bill = await make.makeLabel('bill');
      // Before the merge invoices were bills: one is found, the other taken for a letter.
      const before = await keepRun([0, 1, 1, 1, 2, 2], documents, [
        bill,
        labelIds[1] ?? '',
        labelIds[2] ?? '',
      ]);
      const after = await keepRun([0, 0, 1, 1, 2, 2], documents);
      expect((await compare([before, after])).differences.totalCount).toBe(2);
      await database.query('update labels set merged_into_id = $1, retired_at = now() where id = $2', [
        labelIds[0],
        bill,
      ]);
      const comparison = await compare([before, after]);
      expect(comparison.onSharedDocuments.map(({ correct }) => correct)).toEqual([5, 6]);
      expect(comparison.differences).toMatchObject({
        totalCount: 1,
        edges: [{ node: { document: { id: documents[1] }, actual: { name: 'invoice' } } }],
      });
      // Another run called a letter a bill: what differs is told in the labels of today.
      const wrong = await keepRun([0, 1, 0, 1, 2, 2], documents, [
        bill,
        labelIds[1] ?? '',
        labelIds[2] ?? '',
      ]);
      const [taken, called] = (await compare([wrong, after])).differences.edges.map(({ node }) => node);
      expect(taken?.document.id).toBe(documents[1]);
      expect(called?.answers).toMatchObject([
        { predicted: { name: 'invoice' }, isCorrect: false },
        { predicted: { name: 'letter' }, isCorrect: true },
      ]);
      // Figures by class stay what was measured, under the labels of their time.
      expect(
        comparison.perClass.map(({ label, f1 }) => [label.name, f1[0] === null, f1[1] === null]),
      ).toEqual(
        expect.arrayContaining([
          ['bill', false, true],
          ['invoice', true, false],
        ]),
      );
    });

    it('have nothing in common where one was not measured', async () => {
      const comparison = await compare([first, empty]);
      expect(comparison).toMatchObject({ sharedDocuments: 0, differences: { totalCount: 0 } });
      expect(comparison.onSharedDocuments.map(({ accuracy }) => accuracy)).toEqual([null, null]);
      expect(comparison.perClass.map(({ difference }) => difference)).toEqual([null, null, null]);
    });

    it('are at least two, and all there', async () => {
      await expect(compare([first, first])).rejects.toMatchObject({ code: 'INVALID_COMPARISON' });
      await expect(compare([first, createId()])).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
      await expect(compare([first, 'none'])).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    });
  });

  describe('notes and tags', () => {
    const annotate = async (options: string) =>
      (
        await ask<{ annotateTrainingRun: { note: string | null; tags: string[] } }>(
          `mutation { annotateTrainingRun(${options}) { note tags } }`,
        )
      ).annotateTrainingRun;

    it('are written on a run at any time, each for itself', async () => {
      expect(
        await annotate(`id: "${first}", note: "with stamps", tags: ["paper", " best ", "paper"]`),
      ).toEqual({
        note: 'with stamps',
        tags: ['best', 'paper'],
      });
      expect(await annotate(`id: "${first}", tags: ["paper"]`)).toEqual({
        note: 'with stamps',
        tags: ['paper'],
      });
      expect(await annotate(`id: "${first}", note: null`)).toEqual({ note: null, tags: ['paper'] });
      const tagged = await ask<{ trainingRuns: { edges: { node: { id: string } }[] } }>(
        '{ trainingRuns(filter: { tags: ["paper"] }) { edges { node { id } } } }',
      );
      expect(tagged.trainingRuns.edges.map(({ node }) => node.id)).toEqual([first]);
    });

    it.each([
      ['tags: [""]', 'INVALID_TAG'],
      [`tags: ["${'x'.repeat(51)}"]`, 'INVALID_TAG'],
      [`tags: ${JSON.stringify(Array.from({ length: 21 }, (_, index) => `t${index}`))}`, 'INVALID_TAG'],
    ])('refuse %s', async (options, code) => {
      await expect(annotate(`id: "${first}", ${options}`)).rejects.toMatchObject({ code });
    });

    it('go on no run that is not there', async () => {
      await expect(annotate(`id: "${createId()}", note: "x"`)).rejects.toMatchObject({
        code: 'RUN_NOT_FOUND',
      });
    });
  });
});
