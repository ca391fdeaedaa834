import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import PDFDocument from 'pdfkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDocumentById } from '../../src/documents/document-access.js';
import { makeParts } from '../../src/documents/document-parts.js';
import { createExtractPart } from '../../src/documents/extract-part.js';
import { createPageRenderer, type PageRenderer } from '../../src/documents/rendering/page-renderer.js';
import { openPdf, pdfSourceOf } from '../../src/documents/rendering/pdf-document.js';
import { loadPdfium, type Pdfium } from '../../src/documents/rendering/pdfium.js';
import type { BlobStorage } from '../../src/platform/blob-storage.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import type { JobHandler } from '../../src/platform/jobs/job.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { silentLog } from '../support/log.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';

let database: TestDatabase;
let make: RecordMaker;
let folder: string;
let blobs: BlobStorage;
let renderer: PageRenderer;
let pdfium: Pdfium;
let extract: JobHandler<{ documentId: string }>;
const context = { signal: new AbortController().signal, attempt: 1 };

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  folder = await mkdtemp(join(tmpdir(), 'extract-part-'));
  blobs = createDiskBlobStorage({ folder });
  renderer = createPageRenderer({ maxPages: 100, maxPixels: 10_000_000, pageTimeoutMs: 60_000 });
  pdfium = await loadPdfium();
  extract = createExtractPart({ connection: database.connection, blobs, renderer, log: silentLog });
});
afterAll(async () => {
  await renderer.close();
  await database.close();
  await rm(folder, { recursive: true });
});

/** A PDF whose pages say these words. */
async function pdfOf(texts: readonly string[]): Promise<Buffer> {
  const sheet = new PDFDocument({ autoFirstPage: false });
  for (const text of texts) sheet.addPage({ size: 'A5' }).text(text);
  sheet.end();
  return await buffer(sheet);
}

function textsOf(bytes: Uint8Array): string[] {
  const pdf = openPdf(pdfium, pdfSourceOf(bytes));
  const texts = Array.from({ length: pdf.pageCount }, (_, index) => {
    const page = pdf.openPage(index + 1);
    const words = page?.readTextLayer().words.map(({ text }) => text) ?? [];
    page?.close();
    return words.join(' ');
  });
  pdf.close();
  return texts;
}

/** A document with a file of its own, taken apart; answers the ids of the parts. */
async function splitFile(bytes: Buffer, mediaType: string, ranges: readonly (readonly [number, number])[]) {
  const { sha256, byteSize } = await blobs.write(Readable.from([bytes]), { maxBytes: bytes.length });
  const pages = Math.max(...ranges.map(([, last]) => last));
  const { id } = await make.makeDocument({ texts: Array.from({ length: pages }, () => 'word') });
  await database.query('update documents set sha256 = $1, byte_size = $2, media_type = $3 where id = $4', [
    sha256,
    byteSize,
    mediaType,
    id,
  ]);
  return { sha256, partIds: await splitAgain(id, ranges) };
}
async function splitAgain(id: string, ranges: readonly (readonly [number, number])[]) {
  const planned = ranges.map(([firstPage, lastPage]) => ({
    firstPage,
    lastPage,
    filename: null,
    isLabelled: false,
  }));
  const { parts } = await database.connection.transaction((tx) => makeParts(tx, id, planned, 'ann'));
  return parts.map((part) => part.id);
}
async function read(id: string | undefined) {
  const document = await findDocumentById(database.connection.database, id ?? '');
  if (document === null) throw new Error(`no document ${id}`);
  return document;
}
const fileOf = async (id: string | undefined) => await buffer(await blobs.openRead((await read(id)).sha256));
const run = (documentId = '') => extract.run({ documentId }, context);

describe('a part of a PDF', () => {
  it('gets a PDF of its own, of just its pages', async () => {
    const bytes = await pdfOf(['one', 'two', 'three', 'four']);
    const { sha256, partIds } = await splitFile(bytes, 'application/pdf', [
      [1, 1],
      [2, 3],
      [4, 4],
    ]);
    expect(await read(partIds[1])).toMatchObject({
      sha256,
      fileFirstPage: 2,
      splitFirstPage: 2,
      pageCount: 2,
    });
    expect(await run(partIds[1])).toEqual({ status: 'done' });
    expect(textsOf(await fileOf(partIds[1]))).toEqual(['two', 'three']);
    const part = await read(partIds[1]);
    expect(part).toMatchObject({ fileFirstPage: null, splitFirstPage: 2 });
    expect(part.byteSize).toBe((await fileOf(partIds[1])).length);
    expect(await run(partIds[1])).toEqual({ status: 'skipped', reason: 'the file is its own' });
  });

  it('gets it also when it is a part of a part, before or after that has its own', async () => {
    const bytes = await pdfOf(['one', 'two', 'three', 'four', 'five']);
    for (const isLate of [false, true]) {
      const { partIds } = await splitFile(
        Buffer.concat([bytes, Buffer.from(isLate ? ' ' : '')]),
        'application/pdf',
        [
          [1, 2],
          [3, 5],
        ],
      );
      if (isLate) await run(partIds[1]);
      await database.query("update documents set status = 'READY' where id = $1", [partIds[1]]);
      const [, last] = await splitAgain(partIds[1] ?? '', [
        [1, 1],
        [2, 3],
      ]);
      expect(await read(last)).toMatchObject({ splitFirstPage: 2, fileFirstPage: isLate ? 2 : 4 });
      await run(last);
      expect(textsOf(await fileOf(last))).toEqual(['four', 'five']);
    }
  });

  it('keeps the whole file where its pages cannot be copied, and is no failure', async () => {
    const { sha256, partIds } = await splitFile(Buffer.from('%PDF-1.7 no more'), 'application/pdf', [
      [1, 1],
      [2, 2],
    ]);
    await expect(run(partIds[1])).rejects.toMatchObject({ code: 'UNREADABLE_FILE' });
    await extract.giveUp({ documentId: partIds[1] ?? '' }, new Error('a fault'));
    expect(await read(partIds[1])).toMatchObject({ sha256, fileFirstPage: 2, failure: null });
  });
});

describe('a part of a file of another kind', () => {
  it('keeps the whole file and says where in it its pages begin', async () => {
    const { sha256, partIds } = await splitFile(Buffer.from('a TIFF'), 'image/tiff', [
      [1, 2],
      [3, 3],
    ]);
    expect(await run(partIds[1])).toEqual({
      status: 'skipped',
      reason: 'parts of image/tiff keep the whole file',
    });
    expect(await read(partIds[1])).toMatchObject({ sha256, fileFirstPage: 3, mediaType: 'image/tiff' });
  });
});
