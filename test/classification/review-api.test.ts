import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExecutionResult, type GraphQLSchema, graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApi } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { createPromoteModel } from '../../src/models/promote-model.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { createFormatError } from '../../src/platform/graphql/format-error.js';
import { buildGraphqlSchema, createLiveFeed } from '../../src/platform/graphql/schema.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { silentLog } from '../support/log.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';

let database: TestDatabase;
let make: RecordMaker;
let schema: GraphQLSchema;
let modelVersionId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  const config = readConfig({ DATA_DIR: join(tmpdir(), 'classeur-nothing-is-written-here') });
  const { resolvers } = buildApi({ config, connection: database.connection, log: silentLog });
  schema = await buildGraphqlSchema(resolvers, createLiveFeed());
});
afterAll(() => database.close());

async function post(source: string, variableValues: Record<string, unknown> = {}): Promise<ExecutionResult> {
  const contextValue = createContext({ baseUrl: '', viewer: { name: 'ann' } });
  return await graphql({ schema, source, variableValues, contextValue });
}
async function ask(
  source: string,
  variables: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const { data, errors } = await post(source, variables);
  if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
  return JSON.parse(JSON.stringify(data));
}

describe('review and the label set, over GraphQL', () => {
  const label = (name: string) => `label_${name}: createLabel(input: { name: "${name}" }) { id }`;
  const ids: Record<string, string> = {};

  it('begin with labels that are made, described and renamed', async () => {
    const made = await ask(`mutation { ${['bill', 'invoice', 'letter'].map(label).join(' ')} }`);
    for (const [alias, { id }] of Object.entries(made as Record<string, { id: string }>)) {
      ids[alias.slice('label_'.length)] = id;
    }
    const changed = await ask(
      `mutation ($id: ID!) {
        describeLabel(id: $id, description: "asks for money") { description }
        renameLabel(id: $id, name: "Bill") { name changes { kind before after changedBy } }
      }`,
      { id: ids.bill },
    );
    expect(changed).toMatchObject({
      describeLabel: { description: 'asks for money' },
      renameLabel: {
        name: 'Bill',
        changes: [
          { kind: 'RENAMED', before: 'bill', after: 'Bill', changedBy: 'ann' },
          { kind: 'DESCRIBED' },
          { kind: 'CREATED' },
        ],
      },
    });
    const version = await make.makeModelVersion([ids.bill ?? '', ids.invoice ?? '', ids.letter ?? '']);
    modelVersionId = version.id;
    await createPromoteModel(createFactLog(database.connection))(version.id);
  });

  it('go on with a queue, claims, decisions, and one taken back', async () => {
    const documents = [await make.makeDocument(), await make.makeDocument(), await make.makeDocument()];
    const [first, second, third] = documents.map(({ id }) => id);
    for (const { id: documentId } of documents) {
      const labelId = ids.bill ?? '';
      await make.makePrediction({
        documentId,
        modelVersionId,
        labelId,
        confidence: 0.5,
        scores: [0.5, 0.3, 0.2],
      });
    }
    const queue = `query ($after: String, $reviewer: String) {
      reviewQueue(first: 2, after: $after, uncertainty: MARGIN, reviewer: $reviewer) {
        totalCount pageInfo { hasNextPage endCursor } edges { node { id needsReview claim { reviewer } } }
      }
    }`;
    const page = (await ask(queue)) as { reviewQueue: { pageInfo: { endCursor: string } } };
    expect(page.reviewQueue).toMatchObject({
      totalCount: 3,
      pageInfo: { hasNextPage: true },
      edges: [{ node: { id: first, needsReview: true, claim: null } }, { node: { id: second } }],
    });
    const rest = await ask(queue, { after: page.reviewQueue.pageInfo.endCursor });
    expect(rest).toMatchObject({ reviewQueue: { edges: [{ node: { id: third } }] } });

    const claimed = await ask('mutation { claimReview(first: 2) { id claim { reviewer } } }');
    const byAnn = { claim: { reviewer: 'ann' } };
    expect(claimed).toEqual({
      claimReview: [
        { id: first, ...byAnn },
        { id: second, ...byAnn },
      ],
    });
    expect(await ask(queue, { reviewer: 'ben' })).toMatchObject({
      reviewQueue: { edges: [{ node: { id: third } }] },
    });
    expect(
      await ask('mutation ($ids: [ID!]!) { releaseReview(documentIds: $ids) }', { ids: [second] }),
    ).toEqual({ releaseReview: 1 });

    const decided = await ask(
      `mutation ($ids: [ID!]!, $corrections: [CorrectionInput!]!) {
        confirmLabels(documentIds: $ids) { documentId document { label { name } labelSource claim { reviewer } } error { code } }
        correctLabels(corrections: $corrections) { document { label { name } } error { code message } }
      }`,
      { ids: [first, 'no id'], corrections: [{ documentId: second, labelId: ids.letter, note: 'dear' }] },
    );
    expect(decided).toEqual({
      confirmLabels: [
        {
          documentId: first,
          document: { label: { name: 'Bill' }, labelSource: 'HUMAN', claim: null },
          error: null,
        },
        { documentId: 'no id', document: null, error: { code: 'DOCUMENT_NOT_FOUND' } },
      ],
      correctLabels: [{ document: { label: { name: 'letter' } }, error: null }],
    });
    const undone = await ask(
      `mutation ($id: ID!) { undoDecision(documentId: $id, note: "a slip") {
        label { name } needsReview
        decisions { label { name } decidedBy note isSample prediction { confidence } revocation { revokedBy note } }
      } }`,
      { id: second },
    );
    expect(undone).toEqual({
      undoDecision: {
        label: null,
        needsReview: true,
        decisions: [
          {
            label: { name: 'letter' },
            decidedBy: 'ann',
            note: 'dear',
            isSample: false,
            prediction: { confidence: 0.5 },
            revocation: { revokedBy: 'ann', note: 'a slip' },
          },
        ],
      },
    });
    expect(await ask('{ productionAccuracy { accuracy low high support } }')).toEqual({
      productionAccuracy: null,
    });
  });

  it('end with labels that are ruled, merged, retired and restored', async () => {
    const ruled = await ask(
      `mutation ($id: ID!) {
        first: setLabelPolicy(id: $id, input: { threshold: 0.45 }) { threshold neverAssignAutomatically documentCount }
        second: setLabelPolicy(id: $id, input: { neverAssignAutomatically: true }) { threshold neverAssignAutomatically documentCount }
        third: setLabelPolicy(id: $id, input: { threshold: null, neverAssignAutomatically: false }) { threshold }
      }`,
      { id: ids.bill },
    );
    expect(ruled).toEqual({
      first: { threshold: 0.45, neverAssignAutomatically: false, documentCount: 3 },
      second: { threshold: 0.45, neverAssignAutomatically: true, documentCount: 1 },
      third: { threshold: null },
    });
    expect(
      await ask(
        '{ labelThresholds { label { name } threshold coverage support validation { precision support } } }',
      ),
    ).toEqual({
      labelThresholds: ['Bill', 'invoice', 'letter'].map((name) => ({
        label: { name },
        threshold: 0.8,
        coverage: null,
        support: 0,
        validation: { precision: null, support: 0 },
      })),
    });
    const merged = await ask(
      `mutation ($bill: ID!, $invoice: ID!, $letter: ID!) {
        mergeLabels(sourceId: $bill, targetId: $invoice) { name documentCount }
        retireLabel(id: $letter) { retiredAt documentCount }
      }`,
      ids,
    );
    expect(merged).toMatchObject({
      // Half and three tenths together are enough for the two documents that waited.
      mergeLabels: { name: 'invoice', documentCount: 3 },
      retireLabel: { retiredAt: expect.any(String), documentCount: 0 },
    });
    expect(
      await ask(
        '{ labels { name } all: labels(includeRetired: true) { name mergedInto { name } documentCount } }',
      ),
    ).toEqual({
      labels: [{ name: 'invoice' }],
      all: [
        { name: 'Bill', mergedInto: { name: 'invoice' }, documentCount: 0 },
        { name: 'invoice', mergedInto: null, documentCount: 3 },
        { name: 'letter', mergedInto: null, documentCount: 0 },
      ],
    });
    const { errors } = await post('mutation ($id: ID!) { restoreLabel(id: $id) { id } }', { id: ids.bill });
    const [error] = errors ?? [];
    expect(createFormatError(silentLog)(error?.toJSON() ?? { message: '' }, error)).toMatchObject({
      extensions: { code: 'LABEL_MERGED' },
    });
    expect(
      await ask('mutation ($id: ID!) { restoreLabel(id: $id) { retiredAt } }', { id: ids.letter }),
    ).toEqual({
      restoreLabel: { retiredAt: null },
    });
  });
});
