/**
 * PyTorch's format before 1.6: five pickles one after another (magic number, version, system, the tensors, the order of the
 * storages), then the numbers of each storage behind their count.
 */
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
import {
  isKind,
  type PickleHandlers,
  type PickleValue,
  TruncatedPickleError,
  unpickle,
} from './unpickler.js';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;

// The pickles are at the start; how long they are shows only in reading them.
const FIRST_WINDOW_BYTES = 1_000_000;
const MAX_PICKLE_BYTES = 100_000_000;
const COUNT_BYTES = 8;

/** The pickles before the tensors need no names at all. */
const PLAIN: PickleHandlers<never> = {
  allows: () => false,
  call: (name) => {
    throw new Error(`The pickle calls ${name}.`);
  },
  load: () => {
    throw new Error('The pickle refers to something outside itself.');
  },
};

type Table = {
  readonly tensors: Map<string, TorchTensor>;
  readonly storages: ReadonlyMap<string, TorchStorage>;
  /** The keys of the storages in the order of their numbers. */
  readonly order: readonly string[];
  /** Where the numbers start. */
  readonly end: number;
};

/** Reads the table of tensors of a file; the numbers are read per tensor. The caller closes the file. */
export async function openTorchLegacy(file: PositionedFile): Promise<Omit<TensorSource, 'close'>> {
  const { tensors, storages, order, end } = await readTable(file);
  const starts = await findStorages(file, storages, order, end);
  return {
    tensors: new Map([...tensors].map(([name, { shape, type }]) => [name, { shape, dtype: type }])),
    readTensor: async (name) => {
      const tensor = getEntry(tensors, name, file.path);
      const start = getEntry(starts, tensor.storageKey, file.path);
      return readStridedTensor(tensor, (position, length) => file.read(start + position, length));
    },
  };
}

/** Reads ever more of the file's start until the pickles are complete in it. */
async function readTable(file: PositionedFile): Promise<Table> {
  for (let windowBytes = FIRST_WINDOW_BYTES; ; windowBytes *= 4) {
    const length = Math.min(windowBytes, file.size, MAX_PICKLE_BYTES);
    const bytes = await file.read(0, length);
    try {
      return parseTable(bytes, file.path);
    } catch (error) {
      const canReadMore = length < file.size && length < MAX_PICKLE_BYTES;
      if (!(error instanceof TruncatedPickleError) || !canReadMore) throw error;
    }
  }
}

function parseTable(bytes: Uint8Array, path: string): Table {
  const magic = unpickle(bytes, 0, PLAIN);
  if (magic.value !== MAGIC) throw new Error(`${path} is no PyTorch checkpoint: its magic number is wrong.`);
  const version = unpickle(bytes, magic.end, PLAIN);
  if (version.value !== VERSION) throw new Error(`${path} has the unknown version ${String(version.value)}.`);
  const system = unpickle(bytes, version.end, PLAIN);
  if (!isKind(system.value, 'dict') || system.value.entries.get('little_endian') !== true) {
    throw new Error(`${path} was not written on a little-endian machine.`);
  }
  const { handlers, storages } = createTorchUnpickling();
  const table = unpickle(bytes, system.end, handlers);
  const order = unpickle(bytes, table.end, PLAIN);
  return {
    tensors: tensorsOfStateDict(table.value, path),
    storages,
    order: textsOf(order.value, path),
    end: order.end,
  };
}

function textsOf(value: PickleValue<never>, path: string): string[] {
  const items = isKind(value, 'list') ? value.items : [];
  const texts = items.filter((item) => typeof item === 'string');
  if (!isKind(value, 'list') || texts.length !== items.length) {
    throw new Error(`${path} has no list of its storages.`);
  }
  return texts;
}

/** Where the numbers of each storage start; each must have as many as the pickle said. */
async function findStorages(
  file: PositionedFile,
  storages: ReadonlyMap<string, TorchStorage>,
  order: readonly string[],
  end: number,
): Promise<Map<string, number>> {
  const starts = new Map<string, number>();
  let position = end;
  for (const key of order) {
    const storage = storages.get(key);
    if (storage === undefined || starts.has(key)) {
      throw new Error(
        `${file.path} lists the storage "${key}", which no tensor uses or which it listed before.`,
      );
    }
    const header = Buffer.from((await file.read(position, COUNT_BYTES)).buffer);
    const count = header.readBigInt64LE(0);
    if (count !== BigInt(storage.count)) {
      throw new Error(
        `Storage "${key}" of ${file.path} should have ${storage.count} elements, found ${count}.`,
      );
    }
    starts.set(key, position + COUNT_BYTES);
    position += COUNT_BYTES + storage.count * (storage.type === null ? 1 : ELEMENT_BYTES[storage.type]);
  }
  const missing = [...storages.keys()].find((key) => !starts.has(key));
  if (missing !== undefined) throw new Error(`${file.path} does not list its storage "${missing}".`);
  if (position > file.size)
    throw new Error(`${file.path} is cut short: ${position} bytes are needed, found ${file.size}.`);
  return starts;
}
