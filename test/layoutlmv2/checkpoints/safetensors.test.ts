import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSafetensors, writeSafetensors } from '../../../src/layoutlmv2/checkpoints/safetensors.js';
import type { Weight } from '../../../src/layoutlmv2/parameters.js';

const tinyPath = fileURLToPath(new URL('../fixtures/tiny.safetensors', import.meta.url));

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

function newPath(): string {
  files += 1;
  return join(folder, `${files}.safetensors`);
}

/** A file with this header text and so many zero bytes of data. */
async function write(header: string, dataBytes: number, length = Buffer.byteLength(header)): Promise<string> {
  const path = newPath();
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(length));
  await writeFile(path, Buffer.concat([start, Buffer.from(header), Buffer.alloc(dataBytes)]));
  return path;
}

const entry = (dtype: string, shape: number[], begin: number, end: number) =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

async function readAll(path: string): Promise<Record<string, number[]>> {
  const file = await openSafetensors(path);
  const all: Record<string, number[]> = {};
  for (const name of file.tensors.keys()) all[name] = [...(await file.readTensor(name)).data];
  await file.close();
  return all;
}

const weight = (shape: number[], values: number[]): Weight => ({ shape, data: Float32Array.from(values) });

describe('reading safetensors', () => {
  it('knows names and shapes before it reads a number', async () => {
    const file = await openSafetensors(tinyPath);
    expect(file.metadata).toEqual({ format: 'pt' });
    expect(file.tensors.get('classifier.weight')?.shape).toEqual([5, 144]);
    const { shape, data } = await file.readTensor('classifier.weight');
    expect(shape).toEqual([5, 144]);
    expect(data).toHaveLength(5 * 144);
    await file.close();
  });

  it('converts every element type to float32', async () => {
    const parts: [string, Buffer, number[]][] = [
      ['F64', Buffer.from(new Float64Array([1.5, -1e300]).buffer), [1.5, Number.NEGATIVE_INFINITY]],
      [
        'F16',
        Buffer.from(new Uint16Array([0x3e00, 0xc080, 0x7bff, 0x0001]).buffer),
        [1.5, -2.25, 65504, 2 ** -24],
      ],
      ['BF16', Buffer.from(new Uint16Array([0x3fc0, 0xc010]).buffer), [1.5, -2.25]],
      ['I64', Buffer.from(new BigInt64Array([-7n, 2n ** 40n]).buffer), [-7, 2 ** 40]],
      ['I32', Buffer.from(new Int32Array([-7]).buffer), [-7]],
      ['I16', Buffer.from(new Int16Array([-7]).buffer), [-7]],
      ['U16', Buffer.from(new Uint16Array([65535]).buffer), [65535]],
      ['U8', Buffer.from([255]), [255]],
      ['I8', Buffer.from([255]), [-1]],
      ['BOOL', Buffer.from([0, 1]), [0, 1]],
      // After a single byte, so that it starts at an odd address.
      ['F32', Buffer.from(new Float32Array([0.25, -3]).buffer), [0.25, -3]],
    ];
    let end = 0;
    const described = parts.map(([dtype, bytes, values]) => {
      end += bytes.length;
      return `"${dtype}":${entry(dtype, [values.length], end - bytes.length, end)}`;
    });
    const header = Buffer.from(`{${described.join(',')}}`);
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt(header.length));
    const path = newPath();
    await writeFile(path, Buffer.concat([start, header, ...parts.map(([, bytes]) => bytes)]));
    expect(await readAll(path)).toEqual(
      Object.fromEntries(parts.map(([dtype, , values]) => [dtype, values])),
    );
  });

  it('reads scalars and empty tensors', async () => {
    const path = await write(`{"a":${entry('F32', [], 0, 4)},"b":${entry('F32', [0, 3], 4, 4)}}  `, 4);
    expect(await readAll(path)).toEqual({ a: [0], b: [] });
  });

  it('names a tensor that is not there', async () => {
    const file = await openSafetensors(tinyPath);
    await expect(file.readTensor('none')).rejects.toThrow('"none"');
    await file.close();
  });

  const faults: [string, string, number, string][] = [
    ['a tensor beyond the end', `{"a":${entry('F32', [4], 0, 16)}}`, 12, '"a"'],
    ['bytes of no tensor', `{"a":${entry('F32', [1], 0, 4)}}`, 5, '1 bytes that belong to no tensor'],
    ['a hole', `{"a":${entry('U8', [1], 0, 1)},"b":${entry('U8', [1], 2, 3)}}`, 3, '"b"'],
    ['an overlap', `{"a":${entry('U8', [2], 0, 2)},"b":${entry('U8', [2], 1, 3)}}`, 3, '"b"'],
    ['fewer bytes than its shape needs', `{"a":${entry('F32', [2, 2], 0, 8)}}`, 8, 'needs 16'],
    ['offsets the wrong way round', `{"a":${entry('F32', [1], 4, 0)}}`, 4, 'data offsets'],
    ['a negative offset', `{"a":${entry('F32', [1], -4, 0)}}`, 4, 'data offsets'],
    ['a negative size', `{"a":${entry('F32', [-1, -1], 0, 4)}}`, 4, 'impossible shape'],
    ['an overflowing shape', `{"a":${entry('F32', [2 ** 40, 2 ** 40], 0, 4)}}`, 4, 'elements'],
    ['an unknown element type', `{"a":${entry('F8_E4M3', [4], 0, 4)}}`, 4, 'F8_E4M3'],
    ['a type borrowed from the prototype', `{"a":${entry('toString', [4], 0, 4)}}`, 4, 'toString'],
    [
      'the same tensor twice',
      `{"a":${entry('U8', [1], 0, 1)},"\\u0061":${entry('U8', [1], 0, 1)}}`,
      1,
      '"a" twice',
    ],
    [
      'the same field twice',
      `{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}`,
      1,
      '"dtype" twice',
    ],
    ['no JSON', `{"a":`, 0, 'no valid JSON'],
    ['no object', `[]`, 0, 'does not start'],
    ['no description', `{"a":null}`, 0, '"a"'],
    ['no shape', `{"a":{"dtype":"U8","data_offsets":[0,1]}}`, 1, 'no shape'],
    ['metadata that is no text', `{"__metadata__":{"a":1}}`, 0, 'metadata'],
  ];
  it.each(faults)('refuses a file with %s', async (_, header, dataBytes, message) => {
    await expect(write(header, dataBytes).then(openSafetensors)).rejects.toThrow(message);
  });

  it('refuses absurd header sizes without reading them', async () => {
    await expect(write('{}', 0, 2 ** 52).then(openSafetensors)).rejects.toThrow('cut short');
    await expect(write('{}', 0, 3).then(openSafetensors)).rejects.toThrow('cut short');
    const empty = newPath();
    await writeFile(empty, 'abc');
    await expect(openSafetensors(empty)).rejects.toThrow('3 bytes');
  });
});

