import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packPageEmbedding } from '../../src/classification/embedding.js';
import { mixLists, readPlace, writePlace } from '../../src/classification/review-queue.js';
import { createRandom } from '../../src/layoutlmv2/random.js';
import type { ModelVersion } from '../../src/models/model-version.js';
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
let version: ModelVersion;
const ann = createContext({ baseUrl: '', viewer: { name: 'ann' } });

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  facts = createFactLog(database.connection);
  review = createReview(facts, { randomShare: 0.25 });
  invoice = await make.makeLabel('invoice');
  letter = await make.makeLabel('letter');
});
beforeEach(async () => {
  await database.query('truncate documents, model_versions, model_promotions cascade');
  version = await make.makeModelVersion([invoice, letter]);
  await createPromoteModel(facts)(version.id);
});
afterAll(() => database.close());

/** A document of which the model says `invoice` with this confidence; its place and label follow. */
async function addScored(
  confidence: number,
  options: { modelVersionId?: string; embedding?: readonly number[]; draw?: number } = {},
): Promise<string> {
  const { modelVersionId = version.id, embedding, draw } = options;
  const { id } = await make.makeDocument();
  if (draw !== undefined)
    await database.query('update documents set review_draw = $1 where id = $2', [draw, id]);
  const rest = 1 - confidence;
  const entropy = -[confidence, rest].reduce(
    (sum, share) => sum + (share > 0 ? share * Math.log(share) : 0),
    0,
  );
  await make.makePrediction({
    documentId: id,
    modelVersionId,
    labelId: confidence >= 0.5 ? invoice : letter,
    confidence: Math.max(confidence, rest),
    scores: [confidence, rest],
    margin: Math.abs(confidence - rest),
    entropy,
    ...(embedding && { embedding: packPageEmbedding(embedding) }),
  });
  await facts.connection.transaction((tx) => review.refreshLabel(tx, id));
  return id;
}

type Order = 'ENTROPY' | 'MARGIN';

/** Walks the queue in pages of a size. */
async function walk(
  first: number,
  order: Order = 'ENTROPY',
  reviewer: string | null = null,
): Promise<string[]> {
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page = await review.reviewResolver.reviewQueue(first, after, order, reviewer);
    expect(page.edges.length).toBeLessThanOrEqual(first);
    seen.push(...page.edges.map(({ node }) => node.id));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return seen;
}

