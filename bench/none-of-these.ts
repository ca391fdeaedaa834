/**
 * How well documents of a class that nobody has learnt are told from those of known classes: each class of the data set rvl5 is held out
 * in turn, the score is fitted on pages of the other four, and its AUROC is measured on the data set's own validation pages. Beside it
 * stand the kinds of evidence it is made of, and what softmax alone can tell.
 *
 *   EVAL_DATA=<folder with datasets/rvl5> npm run bench:none-of-these -- --checkpoint <folder of a model> [--train 100] [--val 75]
 *   EVAL_DATA=<...> npm run bench:none-of-these -- [--size tiny] [--epochs N] [--train 100] [--val 75] [--seed 1] [--engine auto]
 *
 * With a checkpoint, or the network of an average, nothing is trained but a linear classifier on its embeddings: minutes. Without one, a
 * network is trained from scratch for each class held out. --train and --val are pages of a class; of those to train with, a fifth is
 * kept to calibrate.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type CorpusPage, readCorpus } from '../corpus/read-corpus.js';
import { pageRgb } from '../src/documents/rendering/page-image.js';
import { classDistanceOf } from '../src/layoutlmv2/calibration/class-distance.js';
import {
  fitOutlierModel,
  noneOfTheseScore,
  PART_NAMES,
} from '../src/layoutlmv2/calibration/outlier-score.js';
import { readCheckpoint } from '../src/layoutlmv2/checkpoints/checkpoint.js';
import { createPageClassifier, type PageResult } from '../src/layoutlmv2/classifier.js';
import { ENGINE_NAMES, startEngine } from '../src/layoutlmv2/engine.js';
import { auroc, quantile } from '../src/layoutlmv2/metrics.js';
import { encodePage } from '../src/layoutlmv2/page-encoding.js';
import { mostLikely, softmax } from '../src/layoutlmv2/probability.js';
import { createRandom, seedOf, shuffled } from '../src/layoutlmv2/random.js';
import { createTokenizer, type TokenizerModel } from '../src/layoutlmv2/tokenizer/tokenizer.js';
import type { WordTokenizer } from '../src/layoutlmv2/tokenizer/word-tokenizer.js';
import type { TrainingExample } from '../src/layoutlmv2/training/examples.js';
import { trainSequenceClassifier } from '../src/layoutlmv2/training/train.js';
import { fitLogisticRegression, predictRows } from '../src/linear-classifiers/logistic-regression.js';
import { getNetworkFolder } from '../src/models/model-folder.js';
import { defaultHyperparameters } from '../src/training/default-hyperparameters.js';
import { adaptNetwork, drawNetwork, learnTokenizer, type Network } from '../src/training/prepare-network.js';
import { getRvl5Folder } from './rvl5-data.js';

/** A page, what a network made of it, and what a classifier of the known classes says of it. */
type Judged = { page: CorpusPage; embedding: Float32Array; probabilities: ArrayLike<number> };
/** Pages to learn, to calibrate with, and to measure on, the last also of the class held out. */
type Parts<Item> = { learnt: Item[]; calibration: Item[]; measured: Item[] };

const { values } = parseArgs({
  options: {
    checkpoint: { type: 'string' },
    size: { type: 'string', default: 'tiny' },
    epochs: { type: 'string' },
    train: { type: 'string', default: '100' },
    val: { type: 'string', default: '75' },
    tokens: { type: 'string', default: '256' },
    seed: { type: 'string', default: '1' },
    engine: { type: 'string', default: 'auto' },
  },
});
const seed = Number(values.seed);
const maxTokens = Number(values.tokens);
const folder = getRvl5Folder();
// The share of known documents that a threshold would send to people for nothing.
const falseAlarms = 0.05;
const microBatchSize = 8;
// Of standardised columns, of which there are more than pages: strong enough that the linear classifier does not learn them by heart.
const inverseRegularisation = 0.1;

const engine = await startEngine(ENGINE_NAMES.find((name) => name === values.engine) ?? 'auto');
const pages = await choosePages();
const labels = [...new Set(pages.map(({ label }) => label))].sort();
console.log(
  `${pages.length} pages of ${labels.length} classes, engine ${engine.name}, ${values.checkpoint ?? `${values.size} from scratch`}, seed ${seed}`,
);

