import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GraphQLSchema, graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApi } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { buildGraphqlSchema, createLiveFeed } from '../../src/platform/graphql/schema.js';
import { driftMetrics } from '../../src/training/drift.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { silentLog } from '../support/log.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';

let database: TestDatabase;
let make: RecordMaker;
let schema: GraphQLSchema;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  const config = readConfig({ DATA_DIR: join(tmpdir(), 'classeur-nothing-is-written-here') });
  const { resolvers } = buildApi({ config, connection: database.connection, log: silentLog });
  schema = await buildGraphqlSchema(resolvers, createLiveFeed());
});
afterAll(() => database.close());

async function ask(source: string, variableValues: Record<string, unknown> = {}) {
  const contextValue = createContext({ baseUrl: '', viewer: { name: 'ann' } });
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
  if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
  return JSON.parse(JSON.stringify(data));
}

describe('datasets, over GraphQL', () => {
  const text = Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ');
  let snapshotId: string;
  let labelId: string;

  it('are snapshots with counts by label and split, and their documents', async () => {
    const [invoice, letter] = [await make.makeLabel('invoice'), await make.makeLabel('letter')];
    labelId = invoice;
    for (let index = 0; index < 12; index += 1) {
      const { id } = await make.makeDocument(index < 2 ? { texts: [text] } : {});
      await ask(
        `mutation ($id: ID!, $label: ID!) { correctLabel(documentId: $id, labelId: $label) { id } }`,
        {
          id,
          label: index < 6 ? invoice : letter,
        },
      );
    }
    const started = await ask(
      `mutation { startTrainingRun { status skipCode skipCount dataset { id holdoutVersion counts { documents } } } }`,
    );
    expect(started.startTrainingRun).toMatchObject({ status: 'QUEUED', skipCode: null, skipCount: 0 });
    expect(started.startTrainingRun.dataset.holdoutVersion).toBe(1);
    const { datasetSnapshots } = await ask(
      `{ datasetSnapshots { totalCount edges { node { id counts { label { name } split documents } } } } }`,
    );
    expect(datasetSnapshots.totalCount).toBe(1);
    snapshotId = datasetSnapshots.edges[0].node.id;
    expect(snapshotId).toBe(started.startTrainingRun.dataset.id);
    expect(datasetSnapshots.edges[0].node.counts).toContainEqual({
      label: { name: 'invoice' },
      split: 'TRAIN',
      documents: 4,
    });
  });

  it('tell what a label was called then, and page through the documents', async () => {
    await ask(`mutation ($id: ID!) { renameLabel(id: $id, name: "bill") { id } }`, { id: labelId });
    const query = `query ($id: ID!, $label: ID, $after: String) { datasetSnapshot(id: $id) {
      documents(labelId: $label, first: 4, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        edges { node { split labelName groupId ocrVersions label { name } document { id filename } } }
      }
    } }`;
    const first = (await ask(query, { id: snapshotId, label: labelId })).datasetSnapshot.documents;
    expect(first).toMatchObject({ totalCount: 6, pageInfo: { hasNextPage: true } });
    expect(first.edges[0].node).toMatchObject({
      labelName: 'invoice',
      label: { name: 'bill' },
      ocrVersions: ['test/1'],
    });
    const after = first.pageInfo.endCursor;
    const rest = (await ask(query, { id: snapshotId, label: labelId, after })).datasetSnapshot.documents;
    expect(rest.edges).toHaveLength(2);
    expect(await ask(`{ datasetSnapshot(id: "none") { id } }`)).toEqual({ datasetSnapshot: null });
  });

  it('show which documents are nearly the same, and the versions of the holdout', async () => {
    const { documents } = await ask(
      `{ documents(orderBy: OLDEST_FIRST, first: 3) { edges { node { id duplicateGroupId nearDuplicates { id } } } } }`,
    );
    const [first, second, third] = documents.edges.map(({ node }: { node: unknown }) => node);
    expect(first).toMatchObject({ duplicateGroupId: first.id, nearDuplicates: [{ id: second.id }] });
    expect(second).toMatchObject({ duplicateGroupId: first.id, nearDuplicates: [{ id: first.id }] });
    expect(third).toMatchObject({ nearDuplicates: [] });
    const { holdoutVersions } = await ask(
      `{ holdoutVersions { version addedDocuments documents createdAt } }`,
    );
    expect(holdoutVersions).toMatchObject([{ version: 1, addedDocuments: 2, documents: 2 }]);
  });
});

describe('the training policy, over GraphQL', () => {
  const fields = `isAutomatic newDecisions schedule maxClassMixDrift debounceMinutes minimumDocumentsPerLabel
    nextScheduledAt updatedBy`;

  it('has defaults until it is changed, and null turns a trigger off', async () => {
    expect((await ask(`{ trainingPolicy { ${fields} } }`)).trainingPolicy).toEqual({
      isAutomatic: true,
      newDecisions: 100,
      schedule: null,
      maxClassMixDrift: 0.15,
      debounceMinutes: 15,
      minimumDocumentsPerLabel: 5,
      nextScheduledAt: null,
      updatedBy: null,
    });
    const change = `mutation { updateTrainingPolicy(input: {
      schedule: "0 3 * * 1", newDecisions: null, debounceMinutes: null
    }) { ${fields} } }`;
    expect((await ask(change)).updateTrainingPolicy).toMatchObject({
      schedule: '0 3 * * 1',
      newDecisions: null,
      maxClassMixDrift: 0.15,
      debounceMinutes: 15,
      nextScheduledAt: expect.stringMatching(/T03:00:00\.000Z$/),
      updatedBy: 'ann',
    });
    await expect(
      ask(`mutation { updateTrainingPolicy(input: { schedule: "soon" }) { schedule } }`),
    ).rejects.toThrow(/schedule "soon" cannot be used: a schedule has five fields/);
  });

  it.each(driftMetrics)('shows drift in %s as a series of its own', async (metric) => {
    const model = await make.makeModelVersion();
    // No figure of one series is one of another.
    const base = driftMetrics.indexOf(metric);
    for (const [hour, value] of [0.1, 0.2, 0.3].entries()) {
      const at = new Date(Date.UTC(2026, 0, 1, hour));
      await database.connection.database.driftPoint.create({
        data: { metric, at, modelVersionId: model.id, value: base + value, documents: 60 },
      });
    }
    const query = `query ($metric: DriftMetric!, $since: DateTimeISO, $maxPoints: Int! = 500) {
      driftSeries(metric: $metric, since: $since, maxPoints: $maxPoints) {
        metric at value documents modelVersion { number }
      }
    }`;
    const [second, third] = [0.2, 0.3].map((value, index) => ({
      metric,
      at: `2026-01-01T0${index + 1}:00:00.000Z`,
      value: base + value,
      documents: 60,
      modelVersion: { number: model.number },
    }));
    const { driftSeries } = await ask(query, { metric, since: '2026-01-01T01:00:00Z' });
    expect(driftSeries).toEqual([second, third]);
    expect((await ask(query, { metric, maxPoints: 1 })).driftSeries).toEqual([third]);
    await expect(ask(query, { metric, maxPoints: 0 })).rejects.toThrow(/maxPoints must be from 1 to/);
  });
});
