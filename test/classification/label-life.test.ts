import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listNewestDecisions } from '../../src/classification/label-decisions.js';
import {
  DocumentPredictionResolver,
  PredictionResolver,
} from '../../src/classification/prediction.resolver.js';
import { holdStatus } from '../../src/documents/change-status.js';
import { findDocumentById } from '../../src/documents/document-access.js';
import { getOrCreateLabel, holdLabelSet, listLabelNamesAt } from '../../src/labels/get-label.js';
import { DocumentLabelResolver } from '../../src/labels/label.resolver.js';
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
let bill: string;
let invoice: string;
let letter: string;
let modelVersionId: string;
const changedBy = 'ann';
const context = createContext({ baseUrl: '', viewer: { name: 'ann' } });
const job = { signal: new AbortController().signal, attempt: 1 };

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  facts = createFactLog(database.connection);
  review = createReview(facts);
});
beforeEach(async () => {
  await database.query('truncate documents, labels, model_versions, model_promotions cascade');
  bill = await make.makeLabel('bill');
  invoice = await make.makeLabel('invoice');
  letter = await make.makeLabel('letter');
  modelVersionId = (await make.makeModelVersion([bill, invoice, letter])).id;
  await createPromoteModel(facts)(modelVersionId);
  facts.take();
});
afterAll(() => database.close());

const read = (id: string) => findDocumentById(database.connection.database, id);
const waits = { labelId: null, labelSource: null, needsReview: true };
const byModel = (labelId: string) => ({ labelId, labelSource: 'MODEL', needsReview: false });
const byPerson = (labelId: string) => ({ labelId, labelSource: 'HUMAN', needsReview: false });

/** A document with these scores for bill, invoice and letter. */
async function score(scores: [number, number, number]): Promise<string> {
  const { id } = await make.makeDocument();
  const confidence = Math.max(...scores);
  const labelId = [bill, invoice, letter][scores.indexOf(confidence)] ?? '';
  await make.makePrediction({ documentId: id, modelVersionId, labelId, confidence, scores });
  await facts.connection.transaction((tx) => review.refreshLabel(tx, id));
  return id;
}
async function decide(labelId: string): Promise<string> {
  const { id } = await make.makeDocument();
  await review.correctLabel({ documentId: id, labelId, decidedBy: 'ben', note: null });
  return id;
}
const countOf = async (id: string) => {
  const label = (await review.labelResolver.labels(true)).find((one) => one.id === id);
  return label && (await review.labelResolver.documentCount(label, context));
};
const changesOf = async (id: string) => {
  const label = (await review.labelResolver.labels(true)).find((one) => one.id === id);
  return label && (await review.labelResolver.changes(label, context));
};

describe('many labels that are retired at once', () => {
  it('take no more documents, which are called by what is left or wait', async () => {
    const [first, second] = [await score([0.9, 0.05, 0.05]), await score([0.05, 0.05, 0.9])];
    const decided = await decide(invoice);
    const retired = await review.labelResolver.retireLabels([bill, invoice], context);
    expect(retired).toMatchObject([
      { id: bill, retiredAt: expect.any(Date) },
      { id: invoice, retiredAt: expect.any(Date) },
    ]);
    expect(await read(first)).toMatchObject(waits);
    expect(await read(second)).toMatchObject(byModel(letter));
    expect(await read(decided)).toMatchObject(byPerson(invoice));
    expect(await changesOf(invoice)).toMatchObject([{ kind: 'RETIRED', changedBy: 'ann' }]);
    // Those that are retired already stay so.
    await review.labelResolver.retireLabels([invoice, letter], context);
    expect(await changesOf(invoice)).toHaveLength(1);
    expect(await review.labelResolver.labels(false)).toEqual([]);
  });

  it('stay as they are where one of them is not there', async () => {
    const asked = review.retireLabels({ ids: [bill, createId()], changedBy });
    await expect(asked).rejects.toMatchObject({ code: 'LABEL_NOT_FOUND' });
    expect(await review.labelResolver.labels(false)).toHaveLength(3);
    expect(await changesOf(bill)).toEqual([]);
  });
});