describe('the review queue', () => {
  it('begins with what no model has scored, then what the model is least certain of', async () => {
    const former = await make.makeModelVersion([invoice, letter]);
    const certain = await addScored(0.75);
    const uncertain = await addScored(0.5);
    const doubtful = await addScored(0.6);
    const doubtfulLater = await addScored(0.6);
    const { id: unscored } = await make.makeDocument();
    const scoredByAnother = await addScored(0.5, { modelVersionId: former.id });
    await make.makeDocument({ status: 'READING' });
    const decided = await addScored(0.5);
    await review.correctLabel({ documentId: decided, labelId: letter, decidedBy: 'ann', note: null });

    const expected = [unscored, scoredByAnother, uncertain, doubtful, doubtfulLater, certain];
    for (const order of ['ENTROPY', 'MARGIN'] as const) {
      for (const first of [1, 2, 5, 50]) expect(await walk(first, order)).toEqual(expected);
    }
    const page = await review.reviewResolver.reviewQueue(2, null, 'ENTROPY', null);
    expect(await page.countTotal()).toBe(6);
  });

  it('tells uncertainty by entropy or by margin, as asked', async () => {
    const many = await make.makeModelVersion([invoice, letter, await make.makeLabel('form')]);
    await createPromoteModel(facts)(many.id);
    const add = async (scores: number[], entropy: number, margin: number) => {
      const { id } = await make.makeDocument();
      const confidence = Math.max(...scores);
      const figures = { labelId: invoice, confidence, scores, entropy, margin };
      await make.makePrediction({ documentId: id, modelVersionId: many.id, ...figures });
      await facts.connection.transaction((tx) => review.refreshLabel(tx, id));
      return id;
    };
    const betweenTwo = await add([0.5, 0.5, 0], Math.LN2, 0);
    const betweenAll = await add([0.4, 0.3, 0.3], 1.09, 0.1);
    // Of two that are possible, even is as uncertain as can be; of three it would be less.
    const ofThree = await add([0.499, 0.499, 0.002], 0.706, 0);
    expect(await walk(10, 'ENTROPY')).toEqual([betweenTwo, betweenAll, ofThree]);
    expect(await walk(10, 'MARGIN')).toEqual([betweenTwo, ofThree, betweenAll]);
  });

  it('shows one of each kind before the second copy of a form', async () => {
    const form = (seed: number, copy: number) => {
      const [shape, own] = [createRandom(seed), createRandom(1000 * seed + copy)];
      return Array.from({ length: 96 }, () => 1 + shape.uniform() + 0.02 * own.uniform());
    };
    const copies: string[] = [];
    for (let copy = 0; copy < 20; copy += 1) {
      copies.push(await addScored(0.5, { embedding: form(1, copy) }));
    }
    const others: string[] = [];
    for (const seed of [2, 3, 4, 5]) others.push(await addScored(0.6, { embedding: form(seed, 0) }));
    const seen = await walk(7);
    expect(seen).toHaveLength(24);
    // Before the second one, everything else: the model is surer of it, but it teaches more.
    expect(seen.slice(0, 5)).toEqual([copies[0], ...others]);
    expect(new Set(seen)).toEqual(new Set([...copies, ...others]));
    // Worked out again, as after a change of the label set, the order is the same.
    for (const id of copies) await facts.connection.transaction((tx) => review.refreshLabel(tx, id));
    expect(await walk(24)).toEqual(seen);
  });

  it('puts a random one of the labelled documents at every fourth place, by lot', async () => {
    const waiting: string[] = [];
    for (let count = 0; count < 8; count += 1) waiting.push(await addScored(0.5));
    const second = await addScored(0.9, { draw: 0.1 });
    const first = await addScored(0.9, { draw: 0.01 });
    const third = await addScored(0.9, { draw: 0.2 });
    await addScored(0.9, { draw: 0.25 });
    await addScored(0.9, { draw: 0.9 });
    const expected = [
      ...waiting.slice(0, 3),
      first,
      ...waiting.slice(3, 6),
      second,
      ...waiting.slice(6),
      third,
    ];
    for (const size of [1, 3, 4, 11]) expect(await walk(size)).toEqual(expected);
    const page = await review.reviewResolver.reviewQueue(2, null, 'ENTROPY', null);
    expect(await page.countTotal()).toBe(11);
    expect(
      await createReview(facts, { randomShare: 0 }).reviewResolver.reviewQueue(20, null, 'ENTROPY', null),
    ).toMatchObject({
      edges: waiting.map((id) => ({ node: { id } })),
    });
  });

  it('goes on where one was, though what was seen is decided and more is uploaded meanwhile', async () => {
    const waiting: string[] = [];
    for (let count = 0; count < 6; count += 1) waiting.push(await addScored(0.5));
    const sample = await addScored(0.9, { draw: 0.1 });
    const first = await review.reviewResolver.reviewQueue(4, null, 'ENTROPY', null);
    expect(first.edges.map(({ node }) => node.id)).toEqual([...waiting.slice(0, 3), sample]);
    for (const { node } of first.edges) await review.reviewResolver.correctLabel(node.id, letter, null, ann);
    const late = await addScored(0.55);
    const rest = await review.reviewResolver.reviewQueue(10, first.pageInfo.endCursor, 'ENTROPY', null);
    expect(rest.edges.map(({ node }) => node.id)).toEqual([...waiting.slice(3), late]);
  });

  it('asks an index for a page, however many documents there are', async () => {
    await database.query(`
      insert into documents (id, filename, media_type, byte_size, sha256, status, needs_review, label_source, label_id,
                             review_by_entropy, review_by_margin)
      select gen_random_uuid(), 'x.pdf', 'application/pdf', 1, md5(n::text), 'READY', n % 2 = 0,
             case when n % 2 = 0 then null else 'MODEL'::label_source end,
             case when n % 2 = 0 then null else '${invoice}'::uuid end, random(), random()
      from generate_series(1, 4000) as n`);
    await database.query('analyze documents');
    const place = `0.5::float8, '${createId()}'::uuid`;
    const lists = [
      `select id from documents as d where d.needs_review and d.status = 'READY'
       and (- d.review_by_entropy, d.id) > (-${place}) order by - d.review_by_entropy, d.id limit 21`,
      `select id from documents as d where d.needs_review and d.status = 'READY'
       order by - d.review_by_margin, d.id limit 21`,
      `select id from documents as d where d.label_source = 'MODEL' and not d.needs_review and d.status = 'READY'
       and d.review_draw < 0.1 and (d.review_draw, d.id) > (${place}) order by d.review_draw, d.id limit 21`,
    ];
    for (const list of lists) {
      const rows = await database.query<{ 'QUERY PLAN': string }>(`explain ${list}`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/Index (Only )?Scan using documents_review_/);
      expect(plan).not.toMatch(/Sort|Seq Scan/);
    }
  });

  it.each([
    'one two',
    `ENTROPY 1 NaN ${createId()} - -`,
    'ENTROPY 1 - -',
    'ENTROPY x - - - -',
    'MARGIN 1 - - - -',
  ])('has no place %j', async (key) => {
    const after = Buffer.from(key).toString('base64url');
    await expect(review.reviewResolver.reviewQueue(2, after, 'ENTROPY', null)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });
});

describe('a place in the queue', () => {
  it('is read as it was written', () => {
    const place = { key: 1 / 3, documentId: createId() };
    for (const whole of [
      { count: 3, waiting: place, sample: null },
      { count: 0, waiting: null, sample: { ...place, key: 1e-9 } },
    ]) {
      expect(readPlace(writePlace(whole, 'MARGIN'), 'MARGIN')).toEqual(whole);
      expect(readPlace(writePlace(whole, 'MARGIN'), 'ENTROPY')).toBeNull();
    }
  });

  it('is in both lists, of which either may end first', () => {
    const list = (count: number) =>
      Array.from({ length: count }, (_, key) => ({ key, documentId: createId() }));
    const start = { count: 0, waiting: null, sample: null };
    const [waiting, sample] = [list(2), list(3)];
    const mixed = mixLists({ waiting, sample, share: 0.5, after: start });
    const ids = (rows: readonly { documentId: string }[]) => rows.map(({ documentId }) => documentId);
    expect(ids(mixed)).toEqual(
      ids([waiting[0], sample[0], waiting[1], sample[1], sample[2]].flatMap((row) => row ?? [])),
    );
    expect(mixed.at(-1)?.place).toEqual({ count: 5, waiting: waiting[1], sample: sample[2] });
    expect(mixLists({ waiting, sample: [], share: 0, after: start })).toHaveLength(2);
  });
});

describe('a claim', () => {
  const claim = (reviewer: string, first = 2) =>
    review.claimReview({ reviewer, first, uncertainty: 'ENTROPY' });
  const ids = (documents: readonly { id: string }[]) => documents.map(({ id }) => id);

  it('keeps a document from all others, also when many ask at once', async () => {
    for (let count = 0; count < 10; count += 1) await addScored(0.5);
    const claims = await Promise.all(['ann', 'ben', 'eve', 'joe', 'kim'].map((reviewer) => claim(reviewer)));
    expect(new Set(claims.flatMap(ids)).size).toBe(10);
    expect(await claim('zoe')).toEqual([]);
    expect(await walk(10, 'ENTROPY', 'zoe')).toEqual([]);
    expect(new Set(await walk(3, 'ENTROPY', 'ann'))).toEqual(new Set(ids(claims[0] ?? [])));
    expect(await walk(10)).toHaveLength(10);
  });

  it('is kept when its reviewer asks again, and more is given on top', async () => {
    for (let count = 0; count < 5; count += 1) await addScored(0.5);
    const held = ids(await claim('ann'));
    expect(ids(await claim('ann'))).toEqual(held);
    const more = ids(await claim('ann', 4));
    expect(more.slice(0, 2)).toEqual(held);
    expect(new Set(more).size).toBe(4);
    expect(ids(await claim('ben', 5))).toHaveLength(1);
  });

  it('ends by a decision, by hand and by time', async () => {
    const [first = '', second = '', third = ''] = [
      await addScored(0.5),
      await addScored(0.5),
      await addScored(0.5),
    ];
    expect(ids(await claim('ann', 3))).toEqual([first, second, third]);
    await review.confirmLabel({ documentId: first, decidedBy: 'ann', note: null });
    expect(await review.releaseReview({ reviewer: 'ben', documentIds: [second] })).toBe(0);
    expect(await review.releaseReview({ reviewer: 'ann', documentIds: [second, 'no id'] })).toBe(1);
    expect(ids(await claim('ben', 3))).toEqual([second]);
    const holder = await review.reviewResolver.claim((await claim('ann'))[0] ?? fail(), ann);
    expect(holder).toMatchObject({ reviewer: 'ann' });
    await database.query(`update review_claims set expires_at = now() where document_id = $1`, [third]);
    expect(ids(await claim('ben', 3))).toEqual([second, third]);
  });

  it.each([
    ['', 1],
    ['x'.repeat(201), 1],
    ['ann', 0],
    ['ann', 101],
  ])('is refused for the name %j and %i documents', async (reviewer, first) => {
    await expect(claim(reviewer, first)).rejects.toMatchObject({ code: 'INVALID_CLAIM', isPublic: true });
  });
});

function fail(): never {
  throw new Error('nothing has been claimed');
}
