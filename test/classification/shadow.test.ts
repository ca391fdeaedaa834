import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRefreshLabel } from '../../src/classification/assign-labels.js';
import { createClassifyDocument } from '../../src/classification/classify-document.js';
import { createModelHolder, type ModelHolder } from '../../src/classification/model-holder.js';
import { DocumentPredictionResolver } from '../../src/classification/prediction.resolver.js';
import { createScoreInShadow } from '../../src/classification/score-in-shadow.js';
import {
  createServingClassifier,
  type ServingClassifier,
} from '../../src/classification/serving-classifier.js';
import {
  DocumentShadowResolver,
  ShadowPairResolver,
  ShadowReportResolver,
} from '../../src/classification/shadow.resolver.js';
import { reportShadow } from '../../src/classification/shadow-report.js';
import { createFailDocument } from '../../src/documents/change-status.js';
import { createPromoteModel } from '../../src/models/promote-model.js';
import { createSetShadowModel } from '../../src/models/shadow-model.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { createId } from '../../src/shared/ids.js';
import { silentLog } from '../support/log.js';
import { createReview } from '../support/review.js';
import { createServingWorld, type ServingWorld } from '../support/serving.js';

let world: ServingWorld;
let servingClassifier: ServingClassifier;
let candidateHolder: ModelHolder;
let classify: ReturnType<typeof createClassifyDocument>;
let scoreInShadow: ReturnType<typeof createScoreInShadow>;
let [invoice, letter] = ['', ''];
const context = { signal: new AbortController().signal, attempt: 1 };

beforeAll(async () => {
  world = await createServingWorld();
  const { log, store, encodePage } = world;
  const holding = { ...log, store, enginePreference: 'wasm' as const };
  servingClassifier = createServingClassifier(holding);
  candidateHolder = createModelHolder({ ...holding, idleMs: 1 });
  classify = createClassifyDocument({
    ...log,
    encodePage,
    servingClassifier,
    refreshLabel: createRefreshLabel({ threshold: 0.8 }),
    failDocument: createFailDocument(log),
  });
  scoreInShadow = createScoreInShadow({ ...log, encodePage, candidateHolder, log: silentLog });
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

const request = () => createContext({ baseUrl: '', viewer: { name: 'me' } });
const database = () => world.database.connection.database;

/** Classifies an upload and does what follows. */
async function upload(texts: readonly string[] = ['word']) {
  const { id } = await world.makeDocument({ status: 'CLASSIFYING', texts });
  await classify.run({ documentId: id }, context);
  for (const fact of world.log.take()) {
    if (fact.name === 'shadowScoreWanted') await scoreInShadow.run(fact, context);
  }
  return id;
}

async function serveAndShadow(servingBias: readonly number[], shadowBias: readonly number[]) {
  const serving = await world.makeModel([invoice, letter], servingBias);
  const shadow = await world.makeModel([invoice, letter], shadowBias);
  await createPromoteModel(world.log)(serving.id);
  await createSetShadowModel(world.log)(shadow.id);
  world.log.take();
  return { serving, shadow };
}

describe('a model in the shadow', () => {
  it('scores uploads beside the serving one, and labels nothing', async () => {
    const { serving, shadow } = await serveAndShadow([4, 0], [0, 4]);
    const id = await upload(['word', 'word word']);
    expect(await world.read(id)).toMatchObject({ status: 'READY', labelId: invoice, labelSource: 'MODEL' });
    const document = await world.read(id);
    if (!document) throw new Error('gone');
    const resolver = new DocumentPredictionResolver(world.database);
    expect(await resolver.prediction(document, request())).toMatchObject({ modelVersionId: serving.id });
    expect(await resolver.predictions(document, request())).toMatchObject([{ modelVersionId: serving.id }]);
    const shadowed = await new DocumentShadowResolver(world.database).shadowPredictions(document, request());
    expect(shadowed).toMatchObject([
      {
        modelVersionId: shadow.id,
        labelId: letter,
        servingModelId: serving.id,
        servingLabelId: invoice,
        engine: 'wasm',
      },
    ]);
    expect(shadowed[0]?.confidence).toBeGreaterThan(0.9);
    expect(await database().prediction.count({ where: { modelVersionId: shadow.id } })).toBe(0);
  });

  it('says of a document once, however often it is asked', async () => {
    const { shadow } = await serveAndShadow([4, 0], [0, 4]);
    const id = await upload();
    const job = { documentId: id, modelVersionId: shadow.id };
    await Promise.all([scoreInShadow.run(job, context), scoreInShadow.run(job, context)]);
    expect(await database().shadowPrediction.count()).toBe(1);
  });

  it('is not asked of what is scored anew, nor once it is taken away', async () => {
    const { shadow } = await serveAndShadow([4, 0], [0, 4]);
    const id = await upload();
    await classify.run({ documentId: id }, context);
    expect(world.log.take()).toEqual([]);
    await createSetShadowModel(world.log)(null);
    const later = await upload();
    expect(await scoreInShadow.run({ documentId: later, modelVersionId: shadow.id }, context)).toEqual({
      status: 'skipped',
      reason: 'the model is no longer in the shadow',
    });
    expect(await scoreInShadow.run({ documentId: createId(), modelVersionId: shadow.id }, context)).toEqual({
      status: 'skipped',
      reason: 'the document is gone',
    });
  });

  it('takes nothing from a document when it cannot be loaded', async () => {
    const { shadow } = await serveAndShadow([4, 0], [0, 4]);
    await world.store.removeFolder(shadow.id);
    const { id } = await world.makeDocument({ status: 'CLASSIFYING' });
    await classify.run({ documentId: id }, context);
    const job = { documentId: id, modelVersionId: shadow.id };
    const error = await scoreInShadow.run(job, context).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'MODEL_UNUSABLE' });
    await scoreInShadow.giveUp(job, error);
    expect(await world.read(id)).toMatchObject({ status: 'READY', labelId: invoice, failure: null });
  });

  it('says nothing that counts once it serves itself: then the document is scored for good', async () => {
    const { shadow } = await serveAndShadow([4, 0], [0, 4]);
    const id = await upload();
    await createPromoteModel(world.log)(shadow.id);
    await classify.run({ documentId: id }, context);
    expect(await world.read(id)).toMatchObject({ labelId: letter });
    expect(await database().prediction.count({ where: { modelVersionId: shadow.id, pageId: null } })).toBe(1);
  });
});