describe('a label that is renamed', () => {
  it('has its new name everywhere, and its old one in what was before', async () => {
    const before = new Date();
    const renamed = await review.renameLabel({ id: bill, name: ' Bills ', changedBy });
    expect(renamed).toMatchObject({ id: bill, name: 'Bills' });
    await review.renameLabel({ id: bill, name: 'payment', changedBy });
    expect(await changesOf(bill)).toMatchObject([
      { kind: 'RENAMED', before: 'Bills', after: 'payment', changedBy: 'ann' },
      { kind: 'RENAMED', before: 'bill', after: 'Bills' },
    ]);
    const names = (at: Date) =>
      listLabelNamesAt(
        database.connection.database,
        [bill, letter].map((labelId) => ({ labelId, at })),
      );
    expect(await names(before)).toEqual(['bill', 'letter']);
    expect(await names(new Date())).toEqual(['payment', 'letter']);
  });

  it('may change its case, but takes no name of another, not even of a retired one', async () => {
    expect(await review.renameLabel({ id: bill, name: 'BILL', changedBy })).toMatchObject({ name: 'BILL' });
    await expect(review.renameLabel({ id: bill, name: 'Letter', changedBy })).rejects.toMatchObject({
      code: 'LABEL_EXISTS',
      message: expect.stringContaining('"letter"'),
    });
    await review.retireLabel({ id: letter, changedBy });
    const retired = { code: 'LABEL_EXISTS', message: expect.stringMatching(/retired.*Restore it/) };
    await expect(review.renameLabel({ id: bill, name: 'LETTER', changedBy })).rejects.toMatchObject(retired);
    const made = review.createLabel({ name: 'Letter', description: null, createdBy: 'ann' });
    await expect(made).rejects.toMatchObject(retired);
    await expect(review.renameLabel({ id: bill, name: '', changedBy })).rejects.toMatchObject({
      code: 'INVALID_LABEL_NAME',
    });
  });

  it('can be described anew, and is written down only when something changes', async () => {
    expect(
      await review.describeLabel({ id: bill, description: 'asks for money\u0000', changedBy }),
    ).toMatchObject({
      description: 'asks for money',
    });
    await review.describeLabel({ id: bill, description: 'asks for money', changedBy });
    await review.renameLabel({ id: bill, name: 'bill', changedBy });
    expect(await changesOf(bill)).toMatchObject([
      { kind: 'DESCRIBED', before: null, after: 'asks for money' },
    ]);
    expect(await review.describeLabel({ id: bill, description: null, changedBy })).toMatchObject({
      description: null,
    });
  });
});

describe('a label that is retired', () => {
  it('loses at once what only a model has given it; what people have decided stays', async () => {
    const [predicted, other, decided] = [
      await score([0.1, 0.9, 0]),
      await score([0.9, 0.1, 0]),
      await decide(invoice),
    ];
    expect(await countOf(invoice)).toBe(2);
    expect(await review.retireLabel({ id: invoice, changedBy })).toMatchObject({
      retiredAt: expect.any(Date),
    });
    expect(await read(predicted)).toMatchObject(waits);
    expect(await read(other)).toMatchObject(byModel(bill));
    expect(await read(decided)).toMatchObject(byPerson(invoice));
    expect(await countOf(invoice)).toBe(1);
    // Worked out again, it stays so.
    await review.refreshLabels.run({ after: null }, job);
    expect(await read(predicted)).toMatchObject(waits);
    expect((await review.reviewResolver.reviewQueue(10, null, 'ENTROPY', null)).edges).toHaveLength(1);
  });

  it('cannot be used: corrected to, confirmed, or named in an upload', async () => {
    const predicted = await score([0.1, 0.9, 0]);
    await review.retireLabel({ id: invoice, changedBy });
    const retired = { code: 'LABEL_RETIRED', message: expect.stringContaining('"invoice"') };
    const signature = { documentId: predicted, decidedBy: 'ben', note: null };
    await expect(review.correctLabel({ ...signature, labelId: invoice })).rejects.toMatchObject(retired);
    await expect(review.confirmLabel(signature)).rejects.toMatchObject(retired);
    const named = facts.connection.transaction((tx) => getOrCreateLabel(tx, 'Invoice', 'ben'));
    await expect(named).rejects.toMatchObject(retired);
  });

  it('has what the model said of it again when it is restored', async () => {
    const [sure, unsure, decided] = [
      await score([0.1, 0.9, 0]),
      await score([0.3, 0.7, 0]),
      await decide(letter),
    ];
    await review.retireLabel({ id: invoice, changedBy });
    await review.retireLabel({ id: invoice, changedBy });
    expect(await review.restoreLabel({ id: invoice, changedBy })).toMatchObject({ retiredAt: null });
    await review.restoreLabel({ id: invoice, changedBy });
    expect(await read(sure)).toMatchObject(byModel(invoice));
    expect(await read(unsure)).toMatchObject(waits);
    expect(await read(decided)).toMatchObject(byPerson(letter));
    expect(await countOf(invoice)).toBe(1);
    expect((await changesOf(invoice))?.map(({ kind }) => kind)).toEqual(['RESTORED', 'RETIRED']);
    await review.correctLabel({ documentId: sure, labelId: invoice, decidedBy: 'ben', note: null });
  });
});

