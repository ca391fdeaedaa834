import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GraphQLSchema, graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApi } from '../../src/app.js';
import { createRefreshLabel } from '../../src/classification/assign-labels.js';
import { createClassifyDocument } from '../../src/classification/classify-document.js';
import { createModelHolder, type ModelHolder } from '../../src/classification/model-holder.js';
import { createReclassify } from '../../src/classification/reclassify.js';
import { createScoreInShadow } from '../../src/classification/score-in-shadow.js';
import {
  createServingClassifier,
  type ServingClassifier,
} from '../../src/classification/serving-classifier.js';
import { readConfig } from '../../src/config.js';
import { createFailDocument } from '../../src/documents/change-status.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { buildGraphqlSchema, createLiveFeed } from '../../src/platform/graphql/schema.js';
import { silentLog } from '../support/log.js';
import { createServingWorld, type ServingWorld } from '../support/serving.js';

let world: ServingWorld;
let servingClassifier: ServingClassifier;
let candidateHolder: ModelHolder;
let schema: GraphQLSchema;
let classify: ReturnType<typeof createClassifyDocument>;
let scoreInShadow: ReturnType<typeof createScoreInShadow>;
let reclassify: ReturnType<typeof createReclassify>;
let [invoice, letter, old, candidate] = ['', '', '', ''];
const documents: string[] = [];
const context = { signal: new AbortController().signal, attempt: 1 };

beforeAll(async () => {
  world = await createServingWorld();
  const { log, store, encodePage, database } = world;
  const config = readConfig({ DATA_DIR: join(tmpdir(), 'classeur-nothing-is-written-here') });
  const { resolvers } = buildApi({ config, connection: database.connection, log: silentLog });
  schema = await buildGraphqlSchema(resolvers, createLiveFeed());
  const holding = { ...log, store, enginePreference: 'wasm' as const };
  servingClassifier = createServingClassifier(holding);
  candidateHolder = createModelHolder(holding);
  const refreshLabel = createRefreshLabel({ threshold: 0.8 });
  const scoring = { ...log, encodePage, servingClassifier, candidateHolder, refreshLabel, threshold: 0.8 };
  classify = createClassifyDocument({ ...scoring, failDocument: createFailDocument(log) });
  scoreInShadow = createScoreInShadow({ ...scoring, log: silentLog });
  reclassify = createReclassify(scoring);
  [invoice, letter] = [await world.make.makeLabel('invoice'), await world.make.makeLabel('letter')];
  // Each is certain, of the opposite.
  old = (await world.makeModel([invoice, letter], [4, 0])).id;
  candidate = (await world.makeModel([invoice, letter], [0, 4])).id;
});
afterAll(async () => {
  await servingClassifier.close();
  await candidateHolder.close();
  await world.close();
});

async function ask(source: string, variableValues: Record<string, unknown> = {}) {
  const contextValue = createContext({ baseUrl: '', viewer: { name: 'ann' } });
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
  if (errors) throw errors[0]?.originalError ?? errors[0];
  return JSON.parse(JSON.stringify(data));
}

const promote = async (id: string) =>
  (await ask('mutation ($id: ID!) { promoteModel(id: $id, reason: "tried it") { id aliases } }', { id }))
    .promoteModel;
const setShadow = async (id: string | null) =>
  (await ask('mutation ($id: ID) { setShadowModel(id: $id) { id aliases } }', { id })).setShadowModel;
const shadowReport = async () =>
  (
    await ask(`{ shadowReport { modelVersion { id } documents disagreements rate rateLow rateHigh
      pairs { servingLabel { name } label { name } count
        predictions(first: 2) { totalCount edges { node { confidence document { id } } } } } } }`)
  ).shadowReport;
const fields = `id number status isDryRun requestedBy decided changed unchanged modelVersion { id }
  progress { done total secondsLeft }
  diff { from { name } to { name } count documents { totalCount edges { node { id } } } }`;
const request = async (variables: { dryRun: boolean; modelVersionId?: string; filter?: unknown }) =>
  (
    await ask(
      `mutation ($dryRun: Boolean!, $modelVersionId: ID, $filter: DocumentFilter) {
        reclassify(dryRun: $dryRun, modelVersionId: $modelVersionId, filter: $filter) { ${fields} }
      }`,
      variables,
    )
  ).reclassify;
const cancel = async (id: string) =>
  (await ask('mutation ($id: ID!) { cancelReclassification(id: $id) { status } }', { id }))
    .cancelReclassification;
const labelOf = async (id: string) =>
  (await ask('query ($id: ID!) { document(id: $id) { label { name } labelSource } }', { id })).document;

/** Does the jobs of a reclassification until none follows, and reads it. */
async function finish(reclassificationId: string) {
  for (let isMore = true; isMore; ) {
    world.log.take();
    await reclassify.run({ reclassificationId }, context);
    isMore = world.log.take().some(({ name }) => name === 'reclassificationContinues');
  }
  const source = `query ($id: ID!) { reclassification(id: $id) { ${fields} } }`;
  return (await ask(source, { id: reclassificationId })).reclassification;
}

