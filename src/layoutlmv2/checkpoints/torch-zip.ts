/** PyTorch's format since 1.6: a ZIP archive with one pickle that describes the tensors and one entry per storage. */
import { ELEMENT_BYTES } from './element-types.js';
import type { PositionedFile } from './positioned-file.js';
import { readStridedTensor } from './strided-tensor.js';
import { getEntry, type TensorSource } from './tensor-source.js';
import {
  createTorchUnpickling,
  type TorchStorage,
  type TorchTensor,
  tensorsOfStateDict,
} from './torch-objects.js';
import { unpickle } from './unpickler.js';
import { findEntryData, readZipDirectory, type ZipEntry } from './zip-directory.js';

// A pickle describes each tensor in some hundred bytes.
const MAX_PICKLE_BYTES = 100_000_000;
const MAX_BYTE_ORDER_BYTES = 16;
const PICKLE_NAME = 'data.pkl';

/** Reads the table of tensors of an archive; the numbers are read per tensor. The caller closes the file. */
export async function openTorchZip(file: PositionedFile): Promise<Omit<TensorSource, 'close'>> {
  const entries = await readZipDirectory(file);
  const root = findRoot(entries, file.path);
  await checkByteOrder(file, entries, root);
  const pickle = await readEntry(file, entries, `${root}${PICKLE_NAME}`, MAX_PICKLE_BYTES);
  const { handlers, storages } = createTorchUnpickling();
  const tensors = tensorsOfStateDict(unpickle(pickle, 0, handlers).value, file.path);
  for (const storage of storages.values()) checkStorage(entries, root, storage, file.path);

  async function readTensor(tensor: TorchTensor) {
    const name = `${root}data/${tensor.storageKey}`;
    const start = await findEntryData(file, getEntry(entries, name, file.path), name);
    return readStridedTensor(tensor, (position, length) => file.read(start + position, length));
  }
  return {
    tensors: new Map([...tensors].map(([name, { shape, type }]) => [name, { shape, dtype: type }])),
    readTensor: async (name) => readTensor(getEntry(tensors, name, file.path)),
  };
}

/** The folder that everything is in, `archive/` or the name the file was saved under. */
function findRoot(entries: ReadonlyMap<string, ZipEntry>, path: string): string {
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1) {
    throw new Error(
      `${path} is no PyTorch checkpoint: it should have one ${PICKLE_NAME}, found ${pickles.length}.`,
    );
  }
  return pickle.slice(0, -PICKLE_NAME.length);
}

async function checkByteOrder(
  file: PositionedFile,
  entries: ReadonlyMap<string, ZipEntry>,
  root: string,
): Promise<void> {
  const name = `${root}byteorder`;
  // Absent in older files, which are all little-endian.
  if (!entries.has(name)) return;
  const order = Buffer.from(await readEntry(file, entries, name, MAX_BYTE_ORDER_BYTES)).toString('utf8');
  if (order !== 'little')
    throw new Error(`${file.path} has the byte order ${JSON.stringify(order)}, not "little".`);
}

async function readEntry(
  file: PositionedFile,
  entries: ReadonlyMap<string, ZipEntry>,
  name: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const entry = getEntry(entries, name, file.path);
  if (entry.size > maxBytes) {
    throw new Error(`Entry "${name}" of ${file.path} has ${entry.size} bytes; the limit is ${maxBytes}.`);
  }
  return file.read(await findEntryData(file, entry, name), entry.size);
}

function checkStorage(
  entries: ReadonlyMap<string, ZipEntry>,
  root: string,
  { key, type, count }: TorchStorage,
  path: string,
): void {
  const entry = entries.get(`${root}data/${key}`);
  const expected = count * (type === null ? 1 : ELEMENT_BYTES[type]);
  if (entry?.size !== expected) {
    throw new Error(
      `Storage "${key}" of ${path} should have ${expected} bytes, found ${entry?.size ?? 'none'}.`,
    );
  }
}
