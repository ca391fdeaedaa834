/**
 * Files read at positions and written whole: the two ways in which checkpoints meet the disk. A file is either complete
 * under its name or not there.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

export type PositionedFile = {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly read: (position: number, length: number) => Promise<Uint8Array>;
  /** Fills `target`; throws when the file ends before. */
  readonly readInto: (target: Uint8Array, position: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

// A single read or write of 2 GiB or more is refused by the system.
const MAX_BYTES_PER_CALL = 2 ** 30;

/** Opens a file for positioned reads. */
export async function openPositionedFile(path: string): Promise<PositionedFile> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const readInto = async (target: Uint8Array, position: number): Promise<void> => {
      if (position < 0 || position + target.length > size) {
        throw new Error(
          `${path} is cut short: it has ${size} bytes, but bytes ${position} to ${position + target.length} are needed.`,
        );
      }
      let done = 0;
      while (done < target.length) {
        const length = Math.min(MAX_BYTES_PER_CALL, target.length - done);
        const { bytesRead } = await handle.read(target, done, length, position + done);
        if (bytesRead === 0) throw new Error(`${path} became shorter while it was read.`);
        done += bytesRead;
      }
    };
    return {
      path,
      size,
      readInto,
      async read(position, length) {
        // Checked before allocating: the length may come from the file itself.
        if (length < 0 || position + length > size) {
          throw new Error(`${path} is cut short: it has ${size} bytes, but ${position + length} are needed.`);
        }
        const target = new Uint8Array(length);
        await readInto(target, position);
        return target;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Writes a file beside its place, flushes it to disk and renames it, so that no reader ever sees half of it. After a
 * failure nothing is left behind.
 */
export async function writeFileAtomically(
  path: string,
  write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const temporaryPath = `${path}.${randomUUID()}.part`;
  try {
    const handle = await open(temporaryPath, 'wx');
    try {
      await write((bytes) => appendAll(handle, bytes));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporaryPath, path);
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw error;
  }
}

async function appendAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const length = Math.min(MAX_BYTES_PER_CALL, bytes.length - done);
    const { bytesWritten } = await handle.write(bytes, done, length);
    done += bytesWritten;
  }
}
