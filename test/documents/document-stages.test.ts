import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeStatus, createFailDocument, type FailDocument } from '../../src/documents/change-status.js';
import type { DocumentStatus, Stage } from '../../src/documents/document.js';
import { createFindPageSource, findDocumentWithPages } from '../../src/documents/document-access.js';
import { createRenderDocument } from '../../src/documents/render-document.js';
import { createPageRenderer, type PageRenderer } from '../../src/documents/rendering/page-renderer.js';
import { createRetryDocument, type RetryDocument } from '../../src/documents/retry-document.js';
import type { BlobStorage } from '../../src/platform/blob-storage.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import { type EventListener, type LiveEvent, listenToEvents } from '../../src/platform/events/event-bus.js';
import { createAppError } from '../../src/shared/errors.js';
import { createId } from '../../src/shared/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { silentLog } from '../support/log.js';
import { makeDocument as makeFile } from '../support/make-documents.js';
import { buildEndlessPdf, buildPagePdf } from '../support/raw-pdf.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';
import { waitFor } from '../support/wait-for.js';

let database: TestDatabase;
let make: RecordMaker;
let log: ReturnType<typeof createFactLog>;
let failDocument: FailDocument;
let retryDocument: RetryDocument;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  log = createFactLog(database.connection);
  failDocument = createFailDocument(log);
  retryDocument = createRetryDocument(log);
});
beforeEach(() => void log.take());
afterAll(() => database.close());

async function read(id: string) {
  const found = await findDocumentWithPages(database.connection.database, id);
  if (found === null) throw new Error(`no document ${id}`);
  return found;
}

describe('a stage that failed', () => {
  it('is kept with code and message where the fault is the file', async () => {
    const { id } = await make.makeDocument({ status: 'RENDERING', texts: [] });
    await failDocument(
      id,
      'RENDERING',
      createAppError({ code: 'ENCRYPTED_PDF', message: 'Needs a password.' }),
    );
    expect((await read(id)).document).toMatchObject({
      status: 'FAILED',
      failure: { code: 'ENCRYPTED_PDF', message: 'Needs a password.', stage: 'RENDERING', retryable: false },
    });
  });

  it.each<[Stage, DocumentStatus, RegExp]>([
    ['RENDERING', 'QUEUED', /^Rendering its pages failed on our side/],
    ['READING', 'READING', /^Reading its words failed on our side/],
    ['CLASSIFYING', 'CLASSIFYING', /^Classifying it failed on our side/],
  ])('%s shows nothing of what went wrong inside', async (stage, status, message) => {
    const { id } = await make.makeDocument({ status });
    await failDocument(id, stage, new Error('secret'));
    expect((await read(id)).document).toMatchObject({
      status: 'FAILED',
      failure: { code: 'INTERNAL_ERROR', message: expect.stringMatching(message), stage, retryable: true },
    });
  });

  it.each<[Stage, DocumentStatus]>([
    ['RENDERING', 'READING'],
    ['READING', 'CLASSIFYING'],
    ['CLASSIFYING', 'READY'],
    ['CLASSIFYING', 'QUEUED'],
  ])('%s is no matter any more to a document that is %s', async (stage, status) => {
    const { id } = await make.makeDocument({ status });
    await failDocument(id, stage, new Error('late'));
    expect((await read(id)).document).toMatchObject({ status, failure: null });
  });

  it('of a document that is gone is no matter', async () => {
    await expect(failDocument(createId(), 'READING', new Error('gone'))).resolves.toBeUndefined();
  });

  it.each<[Stage, DocumentStatus]>([
    ['RENDERING', 'QUEUED'],
    ['READING', 'READING'],
    ['CLASSIFYING', 'CLASSIFYING'],
  ])('%s is tried again from there', async (stage, status) => {
    const { id, pageIds } = await make.makeDocument({ status, texts: ['a', null] });
    await failDocument(id, stage, new Error('once'));
    const document = await retryDocument(id);
    expect(document).toMatchObject({ id, status, failure: null });
    expect(log.take()).toEqual([{ name: 'documentRetried', documentId: id, stage, pageIds }]);
  });

  it('is tried again once, however often one asks', async () => {
    const { id } = await make.makeDocument({ status: 'READING' });
    await failDocument(id, 'READING', new Error('once'));
    const tries = await Promise.allSettled([retryDocument(id), retryDocument(id)]);
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(log.take()).toHaveLength(1);
  });

  it('is the only thing that can be tried again', async () => {
    const { id } = await make.makeDocument({ status: 'READY' });
    await expect(retryDocument(id)).rejects.toMatchObject({
      code: 'NOTHING_TO_RETRY',
      message: expect.stringContaining('READY'),
    });
    await expect(retryDocument(createId())).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
    expect(log.take()).toEqual([]);
  });
});

describe('a move from stage to stage', () => {
  let listener: EventListener;
  const heard: LiveEvent[] = [];
  beforeAll(async () => {
    listener = await listenToEvents(database.url, (event) => heard.push(event), silentLog);
  });
  afterAll(() => listener.close());

  it('is a live event', async () => {
    const { id } = await make.makeDocument({ status: 'READING' });
    await database.connection.transaction((tx) => changeStatus(tx, id, 'CLASSIFYING'));
    await failDocument(id, 'CLASSIFYING', new Error('x'));
    await retryDocument(id);
    await waitFor('three events', async () => heard.filter((event) => event.id === id).length === 3);
    expect(new Set(heard.map(({ topic }) => topic))).toEqual(new Set(['documentUpdated']));
  });
});