describe('the report of the shadow', () => {
  it('is of nothing while nothing has been scored', async () => {
    const { shadow } = await serveAndShadow([4, 0], [0, 4]);
    expect(await reportShadow(database(), shadow.id)).toEqual({
      modelVersionId: shadow.id,
      documents: 0,
      disagreements: 0,
      rate: null,
      rateLow: null,
      rateHigh: null,
      pairs: [],
    });
  });

  it('tells how often the two differ, in which labels and on which documents', async () => {
    const { serving, shadow } = await serveAndShadow([4, 0], [0, 4]);
    const ids = [await upload(), await upload(), await upload()];
    // One on which both agree.
    const other = await world.makeDocument();
    await database().shadowPrediction.create({
      data: {
        ...{
          id: createId(),
          documentId: other.id,
          modelVersionId: shadow.id,
          labelId: letter,
          confidence: 1,
        },
        ...{ entropy: 0, margin: 1, scores: [0, 1], engine: 'cpu', device: 'test', durationMs: 1 },
        ...{ truncatedTokens: 0, servingModelId: serving.id, servingLabelId: letter, servingConfidence: 1 },
      },
    });
    const resolver = new ShadowReportResolver(world.database);
    const report = await resolver.shadowReport(null);
    if (!report) throw new Error('no report');
    expect(report).toMatchObject({ modelVersionId: shadow.id, documents: 4, disagreements: 3, rate: 0.75 });
    expect(report.rateLow).toBeGreaterThan(0.2);
    expect(report.rateHigh).toBeLessThan(1);
    const [pair] = resolver.pairs(report);
    if (!pair) throw new Error('no pair');
    expect(pair).toMatchObject({ servingLabelId: invoice, labelId: letter, count: 3 });
    const pairs = new ShadowPairResolver(world.database);
    const first = await pairs.predictions(pair, 2, null);
    const rest = await pairs.predictions(pair, 2, first.pageInfo.endCursor);
    expect([...first.edges, ...rest.edges].map(({ node }) => node.documentId)).toEqual(ids);
    expect(rest.pageInfo.hasNextPage).toBe(false);
  });

  it('counts merged labels for their target', async () => {
    const { shadow } = await serveAndShadow([4, 0], [0, 4]);
    await upload();
    await createReview(world.log).mergeLabels({ sourceId: letter, targetId: invoice, changedBy: 'ann' });
    expect(await reportShadow(database(), shadow.id)).toMatchObject({
      documents: 1,
      disagreements: 0,
      rate: 0,
    });
  });
});
