import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  readCheckpoint,
  writeCheckpoint,
} from '../../../src/layoutlmv2/checkpoints/checkpoint.js';
import { openSafetensors, writeSafetensors } from '../../../src/layoutlmv2/checkpoints/safetensors.js';
import type { Weight } from '../../../src/layoutlmv2/parameters.js';
import { uncasedWordPiece } from '../../../src/layoutlmv2/tokenizer/tokenizer.js';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...Array.from('abc')];

let folder: string;
let tiny: Map<string, Weight>;
let folders = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  const file = await openSafetensors(fixture('tiny.safetensors'));
  tiny = new Map();
  for (const name of file.tensors.keys()) tiny.set(name, await file.readTensor(name));
  await file.close();
});
afterAll(() => rm(folder, { recursive: true }));

/** A checkpoint folder of the tiny network; weights as given, or the fixture's file. */
async function makeFolder(weights?: ReadonlyMap<string, Weight>): Promise<string> {
  folders += 1;
  const path = join(folder, String(folders));
  await mkdir(path);
  await copyFile(fixture('tiny_config.json'), join(path, 'config.json'));
  await writeFile(join(path, 'vocab.txt'), `${vocabulary.join('\n')}\n`);
  const weightsPath = join(path, 'model.safetensors');
  if (weights === undefined) await copyFile(fixture('tiny.safetensors'), weightsPath);
  else await writeSafetensors(weightsPath, weights);
  return path;
}

const without = (left: RegExp) => new Map([...tiny].filter(([name]) => !left.test(name)));
const zeros = (shape: number[]): Weight => ({
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
});

