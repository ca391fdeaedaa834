import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCollectBlobs } from '../../src/documents/collect-blobs.js';
import { createUploadDocument } from '../../src/documents/upload-document.js';
import type { BlobStorage } from '../../src/platform/blob-storage.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { silentLog } from '../support/log.js';
import { createRecordMaker } from '../support/records.js';

describe('blobs that nobody names', () => {
  let folder: string;
  let database: TestDatabase;
  let blobs: BlobStorage;
  const job = { signal: new AbortController().signal, attempt: 1 };
  const hourMs = 60 * 60 * 1000;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blobs-'));
    database = await createTestDatabase();
    blobs = createDiskBlobStorage({ folder });
  });
  beforeEach(() => database.query('truncate documents cascade'));
  afterAll(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  async function* bytesOf(text: string) {
    yield Buffer.from(`%PDF-1.7 ${text}`);
  }
  const write = async (text: string) => (await blobs.write(bytesOf(text), { maxBytes: 1000 })).sha256;
  const age = (sha256: string, hours: number) =>
    blobs.withLocalFile(sha256, async (path) => {
      const then = new Date(Date.now() - hours * hourMs);
      await utimes(path, then, then);
    });
  const upload = (text: string, isFailing: boolean) =>
    createUploadDocument({ ...createFactLog(database.connection), blobs, maxBytes: 1000 })(
      { filename: 'a.pdf', stream: bytesOf(text) },
      async () => {
        if (isFailing) throw new Error('the database went away');
      },
    );
  const collect = () =>
    createCollectBlobs({ connection: database.connection, blobs, log: silentLog }).run({}, job);
  const isThere = async (sha256: string) => (await blobs.findSize(sha256)) !== null;

  it('are left by an upload whose transaction fails, and removed a day later', async () => {
    await expect(upload('lost', true)).rejects.toThrow('the database went away');
    const lost = await write('lost');
    await age(lost, 23);
    await collect();
    expect(await isThere(lost)).toBe(true);
    await age(lost, 25);
    await collect();
    expect(await isThere(lost)).toBe(false);
  });

  it('are not those of documents, page images and thumbnails, however old', async () => {
    const { document } = await upload('kept', false);
    const [image, thumbnail] = [await write('image'), await write('thumbnail')];
    const { pageIds } = await createRecordMaker(database).makeDocument();
    await database.query('update pages set image_sha256 = $1, thumbnail_sha256 = $2 where id = $3', [
      image,
      thumbnail,
      pageIds[0],
    ]);
    const all = [document.sha256, image, thumbnail];
    for (const sha256 of all) await age(sha256, 1000);
    await collect();
    expect(await Promise.all(all.map(isThere))).toEqual([true, true, true]);
  });

  it('are not those that are being uploaded again', async () => {
    const again = await write('again');
    await age(again, 1000);
    // Its bytes have been sent; its row is not there yet.
    expect(await write('again')).toBe(again);
    await collect();
    expect(await isThere(again)).toBe(true);
    const { document } = await upload('again', false);
    expect(document.sha256).toBe(again);
  });
});
