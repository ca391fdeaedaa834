import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toDocumentFilter } from '../../src/documents/document.inputs.js';
import { type DocumentFilter, listDocuments } from '../../src/documents/document.repository.js';
import { DocumentResolver } from '../../src/documents/document.resolver.js';
import { createRetryDocument } from '../../src/documents/retry-document.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';

describe('the list of documents', () => {
  let database: TestDatabase;
  let make: RecordMaker;
  let resolver: DocumentResolver;
  const ids: Record<string, string> = {};
  const labels: Record<string, string> = {};

  beforeAll(async () => {
    database = await createTestDatabase();
    make = createRecordMaker(database);
    resolver = new DocumentResolver({
      connection: database.connection,
      retryDocument: createRetryDocument(createFactLog(database.connection)),
    });
    const add = async (name: string, options: Parameters<RecordMaker['makeDocument']>[0]) => {
      ids[name] = (await make.makeDocument(options)).id;
    };
    await add('invoice', {
      filename: 'Rechnung ÄÖ.pdf',
      texts: ['Invoice of Miller & Sons', 'total due 120.50'],
      createdAt: new Date('2026-01-01'),
    });
    await add('reminder', {
      filename: 'b.pdf',
      texts: ['Reminder: invoice unpaid, total due now'],
      createdAt: new Date('2026-02-01'),
    });
    await add('letter', {
      filename: '100%_sure.pdf',
      texts: ['Dear Mrs Miller'],
      createdAt: new Date('2026-03-01'),
    });
    await add('unread', {
      filename: 'c.pdf',
      status: 'READING',
      texts: [null],
      createdAt: new Date('2026-04-01'),
    });
    await add('failed', {
      filename: 'd.pdf',
      status: 'FAILED',
      texts: [],
      createdAt: new Date('2026-05-01'),
    });
    labels.invoice = await make.makeLabel('invoice');
    labels.letter = await make.makeLabel('letter');
    const label = (name: string, labelId: string | undefined, labelSource: string) =>
      database.query(
        'update documents set label_id = $1, label_source = $2::label_source, needs_review = false where id = $3',
        [labelId, labelSource, ids[name]],
      );
    await label('invoice', labels.invoice, 'HUMAN');
    await label('reminder', labels.invoice, 'MODEL');
    await label('letter', labels.letter, 'MODEL');
  });
  afterAll(() => database.close());

  const nameOf = (id: string) => Object.keys(ids).find((name) => ids[name] === id);
  async function find(filter: DocumentFilter): Promise<(string | undefined)[]> {
    const options = { filter, order: 'OLDEST_FIRST' as const, first: 100, after: null };
    const { rows } = await listDocuments(database.connection.database, options);
    return rows.map(({ id }) => nameOf(id));
  }

  it.each<[DocumentFilter, string[]]>([
    [{}, ['invoice', 'reminder', 'letter', 'unread', 'failed']],
    [{ text: 'MILLER' }, ['invoice', 'letter']],
    [{ text: 'invoice total' }, ['reminder']],
    [{ text: '"total due"' }, ['invoice', 'reminder']],
    [{ text: '"due total"' }, []],
    [{ text: 'miller -dear' }, ['invoice']],
    [{ text: 'reminder or dear' }, ['reminder', 'letter']],
    [{ text: '120.50' }, ['invoice']],
    [{ text: `it's "half open & (odd) | ! :* \\ <-> ` }, []],
    [{ filename: 'rechnung ä' }, ['invoice']],
    [{ filename: '%_' }, ['letter']],
    [{ statuses: ['READING', 'FAILED'] }, ['unread', 'failed']],
    [{ statuses: [] }, []],
    [{ labelSource: 'MODEL' }, ['reminder', 'letter']],
    [{ needsReview: false }, ['invoice', 'reminder', 'letter']],
    [{ needsReview: true, statuses: ['FAILED'] }, ['failed']],
    [{ createdAfter: new Date('2026-02-01'), createdBefore: new Date('2026-04-01') }, ['reminder', 'letter']],
  ])('with %j holds %j', async (filter, expected) => {
    expect(await find(filter)).toEqual(expected);
  });

  it('can be asked for labels, of which unknown ones have no documents', async () => {
    const labelIds = [labels.invoice ?? '', 'no id at all'];
    expect(await find(toDocumentFilter({ labelIds }))).toEqual(['invoice', 'reminder']);
    expect(await find(toDocumentFilter({ labelIds: ['no id at all'] }))).toEqual([]);
  });

  it('leaves out of a filter what no text in it can have', async () => {
    expect(await find(toDocumentFilter({ text: 'mil\0ler' }))).toEqual(['invoice', 'letter']);
    expect(await find(toDocumentFilter({ filename: 'rech\0nung', text: '\ud83e -reminder' }))).toEqual([]);
  });

  it('takes a filter that is null or blank for one that is not given', async () => {
    expect(toDocumentFilter({ text: null, statuses: null, needsReview: false })).toEqual({
      needsReview: false,
    });
    expect(toDocumentFilter(null)).toEqual({});
    expect(toDocumentFilter({ text: '  ', filename: '' })).toEqual({});
  });

  it('counts what it would hold in all', async () => {
    const list = await resolver.documents({ text: 'miller' }, 'NEWEST_FIRST', 1, null);
    expect(list.edges).toHaveLength(1);
    expect(await list.countTotal()).toBe(2);
  });

  it.each(['NEWEST_FIRST', 'OLDEST_FIRST'] as const)(
    'read %s page by page names each document once, also while others are added',
    async (order) => {
      const before = (await resolver.documents(null, order, 500, null)).edges.map(({ node }) => node.id);
      const read: string[] = [];
      let after: string | null = null;
      do {
        const page = await resolver.documents(null, order, 2, after);
        read.push(...page.edges.map(({ node }) => node.id));
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
        if (read.length < 7) await make.makeDocument({ texts: [] });
      } while (after !== null);
      expect(new Set(read).size).toBe(read.length);
      expect(read.filter((id) => before.includes(id))).toEqual(before);
    },
  );

  it('refuses a place that no list has given', async () => {
    const after = Buffer.from('not an id').toString('base64url');
    await expect(resolver.documents(null, 'NEWEST_FIRST', 2, after)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      isPublic: true,
    });
  });

  it('knows no document whose id is no id', async () => {
    expect(await resolver.document('no id')).toBeNull();
    expect(await resolver.document(ids.invoice ?? '')).toMatchObject({ filename: 'Rechnung ÄÖ.pdf' });
    await expect(resolver.retryDocument('no id')).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
  });

  it('gives the pages and the text of documents, each asked for once', async () => {
    const context = createContext({ baseUrl: 'http://here', viewer: { name: 'me' } });
    const document = await resolver.document(ids.invoice ?? '');
    const failed = await resolver.document(ids.failed ?? '');
    if (!document || !failed) throw new Error('they were made above');
    const [pages, none, text, noText] = await Promise.all([
      resolver.pages(document, context),
      resolver.pages(failed, context),
      resolver.text(document, context),
      resolver.text(failed, context),
    ]);
    expect(pages.map(({ number }) => number)).toEqual([1, 2]);
    expect(none).toEqual([]);
    expect(text).toBe('Invoice of Miller & Sons\n\ntotal due 120.50');
    expect(noText).toBeNull();
    expect(resolver.downloadUrl(document, context)).toBe(`http://here/files/documents/${document.id}`);
  });
});
