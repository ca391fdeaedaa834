/**
 * Two things that libvips does not tell about a page of a TIFF, read from the file itself: how it is compressed and how
 * many dots per inch it has in each direction (the pixels of a fax are up to twice as high as wide).
 */
import { type FileHandle, open } from 'node:fs/promises';

export type TiffDirectory = {
  /** The number of the Compression tag; 1 is none. */
  compression: number;
  /** Dots per inch, 0 where the file names none. */
  xResolution: number;
  yResolution: number;
};

const TAG = { compression: 259, xResolution: 282, yResolution: 283, resolutionUnit: 296 } as const;
const UNIT_CENTIMETRE = 3;
const CENTIMETRES_PER_INCH = 2.54;
const ENTRY_BYTES = 12;

type TiffReader = {
  uint16(position: number): Promise<number>;
  uint32(position: number): Promise<number>;
};

/** What a classic TIFF says about a page (indexes start at 0); null when it has no such page or is a BigTIFF. */
export async function findTiffDirectory(path: string, pageIndex: number): Promise<TiffDirectory | null> {
  const handle = await open(path, 'r');
  try {
    const reader = await openTiff(handle);
    if (reader === null) return null;
    const directory = await findDirectory(reader, pageIndex);
    return directory === null ? null : await readDirectory(reader, directory);
  } finally {
    await handle.close();
  }
}

async function openTiff(handle: FileHandle): Promise<TiffReader | null> {
  const isLittleEndian = (await readBytes(handle, 0, 2)).toString('latin1') === 'II';
  const reader: TiffReader = {
    async uint16(position) {
      const bytes = await readBytes(handle, position, 2);
      return isLittleEndian ? bytes.readUInt16LE() : bytes.readUInt16BE();
    },
    async uint32(position) {
      const bytes = await readBytes(handle, position, 4);
      return isLittleEndian ? bytes.readUInt32LE() : bytes.readUInt32BE();
    },
  };
  return (await reader.uint16(2)) === 42 ? reader : null;
}

/** Bytes of a file; those behind its end are zero, which every reader here takes for "nothing". */
async function readBytes(handle: FileHandle, position: number, byteSize: number): Promise<Buffer> {
  const bytes = Buffer.alloc(byteSize);
  await handle.read(bytes, 0, byteSize, position);
  return bytes;
}

/** Follows the chain of directories; the page count was checked before, so it is followed no further than allowed. */
async function findDirectory(reader: TiffReader, pageIndex: number): Promise<number | null> {
  let directory = await reader.uint32(4);
  for (let index = 0; index < pageIndex && directory !== 0; index += 1) {
    const entryCount = await reader.uint16(directory);
    directory = await reader.uint32(directory + 2 + entryCount * ENTRY_BYTES);
  }
  return directory === 0 ? null : directory;
}

async function readDirectory(reader: TiffReader, directory: number): Promise<TiffDirectory> {
  const entryCount = await reader.uint16(directory);
  const found = new Map<number, number>();
  for (let index = 0; index < entryCount; index += 1) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    const tag = await reader.uint16(entry);
    if (tag === TAG.compression || tag === TAG.resolutionUnit) found.set(tag, await reader.uint16(entry + 8));
    if (tag === TAG.xResolution || tag === TAG.yResolution) {
      const fraction = await reader.uint32(entry + 8);
      const denominator = await reader.uint32(fraction + 4);
      found.set(tag, denominator === 0 ? 0 : (await reader.uint32(fraction)) / denominator);
    }
  }
  const perInch = found.get(TAG.resolutionUnit) === UNIT_CENTIMETRE ? CENTIMETRES_PER_INCH : 1;
  return {
    compression: found.get(TAG.compression) ?? 1,
    xResolution: (found.get(TAG.xResolution) ?? 0) * perInch,
    yResolution: (found.get(TAG.yResolution) ?? 0) * perInch,
  };
}
