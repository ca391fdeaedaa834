import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRecordDecision } from '../../../src/classification/decide-label.js';
import { listDecisions } from '../../../src/classification/decision.repository.js';
import { listNewestDecisions } from '../../../src/classification/label-decisions.js';
import { listReviewQueue } from '../../../src/classification/review-queue.js';
import {
  createSplitDocument,
  createUnsplitDocument,
  type SplitDocument,
  type UnsplitDocument,
} from '../../../src/classification/splitting/split-document.js';
import { listDocuments } from '../../../src/documents/document.repository.js';
import {
  countDocumentsOfLabels,
  findDocumentById,
  findDocumentWithPages,
} from '../../../src/documents/document-access.js';
import { listStandingParts } from '../../../src/documents/document-parts.js';
import { listGroups, listNewestAlike } from '../../../src/documents/duplicate.repository.js';
import { groupNewDocuments, listDuplicateGroups } from '../../../src/documents/group-duplicates.js';
import { listWordsOfPages } from '../../../src/ocr/words-of-pages.js';
import { collectDataset } from '../../../src/training/collect-dataset.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { createFactLog } from '../../support/facts.js';
import { createRecordMaker, type RecordMaker } from '../../support/records.js';
import { createReview, type Review } from '../../support/review.js';

let database: TestDatabase;
let make: RecordMaker;
let log: ReturnType<typeof createFactLog>;
let review: Review;
let split: SplitDocument;
let unsplit: UnsplitDocument;
let invoice: string;
let letter: string;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  log = createFactLog(database.connection);
  review = createReview(log);
  const rules = { ...log, threshold: 0.8, randomShare: 0 };
  split = createSplitDocument({ ...log, recordDecision: createRecordDecision(rules) });
  unsplit = createUnsplitDocument({ ...log, refreshLabel: review.refreshLabel });
});
beforeEach(async () => {
  await database.query('truncate documents, labels, model_versions, model_promotions cascade');
  invoice = await make.makeLabel('invoice');
  letter = await make.makeLabel('letter');
  log.take();
});
afterAll(() => database.close());

const texts = ['first words', 'second words', '', 'fourth words'];
type Part = Parameters<SplitDocument>[0]['parts'][number];
const part = (firstPage: number, lastPage: number, rest: Partial<Part> = {}): Part => ({
  firstPage,
  lastPage,
  labelId: null,
  filename: null,
  ...rest,
});
const splitInTwo = (documentId: string, labels: [string | null, string | null] = [null, null]) =>
  split({
    documentId,
    parts: [part(1, 2, { labelId: labels[0] }), part(3, 4, { labelId: labels[1] })],
    splitBy: 'ann',
  });
const partsOf = async (documentId: string) =>
  (await listStandingParts(database.connection.database, [documentId])).flat();
const read = (id: string) => findDocumentById(database.connection.database, id);
const list = async (filter: Parameters<typeof listDocuments>[1]['filter'] = {}) => {
  const options = { filter, order: 'OLDEST_FIRST', first: 100, after: null } as const;
  return (await listDocuments(database.connection.database, options)).rows.map(({ id }) => id);
};
const queue = async () => {
  const options = {
    uncertainty: 'ENTROPY',
    share: 0,
    first: 100,
    after: null,
    notClaimedFrom: null,
  } as const;
  return (await listReviewQueue(database.connection.database, options)).rows.map(
    ({ documentId }) => documentId,
  );
};
const correct = (documentId: string, labelId: string) =>
  review.correctLabel({ documentId, labelId, decidedBy: 'ben', note: null });