describe('labels that are merged', () => {
  it('have their documents in one, at once, and history stays as it was', async () => {
    const [decided, predicted, undecided] = [
      await decide(bill),
      await score([0.9, 0.1, 0]),
      await score([0.5, 0.1, 0.4]),
    ];
    await decide(invoice);
    facts.take();
    const target = await review.mergeLabels({ sourceId: bill, targetId: invoice, changedBy });
    expect(target).toMatchObject({ id: invoice, retiredAt: null });
    expect(facts.take()).toEqual([{ name: 'labelsMerged', sourceId: bill, targetId: invoice }]);
    expect(await read(decided)).toMatchObject(byPerson(invoice));
    expect(await read(predicted)).toMatchObject(byModel(invoice));
    expect(await read(undecided)).toMatchObject(waits);
    expect([await countOf(bill), await countOf(invoice)]).toEqual([0, 3]);
    const kept = await database.query<{ label_id: string }>(
      'select label_id from label_decisions order by id',
    );
    expect(kept.map((row) => row.label_id)).toEqual([bill, invoice]);
    const learned = await listNewestDecisions(database.connection.database);
    expect(learned.map(({ labelId }) => labelId)).toEqual([invoice, invoice]);
    const source = (await review.labelResolver.labels(true)).find(({ id }) => id === bill);
    expect(source).toMatchObject({ mergedIntoId: invoice, retiredAt: expect.any(Date) });
    expect(await changesOf(bill)).toMatchObject([{ kind: 'MERGED', before: 'bill', after: 'invoice' }]);
    expect(await changesOf(invoice)).toMatchObject([{ kind: 'MERGED', before: 'bill', after: 'invoice' }]);
  });

  it('have the sum of their scores, which may reach the threshold', async () => {
    const [both, neither] = [await score([0.45, 0.45, 0.1]), await score([0.4, 0.2, 0.4])];
    const split = await score([0.3, 0.2, 0.5]);
    await review.mergeLabels({ sourceId: bill, targetId: invoice, changedBy });
    // Those whose first label is one of the two, in the same transaction.
    expect(await read(both)).toMatchObject(byModel(invoice));
    expect(await read(neither)).toMatchObject(waits);
    expect(await read(split)).toMatchObject(waits);
    await review.setLabelPolicy({ id: invoice, threshold: 0.5, changedBy });
    await review.refreshLabels.run({ after: null }, job);
    expect(await read(neither)).toMatchObject(byModel(invoice));
    const predictions = new DocumentPredictionResolver(facts);
    const resolver = new PredictionResolver(facts);
    const document = (await read(split)) ?? fail();
    const prediction = (await predictions.prediction(document, context)) ?? fail();
    expect(prediction).toMatchObject({ confidence: 0.5, margin: 0 });
    const scores = await resolver.scores(prediction, 5, context);
    expect(scores.map(({ label, score: share }) => [label.name, share])).toEqual([
      ['invoice', 0.5],
      ['letter', 0.5],
    ]);
    const stored = await database.query<{ scores: number[] }>(
      'select scores from predictions where document_id = $1',
      [split],
    );
    expect(stored[0]?.scores).toEqual([0.3, 0.2, 0.5]);
  });

  it('are worked out in the background where neither was the first', async () => {
    const id = await score([0.34, 0.32, 0.34]);
    await review.setLabelPolicy({ id: invoice, threshold: 0.6, changedBy });
    const other = await score([0.3, 0.32, 0.38]);
    await review.mergeLabels({ sourceId: bill, targetId: invoice, changedBy });
    expect(await read(other)).toMatchObject(waits);
    await review.refreshLabels.run({ after: null }, job);
    expect(await read(other)).toMatchObject(byModel(invoice));
    expect(await read(id)).toMatchObject(byModel(invoice));
  });

  it('follow the rules of the target', async () => {
    const predicted = await score([0.9, 0.1, 0]);
    await review.setLabelPolicy({ id: invoice, neverAssignAutomatically: true, changedBy });
    await review.mergeLabels({ sourceId: bill, targetId: invoice, changedBy });
    expect(await read(predicted)).toMatchObject(waits);
    expect(await review.confirmLabel({ documentId: predicted, decidedBy: 'ben', note: null })).toMatchObject(
      byPerson(invoice),
    );
  });

  it('can be merged again, and all of them are where the last one is', async () => {
    const decided = await decide(bill);
    const predicted = await score([0.5, 0.2, 0.3]);
    await review.mergeLabels({ sourceId: bill, targetId: invoice, changedBy });
    await review.mergeLabels({ sourceId: invoice, targetId: letter, changedBy });
    await review.refreshLabels.run({ after: null }, job);
    expect(await read(decided)).toMatchObject(byPerson(letter));
    expect(await read(predicted)).toMatchObject(byModel(letter));
    expect(await countOf(letter)).toBe(2);
  });

  it('are one of which the other cannot be used, restored or merged again', async () => {
    await review.mergeLabels({ sourceId: bill, targetId: invoice, changedBy });
    const { id: documentId } = await make.makeDocument();
    const correction = review.correctLabel({ documentId, labelId: bill, decidedBy: 'ben', note: null });
    await expect(correction).rejects.toMatchObject({
      code: 'LABEL_RETIRED',
      message: expect.stringMatching(/"bill".*merged into "invoice"/),
    });
    const merged = { code: 'LABEL_MERGED', message: expect.stringContaining('"bill"') };
    await expect(review.restoreLabel({ id: bill, changedBy })).rejects.toMatchObject(merged);
    const again = review.mergeLabels({ sourceId: bill, targetId: letter, changedBy });
    await expect(again).rejects.toMatchObject(merged);
    const into = review.mergeLabels({ sourceId: letter, targetId: bill, changedBy });
    await expect(into).rejects.toMatchObject({ code: 'LABEL_RETIRED' });
    const itself = review.mergeLabels({ sourceId: letter, targetId: letter, changedBy });
    await expect(itself).rejects.toMatchObject({ code: 'INVALID_MERGE' });
  });
});

