import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import express, { type ErrorRequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDocumentRoutes } from '../../src/documents/document.routes.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import { AppError } from '../../src/shared/errors.js';
import { createId } from '../../src/shared/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('the file of a document', () => {
  let database: TestDatabase;
  let folder: string;
  let server: Server;
  let base: string;
  let documentId: string;
  let pageId: string;
  let sha256: string;
  const bytes = randomBytes(200_000);
  const hostileName = `"; filename="evil.html"\r\n'%00 (ä) 🧾*.pdf`;

  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'routes-'));
    const blobs = createDiskBlobStorage({ folder });
    const keep = async (content: Buffer) =>
      (await blobs.write(Readable.from([content]), { maxBytes: 1_000_000 })).sha256;
    [documentId, pageId, sha256] = [createId(), createId(), await keep(bytes)];
    await database.connection.database.document.create({
      data: {
        id: documentId,
        filename: hostileName,
        mediaType: 'application/pdf',
        byteSize: bytes.length,
        sha256,
        pages: {
          create: {
            id: pageId,
            number: 1,
            width: 1,
            height: 1,
            imageSha256: await keep(Buffer.from('image')),
            imageMediaType: 'image/png',
            thumbnailSha256: await keep(Buffer.from('thumbnail')),
            perceptualHash: '0',
          },
        },
      },
    });
    const app = express();
    app.use(createDocumentRoutes({ connection: database.connection, blobs }));
    const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
      response.status(error instanceof AppError ? 404 : 500).json({ code: error.code });
    };
    app.use(answerError);
    server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await database.close();
    await rm(folder, { recursive: true });
  });

  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${base}/files/documents/${documentId}`, { method, headers });
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

  it('is given back byte by byte, as a download that runs nothing', async () => {
    const response = await get();
    expect(response.status).toBe(200);
    expect((await bytesOf(response)).equals(bytes)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'accept-ranges': 'bytes',
      'content-length': '200000',
      'content-type': 'application/pdf',
      'x-content-type-options': 'nosniff',
      etag: `"${sha256}"`,
    });
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
  });

  it('may be kept for ever by whoever has it, unless it is the one of a part that waits for its own', async () => {
    expect((await get()).headers.get('cache-control')).toContain('immutable');
    await database.query('update documents set file_first_page = 2');
    expect((await get()).headers.get('cache-control')).toBe('private, no-cache');
    await database.query('update documents set file_first_page = null');
  });

  it('is named as it was sent, whatever that was', async () => {
    const disposition = (await get()).headers.get('content-disposition') ?? '';
    expect(disposition).toMatch(/^attachment; filename\*=UTF-8''[\w.%!~-]+$/);
    expect(decodeURIComponent(disposition.slice(disposition.indexOf("''") + 2))).toBe(hostileName);
  });

  it('is described without its bytes when only its head is asked for', async () => {
    const response = await get({}, 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('200000');
    expect(await bytesOf(response)).toHaveLength(0);
  });

  it.each([
    ['bytes=0-9', 0, 9],
    ['bytes=150000-', 150_000, 199_999],
    ['bytes=-5', 199_995, 199_999],
    ['bytes=199990-999999999', 199_990, 199_999],
    ['bytes=0-9,5-20', 0, 20],
  ])('is given in part for %s', async (range, start, end) => {
    const response = await get({ range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/200000`);
    expect(response.headers.get('content-length')).toBe(String(end - start + 1));
    expect((await bytesOf(response)).equals(bytes.subarray(start, end + 1))).toBe(true);
  });

  it('has no part beyond its end', async () => {
    const response = await get({ range: 'bytes=200000-' });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe('bytes */200000');
    expect(await bytesOf(response)).toHaveLength(0);
  });

  it.each(['pages=1-2', 'bytes=x-y', 'bytes=0-1,100-200', 'bytes'])(
    'is given whole for %s',
    async (range) => {
      const response = await get({ range });
      expect(response.status).toBe(200);
      expect((await bytesOf(response)).equals(bytes)).toBe(true);
    },
  );

  it('goes on in part only while it is the same', async () => {
    const same = await get({ range: 'bytes=0-9', 'if-range': `"${sha256}"` });
    expect(same.status).toBe(206);
    const other = await get({ range: 'bytes=0-9', 'if-range': '"another"' });
    expect(other.status).toBe(200);
    expect(await bytesOf(other)).toHaveLength(bytes.length);
    await same.body?.cancel();
  });

  it('is not sent again to who has it', async () => {
    // Not by fetch, which would ask caches to stay out of it.
    const ask = (etag: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { 'if-none-match': etag };
        request(`${base}/files/documents/${documentId}`, { headers }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode));
        })
          .on('error', reject)
          .end();
      });
    expect(await ask(`"${sha256}"`)).toBe(304);
    expect(await ask(`"another", W/"${sha256}"`)).toBe(304);
    expect(await ask('"another"')).toBe(200);
  });

  it('may be left half read', async () => {
    const { port } = new URL(base);
    for (let reader = 0; reader < 5; reader += 1) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(`GET /files/documents/${documentId} HTTP/1.1\r\nHost: here\r\n\r\n`);
      await new Promise((resolve) => socket.once('data', resolve));
      socket.destroy();
    }
    expect((await get()).status).toBe(200);
  });

  it('of a page is its image or its thumbnail', async () => {
    const image = await fetch(`${base}/files/pages/${pageId}/image`);
    expect(image.headers.get('content-type')).toBe('image/png');
    expect(image.headers.get('content-disposition')).toBe('inline');
    expect(await image.text()).toBe('image');
    const thumbnail = await fetch(`${base}/files/pages/${pageId}/thumbnail`);
    expect(thumbnail.headers.get('content-type')).toBe('image/webp');
    expect(await thumbnail.text()).toBe('thumbnail');
  });

  it.each([
    [`documents/${createId()}`, 'DOCUMENT_NOT_FOUND'],
    ['documents/..%2f..%2fetc%2fpasswd', 'DOCUMENT_NOT_FOUND'],
    [`pages/${createId()}/image`, 'PAGE_NOT_FOUND'],
    ['pages/1/thumbnail', 'PAGE_NOT_FOUND'],
  ])('%s is not found', async (path, code) => {
    const response = await fetch(`${base}/files/${path}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ code });
  });

  it('of a page has no other kinds', async () => {
    expect((await fetch(`${base}/files/pages/${pageId}/words`)).status).toBe(404);
  });
});
