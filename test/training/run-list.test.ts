import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graphql } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildApi } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { firstQuestions } from '../../src/first-questions.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { buildGraphqlSchema, createLiveFeed } from '../../src/platform/graphql/schema.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { silentLog } from '../support/log.js';
import { fillWithRuns, runListQuery } from '../support/many-runs.js';

type Run = {
  number: number;
  status: string;
  dataset: { counts: { split: string; documents: number; label: { name: string } }[] };
  bestEpoch: { epoch: number };
  baseline: { accuracy: number } | null;
  gateDecision: { verdict: string } | null;
  modelVersion: { labels: { name: string }[] } | null;
};
type Runs = { trainingRuns: { edges: { node: Run }[] } };

describe('the list of runs', () => {
  let database: TestDatabase;
  let ask: <Data>(source: string, variables: Record<string, unknown>) => Promise<Data>;

  beforeAll(async () => {
    database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await fillWithRuns((sql) => client.query(sql), { runs: 55, steps: 20 });
    await client.end();
    const { resolvers } = buildApi({
      config: readConfig({ DATA_DIR: join(tmpdir(), 'never-made') }),
      connection: database.connection,
      log: silentLog,
    });
    const schema = await buildGraphqlSchema(resolvers, createLiveFeed());
    ask = async <Data>(source: string, variableValues: Record<string, unknown>) => {
      const contextValue = createContext({ baseUrl: '', viewer: { name: 'ann' } });
      const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
      if (errors) throw errors[0]?.originalError ?? errors[0];
      return data as Data;
    };
  });
  afterAll(() => database.close());

  /** How many statements the database is sent for a question. */
  async function countStatements(source: string, variables: Record<string, unknown>): Promise<number> {
    const sent = vi.spyOn(pg.Client.prototype, 'query');
    try {
      await ask(source, variables);
      return sent.mock.calls.length;
    } finally {
      sent.mockRestore();
    }
  }

  it('tells of each run its data, its best epoch, its figures and what the gate said', async () => {
    const { trainingRuns } = await ask<Runs>(runListQuery, { first: 6, after: null });
    const [newest, , , , , failed] = trainingRuns.edges.map(({ node }) => node);
    expect(newest).toMatchObject({
      number: 55,
      status: 'SUCCEEDED',
      bestEpoch: { epoch: 7 },
      baseline: { accuracy: 0.8 },
      gateDecision: { verdict: 'KEPT' },
    });
    const { counts } = newest?.dataset ?? { counts: [] };
    expect(counts.reduce((sum, { documents }) => sum + documents, 0)).toBe(150);
    expect(new Set(counts.map(({ label }) => label.name)).size).toBe(10);
    const names = Array.from({ length: 10 }, (_, index) => `label ${index + 1}`);
    expect(newest?.modelVersion?.labels.map(({ name }) => name)).toEqual(names);
    expect(failed).toMatchObject({ number: 50, status: 'FAILED', modelVersion: null, gateDecision: null });
  });

  it.each(firstQuestions)('can be asked for at the start: %s', async (question) => {
    expect(await ask(question, {})).toBeTruthy();
  });

  const figures = `query ($first: Int!) { trainingRuns(first: $first) { edges { node {
    perClass { f1 labelName label { name } }
    confusion { count actualName predictedName actual { name } predicted { name } }
    topConfusions { count actualName }
    epochs { epoch } calibration { count } slices { accuracy }
    series(metric: "loss", maxPoints: 10) { step value }
    gateDecision { classes { label { name } } servingModel { number } }
    modelVersion { number run { number } baseModel { number } }
  } } } }`;

  it.each([
    ['its list', runListQuery],
    ['all figures by label and step', figures],
  ])('asks the database as often for 50 runs as for 5: %s', async (_what, query) => {
    const ofFive = await countStatements(query, { first: 5 });
    expect(ofFive).toBeGreaterThan(5);
    expect(await countStatements(query, { first: 50 })).toBe(ofFive);
  });
});