describe('the rules of a label', () => {
  it('say from which confidence on the model is enough, at once and for it alone', async () => {
    const [sure, less, other] = [
      await score([0, 0.95, 0.05]),
      await score([0, 0.85, 0.15]),
      await score([0.85, 0.15, 0]),
    ];
    await review.setLabelPolicy({ id: invoice, threshold: 0.9, changedBy });
    expect(await read(sure)).toMatchObject(byModel(invoice));
    expect(await read(less)).toMatchObject(waits);
    expect(await read(other)).toMatchObject(byModel(bill));
    expect(await countOf(invoice)).toBe(1);
    await review.setLabelPolicy({ id: invoice, threshold: 0.5, changedBy });
    expect(await countOf(invoice)).toBe(2);
    expect(await review.setLabelPolicy({ id: invoice, threshold: null, changedBy })).toMatchObject({
      threshold: null,
    });
    expect(await read(less)).toMatchObject(byModel(invoice));
  });

  it('may leave it to people alone', async () => {
    const [predicted, decided] = [await score([0, 1, 0]), await decide(invoice)];
    await review.setLabelPolicy({ id: invoice, neverAssignAutomatically: true, changedBy });
    expect(await read(predicted)).toMatchObject(waits);
    expect(await read(decided)).toMatchObject(byPerson(invoice));
    await review.setLabelPolicy({ id: invoice, threshold: 0.9, changedBy });
    expect(await read(predicted)).toMatchObject(waits);
    await review.setLabelPolicy({ id: invoice, neverAssignAutomatically: false, changedBy });
    expect(await read(predicted)).toMatchObject(byModel(invoice));
    expect(await changesOf(invoice)).toMatchObject([
      { kind: 'POLICY', before: 'threshold 0.9, never assigned automatically', after: 'threshold 0.9' },
      { kind: 'POLICY' },
      { kind: 'POLICY', before: 'the default threshold', after: expect.stringContaining('never assigned') },
    ]);
  });

  it.each([-0.1, 1.1, Number.NaN])('take no threshold of %d', async (threshold) => {
    const policy = review.setLabelPolicy({ id: invoice, threshold, changedBy });
    await expect(policy).rejects.toMatchObject({ code: 'INVALID_THRESHOLD', isPublic: true });
  });
});

