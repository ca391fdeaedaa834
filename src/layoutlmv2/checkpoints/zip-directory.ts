/**
 * The list of files in a ZIP archive whose entries are stored uncompressed, as PyTorch writes them. Sizes come from the
 * central directory: the local headers of such archives have none.
 */
import type { PositionedFile } from './positioned-file.js';

/** The bytes of one entry, uncompressed. */
export type ZipEntry = {
  readonly size: number;
  /** Where the entry's local header starts in the file. */
  readonly headerOffset: number;
};

const END_RECORD = 0x06054b50;
const END_RECORD_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_RECORD = 0x06064b50;
const ZIP64_END_RECORD_BYTES = 56;
const CENTRAL_HEADER = 0x02014b50;
const CENTRAL_HEADER_BYTES = 46;
const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const ZIP64_EXTRA_FIELD = 1;
/** A 32-bit field with this value stands in the ZIP64 extra field instead. */
const IN_ZIP64 = 0xffffffff;

// One entry per tensor and a few more; a directory of a hundred thousand takes some ten megabytes.
const MAX_ENTRIES = 100_000;
const MAX_DIRECTORY_BYTES = 64 * 2 ** 20;

/** The entries of an archive by name. Throws for a damaged directory and for compressed or encrypted entries. */
export async function readZipDirectory(file: PositionedFile): Promise<Map<string, ZipEntry>> {
  const { offset, size, count } = await findDirectory(file);
  if (count > MAX_ENTRIES || size > MAX_DIRECTORY_BYTES) {
    throw new Error(
      `${file.path} has a ZIP directory of ${count} entries in ${size} bytes, which is too large.`,
    );
  }
  const bytes = Buffer.from((await file.read(offset, size)).buffer);
  const entries = new Map<string, ZipEntry>();
  let position = 0;
  for (let index = 0; index < count; index += 1) {
    if (position + CENTRAL_HEADER_BYTES > size || bytes.readUInt32LE(position) !== CENTRAL_HEADER) {
      throw new Error(`${file.path} has a damaged ZIP directory at its entry ${index}.`);
    }
    const nameBytes = bytes.readUInt16LE(position + 28);
    const extraBytes = bytes.readUInt16LE(position + 30);
    const commentBytes = bytes.readUInt16LE(position + 32);
    const end = position + CENTRAL_HEADER_BYTES + nameBytes + extraBytes + commentBytes;
    if (end > size) throw new Error(`${file.path} has a damaged ZIP directory at its entry ${index}.`);
    const nameStart = position + CENTRAL_HEADER_BYTES;
    const name = bytes.toString('utf8', nameStart, nameStart + nameBytes);
    if (entries.has(name)) throw new Error(`${file.path} has the entry "${name}" twice.`);
    const extra = bytes.subarray(nameStart + nameBytes, nameStart + nameBytes + extraBytes);
    entries.set(name, parseEntry(bytes.subarray(position, end), extra, `Entry "${name}" of ${file.path}`));
    position = end;
  }
  return entries;
}

/** Where the bytes of an entry start: behind its local header, whose extra field has a length of its own. */
export async function findEntryData(file: PositionedFile, entry: ZipEntry, name: string): Promise<number> {
  const header = Buffer.from((await file.read(entry.headerOffset, LOCAL_HEADER_BYTES)).buffer);
  if (header.readUInt32LE(0) !== LOCAL_HEADER)
    throw new Error(`Entry "${name}" of ${file.path} has no header.`);
  return entry.headerOffset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
}

function parseEntry(header: Buffer, extra: Buffer, what: string): ZipEntry {
  const flags = header.readUInt16LE(8);
  const method = header.readUInt16LE(10);
  if ((flags & 1) !== 0 || method !== 0)
    throw new Error(`${what} is compressed or encrypted; PyTorch stores plainly.`);
  const wide = createWideReader(extra, what);
  // The extra field has those of the three values, in this order, that did not fit.
  const size = wide(header.readUInt32LE(24));
  const storedSize = wide(header.readUInt32LE(20));
  const headerOffset = wide(header.readUInt32LE(42));
  if (size !== storedSize) throw new Error(`${what} is stored in ${storedSize} bytes but has ${size}.`);
  return { size, headerOffset };
}

/** A function that gives a 32-bit value itself, or the next 64-bit one of the ZIP64 field where it says so. */
function createWideReader(extra: Buffer, what: string): (value: number) => number {
  let position = 0;
  let end = 0;
  for (let start = 0; start + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(start + 2);
    if (extra.readUInt16LE(start) === ZIP64_EXTRA_FIELD) {
      position = start + 4;
      end = Math.min(extra.length, position + length);
      break;
    }
    start += 4 + length;
  }
  return (value) => {
    if (value !== IN_ZIP64) return value;
    if (position + 8 > end) throw new Error(`${what} lacks its 64-bit sizes.`);
    position += 8;
    return toSafeNumber(extra.readBigUInt64LE(position - 8), what);
  };
}

async function findDirectory(file: PositionedFile): Promise<{ offset: number; size: number; count: number }> {
  const tailBytes = Math.min(file.size, END_RECORD_BYTES + MAX_COMMENT_BYTES + ZIP64_LOCATOR_BYTES);
  const tail = Buffer.from((await file.read(file.size - tailBytes, tailBytes)).buffer);
  const end = findEndRecord(tail);
  if (end < 0) throw new Error(`${file.path} is no ZIP archive or is cut short: it has no end record.`);
  const locator = end - ZIP64_LOCATOR_BYTES;
  if (locator >= 0 && tail.readUInt32LE(locator) === ZIP64_LOCATOR) {
    const offset = toSafeNumber(tail.readBigUInt64LE(locator + 8), file.path);
    const record = Buffer.from((await file.read(offset, ZIP64_END_RECORD_BYTES)).buffer);
    if (record.readUInt32LE(0) !== ZIP64_END_RECORD)
      throw new Error(`${file.path} has a damaged ZIP64 end record.`);
    return {
      count: toSafeNumber(record.readBigUInt64LE(32), file.path),
      size: toSafeNumber(record.readBigUInt64LE(40), file.path),
      offset: toSafeNumber(record.readBigUInt64LE(48), file.path),
    };
  }
  return {
    count: tail.readUInt16LE(end + 10),
    size: tail.readUInt32LE(end + 12),
    offset: tail.readUInt32LE(end + 16),
  };
}

/** The last end record whose comment reaches exactly to the end of the file. */
function findEndRecord(tail: Buffer): number {
  for (let position = tail.length - END_RECORD_BYTES; position >= 0; position -= 1) {
    if (tail.readUInt32LE(position) !== END_RECORD) continue;
    if (position + END_RECORD_BYTES + tail.readUInt16LE(position + 20) === tail.length) return position;
  }
  return -1;
}

function toSafeNumber(value: bigint, what: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`${what} has the impossible size ${value}.`);
  return Number(value);
}
