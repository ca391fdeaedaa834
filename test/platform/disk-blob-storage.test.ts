import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import { describeBlobStorageContract } from '../contracts/blob-storage.contract.js';

describe('blob storage on disk', () => {
  let root: string;
  let storages = 0;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'blobs-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  const createFolder = () => {
    storages += 1;
    return join(root, String(storages));
  };

  describeBlobStorageContract(async () => {
    const folder = createFolder();
    return {
      storage: createDiskBlobStorage({ folder }),
      countTemporaryFiles: async () => (await readdir(join(folder, 'tmp'))).length,
    };
  });

  it('spreads blobs over folders by the start of their hash', async () => {
    const folder = createFolder();
    const storage = createDiskBlobStorage({ folder });
    const { sha256 } = await storage.write(Readable.from([Buffer.from('a')]), { maxBytes: 10 });
    const path = join(folder, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
    expect((await stat(path)).size).toBe(1);
  });

  it('mends a damaged blob when its bytes are written again', async () => {
    const storage = createDiskBlobStorage({ folder: createFolder() });
    const write = () => storage.write(Readable.from([Buffer.from('whole')]), { maxBytes: 10 });
    const { sha256 } = await write();
    await storage.withLocalFile(sha256, (path) => writeFile(path, 'wh'));
    expect(await write()).toMatchObject({ existed: false });
    expect(await storage.findSize(sha256)).toBe(5);
  });

  it('removes temporary files only when they are old enough', async () => {
    const folder = createFolder();
    const storage = createDiskBlobStorage({ folder });
    await mkdir(join(folder, 'tmp'), { recursive: true });
    await writeFile(join(folder, 'tmp', 'old'), '');
    await utimes(join(folder, 'tmp', 'old'), new Date(0), new Date(0));
    await writeFile(join(folder, 'tmp', 'new'), '');
    expect(await storage.removeStaleTemporaryFiles(60_000)).toBe(1);
    expect(await readdir(join(folder, 'tmp'))).toEqual(['new']);
  });

  it('destroys an upload that is too large, so that its sender is stopped', async () => {
    const storage = createDiskBlobStorage({ folder: createFolder() });
    const upload = Readable.from([Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8)]);
    await expect(storage.write(upload, { maxBytes: 10 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(upload.destroyed).toBe(true);
  });
});
