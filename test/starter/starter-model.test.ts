import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/layoutlmv2/checkpoints/checkpoint.js';
import { createTextClassifier } from '../../src/linear-classifiers/text/text-classifier.js';
import { readTextModel } from '../../src/linear-classifiers/text/text-model-folder.js';
import { describeModelFolder } from '../../src/models/model-folder.js';
import { learnWords } from '../../starter/learn-words.js';
import { writeStarterModel } from '../../starter/write-model.js';
import { makeTinyCheckpoint } from '../support/tiny-checkpoint.js';

const labels = ['form', 'invoice', 'letter', 'memo', 'receipt'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'starter-'));
  await mkdir(join(folder, 'network'));
  for (const [name, file] of await makeTinyCheckpoint({ classes: labels, licence: null }))
    await writeFile(join(folder, 'network', name), file);
});
afterAll(() => rm(folder, { recursive: true }));

/** Pages of each label that say its name; those kept back say other words. */
async function writeCorpus(name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  const pages = labels.flatMap((label) =>
    ['train', 'train', 'val'].map((split, at) => ({ page: `${label}-${at}.jpg`, label, split })),
  );
  const rows = pages.map(({ page, label, split }) => `${page},${label},${split}`);
  await writeFile(join(path, 'labels.csv'), ['page,label,split', ...rows, ''].join('\n'));
  const lines = pages.map(({ page, label, split }) => {
    const words = ['the', label, split].map((text) => [text, 0, 0, 10, 10, 100]);
    return `${JSON.stringify({ page, width: 100, height: 100, words })}\n`;
  });
  await writeFile(join(path, 'words.jsonl.gz'), gzipSync(lines.join('')));
  return path;
}

describe('the text classifier of the starter', () => {
  it('learns the words of the training pages, once', async () => {
    const corpus = await writeCorpus('corpus');
    const path = join(folder, 'text');
    // What a stopped run has left is no text classifier.
    await mkdir(path);
    await writeFile(join(path, 'vocabulary.txt'), 'left\n');
    const learnt = await learnWords(corpus, path, labels);
    expect(learnt.terms.columns.has('train')).toBe(true);
    expect(learnt.terms.columns.has('val')).toBe(false);
    const classifier = createTextClassifier(learnt);
    for (const [index, label] of labels.entries()) {
      const [said = []] = classifier.predict([['the', label]]);
      expect(Array.from(said).indexOf(Math.max(...said)), label).toBe(index);
    }
    const { mtimeMs } = await stat(join(path, 'config.json'));
    expect(await learnWords(corpus, path, labels)).toEqual(learnt);
    expect((await stat(join(path, 'config.json'))).mtimeMs).toBe(mtimeMs);
    await expect(learnWords(corpus, path, labels.slice(1))).rejects.toThrow('Delete it and start again');
  });
});

describe('the folder of the starter', () => {
  it('is an average of both in half precision, and replaces what was there', async () => {
    const text = await learnWords(await writeCorpus('other'), join(folder, 'other-text'), labels);
    const network = await readCheckpoint(join(folder, 'network'));
    const path = join(folder, 'model');
    await mkdir(path);
    await writeFile(join(path, 'model.safetensors'), 'of a network alone');
    await writeStarterModel(path, { network, text, textWeight: 0.25 });
    expect(await describeModelFolder(path)).toMatchObject({
      architecture: 'average',
      labels,
      weights: { network: 0.75, text: 0.25 },
      temperature: null,
    });
    await expect(stat(join(path, 'model.safetensors'))).rejects.toThrow('ENOENT');
    for (const member of ['network', 'text'])
      expect((await readFile(join(path, member, 'model.safetensors'))).includes('"F16"'), member).toBe(true);
    expect(await readTextModel(join(path, 'text'))).toMatchObject({ labels });
  });
});