describe('writing safetensors', () => {
  it('gives back what was written, with its metadata', async () => {
    const path = newPath();
    const tensors = new Map([
      ['b.weight', weight([2, 2], [1, -2, 0.5, 1e-30])],
      ['a', weight([], [7])],
      ['none', weight([0, 4], [])],
    ]);
    await writeSafetensors(path, tensors, { metadata: { licence: 'mit' } });
    const file = await openSafetensors(path);
    expect(file.metadata).toEqual({ format: 'pt', licence: 'mit' });
    for (const [name, expected] of tensors) expect(await file.readTensor(name)).toEqual(expected);
    await file.close();
  });

  it('writes a part of a larger array', async () => {
    const path = newPath();
    const data = Float32Array.from([1, 2, 3, 4]).subarray(1, 3);
    await writeSafetensors(path, new Map([['a', { shape: [2], data }]]));
    expect(await readAll(path)).toEqual({ a: [2, 3] });
  });

  it('rounds to the nearest half, ties to even', async () => {
    const path = newPath();
    const values = [
      1,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      65519,
      2 ** -24,
      2 ** -25,
      1.5 * 2 ** -25,
      2 ** -14,
      -0.1,
      0,
    ];
    await writeSafetensors(path, new Map([['a', weight([10], values)]]), { type: 'F16' });
    expect((await readAll(path)).a).toEqual([
      1,
      1,
      1 + 2 ** -9,
      65504,
      2 ** -24,
      0,
      2 ** -24,
      2 ** -14,
      -0.0999755859375,
      0,
    ]);
  });

  it('writes the bits that IEEE 754 gives, subnormals, zeros and infinities included', async () => {
    const known: [number, number][] = [
      [1, 0x3c00],
      [-2, 0xc000],
      [1 / 3, 0x3555],
      [65504, 0x7bff],
      [-0, 0x8000],
      [Number.POSITIVE_INFINITY, 0x7c00],
      [Number.NEGATIVE_INFINITY, 0xfc00],
      [2 ** -14, 0x0400],
      [2 ** -24, 0x0001],
      // Between two subnormals, the even one.
      [3 * 2 ** -25, 0x0002],
      [5 * 2 ** -25, 0x0002],
      // The largest that is no normal number, and half a step more, which becomes the smallest normal one.
      [1023 * 2 ** -24, 0x03ff],
      [1023.5 * 2 ** -24, 0x0400],
      // Half a step below a power of two is carried into the exponent.
      [2 - 2 ** -11, 0x4000],
    ];
    const path = newPath();
    const values = known.map(([value]) => value);
    await writeSafetensors(path, new Map([['a', weight([known.length], values)]]), { type: 'F16' });
    const bytes = (await readFile(path)).subarray(-2 * known.length);
    expect(known.map((_, index) => bytes.readUInt16LE(2 * index))).toEqual(known.map(([, bits]) => bits));
  });

  it('keeps every half that there is', async () => {
    const path = newPath();
    const all = Float32Array.from({ length: 0x7c00 }, (_, bits) =>
      bits < 1024 ? bits * 2 ** -24 : (1 + (bits & 1023) / 1024) * 2 ** ((bits >> 10) - 15),
    );
    await writeSafetensors(path, new Map([['a', { shape: [all.length], data: all }]]), { type: 'F16' });
    const file = await openSafetensors(path);
    expect((await file.readTensor('a')).data).toEqual(all);
    await file.close();
  });

  it('leaves nothing behind when it fails', async () => {
    const before = await readdir(folder);
    await expect(
      writeSafetensors(newPath(), new Map([['big', weight([1], [70000])]]), { type: 'F16' }),
    ).rejects.toThrow('"big"');
    await expect(writeSafetensors(newPath(), new Map([['odd', weight([2], [1])]]))).rejects.toThrow('"odd"');
    expect(await readdir(folder)).toEqual(before);
  });
});
