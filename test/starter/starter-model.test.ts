import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/layoutlmv2/checkpoints/checkpoint.js';
import { IMAGE_SIDE } from '../../src/layoutlmv2/encoded-page.js';
import { mostLikely } from '../../src/layoutlmv2/probability.js';
import { describeLook } from '../../src/linear-classifiers/look/gradient-histograms.js';
import { createLookClassifier } from '../../src/linear-classifiers/look/look-classifier.js';
import { readLookModel } from '../../src/linear-classifiers/look/look-model-folder.js';
import { createTextClassifier } from '../../src/linear-classifiers/text/text-classifier.js';
import { readTextModel } from '../../src/linear-classifiers/text/text-model-folder.js';
import { describeModelFolder } from '../../src/models/model-folder.js';
import { learnLooks } from '../../starter/learn-looks.js';
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

/** The darker, the later in the list. */
function shadeOf(label: number): Uint8Array {
  return new Uint8Array(3 * IMAGE_SIDE ** 2).fill(250 - 50 * label);
}

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

describe('the classifier of looks of the starter', () => {
  it('learns the images of the training pages, once', async () => {
    const training = labels.map((unit, label) => ({
      ...{ unit, label },
      page: { inputIds: [1, 2], boxes: new Array(8).fill(0), image: shadeOf(label), truncatedTokens: 0 },
    }));
    const path = join(folder, 'look');
    const learnt = await learnLooks(training, path, { labels, seed: 1 });
    const said = createLookClassifier(learnt).predict(labels.map((_, label) => describeLook(shadeOf(label))));
    expect(said.map(mostLikely)).toEqual([...labels.keys()]);
    expect(await learnLooks([], path, { labels, seed: 1 })).toEqual(learnt);
    await expect(learnLooks([], path, { labels: labels.slice(1), seed: 1 })).rejects.toThrow('Delete it');
  });
});

describe('the folder of the starter', () => {
  it('is an average of all three in half precision, and replaces what was there', async () => {
    const text = await learnWords(await writeCorpus('other'), join(folder, 'other-text'), labels);
    const network = await readCheckpoint(join(folder, 'network'));
    const path = join(folder, 'model');
    await mkdir(path);
    await writeFile(join(path, 'model.safetensors'), 'of a network alone');
    const look = await readLookModel(join(folder, 'look'));
    await writeStarterModel(path, { network, text, look, textWeight: 0.25, lookWeight: 0.5 });
    expect(await describeModelFolder(path)).toMatchObject({
      architecture: 'average',
      labels,
      weights: { network: 0.75, text: 0.25, look: 0.5 },
      temperature: null,
    });
    await expect(stat(join(path, 'model.safetensors'))).rejects.toThrow('ENOENT');
    for (const member of ['network', 'text', 'look'])
      expect((await readFile(join(path, member, 'model.safetensors'))).includes('"F16"'), member).toBe(true);
    expect(await readTextModel(join(path, 'text'))).toMatchObject({ labels });
  });
});