describe('rendering a document', () => {
  let folder: string;
  let blobs: BlobStorage;
  let renderer: PageRenderer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'render-'));
    blobs = createDiskBlobStorage({ folder });
    renderer = createPageRenderer({ maxPages: 3, maxPixels: 20_000_000, pageTimeoutMs: 60_000 });
  });
  afterAll(async () => {
    await renderer.close();
    await rm(folder, { recursive: true });
  });

  const createJob = (overrides: Partial<Parameters<typeof createRenderDocument>[0]> = {}) =>
    createRenderDocument({ ...log, blobs, renderer, failDocument, ...overrides });

  /** A document of these bytes, as an upload leaves it. */
  async function keep(bytes: Buffer, mediaType = 'application/pdf'): Promise<string> {
    const { id } = await make.makeDocument({ status: 'QUEUED', texts: [] });
    const { sha256 } = await blobs.write(Readable.from([bytes]), { maxBytes: bytes.length });
    await database.connection.database.document.update({ where: { id }, data: { sha256, mediaType } });
    return id;
  }
  const context = () => ({ signal: new AbortController().signal, attempt: 1 });
  const helloPdf = () => buildPagePdf({ content: 'BT /F1 40 Tf 100 600 Td (Hello World) Tj ET' });

  it('keeps its pages with images, thumbnails and words, and announces them', async () => {
    const { bytes } = await makeFile({ kind: 'invoice', seed: 1, as: 'pdf' });
    const id = await keep(bytes);
    expect(await createJob().run({ documentId: id }, context())).toEqual({ status: 'done' });
    const { document, pages } = await read(id);
    expect(document).toMatchObject({ status: 'READING', pageCount: 1, failure: null });
    const [page] = pages;
    expect(page).toMatchObject({
      documentId: id,
      number: 1,
      dpi: 200,
      imageMediaType: 'image/png',
      fault: null,
    });
    expect(log.take()).toEqual([{ name: 'pagesRendered', documentId: id, pageIds: [page?.id] }]);

    const source = await createFindPageSource({ ...log, blobs })(page?.id ?? '');
    expect(await sharp(source?.image).metadata()).toMatchObject({ width: page?.width, height: page?.height });
    expect(source?.textLayer?.texts.join(' ')).toMatch(/invoice/i);
    expect(source?.textLayer?.boxes).toHaveLength(4 * (source?.textLayer?.texts.length ?? 0));
    const thumbnail = await blobs.withLocalFile(page?.thumbnailSha256 ?? '', (path) =>
      sharp(path).metadata(),
    );
    expect(thumbnail.format).toBe('webp');
  });

  it('has nothing to do for a document that is further on, or gone', async () => {
    const { id, pageIds } = await make.makeDocument({ status: 'CLASSIFYING' });
    expect(await createJob().run({ documentId: id }, context())).toEqual({
      status: 'skipped',
      reason: 'the document is CLASSIFYING',
    });
    expect((await read(id)).pages.map((page) => page.id)).toEqual(pageIds);
    expect(await createJob().run({ documentId: createId() }, context())).toMatchObject({ status: 'skipped' });
    expect(log.take()).toEqual([]);
  });

  it('begun again after its process was killed replaces what it finds', async () => {
    const id = await keep(Buffer.concat([helloPdf(), Buffer.from('% again')]));
    await database.query(`update documents set status = 'RENDERING' where id = $1`, [id]);
    await database.connection.database.page.create({
      data: {
        id: createId(),
        documentId: id,
        number: 1,
        width: 1,
        height: 1,
        imageSha256: 'x',
        imageMediaType: 'image/png',
        thumbnailSha256: 'x',
        perceptualHash: '0',
      },
    });
    await createJob().run({ documentId: id }, context());
    const { document, pages } = await read(id);
    expect(document).toMatchObject({ status: 'READING', pageCount: 1 });
    expect(pages.map(({ number }) => number)).toEqual([1]);
    expect(pages[0]?.width).toBeGreaterThan(100);
  });

  it('that fails marks the document with what to do', async () => {
    const id = await keep(Buffer.from('%PDF-1.7\nbroken'));
    const job = createJob();
    const error = await job.run({ documentId: id }, context()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UNREADABLE_FILE', isPublic: true, retryable: false });
    await job.giveUp({ documentId: id }, error);
    const { document, pages } = await read(id);
    expect(document).toMatchObject({
      status: 'FAILED',
      failure: {
        code: 'UNREADABLE_FILE',
        stage: 'RENDERING',
        message: expect.stringMatching(/save or scan it again/),
      },
    });
    expect(pages).toEqual([]);
    expect(log.take()).toEqual([]);
  });

  it('whose renderer ends with the program is tried again', async () => {
    const closing = createPageRenderer({ maxPages: 3, maxPixels: 20_000_000, pageTimeoutMs: 60_000 });
    const id = await keep(buildEndlessPdf());
    const running = createJob({ renderer: closing }).run({ documentId: id }, context());
    const outcome = expect(running).rejects.toMatchObject({ code: 'RENDERER_CLOSED', retryable: true });
    await waitFor('it to begin', async () => (await read(id)).document.status === 'RENDERING');
    await closing.close();
    await outcome;
    expect((await read(id)).document).toMatchObject({ status: 'RENDERING', failure: null });
  });

  it('stops between two pages when it is asked to', async () => {
    const id = await keep(Buffer.concat([helloPdf(), Buffer.from('% stop')]));
    const stopping = new AbortController();
    stopping.abort(new Error('stopping'));
    await expect(
      createJob().run({ documentId: id }, { ...context(), signal: stopping.signal }),
    ).rejects.toThrow('stopping');
    expect((await read(id)).document.status).toBe('RENDERING');
  });
});