const rowsByScore = new Map<string, { auroc: number; flagged: number }[]>();
const shared = values.checkpoint === undefined ? null : await embedByCheckpoint(values.checkpoint);
for (const heldOut of labels) {
  const known = labels.filter((label) => label !== heldOut);
  const judged = shared ? await judgeLinearly(shared, known) : await judgeByNetwork(known);
  const isKnown = ({ page }: Judged) => page.label !== heldOut;
  const right = judged.measured
    .filter(isKnown)
    .filter(({ page, probabilities }) => known[mostLikely(probabilities)] === page.label).length;
  console.log(
    `without ${heldOut}: accuracy on the others ${(right / judged.measured.filter(isKnown).length).toFixed(3)}`,
  );
  for (const [name, score] of scoresOf(judged, known)) {
    const area = auroc(
      judged.measured.filter(isKnown).map(score),
      judged.measured.filter((one) => !isKnown(one)).map(score),
    );
    const threshold = quantile(
      judged.calibration.map(score).sort((left, right) => left - right),
      1 - falseAlarms,
    );
    const strangers = judged.measured.filter((one) => !isKnown(one));
    const flagged = strangers.filter((one) => score(one) > threshold).length / strangers.length;
    const rows = rowsByScore.get(name) ?? [];
    rowsByScore.set(name, [...rows, { auroc: area ?? Number.NaN, flagged }]);
  }
}
printTable();
process.exit(0);

/** As many pages of each class, drawn by the seed; with their words. */
async function choosePages(): Promise<CorpusPage[]> {
  const all: CorpusPage[] = [];
  for await (const page of readCorpus(folder)) all.push(page);
  const chosen = [];
  for (const [split, count] of [
    ['train', Number(values.train)],
    ['val', Number(values.val)],
  ] as const) {
    for (const label of [...new Set(all.map((page) => page.label))].sort()) {
      const own = all.filter((page) => page.split === split && page.label === label);
      chosen.push(...shuffled(own, createRandom(seedOf(seed, split, label))).slice(0, count));
    }
  }
  return chosen;
}

/** Every fifth page to train with calibrates; the class held out is only measured on. */
function divide<Item>(
  items: readonly Item[],
  pageOf: (item: Item) => CorpusPage,
  known: readonly string[],
): Parts<Item> {
  const training = items.filter(
    (item) => pageOf(item).split === 'train' && known.includes(pageOf(item).label),
  );
  return {
    learnt: training.filter((_, index) => index % 5 !== 0),
    calibration: training.filter((_, index) => index % 5 === 0),
    measured: items.filter((item) => pageOf(item).split !== 'train'),
  };
}

async function encode(page: CorpusPage, tokenizer: WordTokenizer, mostTokens = maxTokens) {
  const image = await pageRgb(await readFile(join(folder, 'pages', page.page)));
  return encodePage({ words: page.words, image }, tokenizer, { maxTokens: mostTokens });
}

/** What a network reads of pages, a few of them in memory at a time. */
async function embed(network: Network, labelCount: number, wanted: readonly CorpusPage[]) {
  const classifier = createPageClassifier({ ...network, labelCount });
  const tokenizer = createTokenizer(network.tokenizer);
  const mostTokens = Math.min(maxTokens, network.config.maxPositionEmbeddings);
  const found: (PageResult & { page: CorpusPage })[] = [];
  for (let start = 0; start < wanted.length; start += microBatchSize) {
    const part = wanted.slice(start, start + microBatchSize);
    const results = await classifier.classify(
      await Promise.all(part.map((page) => encode(page, tokenizer, mostTokens))),
    );
    for (const [index, page] of part.entries()) {
      const result = results[index];
      if (result) found.push({ page, ...result });
    }
  }
  classifier.dispose();
  return found;
}

async function embedByCheckpoint(checkpoint: string) {
  // Its own classifier is not asked: it may know the class held out.
  const folder = await getNetworkFolder(checkpoint);
  const { labels: own } = await readCheckpoint(folder);
  const network = await adaptNetwork({
    folder,
    savedLabelIds: own ?? [],
    labelIds: labels,
    seed,
  });
  return await embed(network, labels.length, pages);
}

