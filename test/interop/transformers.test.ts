/**
 * What we save must load in Hugging Face's library and say the same. That half needs Python: set INTEROP_PYTHON to an
 * interpreter that has torch and transformers (and sentencepiece; detectron2, where it is installed, or else what stands in for it in bench/network/torch).
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
import { writeSafetensors } from '../../src/layoutlmv2/checkpoints/safetensors.js';
import { createPageClassifier } from '../../src/layoutlmv2/classifier.js';
import { parseConfig } from '../../src/layoutlmv2/config.js';
import type { EncodedPage } from '../../src/layoutlmv2/encoded-page.js';
import { startEngine } from '../../src/layoutlmv2/engine.js';
import { encodePage, type PageWord } from '../../src/layoutlmv2/page-encoding.js';
import { createRandom } from '../../src/layoutlmv2/random.js';
import { createTokenizer } from '../../src/layoutlmv2/tokenizer/tokenizer.js';
import { fixtureWeights } from '../support/fixture-weights.js';

const run = promisify(execFile);
const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const fixture = (name: string) => pathOf(`../layoutlmv2/fixtures/${name}`);
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

/** Makes the folder of a checkpoint; the class by which Hugging Face's library is to know its tokenizer. */
type Source = { tokenizerClass: string; write: (path: string) => Promise<void> };

const sources: Record<string, Source> = {
  LayoutLMv2: {
    tokenizerClass: 'LayoutLMv2Tokenizer',
    async write(path) {
      const text = await readFile(fixture('tokenizer_smallvocab.json'), 'utf8');
      const { vocab } = JSON.parse(text) as { vocab: string[] };
      await copyFile(fixture('tiny_config.json'), join(path, 'config.json'));
      await copyFile(fixture('tiny.safetensors'), join(path, 'model.safetensors'));
      await writeFile(join(path, 'vocab.txt'), `${vocab.join('\n')}\n`);
    },
  },
  'LayoutXLM with its SentencePiece model': {
    tokenizerClass: 'LayoutXLMTokenizer',
    write: (path) => writeLayoutXlm(path, 'sentencepiece.bpe.model'),
  },
  'LayoutXLM with a tokenizer.json': {
    tokenizerClass: 'LayoutXLMTokenizer',
    write: (path) => writeLayoutXlm(path, 'tokenizer.json'),
  },
};

it.each(Object.entries(sources))(
  'saves %s so that it says the same when loaded again, also by Hugging Face’s library',
  {
    timeout: 300_000,
  },
  async (name, { tokenizerClass, write }) => {
    const source = join(folder, name);
    await mkdir(source);
    await write(source);
    const original = await readCheckpoint(source);
    const saved = join(folder, `${name}, saved`);
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
      tokenizerClass,
      needsSentencePiece: name.includes('SentencePiece'),
      vocabSize: loaded.config.vocabSize,
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
    const expectedPath = join(folder, 'expected.json');
    await writeFile(expectedPath, JSON.stringify(expected));
    const env = {
      ...process.env,
      PYTHONPATH: pathOf('../../bench/network/torch'),
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const { stdout } = await run(python, [pathOf('./check_with_transformers.py'), saved, expectedPath], {
      env,
    });
    console.info(stdout.trim());
    expect(stdout).toMatch(/^network: /m);
  },
);

/** The tiny network as LayoutXLM, with the ids of the small model of the fixtures. */
async function writeLayoutXlm(path: string, tokenizerFile: string): Promise<void> {
  const text = await readFile(fixture('layoutxlm/network.json'), 'utf8');
  const { config } = JSON.parse(text) as { config: object };
  const json = { ...config, vocab_size: 400 };
  const weights = fixtureWeights(parseConfig(json), labels.length);
  const id2label = Object.fromEntries(labels.map((label, row) => [row, label]));
  await writeFile(join(path, 'config.json'), JSON.stringify({ ...json, id2label }));
  await writeSafetensors(join(path, 'model.safetensors'), weights);
  await copyFile(fixture(`layoutxlm/${tokenizerFile}`), join(path, tokenizerFile));
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
