/** Makes small PyTorch files, sound ones and hostile ones, for the tests of their readers. */

const text = (value: string) => Buffer.from(value, 'utf8');
const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** Pickle opcodes, by name. */
export const op = {
  protocol: (version = 2) => Buffer.from([0x80, version]),
  stop: Buffer.from('.'),
  mark: Buffer.from('('),
  tuple: Buffer.from('t'),
  emptyTuple: Buffer.from(')'),
  emptyDict: Buffer.from('}'),
  emptyList: Buffer.from(']'),
  append: Buffer.from('a'),
  setItems: Buffer.from('u'),
  reduce: Buffer.from('R'),
  build: Buffer.from('b'),
  load: Buffer.from('Q'),
  none: Buffer.from('N'),
  no: Buffer.from([0x89]),
  yes: Buffer.from([0x88]),
  global: (name: string) => text(`c${name.replace(' ', '\n')}\n`),
  text: (value: string) => Buffer.concat([Buffer.from('X'), uint32(text(value).length), text(value)]),
  /** A text that claims to have so many bytes and has none. */
  textOfLength: (length: number) => Buffer.concat([Buffer.from('X'), uint32(length)]),
  int: (value: number) => {
    const bytes = Buffer.alloc(5, 'J');
    bytes.writeInt32LE(value, 1);
    return bytes;
  },
  long: (value: bigint, length: number) => {
    const bytes = Buffer.alloc(2 + length);
    bytes[0] = 0x8a;
    bytes[1] = length;
    for (let index = 0; index < length; index += 1)
      bytes[2 + index] = Number((value >> BigInt(8 * index)) & 0xffn);
    return bytes;
  },
  put: (index: number) => Buffer.concat([Buffer.from('r'), uint32(index)]),
  get: (index: number) => Buffer.concat([Buffer.from('j'), uint32(index)]),
};

export const pickle = (...parts: Buffer[]) => Buffer.concat([op.protocol(), ...parts, op.stop]);

const ints = (values: readonly number[]) => [op.mark, ...values.map(op.int), op.tuple];
const orderedDict = [op.global('collections OrderedDict'), op.emptyTuple, op.reduce];

export type TensorParts = {
  storage?: string;
  key?: string;
  count?: number;
  view?: readonly [number, number] | null;
  offset?: number;
  shape?: readonly number[];
  strides?: readonly number[];
};

/** The opcodes of one tensor; `view` makes the six-part storage of the old format. */
export function tensor({
  storage = 'torch FloatStorage',
  key = '0',
  count = 4,
  view,
  offset = 0,
  shape = [2, 2],
  strides = [2, 1],
}: TensorParts = {}): Buffer {
  const viewParts =
    view === undefined
      ? []
      : view === null
        ? [op.none]
        : [op.mark, op.text('view'), op.int(view[0]), op.int(view[1]), op.tuple];
  return Buffer.concat([
    op.global('torch._utils _rebuild_tensor_v2'),
    op.mark,
    op.mark,
    op.text('storage'),
    op.global(storage),
    op.text(key),
    op.text('cpu'),
    op.int(count),
    ...viewParts,
    op.tuple,
    op.load,
    op.int(offset),
    ...ints(shape),
    ...ints(strides),
    op.no,
    ...orderedDict,
    op.tuple,
    op.reduce,
  ]);
}

/** A pickle of a table of tensors (or of whatever opcodes are given for them). */
export function stateDict(entries: Readonly<Record<string, Buffer>>): Buffer {
  const items = Object.entries(entries).flatMap(([name, value]) => [op.text(name), value]);
  return pickle(...orderedDict, op.mark, ...items, op.setItems);
}

export const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);

type ZipOptions = { method?: number; flags?: number; comment?: string };

/** A ZIP archive of stored entries as PyTorch writes them: sizes only in the central directory. */
export function zip(
  entries: readonly (readonly [string, Buffer])[],
  { method = 0, flags = 0x808, comment = '' }: ZipOptions = {},
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, data] of entries) {
    // An extra field in the local header alone, as for alignment.
    const extra = Buffer.from([0x46, 0x42, 3, 0, 0, 0, 0]);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(text(name).length, 26);
    local.writeUInt16LE(extra.length, 28);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(data.length, 20);
    central.writeUInt32LE(data.length, 24);
    central.writeUInt16LE(text(name).length, 28);
    central.writeUInt32LE(offset, 42);
    parts.push(local, text(name), extra, data);
    directory.push(central, text(name));
    offset += local.length + text(name).length + extra.length + data.length;
  }
  const directoryBytes = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directoryBytes.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(text(comment).length, 20);
  return Buffer.concat([...parts, directoryBytes, end, text(comment)]);
}

type LegacyOptions = { magic?: bigint; version?: number; littleEndian?: boolean; order?: readonly string[] };

/** The old format: five pickles and the numbers behind their counts. */
export function legacy(
  table: Buffer,
  storages: readonly (readonly [string, number, Buffer])[],
  { magic = 0x1950a86a20f9469cfc6cn, version = 1001, littleEndian = true, order }: LegacyOptions = {},
): Buffer {
  const keys = order ?? storages.map(([key]) => key);
  const system = [
    op.emptyDict,
    op.mark,
    op.text('little_endian'),
    littleEndian ? op.yes : op.no,
    op.setItems,
  ];
  const counted = storages.flatMap(([, count, data]) => {
    const header = Buffer.alloc(8);
    header.writeBigInt64LE(BigInt(count));
    return [header, data];
  });
  return Buffer.concat([
    pickle(op.long(magic, 10)),
    pickle(op.int(version)),
    pickle(...system),
    table,
    pickle(op.emptyList, ...keys.flatMap((key) => [op.text(key), op.append])),
    ...counted,
  ]);
}
