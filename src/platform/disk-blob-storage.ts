/**
 * Blob storage in a folder of the local disk: `ab/cd/<sha256>` for blobs, `tmp/` beside them for writes under
 * way. A blob appears by rename only after its bytes are on the disk, so a crash leaves a whole blob or none.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BlobStorage,
  createBlobNotFoundError,
  createTooLargeError,
  type WrittenBlob,
} from './blob-storage.js';

const SHA256_HEX = /^[0-9a-f]{64}$/;

/** Makes a {@link BlobStorage} in `folder`, which is created when needed. */
export function createDiskBlobStorage({ folder }: { folder: string }): BlobStorage {
  const temporaryFolder = join(folder, 'tmp');

  // Only a checked hash ever becomes a path, so a name cannot lead out of the folder.
  const folderOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256.slice(2, 4));
  const pathOf = (sha256: string) => {
    if (!SHA256_HEX.test(sha256)) throw createBlobNotFoundError(JSON.stringify(sha256));
    return join(folderOf(sha256), sha256);
  };

  const findSize = async (sha256: string) => {
    try {
      return (await stat(pathOf(sha256))).size;
    } catch (error) {
      if (isMissingFile(error)) return null;
      throw error;
    }
  };

  const keep = async (temporaryPath: string, blob: Omit<WrittenBlob, 'existed'>): Promise<WrittenBlob> => {
    // A stored blob of another size is damaged: the fresh bytes, just hashed, take its place.
    const existed = (await findSize(blob.sha256)) === blob.byteSize && (await touch(pathOf(blob.sha256)));
    if (!existed) {
      await mkdir(folderOf(blob.sha256), { recursive: true });
      await rename(temporaryPath, pathOf(blob.sha256));
      await syncFolder(folderOf(blob.sha256));
    }
    return { ...blob, existed };
  };

  return {
    async write(stream, { maxBytes }) {
      await mkdir(temporaryFolder, { recursive: true });
      const temporaryPath = join(temporaryFolder, randomUUID());
      try {
        return await keep(temporaryPath, await writeHashed(stream, temporaryPath, maxBytes));
      } finally {
        await rm(temporaryPath, { force: true });
      }
    },

    async openRead(sha256, range) {
      const handle = await openForReading(pathOf(sha256), sha256);
      // The stream owns the handle from here and closes it at its end or when it is destroyed.
      return handle.createReadStream({ ...range });
    },

    findSize,

    async withLocalFile(sha256, use) {
      if ((await findSize(sha256)) === null) throw createBlobNotFoundError(sha256);
      return use(pathOf(sha256));
    },

    async remove(sha256) {
      try {
        await rm(pathOf(sha256));
        return true;
      } catch (error) {
        if (isMissingFile(error)) return false;
        throw error;
      }
    },

    async *listStale(olderThanMs) {
      const newest = Date.now() - olderThanMs;
      for (const first of await listFolder(folder)) {
        // Two levels of 256 folders: the names of one are few, however many blobs there are.
        for (const second of /^[0-9a-f]{2}$/.test(first) ? await listFolder(join(folder, first)) : []) {
          for (const name of await listFolder(join(folder, first, second))) {
            if (SHA256_HEX.test(name) && (await isOlder(pathOf(name), newest))) yield name;
          }
        }
      }
    },

    async removeStale(sha256, olderThanMs) {
      const path = pathOf(sha256);
      const newest = Date.now() - olderThanMs;
      if (!(await isOlder(path, newest))) return false;
      await mkdir(temporaryFolder, { recursive: true });
      const aside = join(temporaryFolder, randomUUID());
      try {
        await rename(path, aside);
      } catch (error) {
        if (isMissingFile(error)) return false;
        throw error;
      }
      // Out of the way, nobody finds it any more: whoever wrote it anew has done so before, and is seen now.
      if (await isOlder(aside, newest)) {
        await rm(aside, { force: true });
        return true;
      }
      await rename(aside, path);
      return false;
    },

    async removeStaleTemporaryFiles(olderThanMs) {
      await mkdir(temporaryFolder, { recursive: true });
      const newestToRemove = Date.now() - olderThanMs;
      let removed = 0;
      for (const name of await readdir(temporaryFolder)) {
        const path = join(temporaryFolder, name);
        if (!(await isOlder(path, newestToRemove))) continue;
        await rm(path, { force: true });
        removed += 1;
      }
      return removed;
    },
  };
}

/** Writes a stream to a new file and on to the disk itself; the hash is made on the way. */
async function writeHashed(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  maxBytes: number,
): Promise<Omit<WrittenBlob, 'existed'>> {
  const hash = createHash('sha256');
  let byteSize = 0;
  const handle = await open(path, 'wx');
  try {
    for await (const chunk of stream) {
      byteSize += chunk.byteLength;
      if (byteSize > maxBytes) throw createTooLargeError(maxBytes, byteSize);
      hash.update(chunk);
      await handle.appendFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), byteSize };
}

async function openForReading(path: string, sha256: string) {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isMissingFile(error)) throw createBlobNotFoundError(sha256);
    throw error;
  }
}

/** Whether a file was last written to before a time, in ms since 1970; not when it is gone. */
async function isOlder(path: string, newest: number): Promise<boolean> {
  try {
    return (await stat(path)).mtimeMs <= newest;
  } catch (error) {
    if (isMissingFile(error)) return false;
    throw error;
  }
}

/** Lets a file count as written now. Answers whether it is there. */
async function touch(path: string): Promise<boolean> {
  const now = new Date();
  try {
    await utimes(path, now, now);
    return true;
  } catch (error) {
    if (isMissingFile(error)) return false;
    throw error;
  }
}

/** The names in a folder, in any order; none where it is not there. */
async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissingFile(error) || (error instanceof Error && 'code' in error && error.code === 'ENOTDIR'))
      return [];
    throw error;
  }
}

/** Brings a folder's new entry to the disk. Windows cannot open folders and orders such writes itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
