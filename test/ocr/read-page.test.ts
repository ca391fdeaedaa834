import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFailDocument } from '../../src/documents/change-status.js';
import { listDocuments } from '../../src/documents/document.repository.js';
import { createFindPageSource, findDocumentById } from '../../src/documents/document-access.js';
import { createReadPage } from '../../src/ocr/read-page.js';
import { createReadPageWords, type ReadPageWords } from '../../src/ocr/read-page-words.js';
import { createTesseractRecogniser } from '../../src/ocr/tesseract-recogniser.js';
import { listOcrVersionsOfDocuments, listWordsOfPages } from '../../src/ocr/words-of-pages.js';
import type { BlobStorage } from '../../src/platform/blob-storage.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import { createId } from '../../src/shared/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';
import { PROSE, printProse } from './printed-page.js';

describe('reading the pages of a document', () => {
  let database: TestDatabase;
  let make: RecordMaker;
  let log: ReturnType<typeof createFactLog>;
  let folder: string;
  let blobs: BlobStorage;
  const tesseract = createTesseractRecogniser({
    languages: ['eng'],
    languageDataFolder: null,
    workers: 1,
    maxPixels: 9_000_000,
    recycleAfterPages: 100,
    pageTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
  });

  beforeAll(async () => {
    database = await createTestDatabase();
    make = createRecordMaker(database);
    log = createFactLog(database.connection);
    folder = await mkdtemp(join(tmpdir(), 'read-'));
    blobs = createDiskBlobStorage({ folder });
  });
  beforeEach(() => void log.take());
  afterAll(async () => {
    await tesseract.close();
    await database.close();
    await rm(folder, { recursive: true });
  });

  const createJob = (readPageWords: ReadPageWords = createReadPageWords({ tesseract })) =>
    createReadPage({
      ...log,
      findPageSource: createFindPageSource({ ...log, blobs }),
      readPageWords,
      failDocument: createFailDocument(log),
    });
  const context = { signal: new AbortController().signal, attempt: 1 };

  /** A document whose pages are rendered and not read; their image is the printed prose. */
  async function makeUnread(pageCount: number) {
    const prose = await printProse();
    const image = await blobs.write(Readable.from([prose.image]), { maxBytes: prose.image.length });
    const texts = Array.from({ length: pageCount }, () => null);
    const document = await make.makeDocument({ status: 'READING', texts });
    await database.query('update pages set image_sha256 = $1, dpi = $2', [image.sha256, prose.dpi]);
    return { ...document, textLayer: prose.textLayer };
  }

  /** Says the same of every page, without looking. */
  const sayWord: ReadPageWords = async () => ({
    words: [{ text: 'word', box: [1, 2, 3, 4], confidence: 0.9 }],
    source: 'tesseract',
    meanConfidence: 0.9,
    ocrVersion: 'test/1',
    uprightTurn: 0,
    skewDegrees: 0,
  });
  const statusOf = async (id: string) => (await findDocumentById(database.connection.database, id))?.status;

  it('finds the words of a text layer and of an image, and search finds them', async () => {
    const { id, pageIds, textLayer } = await makeUnread(2);
    const [withLayer = '', scanned = ''] = pageIds;
    await database.connection.database.pageTextLayer.create({
      data: {
        pageId: withLayer,
        texts: textLayer.words.map(({ text }) => text),
        boxes: textLayer.words.flatMap(({ box }) => [...box]),
        unmappedShare: textLayer.unmappedShare,
      },
    });
    const job = createJob();
    for (const pageId of pageIds) {
      expect(await job.run({ documentId: id, pageId }, context)).toEqual({ status: 'done' });
    }
    const [layerPage, scannedPage] = await listWordsOfPages(database.connection.database, [
      withLayer,
      scanned,
    ]);
    expect(layerPage).toMatchObject({ source: 'text-layer', words: textLayer.words });
    expect(scannedPage?.source).toBe('tesseract');
    expect(scannedPage?.words.map(({ text }) => text).join(' ')).toBe(PROSE);
    expect(scannedPage?.words.every(({ confidence }) => confidence !== null && confidence > 0.5)).toBe(true);

    const [first = ''] = PROSE.split(' ');
    const search = { filter: { text: first }, order: 'NEWEST_FIRST' as const, first: 5, after: null };
    const { rows } = await listDocuments(database.connection.database, search);
    expect(rows.map((document) => document.id)).toEqual([id]);
    expect(await statusOf(id)).toBe('CLASSIFYING');
    expect(log.take()).toEqual([{ name: 'wordsRead', documentId: id }]);
    const versions = await listOcrVersionsOfDocuments(database.connection.database, [id]);
    // Only a document that is ready can be learnt from.
    expect(versions.size).toBe(0);
  });

  it('announces that a document is read once, when the last two pages end at the same time', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id, pageIds } = await makeUnread(3);
      const job = createJob(sayWord);
      await Promise.all(pageIds.map((pageId) => job.run({ documentId: id, pageId }, context)));
      expect(await statusOf(id)).toBe('CLASSIFYING');
      expect(log.take()).toEqual([{ name: 'wordsRead', documentId: id }]);
    }
  });

  it('announces nothing before the last page', async () => {
    const { id, pageIds } = await makeUnread(2);
    await createJob(sayWord).run({ documentId: id, pageId: pageIds[1] ?? '' }, context);
    expect(await statusOf(id)).toBe('READING');
    expect(log.take()).toEqual([]);
  });

  it('keeps what has been read when a page is read again', async () => {
    const { id, pageIds } = await makeUnread(1);
    const payload = { documentId: id, pageId: pageIds[0] ?? '' };
    await createJob(sayWord).run(payload, context);
    log.take();
    const again = createJob(async () => {
      throw new Error('it must not be read');
    });
    expect(await again.run(payload, context)).toEqual({
      status: 'skipped',
      reason: 'the page has been read',
    });
    expect(log.take()).toEqual([]);
  });

  it('goes on where a document is tried again of which all pages are read', async () => {
    const { id, pageIds } = await make.makeDocument({ status: 'READING', texts: ['a', 'b'] });
    const job = createJob(sayWord);
    await Promise.all(pageIds.map((pageId) => job.run({ documentId: id, pageId }, context)));
    expect(await statusOf(id)).toBe('CLASSIFYING');
    expect(log.take()).toEqual([{ name: 'wordsRead', documentId: id }]);
  });

  it('that fails marks the document, and the words of other pages stay', async () => {
    const { id, pageIds } = await makeUnread(2);
    const [good = '', bad = ''] = pageIds;
    const job = createJob(sayWord);
    await job.giveUp({ documentId: id, pageId: bad }, new Error('broken'));
    expect(await findDocumentById(database.connection.database, id)).toMatchObject({
      status: 'FAILED',
      failure: { stage: 'READING' },
    });
    await job.run({ documentId: id, pageId: good }, context);
    expect((await listWordsOfPages(database.connection.database, [good]))[0]?.words).toHaveLength(1);
    expect(await statusOf(id)).toBe('FAILED');
    expect(log.take()).toEqual([]);
  });

  it('has nothing to do for a page that is gone', async () => {
    expect(await createJob(sayWord).run({ documentId: createId(), pageId: createId() }, context)).toEqual({
      status: 'skipped',
      reason: 'the page is gone',
    });
  });

  it('lets search read a page that lies on its side as it is meant', async () => {
    const { id, pageIds } = await makeUnread(1);
    // One above the other on the image; turned clockwise they stand side by side.
    const words = [
      { text: 'one', box: [100, 700, 120, 800] as const, confidence: 1 },
      { text: 'line', box: [100, 500, 120, 600] as const, confidence: 1 },
    ];
    const job = createJob(async (page) => ({ ...(await sayWord(page)), words, uprightTurn: 90 }));
    await job.run({ documentId: id, pageId: pageIds[0] ?? '' }, context);
    const [row] = await database.query('select text from pages where id = $1', [pageIds[0]]);
    expect(row).toEqual({ text: 'one line' });
  });

  it('keeps that a page says nothing', async () => {
    const { id, pageIds } = await makeUnread(1);
    await createJob(async (page) => ({ ...(await sayWord(page)), words: [], meanConfidence: null })).run(
      { documentId: id, pageId: pageIds[0] ?? '' },
      context,
    );
    expect(await statusOf(id)).toBe('CLASSIFYING');
    expect((await listWordsOfPages(database.connection.database, pageIds))[0]).toMatchObject({ words: [] });
  });

  it('shows the newest words of a page', async () => {
    const { pageIds } = await make.makeDocument({ texts: ['old words'] });
    await make.makeWords(pageIds[0] ?? '', 'new words', 'test/2');
    const [page, unread] = await listWordsOfPages(database.connection.database, [
      pageIds[0] ?? '',
      createId(),
    ]);
    expect(page).toMatchObject({ ocrVersion: 'test/2' });
    expect(page?.words.map(({ text }) => text)).toEqual(['new', 'words']);
    expect(unread).toBeNull();
  });

  it('names the OCR versions of ready documents that are read whole', async () => {
    const whole = await make.makeDocument({ texts: ['a', 'b'] });
    const partly = await make.makeDocument({ texts: ['a', null] });
    const empty = await make.makeDocument({ texts: [] });
    await make.makeWords(whole.pageIds[1] ?? '', 'newer', 'test/2');
    const ids = [whole.id, partly.id, empty.id];
    const versions = await listOcrVersionsOfDocuments(database.connection.database, ids);
    expect([...versions]).toEqual([[whole.id, ['test/1', 'test/2']]]);
  });
});
