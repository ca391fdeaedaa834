import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSafetensors, writeSafetensors } from '../../../src/layoutlmv2/checkpoints/safetensors.js';
import { openShardedCheckpoint } from '../../../src/layoutlmv2/checkpoints/sharded-checkpoint.js';
import type { Weight } from '../../../src/layoutlmv2/parameters.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sharded-'));
});
afterAll(() => rm(folder, { recursive: true }));

const weight = (shape: number[], values: number[]): Weight => ({ shape, data: Float32Array.from(values) });

describe('a checkpoint in several files', () => {
  it('reads each tensor from its file', async () => {
    const shards = await mkdtemp(join(folder, 'shards-'));
    await writeSafetensors(join(shards, '1.safetensors'), new Map([['a', weight([1], [1])]]));
    await writeSafetensors(join(shards, '2.safetensors'), new Map([['b', weight([1], [2])]]));
    const index = join(shards, 'model.safetensors.index.json');
    await writeFile(index, '{"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}');
    const source = await openShardedCheckpoint(index, openSafetensors);
    expect([...source.tensors.keys()]).toEqual(['a', 'b']);
    expect([...(await source.readTensor('b')).data]).toEqual([2]);
    await source.close();
  });

  it('refuses an index that leads elsewhere or promises too much', async () => {
    const shards = await mkdtemp(join(folder, 'shards-'));
    await writeSafetensors(join(shards, '1.safetensors'), new Map([['a', weight([1], [1])]]));
    const index = join(shards, 'model.safetensors.index.json');
    await writeFile(index, '{"weight_map":{"a":"../1.safetensors"}}');
    await expect(openShardedCheckpoint(index, openSafetensors)).rejects.toThrow('"a"');
    await writeFile(index, '{"weight_map":{"a":"1.safetensors","b":"1.safetensors"}}');
    await expect(openShardedCheckpoint(index, openSafetensors)).rejects.toThrow('"b"');
    await writeFile(index, '{}');
    await expect(openShardedCheckpoint(index, openSafetensors)).rejects.toThrow('weight_map');
  });
});
