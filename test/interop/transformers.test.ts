/**
 * What we save must load in Hugging Face's library and say the same. That half needs Python: set INTEROP_PYTHON to an
 * interpreter that has torch and transformers (and detectron2, for the network itself).
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Checkpoint,
  readCheckpoint,
  writeCheckpoint,
} from '../../src/layoutlmv2/checkpoints/checkpoint.js';
import { createPageClassifier } from '../../src/layoutlmv2/classifier.js';
import type { EncodedPage } from '../../src/layoutlmv2/encoded-page.js';
import { startEngine } from '../../src/layoutlmv2/engine.js';
import { encodePage, type PageWord } from '../../src/layoutlmv2/page-encoding.js';
import { createRandom } from '../../src/layoutlmv2/random.js';
import { createTokenizer } from '../../src/layoutlmv2/tokenizer/tokenizer.js';

const fixture = (name: string) => fileURLToPath(new URL(`../layoutlmv2/fixtures/${name}`, import.meta.url));
const script = fileURLToPath(new URL('./check_with_transformers.py', import.meta.url));
const labels = ['invoice', 'letter', 'form', 'memo', 'Übriges'];
const words: PageWord[] = [
  { text: 'Hello,', box: [10, 20, 90, 35] },
  { text: 'UNAFFABLE', box: [100, 20, 300, 35] },
  { text: 'ínvoice', box: [0, 100, 1000, 120] },
  { text: '中1223', box: [40, 500, 90, 515] },
  { text: 'wanted-xyz', box: [5, 990, 6, 1000] },
];

let folder: string;
beforeAll(async () => {
  await startEngine('wasm');
  folder = await mkdtemp(join(tmpdir(), 'interop-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('saves a checkpoint that says the same when loaded again, also by Hugging Face’s library', async () => {
  const { vocab } = JSON.parse(await readFile(fixture('tokenizer_smallvocab.json'), 'utf8')) as {
    vocab: string[];
  };
  const source = join(folder, 'source');
  await writeSource(source, vocab);
  const original = await readCheckpoint(source);
  const saved = join(folder, 'saved');
  await writeCheckpoint(saved, { ...original, labels });
  const loaded = await readCheckpoint(saved);

  const tokenizer = createTokenizer(loaded.tokenizer);
  const page = encodePage({ words, image: noiseImage() }, tokenizer, { maxTokens: 64 });
  const [before, after] = await Promise.all(
    [original, loaded].map((checkpoint) => classify(checkpoint, page)),
  );
  expect(after).toEqual(before);

  const python = process.env.INTEROP_PYTHON;
  if (python === undefined) return;
  const expected = {
    labels,
    words: words.map(({ text }) => text),
    wordBoxes: words.map(({ box }) => box),
    inputIds: Array.from(page.inputIds),
    boxes: Array.from(page.inputIds, (_, index) => Array.from(page.boxes).slice(4 * index, 4 * index + 4)),
    sample: {
      inputIds: Array.from(page.inputIds),
      boxes: Array.from(page.boxes),
      image: Array.from(page.image),
      logits: after,
    },
  };
  await writeFile(join(folder, 'expected.json'), JSON.stringify(expected));
  const { stdout } = await promisify(execFile)(python, [script, saved, join(folder, 'expected.json')]);
  console.info(stdout.trim());
  expect(stdout).toMatch(/^network: /m);
});

/** The tiny network of the fixtures as a folder. */
async function writeSource(path: string, vocabulary: readonly string[]): Promise<void> {
  await mkdir(path);
  await copyFile(fixture('tiny_config.json'), join(path, 'config.json'));
  await copyFile(fixture('tiny.safetensors'), join(path, 'model.safetensors'));
  await writeFile(join(path, 'vocab.txt'), `${vocabulary.join('\n')}\n`);
}

async function classify(
  { config, weights, labels: names }: Checkpoint,
  page: EncodedPage,
): Promise<number[]> {
  const classifier = createPageClassifier({ config, weights, labelCount: names?.length ?? 0 });
  const [result] = await classifier.classify([page]);
  classifier.dispose();
  return Array.from(result?.logits ?? []);
}

function noiseImage() {
  const random = createRandom(7);
  return {
    width: 300,
    height: 410,
    data: Uint8Array.from({ length: 300 * 410 * 3 }, () => random.integer(256)),
  };
}
