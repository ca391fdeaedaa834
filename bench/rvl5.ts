/**
 * How well the product learns real scans: trains on pages of the data set rvl5 with the code of a training run (vocabulary,
 * network from scratch, defaults) and prints what it reaches on the data set's own validation pages, which take no part in
 * training but in early stopping.
 *
 *   EVAL_DATA=<folder with datasets/rvl5> npm run bench:rvl5 -- [--train 250] [--val 100] [--size small] [--seed 1]
 *       [--epochs N] [--engine auto] [--ocr]
 *
 * The words are those that come with the data set; with --ocr each page is read by the product's own Tesseract.
 */
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import { pageRgb } from '../src/documents/rendering/page-image.js';
import { createPageClassifier } from '../src/layoutlmv2/classifier.js';
import { ENGINE_NAMES, type EngineName, startEngine } from '../src/layoutlmv2/engine.js';
import { encodePage } from '../src/layoutlmv2/page-encoding.js';
import { parameterCount } from '../src/layoutlmv2/parameters.js';
import { createRandom, seedOf, shuffled } from '../src/layoutlmv2/random.js';
import { createTokenizer, vocabularySizeOf } from '../src/layoutlmv2/tokenizer/tokenizer.js';
import { predictUnits } from '../src/layoutlmv2/training/evaluate.js';
import type { TrainingExample } from '../src/layoutlmv2/training/examples.js';
import { trainSequenceClassifier } from '../src/layoutlmv2/training/train.js';
import { createTesseractRecogniser } from '../src/ocr/tesseract-recogniser.js';
import { normaliseBox, type Word } from '../src/ocr/word.js';
import { defaultHyperparameters } from '../src/training/default-hyperparameters.js';
import { measureHoldout } from '../src/training/measure-holdout.js';
import { drawNetwork, learnTokenizer } from '../src/training/prepare-network.js';

type LabelledPage = { page: string; label: string; split: string };

const { values } = parseArgs({
  options: {
    train: { type: 'string', default: '250' },
    val: { type: 'string', default: '100' },
    size: { type: 'string', default: 'small' },
    seed: { type: 'string', default: '1' },
    epochs: { type: 'string' },
    engine: { type: 'string', default: 'auto' },
    ocr: { type: 'boolean', default: false },
  },
});
const size = values.size === 'tiny' || values.size === 'base' ? values.size : 'small';
const seed = Number(values.seed);
const folder = join(process.env.EVAL_DATA ?? '', 'datasets', 'rvl5');
if (!process.env.EVAL_DATA || !existsSync(folder)) {
  console.error('Set EVAL_DATA to a folder that holds datasets/rvl5');
  process.exit(1);
}

const engine = await startEngine(engineNamed(values.engine));
const pages = await readLabels();
const labels = [...new Set(pages.map(({ label }) => label))].sort();
const training = choose('train', Number(values.train));
const validation = choose('val', Number(values.val));
console.log(
  `${training.length} training pages, ${validation.length} validation pages, ${labels.length} labels`,
);
console.log(`engine ${engine.name} on ${engine.device}, size ${size}, seed ${seed}`);

const startedAt = performance.now();
const words = values.ocr ? await readByOcr([...training, ...validation]) : await readGivenWords();
const counts = new Map<string, number>();
for (const { page } of training) {
  for (const { text } of words.get(page) ?? []) counts.set(text, (counts.get(text) ?? 0) + 1);
}
const tokenizerModel = learnTokenizer(counts, size);
const tokenizer = createTokenizer(tokenizerModel);
const hyperparameters = {
  ...defaultHyperparameters({ baseSize: null, modelSize: size, trainingDocuments: training.length }),
  seed,
  ...(values.epochs && { epochs: Number(values.epochs) }),
};
const examples = { training: await encodeAll(training), validation: await encodeAll(validation) };
const network = await drawNetwork({
  size,
  tokenizer: tokenizerModel,
  labelCount: labels.length,
  seed,
  pages: examples.training.flatMap((example) => ('page' in example ? [example.page] : [])),
});
console.log(
  `${parameterCount(network.config, labels.length)} parameters, ${vocabularySizeOf(tokenizerModel)} pieces, prepared in ${seconds(startedAt)}`,
);