describe('the parts of a document that a person has split', () => {
  it('have its pages with their images and words, which nobody reads again', async () => {
    const { id, pageIds } = await make.makeDocument({ filename: 'scan.pdf', texts });
    const words = await listWordsOfPages(database.connection.database, pageIds);
    expect(await splitInTwo(id)).toMatchObject({ id, status: 'SPLIT' });
    const parts = await partsOf(id);
    expect(parts).toMatchObject([
      { filename: 'scan (pages 1-2).pdf', status: 'CLASSIFYING', pageCount: 2, splitFirstPage: 1 },
      { filename: 'scan (pages 3-4).pdf', status: 'CLASSIFYING', pageCount: 2, splitFirstPage: 3 },
    ]);
    const found = await findDocumentWithPages(database.connection.database, parts[1]?.id ?? '');
    expect(found?.pages).toMatchObject([
      { number: 1, width: 100, height: 140, imageSha256: 'f'.repeat(64) },
      { number: 2 },
    ]);
    const own = await listWordsOfPages(
      database.connection.database,
      found?.pages.map((page) => page.id) ?? [],
    );
    expect(own).toEqual(words.slice(2));
    expect(await list({ text: 'fourth' })).toEqual([parts[1]?.id]);
    // Classified, and given a file; neither rendered nor read.
    expect(log.take()).toEqual([
      { name: 'documentSplit', documentId: id, partIds: parts.map((one) => one.id) },
    ]);
  });

  it('may be others than proposed, named and labelled by the person, whose decisions these are', async () => {
    const { id } = await make.makeDocument({ texts });
    const parts = [
      part(2, 4, { labelId: letter, filename: 'my/letter.pdf' }),
      part(1, 1, { labelId: invoice }),
    ];
    await split({ documentId: id, parts, splitBy: 'ann' });
    const made = await partsOf(id);
    expect(made).toMatchObject([
      { splitFirstPage: 1, labelId: invoice, labelSource: 'HUMAN', needsReview: false },
      { splitFirstPage: 2, filename: 'letter.pdf', labelId: letter, labelSource: 'HUMAN' },
    ]);
    const decisions = await listDecisions(
      database.connection.database,
      made.map((one) => one.id),
    );
    expect(decisions.flat()).toMatchObject([{ decidedBy: 'ann' }, { decidedBy: 'ann' }]);
    expect(log.take().map(({ name }) => name)).toEqual(['labelDecided', 'labelDecided', 'documentSplit']);
  });

  it('stand for it in lists, in search, in counts, in the queue and among what is learnt from', async () => {
    const { id } = await make.makeDocument({ texts });
    await correct(id, invoice);
    expect(await countDocumentsOfLabels(database.connection.database, [invoice, letter])).toEqual([1, 0]);
    await splitInTwo(id, [invoice, null]);
    const [first, second] = (await partsOf(id)).map((one) => one.id);
    expect(await list()).toEqual([first, second]);
    expect(await list({ text: 'second' })).toEqual([first]);
    expect(await list({ labelIds: [invoice] })).toEqual([first]);
    expect(await list({ statuses: ['SPLIT'] })).toEqual([id]);
    expect(await countDocumentsOfLabels(database.connection.database, [invoice])).toEqual([1]);
    await database.query("update documents set status = 'READY' where id = $1", [second]);
    expect(await queue()).toEqual([second]);
    const decided = await listNewestDecisions(database.connection.database);
    expect(decided.map(({ documentId }) => documentId)).toEqual([first]);
    // What was decided of the whole is still there to be read.
    expect((await listDecisions(database.connection.database, [id]))[0]).toHaveLength(1);
  });

  it('share a split of the data with it and with each other, and are no near-duplicates for that', async () => {
    const sentence = (seed: string) => Array.from({ length: 40 }, (_, index) => `${seed}${index}`).join(' ');
    const { id } = await make.makeDocument({ texts: [sentence('a'), sentence('b')] });
    const { id: twin } = await make.makeDocument({ texts: [sentence('b')] });
    const { database: db } = database.connection;
    await groupNewDocuments(database.connection, [twin]);
    await split({ documentId: id, parts: [part(1, 1), part(2, 2)], splitBy: 'ann' });
    const [first = '', second = ''] = (await partsOf(id)).map((one) => one.id);
    const groups = await listDuplicateGroups(db, [id, first, second, twin]);
    expect(new Set(groups.values()).size).toBe(1);
    const alike = async (documentId: string) => {
      const alikeId = (await listGroups(db, [documentId])).get(documentId)?.alikeId ?? '';
      return (await listNewestAlike(db, [alikeId], 10)).map((one) => one.documentId);
    };
    expect(await alike(second)).toEqual([second, twin]);
    expect(await alike(first)).toEqual([first]);
  });

  it('never straddle the splits that they are drawn into', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 12; count += 1) {
      const words = Array.from({ length: 30 }, (_, index) => `d${count}w${index}`).join(' ');
      const { id } = await make.makeDocument({
        texts: [words, `${words} again`.split(' ').reverse().join(' ')],
      });
      await split({
        documentId: id,
        parts: [part(1, 1, { labelId: invoice }), part(2, 2, { labelId: letter })],
        splitBy: 'ann',
      });
      ids.push(id);
    }
    await database.query("update documents set status = 'READY' where status = 'CLASSIFYING'");
    const { items } = await database.connection.transaction((tx) => collectDataset(tx, 2));
    expect(items).toHaveLength(24);
    const splitOf = new Map(items.map((item) => [item.documentId, item.split]));
    for (const id of ids) {
      const [first, second] = (await partsOf(id)).map((one) => splitOf.get(one.id));
      expect(first).toBe(second);
    }
    expect(new Set(splitOf.values()).size).toBeGreaterThan(1);
  });

  it('may be split again', async () => {
    const { id } = await make.makeDocument({ texts });
    await splitInTwo(id);
    const [first] = await partsOf(id);
    await database.query("update documents set status = 'READY' where id = $1", [first?.id]);
    await split({ documentId: first?.id ?? '', parts: [part(1, 1), part(2, 2)], splitBy: 'ben' });
    expect(await partsOf(first?.id ?? '')).toMatchObject([
      { splitFirstPage: 1, fileFirstPage: 1 },
      { splitFirstPage: 2, fileFirstPage: 2 },
    ]);
  });
});