/** A linear classifier of the known classes on embeddings. */
async function judgeLinearly(
  embedded: readonly { page: CorpusPage; embedding: Float32Array }[],
  known: readonly string[],
): Promise<Parts<Judged>> {
  const { learnt } = divide(embedded, ({ page }) => page, known);
  const size = learnt[0]?.embedding.length ?? 0;
  const means = Array.from({ length: size }, (_, column) =>
    meanOf(learnt.map(({ embedding }) => embedding[column] ?? 0)),
  );
  const deviations = means.map((mean, column) =>
    Math.sqrt(meanOf(learnt.map(({ embedding }) => ((embedding[column] ?? 0) - mean) ** 2))),
  );
  const rowsOf = (items: readonly { embedding: Float32Array }[]) => ({
    rowCount: items.length,
    columnCount: size,
    starts: Uint32Array.from({ length: items.length + 1 }, (_, row) => row * size),
    columns: Uint32Array.from({ length: items.length * size }, (_, place) => place % size),
    values: Float32Array.from({ length: items.length * size }, (_, place) => {
      const column = place % size;
      const value = items[Math.floor(place / size)]?.embedding[column] ?? Number.NaN;
      // A column that does not vary tells nothing.
      return (value - (means[column] ?? 0)) / (deviations[column] || 1);
    }),
  });
  const regression = await fitLogisticRegression(
    rowsOf(learnt),
    learnt.map(({ page }) => known.indexOf(page.label)),
    { classCount: known.length, inverseRegularisation, pause: async () => {} },
  );
  const probabilities = predictRows(regression, rowsOf(embedded));
  const judged = embedded.map(({ page, embedding }, row) => ({
    page,
    embedding,
    probabilities: probabilities[row] ?? [],
  }));
  return divide(judged, ({ page }) => page, known);
}

/** A network from scratch that learns the known classes alone, its vocabulary included. */
async function judgeByNetwork(known: readonly string[]): Promise<Parts<Judged>> {
  const size = values.size === 'small' || values.size === 'base' ? values.size : 'tiny';
  const parts = divide(pages, (page) => page, known);
  const counts = new Map<string, number>();
  for (const { words } of parts.learnt)
    for (const { text } of words) counts.set(text, (counts.get(text) ?? 0) + 1);
  const model: TokenizerModel = learnTokenizer(counts, size);
  const tokenizer = createTokenizer(model);
  const examplesOf = async (wanted: readonly CorpusPage[]) => {
    const examples: (TrainingExample & { page: Awaited<ReturnType<typeof encode>> })[] = [];
    for (const page of wanted)
      examples.push({
        unit: page.page,
        label: known.indexOf(page.label),
        page: await encode(page, tokenizer),
      });
    return examples;
  };
  const [training, validation] = [await examplesOf(parts.learnt), await examplesOf(parts.calibration)];
  const labelCount = known.length;
  const network = await drawNetwork({
    ...{ size, tokenizer: model, labelCount, seed, training },
  });
  const hyperparameters = {
    ...defaultHyperparameters({ baseSize: null, modelSize: size, trainingDocuments: training.length }),
    ...{ seed, maxTokens },
    ...(values.epochs && { epochs: Number(values.epochs) }),
  };
  const events = trainSequenceClassifier({ ...network, labelCount, training, validation, hyperparameters });
  let outcome = await events.next();
  while (!outcome.done) outcome = await events.next();
  const wanted = [...parts.learnt, ...parts.calibration, ...parts.measured];
  const embedded = await embed({ ...network, weights: outcome.value.weights }, labelCount, wanted);
  const judged = embedded.map(({ page, embedding, logits }) => ({
    page,
    embedding,
    probabilities: softmax(logits),
  }));
  return divide(judged, ({ page }) => page, known);
}

/** The larger, the stranger. */
function scoresOf(judged: Parts<Judged>, known: readonly string[]): Map<string, (one: Judged) => number> {
  const documentOf = ({ embedding, probabilities }: Judged) => ({ pages: [{ embedding }], probabilities });
  const model = fitOutlierModel({
    training: judged.learnt.map(({ page, embedding }) => ({ embedding, label: known.indexOf(page.label) })),
    known: judged.calibration.map(documentOf),
  });
  if (!model) throw new Error('There are too few pages: give --train more.');
  const scores = new Map<string, (one: Judged) => number>([
    ['softmax: 1 − confidence', ({ probabilities }) => 1 - Math.max(...Array.from(probabilities))],
  ]);
  for (const [index, name] of PART_NAMES.entries()) {
    scores.set(`distance: ${name}`, ({ embedding }) => {
      const size = embedding.length / PART_NAMES.length;
      return classDistanceOf(model.distances[name], embedding.subarray(index * size, (index + 1) * size));
    });
  }
  return scores.set('none of these', (one) => noneOfTheseScore(model, documentOf(one)));
}

function printTable(): void {
  console.log(
    `\n| score | ${labels.join(' | ')} | mean AUROC | flagged at ${100 * falseAlarms} % of known |`,
  );
  console.log(`| --- |${' ---: |'.repeat(labels.length + 2)}`);
  for (const [name, rows] of rowsByScore) {
    const areas = rows.map((row) => row.auroc);
    const flagged = meanOf(rows.map((row) => row.flagged));
    console.log(
      `| ${name} | ${[...areas, meanOf(areas)].map((area) => area.toFixed(3)).join(' | ')} | ${(100 * flagged).toFixed(0)} % |`,
    );
  }
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