const trainingStartedAt = performance.now();
const events = trainSequenceClassifier({
  config: network.config,
  weights: network.weights,
  labelCount: labels.length,
  ...examples,
  hyperparameters,
});
let outcome = await events.next();
for (; !outcome.done; outcome = await events.next()) {
  const event = outcome.value;
  if (event.type !== 'epoch') continue;
  const { epoch, trainLoss, validationLoss, validationAccuracy, validationMacroF1, isBest } = event;
  const figures = [trainLoss, validationLoss, validationAccuracy, validationMacroF1].map(
    (value) => value?.toFixed(4) ?? '-',
  );
  console.log(
    `epoch ${epoch}: train loss, validation loss, accuracy, macro-F1 ${figures.join('  ')}${isBest ? ' *' : ''}`,
  );
}
const trainingTime = seconds(trainingStartedAt);

const classifier = createPageClassifier({
  config: network.config,
  weights: outcome.value.weights,
  labelCount: labels.length,
});
const scorePages = async (batch: Parameters<typeof classifier.classify>[0]) =>
  (await classifier.classify(batch)).map(({ logits }) => logits);
const { microBatchSize, maxTokens } = hyperparameters;
const predictions = await predictUnits(scorePages, examples.validation, { microBatchSize, maxTokens });
const { metrics, classes } = measureHoldout(predictions, labels, seed);
console.log(`\ntrained in ${trainingTime}, best epoch ${outcome.value.bestEpoch}`);
for (const { labelId, precision, recall, f1, support } of classes) {
  const figures = [precision, recall, f1].map((value) => value?.toFixed(3) ?? '-').join('  ');
  console.log(`${labelId.padEnd(24)} precision, recall, F1  ${figures}  of ${support}`);
}
console.log(
  `accuracy ${percent(metrics.accuracy)} (${percent(metrics.accuracyLow)} to ${percent(metrics.accuracyHigh)}), ` +
    `macro-F1 ${metrics.macroF1.toFixed(4)}, ECE ${metrics.ece.toFixed(4)} on ${metrics.support} validation pages`,
);
process.exit(0);

async function readLabels(): Promise<LabelledPage[]> {
  const [, ...lines] = (await readFile(join(folder, 'labels.csv'), 'utf8')).trim().split(/\r?\n/);
  return lines.map((line) => {
    const [page = '', label = '', split = ''] = line.split(',');
    return { page, label, split };
  });
}

/** As many pages of each label, drawn by the seed. */
function choose(split: string, count: number): LabelledPage[] {
  const each = Math.ceil(count / labels.length);
  return labels.flatMap((label) => {
    const ofLabel = pages.filter((page) => page.split === split && page.label === label);
    return shuffled(ofLabel, createRandom(seedOf(seed, split, label))).slice(0, each);
  });
}

async function readGivenWords(): Promise<Map<string, Word[]>> {
  const found = new Map<string, Word[]>();
  const lines = createInterface({
    input: createReadStream(join(folder, 'words.jsonl.gz')).pipe(createGunzip()),
  });
  for await (const line of lines) {
    const {
      page,
      width,
      height,
      words: given,
    } = JSON.parse(line) as {
      page: string;
      width: number;
      height: number;
      words: [string, number, number, number, number, number][];
    };
    const pageWords = given.map(([text, x0, y0, x1, y1, confidence]) => ({
      text,
      box: normaliseBox([x0, y0, x1, y1], { width, height }),
      confidence: confidence / 100,
    }));
    found.set(page, pageWords);
  }
  return found;
}

async function readByOcr(wanted: readonly LabelledPage[]): Promise<Map<string, Word[]>> {
  const tesseract = createTesseractRecogniser({
    languages: ['eng'],
    languageDataFolder: null,
    workers: 2,
    pageTimeoutMs: 120_000,
    maxPixels: 20_000_000,
    recycleAfterPages: 200,
    idleTimeoutMs: 10_000,
  });
  const found = await Promise.all(
    wanted.map(async ({ page }) => {
      const image = await readFile(join(folder, 'pages', page));
      return [page, (await tesseract.recognise({ image })).words] as const;
    }),
  );
  await tesseract.close();
  return new Map(found);
}

async function encodeAll(chosen: readonly LabelledPage[]): Promise<TrainingExample[]> {
  const encoded: TrainingExample[] = [];
  for (const { page, label } of chosen) {
    const image = await pageRgb(await readFile(join(folder, 'pages', page)));
    const content = { words: words.get(page) ?? [], image };
    const { maxTokens } = hyperparameters;
    encoded.push({
      unit: page,
      label: labels.indexOf(label),
      page: encodePage(content, tokenizer, { maxTokens }),
    });
  }
  return encoded;
}

function engineNamed(name: string): EngineName | 'auto' {
  const known = ENGINE_NAMES.find((engineName) => engineName === name);
  if (known === undefined && name !== 'auto')
    throw new Error(`--engine is ${name}, but must be auto or ${ENGINE_NAMES.join(', ')}`);
  return known ?? 'auto';
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
