/**
 * The safetensors format: a JSON header and the numbers of every tensor, one after another. Nothing in such a file is
 * executed; still every size in it is checked before it is believed. Reading is per tensor, writing streams.
 */

import { elementCount, type Weight } from '../parameters.js';
import { decodeElements, ELEMENT_BYTES, type ElementType, encodeHalves } from './element-types.js';
import { findDuplicateKey, isJsonObject, parseJson } from './json.js';
import { openPositionedFile, type PositionedFile, writeFileAtomically } from './positioned-file.js';
import { checkedElementCount, getEntry, type TensorDescription, type TensorSource } from './tensor-source.js';

/** An open safetensors file with the free texts of its header. */
export type SafetensorsFile = TensorSource & { readonly metadata: Readonly<Record<string, string>> };

type Entry = TensorDescription & {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  /** First byte and the byte after the last, from the start of the data area. */
  readonly begin: number;
  readonly end: number;
};

type Header = { entries: Map<string, Entry>; metadata: Record<string, string>; dataStart: number };

// The format's own limit.
const MAX_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;
const METADATA_KEY = '__metadata__';

/**
 * Opens a safetensors file and checks its header: sizes within the file, every tensor's bytes as many as its shape and type
 * need, no overlap, no hole, no name twice. Throws an error that names the file and the tensor.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await openPositionedFile(path);
  try {
    const { entries, metadata, dataStart } = await readHeader(file);
    return {
      tensors: entries,
      metadata,
      readTensor: async (name) => readEntry(file, dataStart, getEntry(entries, name, path)),
      close: file.close,
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Writes tensors as one safetensors file, float32 or half precision, in the order given. The file appears under its name
 * only when it is complete. Throws for a tensor whose data does not fit its shape, before anything is written.
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Weight>,
  { metadata = {}, type = 'F32' }: { metadata?: Readonly<Record<string, string>>; type?: 'F32' | 'F16' } = {},
): Promise<void> {
  const header: Record<string, unknown> = { [METADATA_KEY]: { format: 'pt', ...metadata } };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    if (elementCount(shape) !== data.length) {
      throw new Error(`Tensor "${name}" has ${data.length} numbers, but its shape is [${shape.join(', ')}].`);
    }
    const end = offset + data.length * ELEMENT_BYTES[type];
    header[name] = { dtype: type, shape, data_offsets: [offset, end] };
    offset = end;
  }
  await writeFileAtomically(path, async (append) => {
    await append(encodeHeader(header));
    for (const [name, { data }] of tensors) await append(encodeTensor(name, data, type));
  });
}

function encodeHeader(header: Record<string, unknown>): Uint8Array {
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  // Padded with spaces so that the data area starts at a multiple of 8, as other readers map it into memory.
  const length = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  const bytes = Buffer.alloc(LENGTH_BYTES + length, ' ');
  bytes.writeBigUInt64LE(BigInt(length), 0);
  json.copy(bytes, LENGTH_BYTES);
  return bytes;
}

function encodeTensor(name: string, data: Float32Array, type: 'F32' | 'F16'): Uint8Array {
  if (type === 'F32') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  try {
    return new Uint8Array(encodeHalves(data).buffer);
  } catch (error) {
    throw new Error(`Tensor "${name}" cannot be saved in half precision.`, { cause: error });
  }
}

async function readEntry(file: PositionedFile, dataStart: number, entry: Entry): Promise<Weight> {
  const bytes = await file.read(dataStart + entry.begin, entry.end - entry.begin);
  return { shape: entry.shape, data: decodeElements(bytes, entry.dtype) };
}

async function readHeader(file: PositionedFile): Promise<Header> {
  if (file.size < LENGTH_BYTES)
    throw new Error(`${file.path} is no safetensors file: it has ${file.size} bytes.`);
  const lengthBytes = Buffer.from(await file.read(0, LENGTH_BYTES));
  const length = lengthBytes.readBigUInt64LE(0);
  if (length > BigInt(Math.min(MAX_HEADER_BYTES, file.size - LENGTH_BYTES))) {
    throw new Error(
      `${file.path} is no safetensors file or is cut short: its header would have ${length} bytes, the file has ${file.size}.`,
    );
  }
  const headerLength = Number(length);
  const text = decodeUtf8(await file.read(LENGTH_BYTES, headerLength), file.path);
  if (!text.startsWith('{')) throw new Error(`The header of ${file.path} does not start with "{".`);
  const json = parseJson(text, `The header of ${file.path}`);
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) throw new Error(`The header of ${file.path} has "${duplicate}" twice.`);
  if (!isJsonObject(json)) throw new Error(`The header of ${file.path} is no JSON object.`);
  const dataStart = LENGTH_BYTES + headerLength;
  const entries = new Map<string, Entry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(json)) {
    if (name === METADATA_KEY) metadata = parseMetadata(value, file.path);
    else entries.set(name, parseEntry(value, `Tensor "${name}" of ${file.path}`));
  }
  checkTiling(entries, file.size - dataStart, file.path);
  return { entries, metadata, dataStart };
}

function decodeUtf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Error(`The header of ${path} is no UTF-8 text.`, { cause: error });
  }
}

function parseMetadata(value: unknown, path: string): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [key, text] of Object.entries(isJsonObject(value) ? value : {})) {
    if (typeof text !== 'string') throw new Error(`The metadata "${key}" of ${path} is no text.`);
    metadata[key] = text;
  }
  return metadata;
}

function parseEntry(value: unknown, what: string): Entry {
  if (!isJsonObject(value)) throw new Error(`${what} has no description.`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isElementType(dtype))
    throw new Error(`${what} has the unsupported element type ${JSON.stringify(dtype)}.`);
  if (!Array.isArray(shape)) throw new Error(`${what} has no shape.`);
  const count = checkedElementCount(shape, what);
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as unknown[]) : [];
  if (!isOffset(begin) || !isOffset(end) || end < begin) {
    throw new Error(`${what} has the impossible data offsets ${JSON.stringify(offsets)}.`);
  }
  const expected = count * ELEMENT_BYTES[dtype];
  if (end - begin !== expected) {
    throw new Error(
      `${what} has ${end - begin} bytes, but its shape [${shape.join(', ')}] of ${dtype} needs ${expected}.`,
    );
  }
  return { dtype, shape: shape.map(Number), begin, end };
}

function isElementType(value: unknown): value is ElementType {
  return typeof value === 'string' && Object.hasOwn(ELEMENT_BYTES, value);
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The tensors must cover the data area from its start to its end, each byte once. */
function checkTiling(entries: ReadonlyMap<string, Entry>, dataBytes: number, path: string): void {
  const inOrder = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const [name, { begin, end }] of inOrder) {
    if (begin !== position) {
      const fault = begin < position ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw new Error(
        `Tensor "${name}" of ${path} ${fault}: it starts at byte ${begin}, not at ${position}.`,
      );
    }
    position = end;
    if (position > dataBytes) {
      throw new Error(
        `${path} is cut short: tensor "${name}" ends at byte ${end} of its data, which has ${dataBytes} bytes.`,
      );
    }
  }
  if (position !== dataBytes) {
    throw new Error(`${path} has ${dataBytes - position} bytes that belong to no tensor.`);
  }
}
