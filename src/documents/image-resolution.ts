/**
 * How many dots per inch an image file says it has. TIFF is read here, for both directions: the pixels of a fax are
 * up to twice as high as wide, and libvips tells one direction only.
 */
import { type FileHandle, open } from 'node:fs/promises';

/** Across and down, in dots per inch. */
export type Resolution = { x: number; y: number };

// Screens' 72 and 96 are what programs write when they know nothing, and no scanner goes beyond 2400.
const NOT_SCANNED_DPI = 96;
const MOST_DPI = 2400;

// A fax of low resolution has 204 x 98; more than that is a mistake.
const MOST_STRETCH = 2.5;

/** The resolution, or null when no scanner would have used it. */
export function believableResolution({ x, y }: Resolution): Resolution | null {
  const isBelievable = [x, y].every((dpi) => dpi > NOT_SCANNED_DPI && dpi <= MOST_DPI);
  return isBelievable && Math.max(x / y, y / x) <= MOST_STRETCH ? { x, y } : null;
}

const TAG = { xResolution: 282, yResolution: 283, resolutionUnit: 296 } as const;
const UNIT_CENTIMETRE = 3;
const CENTIMETRES_PER_INCH = 2.54;
const ENTRY_BYTES = 12;

type TiffReader = {
  uint16(position: number): Promise<number>;
  uint32(position: number): Promise<number>;
};

/**
 * The resolution of a page of a classic TIFF (indexes start at 0), or null when the file names none, is a BigTIFF or
 * is damaged there.
 */
export async function findTiffResolution(path: string, pageIndex: number): Promise<Resolution | null> {
  const handle = await open(path, 'r');
  try {
    const reader = await openTiff(handle);
    if (reader === null) return null;
    const directory = await findDirectory(reader, pageIndex);
    return directory === null ? null : await readResolution(reader, directory);
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

async function readResolution(reader: TiffReader, directory: number): Promise<Resolution | null> {
  const entryCount = await reader.uint16(directory);
  const found = new Map<number, number>();
  for (let index = 0; index < entryCount; index += 1) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    const tag = await reader.uint16(entry);
    if (tag === TAG.resolutionUnit) found.set(tag, await reader.uint16(entry + 8));
    if (tag === TAG.xResolution || tag === TAG.yResolution) {
      const fraction = await reader.uint32(entry + 8);
      found.set(tag, (await reader.uint32(fraction)) / (await reader.uint32(fraction + 4)));
    }
  }
  const perInch = found.get(TAG.resolutionUnit) === UNIT_CENTIMETRE ? CENTIMETRES_PER_INCH : 1;
  const x = (found.get(TAG.xResolution) ?? 0) * perInch;
  const y = (found.get(TAG.yResolution) ?? 0) * perInch;
  return believableResolution({ x, y });
}
