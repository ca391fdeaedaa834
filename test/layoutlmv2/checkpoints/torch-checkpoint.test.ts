import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSafetensors } from '../../../src/layoutlmv2/checkpoints/safetensors.js';
import type { TensorSource } from '../../../src/layoutlmv2/checkpoints/tensor-source.js';
import { openTorchCheckpoint } from '../../../src/layoutlmv2/checkpoints/torch-checkpoint.js';
import { floats, legacy, op, pickle, stateDict, tensor, zip } from './torch-files.js';

type MixedTensor = { shape: number[]; data: number[] };

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torch-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function withFile<T>(bytes: Buffer, use: (source: TensorSource) => Promise<T>): Promise<T> {
  files += 1;
  const path = join(folder, `${files}.bin`);
  await writeFile(path, bytes);
  const source = await openTorchCheckpoint(path);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

async function readAll(
  source: TensorSource,
): Promise<Record<string, { shape: readonly number[]; data: number[] }>> {
  const all: Record<string, { shape: readonly number[]; data: number[] }> = {};
  for (const name of source.tensors.keys()) {
    const { shape, data } = await source.readTensor(name);
    all[name] = { shape, data: [...data] };
  }
  return all;
}

const archive = (table: Buffer, data = floats(1, 2, 3, 4)) =>
  zip([
    ['archive/data.pkl', table],
    ['archive/byteorder', Buffer.from('little')],
    ['archive/data/0', data],
  ]);

describe.each(['mixed_zip.bin', 'mixed_legacy.bin'])('the reference file %s', (name) => {
  it('gives every tensor: all types, views, slices, expansions, scalars, empty ones', async () => {
    const expected = JSON.parse(await readFile(fixture('mixed_expected.json'), 'utf8')) as Record<
      string,
      MixedTensor
    >;
    const source = await openTorchCheckpoint(fixture(name));
    const found = await readAll(source);
    await source.close();
    // Saved as float64, read as float32.
    const rounded = Object.entries(expected).map(
      ([key, { shape, data }]) => [key, { shape, data: data.map(Math.fround) }] as const,
    );
    expect(found).toEqual(Object.fromEntries(rounded));
  });
});

describe.each(['tiny_pytorch_model.bin', 'tiny_legacy.bin'])('the tiny network in %s', (name) => {
  it('has the very weights of its safetensors file', async () => {
    const torch = await openTorchCheckpoint(fixture(name));
    const reference = await openSafetensors(fixture('tiny.safetensors'));
    expect([...torch.tensors.keys()].sort()).toEqual([...reference.tensors.keys()].sort());
    for (const key of reference.tensors.keys()) {
      const [found, expected] = [await torch.readTensor(key), await reference.readTensor(key)];
      expect(found.shape).toEqual(expected.shape);
      expect(Buffer.from(found.data.buffer).equals(Buffer.from(expected.data.buffer))).toBe(true);
    }
    await torch.close();
    await reference.close();
  });
});

describe('a table of tensors', () => {
  it('is read from an archive, whatever comment follows it', async () => {
    const table = stateDict({ a: tensor(), b: tensor({ offset: 1, shape: [3], strides: [1] }) });
    const expected = { a: { shape: [2, 2], data: [1, 2, 3, 4] }, b: { shape: [3], data: [2, 3, 4] } };
    expect(await withFile(archive(table), readAll)).toEqual(expected);
    const commented = zip(
      [
        ['x/data.pkl', table],
        ['x/data/0', floats(1, 2, 3, 4)],
      ],
      { comment: 'PK\x05\x06' },
    );
    expect(await withFile(commented, readAll)).toEqual(expected);
  });

  it('may have transposed, repeated and single-element axes', async () => {
    const table = stateDict({
      transposed: tensor({ strides: [1, 2] }),
      repeated: tensor({ shape: [2, 3], strides: [2, 0] }),
      thin: tensor({ shape: [1, 2, 1], strides: [99, 1, 77] }),
    });
    const found = await withFile(archive(table), readAll);
    expect(found.transposed?.data).toEqual([1, 3, 2, 4]);
    expect(found.repeated?.data).toEqual([1, 1, 1, 3, 3, 3]);
    expect(found.thin?.data).toEqual([1, 2]);
  });

  it('may be views of storages in the old format', async () => {
    const table = stateDict({
      whole: tensor({ view: null }),
      part: tensor({ view: [1, 2], shape: [2], strides: [1] }),
    });
    const found = await withFile(legacy(table, [['0', 4, floats(1, 2, 3, 4)]]), readAll);
    expect(found.part?.data).toEqual([2, 3]);
    expect(found.whole?.data).toEqual([1, 2, 3, 4]);
  });

  it('is found in an old file however long it is', async () => {
    const names = Array.from({ length: 9000 }, (_, index) => `tensor.${index}.${'x'.repeat(80)}`);
    const table = stateDict(Object.fromEntries(names.map((name) => [name, tensor()])));
    expect(table.length).toBeGreaterThan(2_000_000);
    const last = names.at(-1) ?? '';
    const data = await withFile(legacy(table, [['0', 4, floats(1, 2, 3, 4)]]), (source) =>
      source.readTensor(last),
    );
    expect([...data.data]).toEqual([1, 2, 3, 4]);
  });
});

const callSystem = [op.global('os system'), op.mark, op.text('echo harm'), op.tuple, op.reduce];

describe('a hostile pickle', () => {
  const cases: [string, Buffer, string][] = [
    ['calls the shell', pickle(...callSystem), 'os system'],
    ['hides a call among tensors', stateDict({ a: Buffer.concat(callSystem) }), 'os system'],
    ['evaluates code', pickle(op.global('builtins eval')), 'builtins eval'],
    ['calls a type', pickle(op.global('torch FloatStorage'), op.emptyTuple, op.reduce), 'torch FloatStorage'],
    [
      'calls with other arguments',
      pickle(op.global('torch._utils _rebuild_tensor_v2'), op.emptyTuple, op.reduce),
      'do not fit',
    ],
    ['calls what is no function', pickle(op.int(1), op.emptyTuple, op.reduce), 'no function'],
    ['has an opcode of another kind', pickle(Buffer.from([0x93])), '0x93'],
    ['sets the state of something else', pickle(op.emptyDict, op.none, op.build), 'OrderedDict'],
    ['is of a newer protocol', Buffer.concat([op.protocol(4), op.none, op.stop]), 'protocol 4'],
    ['ends early', op.protocol(), 'cut short'],
    ['ends within a text', Buffer.concat([op.protocol(), op.textOfLength(100)]), 'cut short'],
    ['has an absurdly long text', Buffer.concat([op.protocol(), op.textOfLength(0xffffffff)]), 'limit'],
    ['has a name without an end', Buffer.concat([op.protocol(), Buffer.alloc(70_000, 'c')]), 'limit'],
    ['takes from an empty stack', pickle(), 'empty stack'],
    ['remembers nothing', pickle(op.put(0)), 'empty stack'],
    ['recalls what it never stored', pickle(op.get(4_000_000_000)), 'never stored'],
    ['goes back to no mark', pickle(op.tuple), 'no mark'],
    ['appends to a number', pickle(op.int(1), op.int(2), op.append), 'no list'],
    ['sets items of a number', pickle(op.int(1), op.mark, op.setItems), 'no dictionary'],
    ['sets a key without a value', pickle(op.emptyDict, op.mark, op.int(1), op.setItems), 'without a value'],
    ['marks without end', pickle(Buffer.alloc(1_100_000, '(')), 'nests too deeply'],
    ['piles up without end', pickle(Buffer.alloc(1_100_000, 'N')), 'stack of more than'],
    ['loads something that is no storage', pickle(op.text('module'), op.load), 'no storage'],
    ['is a number', pickle(op.int(7)), 'no table'],
    ['is a table of something else', stateDict({ a: op.int(7) }), '"a" is no tensor'],
    ['has a table of tables', stateDict({ model: op.emptyDict }), '"model" is no tensor'],
  ];
  it.each(cases)('is refused when it %s', async (_, table, message) => {
    await expect(withFile(archive(table), readAll)).rejects.toThrow(message);
  });

  it('is refused when it remembers more than anyone needs', async () => {
    const remembering = Buffer.alloc(1_000_001 * 5);
    for (let index = 0; index <= 1_000_000; index += 1) op.put(index).copy(remembering, index * 5);
    await expect(withFile(archive(pickle(op.none, remembering)), readAll)).rejects.toThrow(
      'remembers more than',
    );
  });

  it('may refer to itself and to its own parts a great many times without growing', async () => {
    // Each list holds the one before it twice: 2^60 elements if they were ever copied out.
    const layers = Array.from({ length: 60 }, (_, index) =>
      Buffer.concat([op.emptyList, op.get(index), op.append, op.get(index), op.append, op.put(index + 1)]),
    );
    const bomb = pickle(op.emptyList, op.put(0), ...layers);
    await expect(withFile(archive(bomb), readAll)).rejects.toThrow('no table');
    const circular = pickle(op.emptyList, op.put(0), op.get(0), op.append);
    await expect(withFile(archive(circular), readAll)).rejects.toThrow('no table');
  });
});

describe('a tensor that does not fit its storage', () => {
  const cases: [string, Buffer, string][] = [
    ['starts beyond it', tensor({ offset: 1 }), 'reaches to element 4'],
    ['steps beyond it', tensor({ strides: [3, 1] }), 'reaches to element 4'],
    ['has a negative stride', tensor({ strides: [-2, 1] }), 'do not fit'],
    ['has a negative size', tensor({ shape: [-2, 2] }), 'do not fit'],
    ['has a negative offset', tensor({ offset: -1 }), 'do not fit'],
    ['has fewer strides than sizes', tensor({ strides: [1] }), 'do not fit'],
    ['is absurdly large by repetition', tensor({ shape: [2 ** 30, 2 ** 30], strides: [0, 0] }), 'elements'],
    [
      'is of an untyped storage without a type',
      tensor({ storage: 'torch.storage UntypedStorage' }),
      'not supported',
    ],
    ['has a storage of negative size', tensor({ count: -1 }), 'impossible size'],
    ['has a storage of another size than the file', tensor({ count: 5 }), 'should have 20 bytes, found 16'],
    ['has a storage that the file lacks', tensor({ key: '../7' }), 'found none'],
  ];
  it.each(cases)('is refused when it %s', async (_, entry, message) => {
    await expect(withFile(archive(stateDict({ a: entry })), readAll)).rejects.toThrow(message);
  });

  it('is refused when two tensors disagree about the storage', async () => {
    const table = stateDict({ a: tensor(), b: tensor({ storage: 'torch IntStorage' }) });
    await expect(withFile(archive(table), readAll)).rejects.toThrow('two ways');
  });

  it('is refused when its view leaves the storage', async () => {
    const table = stateDict({ a: tensor({ view: [2, 3], shape: [2], strides: [1] }) });
    await expect(withFile(legacy(table, [['0', 4, floats(1, 2, 3, 4)]]), readAll)).rejects.toThrow(
      'beyond its end',
    );
  });
});

describe('a damaged archive', () => {
  const table = stateDict({ a: tensor() });
  const data = floats(1, 2, 3, 4);
  const cases: [string, Buffer, string][] = [
    ['is cut short', archive(table).subarray(0, -1), 'cut short'],
    ['is compressed', zip([['x/data.pkl', table]], { method: 8 }), 'compressed'],
    ['is encrypted', zip([['x/data.pkl', table]], { flags: 0x809 }), 'encrypted'],
    [
      'has an entry twice',
      zip([
        ['x/data/0', data],
        ['x/data/0', data],
      ]),
      'twice',
    ],
    ['has no pickle', zip([['x/data/0', data]]), 'data.pkl'],
    [
      'has two pickles',
      zip([
        ['x/data.pkl', table],
        ['y/data.pkl', table],
      ]),
      'found 2',
    ],
    [
      'is big-endian',
      zip([
        ['x/data.pkl', table],
        ['x/byteorder', Buffer.from('big')],
      ]),
      '"big"',
    ],
    ['is of another kind', Buffer.from('ustar, perhaps'), 'no PyTorch checkpoint'],
    ['is empty', Buffer.alloc(0), 'no PyTorch checkpoint'],
  ];
  it.each(cases)('is refused when it %s', async (_, bytes, message) => {
    await expect(withFile(bytes, readAll)).rejects.toThrow(message);
  });

  it('is refused when its directory lies', async () => {
    const bytes = archive(table);
    const end = bytes.length - 22;
    const withEnd = (change: (copy: Buffer) => void) => {
      const copy = Buffer.from(bytes);
      change(copy);
      return copy;
    };
    const tooMany = withEnd((copy) => copy.writeUInt16LE(9, end + 10));
    await expect(withFile(tooMany, readAll)).rejects.toThrow('damaged ZIP directory');
    const elsewhere = withEnd((copy) => copy.writeUInt32LE(0xfffffff0, end + 16));
    await expect(withFile(elsewhere, readAll)).rejects.toThrow('cut short');
    const directory = bytes.readUInt32LE(end + 16);
    const noHeader = withEnd((copy) => copy.writeUInt32LE(5, directory + 42));
    await expect(withFile(noHeader, readAll)).rejects.toThrow('no header');
  });
});

describe('a damaged file of the old format', () => {
  const table = stateDict({ a: tensor({ view: null }) });
  const storages = [['0', 4, floats(1, 2, 3, 4)]] as const;
  const cases: [string, Buffer, string][] = [
    ['has another magic number', legacy(table, storages, { magic: 1n }), 'magic'],
    ['has another version', legacy(table, storages, { version: 1002 }), '1002'],
    ['is big-endian', legacy(table, storages, { littleEndian: false }), 'little-endian'],
    ['is cut short in its numbers', legacy(table, storages).subarray(0, -1), 'cut short'],
    ['is cut short in its table', legacy(table, storages).subarray(0, 90), 'cut short'],
    [
      'has another count of numbers',
      legacy(table, [['0', 3, floats(1, 2, 3)]]),
      'should have 4 elements, found 3',
    ],
    ['lists an unknown storage', legacy(table, storages, { order: ['0', '1'] }), '"1"'],
    ['lists a storage twice', legacy(table, storages, { order: ['0', '0'] }), 'listed before'],
    ['lists no storage', legacy(table, storages, { order: [] }), 'does not list'],
    ['calls the shell', legacy(pickle(...callSystem), storages), 'os system'],
  ];
  it.each(cases)('is refused when it %s', async (_, bytes, message) => {
    await expect(withFile(bytes, readAll)).rejects.toThrow(message);
  });

  it('may not have names in the pickles that need none', async () => {
    const bytes = Buffer.concat([pickle(...callSystem), legacy(table, storages)]);
    await expect(withFile(bytes, readAll)).rejects.toThrow('os system');
  });
});
