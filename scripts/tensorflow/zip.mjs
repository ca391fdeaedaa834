// Reads ZIP archives, which Python wheels are: the list of entries, and entries to memory or to a file. It knows the two ways in
// which wheels are packed (stored and deflated), and neither ZIP64 nor encryption.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw, inflateRawSync } from 'node:zlib';

const END_RECORD = 0x06054b50;
const END_RECORD_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const CENTRAL_HEADER = 0x02014b50;
const CENTRAL_HEADER_BYTES = 46;
const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
// A 32-bit field with this value stands in a ZIP64 field instead.
const IN_ZIP64 = 0xffffffff;

// Opens an archive; `close` it afterwards. Entries are { name, method, packedSize, size, headerOffset }.
export async function openZip(path) {
  const file = await open(path);
  try {
    return { path, file, entries: await readEntries(file, path), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

// The whole content of a small entry.
export async function readEntry(zip, name) {
  const entry = entryOf(zip, name);
  const packed = await readAt(zip.file, await dataOffset(zip, entry), entry.packedSize, zip.path);
  return entry.method === STORED
    ? packed
    : inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.size) });
}

// Writes an entry to a file, and gives the SHA-256 of what was written in the encoding that wheels use.
export async function extractEntry(zip, name, destination) {
  const entry = entryOf(zip, name);
  const start = await dataOffset(zip, entry);
  const hash = createHash('sha256');
  await mkdir(dirname(destination), { recursive: true });
  if (entry.packedSize === 0) throw new Error(`${name} in ${zip.path} is empty.`);
  await pipeline(
    zip.file.createReadStream({ start, end: start + entry.packedSize - 1, autoClose: false }),
    entry.method === STORED ? new PassThrough() : createInflateRaw(),
    new Transform({
      transform(chunk, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    }),
    createWriteStream(destination, { mode: 0o755 }),
  );
  return hash.digest('base64url');
}

async function readEntries(file, path) {
  const { size } = await file.stat();
  const tailBytes = Math.min(size, END_RECORD_BYTES + MAX_COMMENT_BYTES);
  const tail = await readAt(file, size - tailBytes, tailBytes, path);
  let end = tail.length - END_RECORD_BYTES;
  while (end >= 0 && tail.readUInt32LE(end) !== END_RECORD) end -= 1;
  if (end < 0) throw new Error(`${path} is no ZIP archive, or its end is missing.`);
  const count = tail.readUInt16LE(end + 10);
  const directory = await readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12), path);
  const entries = new Map();
  let position = 0;
  for (let index = 0; index < count; index += 1) {
    if (
      position + CENTRAL_HEADER_BYTES > directory.length ||
      directory.readUInt32LE(position) !== CENTRAL_HEADER
    ) {
      throw new Error(`${path} has a damaged directory at its entry ${index}.`);
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((at) =>
      directory.readUInt16LE(position + at),
    );
    const nameStart = position + CENTRAL_HEADER_BYTES;
    const name = directory.toString('utf8', nameStart, nameStart + nameBytes);
    const [packedSize, size] = [20, 24].map((at) => directory.readUInt32LE(position + at));
    const headerOffset = directory.readUInt32LE(position + 42);
    if ([packedSize, size, headerOffset].includes(IN_ZIP64)) throw new Error(`${path} is a ZIP64 archive.`);
    entries.set(name, {
      name,
      method: directory.readUInt16LE(position + 10),
      packedSize,
      size,
      headerOffset,
    });
    position = nameStart + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

function entryOf(zip, name) {
  const entry = zip.entries.get(name);
  if (!entry) throw new Error(`${zip.path} has no ${name}.`);
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw new Error(`${name} in ${zip.path} is packed in a way (${entry.method}) that wheels do not use.`);
  }
  return entry;
}

async function dataOffset(zip, entry) {
  const header = await readAt(zip.file, entry.headerOffset, LOCAL_HEADER_BYTES, zip.path);
  if (header.readUInt32LE(0) !== LOCAL_HEADER) throw new Error(`${zip.path} is damaged at ${entry.name}.`);
  return entry.headerOffset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
}

async function readAt(file, position, length, path) {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead !== length) throw new Error(`${path} is cut off.`);
  return bytes;
}
