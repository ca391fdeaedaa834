import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DocumentPredictionResolver } from '../../src/classification/prediction.resolver.js';
import { measureProductionAccuracy, minimumSample } from '../../src/classification/production-accuracy.js';
import { findDocumentById } from '../../src/documents/document-access.js';
import { createPromoteModel } from '../../src/models/promote-model.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { createId } from '../../src/shared/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';
import { createReview, type Review } from '../support/review.js';

let database: TestDatabase;
let make: RecordMaker;
let facts: ReturnType<typeof createFactLog>;
let review: Review;
let invoice: string;
let letter: string;
let modelVersionId: string;
const context = createContext({ baseUrl: '', viewer: { name: 'ann' } });

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  facts = createFactLog(database.connection);
  review = createReview(facts, { randomShare: 0.5 });
  invoice = await make.makeLabel('invoice');
  letter = await make.makeLabel('letter');
});
beforeEach(async () => {
  await database.query('truncate documents, model_versions, model_promotions cascade');
  modelVersionId = (await make.makeModelVersion([invoice, letter])).id;
  await createPromoteModel(facts)(modelVersionId);
  facts.take();
});
afterAll(() => database.close());

const read = (id: string) => findDocumentById(database.connection.database, id);
const signature = { decidedBy: 'ann', note: null };
const correct = (documentId: string, labelId: string) =>
  review.correctLabel({ ...signature, documentId, labelId });
const undo = (documentId: string, decisionId: string | null = null) =>
  review.undoDecision({ documentId, decisionId, revokedBy: 'eve', note: 'a slip\u0000' });

/** A document that the model calls an invoice, with a lot drawn for it. */
async function score(confidence: number, draw = 0.1): Promise<string> {
  const { id } = await make.makeDocument();
  await database.query('update documents set review_draw = $1 where id = $2', [draw, id]);
  const scores = [confidence, 1 - confidence];
  await make.makePrediction({ documentId: id, modelVersionId, labelId: invoice, confidence, scores });
  await facts.connection.transaction((tx) => review.refreshLabel(tx, id));
  return id;
}
async function decisionsOf(id: string) {
  const document = await read(id);
  return document ? await new DocumentPredictionResolver(facts).decisions(document, context) : [];
}