describe('a change of the model, over GraphQL', () => {
  it('begins with one that is promoted, and another in the shadow', async () => {
    expect(await promote(old)).toEqual({ id: old, aliases: ['serving'] });
    await expect(setShadow(old)).rejects.toMatchObject({ code: 'SHADOW_MODEL_SERVES' });
    expect(await shadowReport()).toBeNull();
    expect(await setShadow(candidate)).toEqual({ id: candidate, aliases: ['shadow'] });
    expect(await shadowReport()).toMatchObject({ documents: 0, rate: null, pairs: [] });
  });

  it('is weighed by what the model in the shadow says of new uploads', async () => {
    world.log.take();
    for (let count = 0; count < 3; count += 1) {
      const { id } = await world.makeDocument({ status: 'CLASSIFYING' });
      documents.push(id);
      await classify.run({ documentId: id }, context);
      for (const fact of world.log.take())
        if (fact.name === 'shadowScoreWanted') await scoreInShadow.run(fact, context);
    }
    const report = await shadowReport();
    expect(report).toMatchObject({
      modelVersion: { id: candidate },
      documents: 3,
      disagreements: 3,
      rate: 1,
      rateHigh: 1,
    });
    expect(report.pairs).toMatchObject([
      {
        servingLabel: { name: 'invoice' },
        label: { name: 'letter' },
        count: 3,
        predictions: { totalCount: 3 },
      },
    ]);
    const { edges } = report.pairs[0].predictions;
    expect(edges.map(({ node }: { node: { document: { id: string } } }) => node.document.id)).toEqual(
      documents.slice(0, 2),
    );
    // The shadow labels nothing.
    expect(await labelOf(documents[0] ?? '')).toEqual({ label: { name: 'invoice' }, labelSource: 'MODEL' });
  });

  it('is tried dry, which tells what would change and changes nothing', async () => {
    await ask('mutation ($id: ID!) { confirmLabel(documentId: $id) { id } }', { id: documents[2] });
    await expect(request({ dryRun: false, modelVersionId: candidate })).rejects.toMatchObject({
      code: 'MODEL_NOT_SERVING',
    });
    const asked = await request({
      dryRun: true,
      modelVersionId: candidate,
      filter: { labelIds: [invoice] },
    });
    expect(asked).toMatchObject({
      status: 'QUEUED',
      isDryRun: true,
      requestedBy: 'ann',
      modelVersion: { id: candidate },
      progress: { done: 0, total: 3, secondsLeft: null },
      diff: [],
    });
    const done = await finish(asked.id);
    expect(done).toMatchObject({ status: 'SUCCEEDED', decided: 1, changed: 2, unchanged: 0 });
    expect(done.progress).toEqual({ done: 3, total: 3, secondsLeft: null });
    expect(done.diff).toEqual([
      {
        from: { name: 'invoice' },
        to: { name: 'letter' },
        count: 2,
        documents: { totalCount: 2, edges: documents.slice(0, 2).map((id) => ({ node: { id } })) },
      },
    ]);
    expect(await labelOf(documents[0] ?? '')).toEqual({ label: { name: 'invoice' }, labelSource: 'MODEL' });
  });

  it('is made by promoting it, and what no person has decided follows', async () => {
    expect(await promote(candidate)).toEqual({ id: candidate, aliases: ['serving'] });
    expect(await shadowReport()).toBeNull();
    const done = await finish((await request({ dryRun: false })).id);
    expect(done).toMatchObject({ status: 'SUCCEEDED', isDryRun: false, decided: 1, changed: 2 });
    expect(await labelOf(documents[0] ?? '')).toEqual({ label: { name: 'letter' }, labelSource: 'MODEL' });
    expect(await labelOf(documents[2] ?? '')).toEqual({ label: { name: 'invoice' }, labelSource: 'HUMAN' });
  });

  it('is called off while it waits, once', async () => {
    const { id } = await request({ dryRun: false });
    expect(await cancel(id)).toEqual({ status: 'CANCELLED' });
    await expect(cancel(id)).rejects.toMatchObject({ code: 'RECLASSIFICATION_OVER' });
    await expect(cancel('none')).rejects.toMatchObject({ code: 'RECLASSIFICATION_NOT_FOUND' });
    const { reclassifications } = await ask(
      '{ reclassifications(first: 1) { totalCount pageInfo { hasNextPage } edges { node { id } } } }',
    );
    expect(reclassifications).toEqual({
      totalCount: 3,
      pageInfo: { hasNextPage: true },
      edges: [{ node: { id } }],
    });
  });

  it('is taken back, and the history tells who did what', async () => {
    const rollback = (steps: number) =>
      ask('mutation ($steps: Int!) { rollbackModel(steps: $steps, reason: "too weak") { id aliases } }', {
        steps,
      });
    await expect(rollback(2)).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' });
    expect((await rollback(1)).rollbackModel).toEqual({ id: old, aliases: ['serving'] });
    const { promotionEvents } = await ask(
      '{ promotionEvents { edges { node { kind promotedBy reason modelVersion { id } previous { id } } } } }',
    );
    const event = { promotedBy: 'ann', reason: 'tried it', kind: 'MANUAL' };
    expect(promotionEvents.edges.map(({ node }: { node: unknown }) => node)).toEqual([
      {
        ...event,
        ...{ kind: 'ROLLBACK', reason: 'too weak', modelVersion: { id: old }, previous: { id: candidate } },
      },
      { ...event, modelVersion: { id: candidate }, previous: { id: old } },
      { ...event, modelVersion: { id: old }, previous: null },
    ]);
  });
});