describe('reading a checkpoint folder', () => {
  it('gives configuration, labels, weights and tokenizer', async () => {
    const checkpoint = await readCheckpoint(await makeFolder());
    expect(checkpoint.config.hiddenSize).toBe(48);
    expect(checkpoint.labels).toEqual(['LABEL_0', 'LABEL_1', 'LABEL_2', 'LABEL_3', 'LABEL_4']);
    expect(checkpoint.tokenizer).toEqual(uncasedWordPiece(vocabulary));
    expect(checkpoint.warnings).toEqual([]);
    expect(checkpoint.weights.get('classifier.weight')).toEqual(tiny.get('classifier.weight'));
  });

  it('accepts the names of a network saved without its head, and says that the head is missing', async () => {
    const bare = new Map(
      [...without(/^classifier/)].map(([name, weight]) => [name.replace('layoutlmv2.', ''), weight]),
    );
    const checkpoint = await readCheckpoint(await makeFolder(bare));
    expect(checkpoint.labels).toBeNull();
    expect([...checkpoint.weights.keys()].every((name) => name.startsWith('layoutlmv2.'))).toBe(true);
    expect(checkpoint.warnings).toEqual([expect.stringContaining('no classifier')]);
  });

  it('leaves out the head of another task', async () => {
    const weights = new Map(tiny).set('classifier.weight', zeros([7, 48])).set('classifier.bias', zeros([7]));
    const checkpoint = await readCheckpoint(await makeFolder(weights));
    expect(checkpoint.labels).toBeNull();
    expect(checkpoint.weights.has('classifier.weight')).toBe(false);
    expect(checkpoint.warnings).toEqual([expect.stringContaining('another task')]);
  });

  it('ignores counters and positions silently, and unknown tensors with a warning', async () => {
    const weights = new Map(tiny)
      .set('layoutlmv2.visual.backbone.bottom_up.stem.conv1.norm.num_batches_tracked', zeros([]))
      .set('layoutlmv2.embeddings.position_ids', zeros([1, 64]))
      .set('layoutlmv2.surplus', zeros([1]));
    const { warnings } = await readCheckpoint(await makeFolder(weights));
    expect(warnings).toEqual([expect.stringContaining('layoutlmv2.surplus')]);
    expect(warnings[0]).not.toContain('position_ids');
  });

  it('takes the pixel statistics of the checkpoint over those of the configuration', async () => {
    const weights = new Map(tiny)
      .set('layoutlmv2.visual.pixel_mean', { shape: [3, 1, 1], data: Float32Array.of(1, 2, 3) })
      .set('layoutlmv2.visual.pixel_std', { shape: [3, 1, 1], data: Float32Array.of(57.375, 57.12, 58.395) });
    const { config, warnings } = await readCheckpoint(await makeFolder(weights));
    expect(config.backbone.pixelMean).toEqual([1, 2, 3]);
    expect(config.backbone.pixelStd).toEqual([57.375, 57.12, 58.395]);
    expect(warnings).toEqual([]);
  });

  it('names a tensor that is missing or misshapen', async () => {
    await expect(makeFolder(without(/visual_proj\.bias/)).then(readCheckpoint)).rejects.toThrow(
      'lacks the tensor "layoutlmv2.visual_proj.bias" of shape [48]',
    );
    const misshapen = new Map(tiny).set('layoutlmv2.visual_proj.bias', zeros([47]));
    await expect(makeFolder(misshapen).then(readCheckpoint)).rejects.toThrow(
      '"layoutlmv2.visual_proj.bias" should have the shape [48], found [47]',
    );
  });

  it('refuses the same tensor under two names', async () => {
    const weights = new Map(tiny).set('visual_proj.bias', zeros([48]));
    await expect(makeFolder(weights).then(readCheckpoint)).rejects.toThrow('both');
  });

  it('refuses labels that do not fit the classifier', async () => {
    const weights = new Map(tiny)
      .set('classifier.weight', zeros([4, 144]))
      .set('classifier.bias', zeros([4]));
    await expect(makeFolder(weights).then(readCheckpoint)).rejects.toThrow('5 labels');
  });

  it('refuses a vocabulary larger than the network', async () => {
    const path = await makeFolder();
    await writeFile(join(path, 'vocab.txt'), 'a\n'.repeat(98));
    await expect(readCheckpoint(path)).rejects.toThrow('98 pieces');
  });

  it('finds the vocabulary in tokenizer.json where there is no vocab.txt', async () => {
    const path = await makeFolder();
    await rm(join(path, 'vocab.txt'));
    await expect(readCheckpoint(path)).rejects.toThrow(
      'none of vocab.txt, tokenizer.json, sentencepiece.bpe.model',
    );
    const vocab = Object.fromEntries(vocabulary.map((piece, id) => [piece, id]).reverse());
    const tokenizer = { normalizer: { lowercase: false }, model: { type: 'WordPiece', vocab } };
    await writeFile(join(path, 'tokenizer.json'), JSON.stringify(tokenizer));
    const checkpoint = await readCheckpoint(path);
    expect(checkpoint.tokenizer).toEqual({ ...uncasedWordPiece(vocabulary), lowerCase: false });
    await writeFile(join(path, 'tokenizer.json'), '{"model":{"type":"WordPiece","vocab":{"a":0,"b":0}}}');
    await expect(readCheckpoint(path)).rejects.toThrow('unusable id 0');
    await writeFile(join(path, 'tokenizer.json'), '{"model":{"type":"BPE","vocab":{}}}');
    await expect(readCheckpoint(path)).rejects.toThrow('only WordPiece and Unigram');
  });

  it('says which files it looked for when there are no weights', async () => {
    const path = await makeFolder();
    await rm(join(path, 'model.safetensors'));
    await expect(readCheckpoint(path)).rejects.toThrow('model.safetensors');
  });

  it.each(['tiny_pytorch_model.bin', 'tiny_legacy.bin'])('reads the weights of %s', async (name) => {
    const path = await makeFolder();
    await rm(join(path, 'model.safetensors'));
    await copyFile(fixture(name), join(path, 'pytorch_model.bin'));
    const { weights, warnings } = await readCheckpoint(path);
    expect(warnings).toEqual([]);
    expect(weights.get('classifier.weight')).toEqual(tiny.get('classifier.weight'));
  });

  it('reads weights in shards', async () => {
    const path = await makeFolder();
    await rm(join(path, 'model.safetensors'));
    const halves = [without(/encoder/), new Map([...tiny].filter(([name]) => /encoder/.test(name)))];
    const weightMap: Record<string, string> = {};
    for (const [index, weights] of halves.entries()) {
      const fileName = `model-${index + 1}-of-2.safetensors`;
      await writeSafetensors(join(path, fileName), weights);
      for (const name of weights.keys()) weightMap[name] = fileName;
    }
    await writeFile(join(path, 'model.safetensors.index.json'), JSON.stringify({ weight_map: weightMap }));
    const { weights } = await readCheckpoint(path);
    expect(weights.get('classifier.bias')).toEqual(tiny.get('classifier.bias'));
  });
});