describe('a split is refused', () => {
  it('of two at once, the second', async () => {
    const { id } = await make.makeDocument({ texts });
    const results = await Promise.allSettled([splitInTwo(id), splitInTwo(id)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refusal = results.find((result) => result.status === 'rejected');
    expect(refusal?.reason).toMatchObject({ code: 'DOCUMENT_SPLIT' });
    expect(await partsOf(id)).toHaveLength(2);
    expect(await database.query('select id from documents')).toHaveLength(3);
  });

  it('with the fault of its pages, and then nothing has changed', async () => {
    const { id } = await make.makeDocument({ texts });
    const refused = async (parts: Part[]) => await split({ documentId: id, parts, splitBy: 'ann' });
    await expect(refused([part(1, 2), part(4, 4)])).rejects.toMatchObject({
      code: 'INVALID_SPLIT',
      message: 'Page 3 belongs to no part. Give each page to just one part, by its first and last page.',
    });
    await expect(refused([part(1, 3), part(3, 4)])).rejects.toThrow(/^Page 3 belongs to two parts\./);
    await expect(refused([part(1, 3), part(4, 5)])).rejects.toThrow(
      /beyond the last page of the document, page 4/,
    );
    await database.query('update labels set retired_at = now() where id = $1', [letter]);
    await expect(refused([part(1, 3), part(4, 4, { labelId: letter })])).rejects.toMatchObject({
      code: 'LABEL_RETIRED',
    });
    expect(await read(id)).toMatchObject({ status: 'READY' });
    expect(await list()).toEqual([id]);
    expect(log.take()).toEqual([]);
  });

  it('of what is not there, not read yet, or of one page', async () => {
    await expect(splitInTwo('no id')).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
    const { id } = await make.makeDocument({ status: 'READING', texts });
    await expect(splitInTwo(id)).rejects.toMatchObject({ code: 'DOCUMENT_NOT_READY' });
    const { id: single } = await make.makeDocument();
    await expect(splitInTwo(single)).rejects.toThrow(/one page only/);
  });
});

describe('a document that has been split', () => {
  it('is decided by its parts alone', async () => {
    const { id } = await make.makeDocument({ texts });
    await correct(id, invoice);
    await splitInTwo(id);
    await expect(correct(id, letter)).rejects.toMatchObject({ code: 'DOCUMENT_SPLIT' });
    const undo = { documentId: id, decisionId: null, revokedBy: 'ben', note: null };
    await expect(review.undoDecision(undo)).rejects.toMatchObject({ code: 'DOCUMENT_SPLIT' });
  });

  it('stands again when that is taken back, with its label and decisions; the parts are withdrawn', async () => {
    const { id } = await make.makeDocument({ texts });
    await correct(id, invoice);
    await splitInTwo(id, [letter, null]);
    const parts = (await partsOf(id)).map((one) => one.id);
    log.take();
    expect(await unsplit({ documentId: id, undoneBy: 'ben' })).toMatchObject({
      status: 'READY',
      labelId: invoice,
      labelSource: 'HUMAN',
    });
    expect(log.take()).toEqual([{ name: 'splitUndone', documentId: id }]);
    expect(await list()).toEqual([id]);
    expect(await list({ statuses: ['WITHDRAWN'] })).toEqual(parts);
    expect(await partsOf(id)).toEqual([]);
    await expect(correct(parts[0] ?? '', invoice)).rejects.toMatchObject({ code: 'DOCUMENT_WITHDRAWN' });
    await expect(unsplit({ documentId: id, undoneBy: 'ben' })).rejects.toMatchObject({ code: 'NOT_SPLIT' });
    await splitInTwo(id);
    expect(await partsOf(id)).toHaveLength(2);
  });

  it('does not stand again while a part has been decided since, until that is undone', async () => {
    const { id } = await make.makeDocument({ texts });
    await splitInTwo(id, [letter, null]);
    const [first = '', second = ''] = (await partsOf(id)).map((one) => one.id);
    await correct(second, invoice);
    const takeBack = () => unsplit({ documentId: id, undoneBy: 'ben' });
    await expect(takeBack()).rejects.toMatchObject({
      code: 'PART_CHANGED',
      message:
        'The split cannot be taken back: the part of pages 3-4 has been decided since. Take that back first.',
    });
    await review.undoDecision({ documentId: second, decisionId: null, revokedBy: 'ben', note: null });
    await correct(first, invoice);
    await expect(takeBack()).rejects.toThrow(/the part of pages 1-2 has been decided/);
    await review.undoDecision({ documentId: first, decisionId: null, revokedBy: 'ben', note: null });
    expect(await takeBack()).toMatchObject({ status: 'READY' });
  });

  it('does not stand again while a part has been split itself', async () => {
    const { id } = await make.makeDocument({ texts });
    await splitInTwo(id);
    const [first] = await partsOf(id);
    await database.query("update documents set status = 'READY' where id = $1", [first?.id]);
    await split({ documentId: first?.id ?? '', parts: [part(1, 1), part(2, 2)], splitBy: 'ann' });
    await expect(unsplit({ documentId: id, undoneBy: 'ann' })).rejects.toThrow(
      /pages 1-2 has been split itself/,
    );
    await unsplit({ documentId: first?.id ?? '', undoneBy: 'ann' });
    expect(await unsplit({ documentId: id, undoneBy: 'ann' })).toMatchObject({ status: 'READY' });
  });
});