describe('a change that concerns many documents', () => {
  // More than are done at once, and more than one job does.
  const many = 1300;

  /** As many documents of a label, a fifth of them by people, the rest by the serving model with this confidence. */
  async function fill(labelId: string, confidence: number): Promise<void> {
    await database.query('create table filled (id uuid, number int)');
    await database.query(
      'with made as (select uuidv7() as id, number from generate_series(1, $1::int) as number) insert into filled select * from made',
      [many],
    );
    await database.query(
      `insert into documents (id, filename, media_type, byte_size, sha256, status, label_id, label_source, needs_review)
       select id, number || '.pdf', 'application/pdf', 1, 'filled ' || number, 'READY', $1::uuid,
              (case when number % 5 = 0 then 'HUMAN' else 'MODEL' end)::label_source, false from filled`,
      [labelId],
    );
    await database.query(
      `insert into label_decisions (id, document_id, label_id, decided_by)
       select uuidv7(), id, $1::uuid, 'ben' from filled where number % 5 = 0`,
      [labelId],
    );
    await database.query(
      `insert into predictions (id, document_id, model_version_id, label_id, confidence, entropy, margin, scores, engine, device,
         duration_ms, truncated_tokens)
       select uuidv7(), id, $1::uuid, $2::uuid, $3::float8, 0.1, 0.1, $4::float8[], 'cpu', 'cpu', 1, 0 from filled`,
      [
        modelVersionId,
        labelId,
        confidence,
        [bill, invoice, letter].map((id) => (id === labelId ? confidence : (1 - confidence) / 2)),
      ],
    );
    await database.query('drop table filled');
  }

  /** Does the jobs that have been announced, and those that these announce; answers how many. */
  async function settle(): Promise<number> {
    for (let jobs = 0; ; jobs += 1) {
      const left = facts.take().find((fact) => fact.name === 'labelSettlingContinues');
      if (left?.name !== 'labelSettlingContinues') return jobs;
      await review.settleLabel.run({ labelId: left.labelId, after: left.after }, job);
    }
  }
  const countBy = async (needsReview: boolean, labelId: string | null) => {
    const where = { needsReview, labelId };
    return await database.connection.database.document.count({ where });
  };

  it('moves the first ones of a merge at once and the rest in jobs; all are told to be the target’s', async () => {
    await fill(bill, 0.9);
    facts.take();
    await review.mergeLabels({ sourceId: bill, targetId: invoice, changedBy });
    expect(await countBy(false, bill)).toBe(many - 200);
    const documents = new DocumentLabelResolver(facts);
    const left = await database.connection.database.document.findFirst({ where: { labelId: bill } });
    const document = (await read(left?.id ?? '')) ?? fail();
    expect(await documents.label(document, context)).toMatchObject({ id: invoice });
    expect(await settle()).toBe(2);
    expect([await countBy(false, bill), await countBy(false, invoice)]).toEqual([0, many]);
  });

  it('follows the target, if that is retired before all are moved', async () => {
    await fill(bill, 0.9);
    facts.take();
    await review.mergeLabels({ sourceId: bill, targetId: invoice, changedBy });
    const [first] = facts.take().filter(({ name }) => name === 'labelSettlingContinues');
    await review.retireLabel({ id: invoice, changedBy });
    await settle();
    if (first?.name !== 'labelSettlingContinues') throw new Error('nothing is left to do');
    await review.settleLabel.run({ labelId: first.labelId, after: first.after }, job);
    await settle();
    const decided = many / 5;
    expect([await countBy(false, bill), await countBy(false, invoice)]).toEqual([0, decided]);
    expect(await countBy(true, null)).toBe(many - decided);
  });

  it('lets those of a retired label wait for a person, and gives it back what it restores meanwhile', async () => {
    await fill(bill, 0.9);
    facts.take();
    const decided = many / 5;
    await review.retireLabel({ id: bill, changedBy });
    expect(await countBy(true, null)).toBe(200);
    await settle();
    expect([await countBy(true, null), await countBy(false, bill)]).toEqual([many - decided, decided]);
    await review.restoreLabel({ id: bill, changedBy });
    await settle();
    expect(await countBy(false, bill)).toBe(many);
  });

  it('lets all follow a threshold, up and down', async () => {
    await fill(bill, 0.85);
    facts.take();
    await review.setLabelPolicy({ id: bill, threshold: 0.9, changedBy });
    await settle();
    expect([await countBy(true, null), await countBy(false, bill)]).toEqual([many - many / 5, many / 5]);
    await review.setLabelPolicy({ id: bill, threshold: 0.8, changedBy });
    await settle();
    expect([await countBy(true, null), await countBy(false, bill)]).toEqual([0, many]);
  });
});

