/** What every blob storage must do; each driver's test runs it against itself. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import type { BlobStorage } from '../../src/platform/blob-storage.js';
import { waitFor } from '../support/wait-for.js';

type StorageUnderTest = {
  storage: BlobStorage;
  /** How many unfinished writes the storage still holds. */
  countTemporaryFiles: () => Promise<number>;
};

const MISSING_SHA256 = '0'.repeat(64);

/** Declares the tests of the contract; `createStorage` gives an empty storage each time. */
export function describeBlobStorageContract(createStorage: () => Promise<StorageUnderTest>): void {
  const maxBytes = 1024;

  it('gives back the bytes that were written, under their SHA-256', async () => {
    const { storage } = await createStorage();
    const bytes = Buffer.from('ten pounds, received with thanks');
    const blob = await storage.write(chunksOf(bytes, 5), { maxBytes });
    expect(blob).toEqual({ sha256: sha256Of(bytes), byteSize: bytes.length, existed: false });
    expect(await buffer(await storage.openRead(blob.sha256))).toEqual(bytes);
    expect(await storage.findSize(blob.sha256)).toBe(bytes.length);
  });

  it('keeps the same bytes once and says that they existed', async () => {
    const { storage } = await createStorage();
    const first = await storage.write(chunksOf(Buffer.from('twice'), 2), { maxBytes });
    const second = await storage.write(chunksOf(Buffer.from('twice'), 5), { maxBytes });
    expect(second).toEqual({ ...first, existed: true });
  });

  it('keeps the same bytes written by many at once', async () => {
    const { storage, countTemporaryFiles } = await createStorage();
    const bytes = Buffer.from('all at once');
    const blobs = await Promise.all(
      Array.from({ length: 8 }, () => storage.write(chunksOf(bytes, 3), { maxBytes })),
    );
    expect(new Set(blobs.map((blob) => blob.sha256))).toEqual(new Set([sha256Of(bytes)]));
    expect(await buffer(await storage.openRead(sha256Of(bytes)))).toEqual(bytes);
    expect(await countTemporaryFiles()).toBe(0);
  });

  it('keeps an empty blob', async () => {
    const { storage } = await createStorage();
    const blob = await storage.write(chunksOf(Buffer.alloc(0), 1), { maxBytes });
    expect(await storage.findSize(blob.sha256)).toBe(0);
    expect(await buffer(await storage.openRead(blob.sha256))).toHaveLength(0);
  });

  it('takes a stream of exactly the limit and refuses one byte more, naming limit and size', async () => {
    const { storage, countTemporaryFiles } = await createStorage();
    const exact = await storage.write(chunksOf(Buffer.alloc(maxBytes), 100), { maxBytes });
    expect(exact.byteSize).toBe(maxBytes);
    const tooLarge = Buffer.alloc(maxBytes + 1, 1);
    await expect(storage.write(chunksOf(tooLarge, 1000), { maxBytes })).rejects.toMatchObject({
      code: 'TOO_LARGE',
      isPublic: true,
      message: expect.stringMatching(/limit of 1024 bytes.*at least 1025 bytes/),
    });
    expect(await storage.findSize(sha256Of(tooLarge))).toBeNull();
    expect(await countTemporaryFiles()).toBe(0);
  });

  it('stops reading a stream that is too large', async () => {
    const { storage } = await createStorage();
    let chunks = 0;
    async function* endless() {
      for (;;) {
        chunks += 1;
        yield Buffer.alloc(512);
      }
    }
    await expect(storage.write(endless(), { maxBytes })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(chunks).toBe(3);
  });

  it('leaves nothing of a stream that is aborted', async () => {
    const { storage, countTemporaryFiles } = await createStorage();
    async function* aborted() {
      yield Buffer.from('half a ');
      throw new Error('connection lost');
    }
    await expect(storage.write(aborted(), { maxBytes })).rejects.toThrow('connection lost');
    expect(await countTemporaryFiles()).toBe(0);
  });

  it('reads a part of a blob, both ends included, and cuts at its end', async () => {
    const { storage } = await createStorage();
    const { sha256 } = await storage.write(chunksOf(Buffer.from('0123456789'), 4), { maxBytes });
    const read = async (range: { start: number; end?: number }) =>
      (await buffer(await storage.openRead(sha256, range))).toString();
    expect(await read({ start: 2, end: 4 })).toBe('234');
    expect(await read({ start: 7 })).toBe('789');
    expect(await read({ start: 8, end: 99 })).toBe('89');
  });

  it('lends a local file that holds the blob', async () => {
    const { storage } = await createStorage();
    const bytes = Buffer.from('for readers that need a file');
    const { sha256 } = await storage.write(chunksOf(bytes, 9), { maxBytes });
    expect(await storage.withLocalFile(sha256, (path) => readFile(path))).toEqual(bytes);
  });

  it('says that a blob is not there', async () => {
    const { storage } = await createStorage();
    const notFound = { code: 'BLOB_NOT_FOUND', isPublic: false };
    await expect(storage.openRead(MISSING_SHA256)).rejects.toMatchObject(notFound);
    await expect(storage.withLocalFile(MISSING_SHA256, readFile)).rejects.toMatchObject(notFound);
    expect(await storage.findSize(MISSING_SHA256)).toBeNull();
    expect(await storage.remove(MISSING_SHA256)).toBe(false);
  });

  it('takes no name for a blob but a hash', async () => {
    const { storage } = await createStorage();
    for (const name of ['../../etc/passwd', '', 'A'.repeat(64), `${MISSING_SHA256}/..`]) {
      await expect(storage.openRead(name)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
      await expect(storage.remove(name)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    }
  });

  it('removes a blob', async () => {
    const { storage } = await createStorage();
    const { sha256 } = await storage.write(chunksOf(Buffer.from('gone'), 4), { maxBytes });
    expect(await storage.remove(sha256)).toBe(true);
    expect(await storage.findSize(sha256)).toBeNull();
  });

  it('lists blobs by how long ago they were last written, and removes none that is written anew', async () => {
    const { storage } = await createStorage();
    const write = () => storage.write(chunksOf(Buffer.from('old'), 3), { maxBytes });
    const listOf = async (olderThanMs: number) => {
      const names: string[] = [];
      for await (const name of storage.listStale(olderThanMs)) names.push(name);
      return names;
    };
    expect(await listOf(0)).toEqual([]);
    const { sha256 } = await write();
    const writtenAt = Date.now();
    await waitFor('some time to go by', async () => Date.now() > writtenAt + 20);
    const ageMs = Date.now() - writtenAt - 10;
    expect(await listOf(ageMs)).toEqual([sha256]);
    expect(await listOf(60_000)).toEqual([]);
    expect(await storage.removeStale(sha256, 60_000)).toBe(false);
    expect(await storage.findSize(sha256)).toBe(3);
    expect(await write()).toMatchObject({ existed: true });
    expect(await storage.removeStale(sha256, 60_000)).toBe(false);
    expect(await storage.removeStale(sha256, -60_000)).toBe(true);
    expect(await storage.findSize(sha256)).toBeNull();
    expect(await storage.removeStale(sha256, -60_000)).toBe(false);
    expect(await write()).toMatchObject({ existed: false });
  });

  it('has no stale temporary files at first', async () => {
    const { storage } = await createStorage();
    expect(await storage.removeStaleTemporaryFiles(0)).toBe(0);
  });
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function* chunksOf(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += chunkBytes)
    yield bytes.subarray(start, start + chunkBytes);
}