describe('a decision that is taken back', () => {
  it('leaves the label before it, and stays readable with who took it back', async () => {
    const id = await score(0.9);
    await correct(id, letter);
    await correct(id, invoice);
    facts.take();
    expect(await undo(id)).toMatchObject({ labelId: letter, labelSource: 'HUMAN', needsReview: false });
    expect(facts.take()).toEqual([{ name: 'decisionRevoked', documentId: id }]);
    expect(await undo(id)).toMatchObject({ labelId: invoice, labelSource: 'MODEL', needsReview: false });
    expect(await decisionsOf(id)).toMatchObject([
      { labelId: invoice, decidedBy: 'ann', revocation: { revokedBy: 'eve', note: 'a slip' } },
      { labelId: letter, previousLabelId: invoice, revocation: { revokedBy: 'eve' } },
    ]);
    await expect(undo(id)).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO', isPublic: true });
  });

  it('lets a document that the model is not sure of wait again, where it waited', async () => {
    const [first, second] = [await score(0.6), await score(0.6)];
    const queue = async () =>
      (await review.reviewResolver.reviewQueue(10, null, 'ENTROPY', null)).edges.map(({ node }) => node.id);
    expect(await queue()).toEqual([first, second]);
    await correct(first, letter);
    expect(await queue()).toEqual([second]);
    expect(await undo(first)).toMatchObject({ labelId: null, labelSource: null, needsReview: true });
    expect(await queue()).toEqual([first, second]);
    // What came after it can be decided again.
    expect(await correct(first, invoice)).toMatchObject({ labelId: invoice, labelSource: 'HUMAN' });
  });

  it('is the one that is meant, not one that came in between', async () => {
    const id = await score(0.9);
    await correct(id, letter);
    const [meant] = await decisionsOf(id);
    await correct(id, invoice);
    const changed = { code: 'DECISION_CHANGED', isPublic: true };
    await expect(undo(id, meant?.id)).rejects.toMatchObject(changed);
    await expect(undo(id, createId())).rejects.toMatchObject(changed);
    const [newest] = await decisionsOf(id);
    expect(await undo(id, newest?.id)).toMatchObject({ labelId: letter });
    await expect(undo(createId())).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
  });

  it('is one, when two take back at the same time', async () => {
    const id = await score(0.9);
    await correct(id, letter);
    const attempts = await Promise.allSettled([undo(id), undo(id)]);
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('many decisions at once', () => {
  it('have a result each, in their order, and one that fails keeps no other back', async () => {
    const [sure, unsure] = [await score(0.9), await score(0.6)];
    const { id: unscored } = await make.makeDocument();
    const unknown = createId();
    const results = await review.confirmLabels({
      ...signature,
      documentIds: [sure, unknown, unscored, unsure],
    });
    expect(results).toMatchObject([
      { documentId: sure, document: { labelId: invoice, labelSource: 'HUMAN' }, error: null },
      { documentId: unknown, document: null, error: { code: 'DOCUMENT_NOT_FOUND' } },
      { documentId: unscored, document: null, error: { code: 'NOTHING_TO_CONFIRM' } },
      { documentId: unsure, document: { labelId: invoice }, error: null },
    ]);
    expect(await read(unscored)).toMatchObject({ labelSource: null });
  });

  it('may be another for each document, and the last for one that is named twice', async () => {
    const [first, second] = [await score(0.9), await score(0.9)];
    const corrections = [
      { documentId: first, labelId: letter, note: 'by hand' },
      { documentId: second, labelId: 'no id', note: null },
      { documentId: first, labelId: invoice, note: null },
    ];
    const results = await review.correctLabels({ decidedBy: 'ann', corrections });
    expect(results.map(({ error }) => error?.code ?? null)).toEqual([null, 'LABEL_NOT_FOUND', null]);
    expect(await decisionsOf(first)).toMatchObject([
      { labelId: invoice },
      { labelId: letter, note: 'by hand' },
    ]);
  });

  it('are at most 500', async () => {
    const documentIds = Array.from({ length: 501 }, createId);
    await expect(review.confirmLabels({ ...signature, documentIds })).rejects.toMatchObject({
      code: 'TOO_MANY_DOCUMENTS',
      message: expect.stringMatching(/500.*501/),
    });
  });
});

describe('the accuracy of production', () => {
  const measure = (since: Date | null = null) =>
    measureProductionAccuracy(database.connection.database, since);

  it('is measured on the random share alone, with its interval, from thirty documents on', async () => {
    const ids: string[] = [];
    for (let count = 0; count < minimumSample; count += 1) ids.push(await score(0.9));
    // Two are wrong; what stands outside the share, or waited, or nobody looked at says nothing.
    for (const [index, id] of ids.entries()) {
      if (index === minimumSample - 1) expect(await measure()).toBeNull();
      await correct(id, index < 2 ? letter : invoice);
    }
    for (const id of [await score(0.9, 0.5), await score(0.6)]) await correct(id, letter);
    await score(0.9);
    const accuracy = await measure();
    expect(accuracy).toMatchObject({ support: 30, correct: 28, accuracy: 28 / 30 });
    // Wilson's interval of 28 in 30, from the formula by hand.
    expect(accuracy?.low).toBeCloseTo(0.7868, 3);
    expect(accuracy?.high).toBeCloseTo(0.9815, 3);

    // A second look, and a decision taken back, count as they stand.
    await correct(ids[0] ?? '', invoice);
    expect(await measure()).toMatchObject({ support: 30, correct: 29 });
    await correct(ids[5] ?? '', letter);
    expect(await measure()).toMatchObject({ correct: 28 });
    await undo(ids[9] ?? '');
    expect(await measure()).toBeNull();
    await review.confirmLabel({ ...signature, documentId: ids[9] ?? '' });
    expect(await measure()).toMatchObject({ support: 30, correct: 28 });

    expect(await measure(new Date(Date.now() + 1000))).toBeNull();
    expect(await measure(new Date(Date.now() - 3_600_000))).toMatchObject({ support: 30 });
    expect((await decisionsOf(ids[9] ?? '')).map(({ isSample }) => isSample)).toEqual([true, true]);
  });
});
