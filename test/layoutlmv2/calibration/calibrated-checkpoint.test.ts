import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeOutlierModel } from '../../../src/layoutlmv2/calibration/outlier-file.js';
import {
  type ReadCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from '../../../src/layoutlmv2/checkpoints/checkpoint.js';
import { drawOutlierModel } from '../../support/outlier-model.js';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

let folder: string;
let plain: ReadCheckpoint;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrated-'));
  const from = join(folder, 'plain');
  await mkdir(from);
  await copyFile(fixture('tiny_config.json'), join(from, 'config.json'));
  await copyFile(fixture('tiny.safetensors'), join(from, 'model.safetensors'));
  await writeFile(join(from, 'vocab.txt'), '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n');
  plain = await readCheckpoint(from);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a checkpoint folder', () => {
  it('has neither temperature nor statistics of outliers where none were fitted', async () => {
    expect(plain).toMatchObject({ temperature: null, outlier: null });
    const path = join(folder, 'uncalibrated');
    await writeCheckpoint(path, plain);
    expect(await readFile(join(path, 'config.json'), 'utf8')).not.toContain('temperature');
  });

  it('keeps both when it is written, read and written again', async () => {
    const outlier = drawOutlierModel(plain.config.hiddenSize);
    await writeCheckpoint(join(folder, 'first'), { ...plain, temperature: 1.75, outlier });
    const first = await readCheckpoint(join(folder, 'first'));
    expect(first).toMatchObject({ temperature: 1.75, outlier });
    await writeCheckpoint(join(folder, 'second'), first);
    expect(await readCheckpoint(join(folder, 'second'))).toEqual(first);
  });

  it('is refused with a temperature that cannot be one, or statistics of another network', async () => {
    const path = join(folder, 'cold');
    await writeCheckpoint(path, { ...plain, temperature: -1 });
    await expect(readCheckpoint(path)).rejects.toThrow(
      /"confidence_temperature" must be a positive number, found -1/,
    );
    const other = join(folder, 'other');
    await writeCheckpoint(other, plain);
    await writeOutlierModel(other, drawOutlierModel(8));
    await expect(readCheckpoint(other)).rejects.toThrow(/outliers are of 8 numbers, but the network has 48/);
  });
});