describe('writing a checkpoint folder', () => {
  const labels = ['invoice', 'letter', 'form', 'memo', 'other'];

  it('gives back what was written and leaves no other folder', async () => {
    const original = await readCheckpoint(await makeFolder());
    const parent = await mkdtemp(join(folder, 'written-'));
    const path = join(parent, 'checkpoint');
    const checkpoint: Checkpoint = { ...original, labels };
    await writeCheckpoint(path, checkpoint, { metadata: { epoch: '3' } });
    const { warnings, ...found } = await readCheckpoint(path);
    expect(warnings).toEqual([]);
    expect(found).toEqual({
      config: original.config,
      labels,
      weights: original.weights,
      tokenizer: uncasedWordPiece(vocabulary),
      temperature: null,
      outlier: null,
    });
    expect(await readdir(parent)).toEqual(['checkpoint']);
  });

  it('writes half the bytes in half precision, and gives every weight back within its rounding', async () => {
    const original = await readCheckpoint(await makeFolder());
    const [whole, half] = [join(folder, 'whole'), join(folder, 'half')];
    await writeCheckpoint(whole, original);
    await writeCheckpoint(half, original, { type: 'F16' });
    const sizeOf = async (path: string) => (await stat(join(path, 'model.safetensors'))).size;
    // Besides the numbers there is only the header, whose offsets have no more digits.
    const numbers = [...original.weights.values()].reduce((sum, { data }) => sum + data.length, 0);
    expect((await sizeOf(whole)) - (await sizeOf(half))).toBeGreaterThanOrEqual(2 * numbers);
    const read = await readCheckpoint(half);
    for (const [name, { shape, data }] of original.weights) {
      const found = read.weights.get(name);
      expect(found?.shape, name).toEqual(shape);
      // Eleven bits of significand; below 2^-14 the steps are all of 2^-24.
      const excess = data.map(
        (value, index) =>
          Math.abs((found?.data[index] ?? Number.NaN) - value) - Math.max(Math.abs(value) / 2048, 2 ** -25),
      );
      expect(Math.max(...excess), name).toBeLessThanOrEqual(0);
    }
  });

  it('names a weight that half precision cannot hold, and then writes nothing', async () => {
    const original = await readCheckpoint(await makeFolder());
    const weights = new Map(original.weights);
    weights.set('classifier.bias', { shape: [5], data: Float32Array.of(0, 1, 2, 3, 65_520) });
    const path = join(folder, 'too-large');
    await expect(writeCheckpoint(path, { ...original, weights }, { type: 'F16' })).rejects.toThrow(
      '"classifier.bias" cannot be saved in half precision',
    );
    expect((await readdir(folder)).filter((name) => name.startsWith('too-large'))).toEqual([]);
  });

  it('replaces none that is there already, so that a reader never finds it missing', async () => {
    const path = await makeFolder();
    const original = await readCheckpoint(path);
    await expect(writeCheckpoint(path, { ...original, labels })).rejects.toThrow('is there already');
    expect((await readCheckpoint(path)).labels).toEqual(original.labels);
  });

  it('writes a network without a classifier', async () => {
    const original = await readCheckpoint(await makeFolder(without(/^classifier/)));
    const path = join(folder, 'headless');
    await writeCheckpoint(path, original);
    const config = JSON.parse(await readFile(join(path, 'config.json'), 'utf8')) as Record<string, unknown>;
    expect(config.architectures).toEqual(['LayoutLMv2Model']);
    expect((await readCheckpoint(path)).labels).toBeNull();
  });

  it('refuses what does not fit together, and then writes nothing', async () => {
    const original = await readCheckpoint(await makeFolder());
    const path = join(folder, 'refused');
    await expect(writeCheckpoint(path, { ...original, labels: ['only one'] })).rejects.toThrow(
      'classifier.weight',
    );
    const surplus = new Map(original.weights).set('surplus', zeros([1]));
    await expect(writeCheckpoint(path, { ...original, weights: surplus })).rejects.toThrow('surplus');
    const tokenizer = uncasedWordPiece(['a\nb']);
    await expect(writeCheckpoint(path, { ...original, tokenizer })).rejects.toThrow('one line');
    expect((await readdir(folder)).filter((name) => name.startsWith('refused'))).toEqual([]);
  });
});