it.each([createId(), 'no id'])('no label %j can be changed', async (id) => {
  const unknown = { code: 'LABEL_NOT_FOUND', message: expect.stringContaining(id) };
  const request = { id, changedBy };
  await expect(review.renameLabel({ ...request, name: 'x' })).rejects.toMatchObject(unknown);
  await expect(review.describeLabel({ ...request, description: null })).rejects.toMatchObject(unknown);
  await expect(review.retireLabel(request)).rejects.toMatchObject(unknown);
  await expect(review.restoreLabel(request)).rejects.toMatchObject(unknown);
  await expect(review.setLabelPolicy(request)).rejects.toMatchObject(unknown);
  const merge = review.mergeLabels({ sourceId: id, targetId: invoice, changedBy });
  await expect(merge).rejects.toMatchObject(unknown);
});

it('a label set that changes while people decide and models score loses no document', async () => {
  const ids: string[] = [];
  for (let count = 0; count < 6; count += 1) ids.push(await score([0.1, 0.9, 0]));
  const work = ids.flatMap((documentId, index) => [
    review.correctLabel({
      documentId,
      labelId: index % 2 === 0 ? bill : letter,
      decidedBy: 'ben',
      note: null,
    }),
    facts.connection.transaction(async (tx) => {
      await holdLabelSet(tx);
      await holdStatus(tx, documentId);
      await review.refreshLabel(tx, documentId);
    }),
  ]);
  await Promise.all(
    [
      review.retireLabel({ id: invoice, changedBy }),
      ...work,
      review.mergeLabels({ sourceId: letter, targetId: bill, changedBy }).then(() => {}),
    ].map((one) => one.catch((error: unknown) => expect(error).toMatchObject({ code: 'LABEL_RETIRED' }))),
  );
  for (const id of ids) {
    const document = await read(id);
    expect([bill, null]).toContain(document?.labelId);
    expect(document?.needsReview).toBe(document?.labelId === null);
  }
});

function fail(): never {
  throw new Error('it is not there');
}
