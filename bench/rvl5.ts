/**
 * How well the product learns real scans from few labels: trains on pages of the data set rvl5 as a training run does, from a saved network
 * or from scratch; lets the pages kept back from training fit the average of network, text classifier and classifier of looks and choose
 * between it and one of the first two alone; and prints what all of them reach on the data set's validation pages, which take no part in
 * any of it. Beside them stands the number to beat: TF-IDF of words and pairs of words with logistic regression, from nothing, of all the
 * labelled pages.
 *
 *   EVAL_DATA=<folder with datasets/rvl5> npm run bench:rvl5 -- [--train 1750,500,100,25] [--seeds 1,2,3] [--from starter/model]
 *       [--size small] [--set '{"epochs":12}'] [--pretrain] [--engine auto] [--judge rest|sixths] [--read <folder>] [--work <folder>]
 *
 * The words are those that come with the data set. With `--read` all is of what the product itself reads on the pages, upright, as a user
 * has it who uploads them: the first time that takes hours, and is kept in the folder.
 *
 * `--from` is a network or an average; `--from scratch` draws one of --size. `--set` changes hyper-parameters. `--pretrain` first goes on
 * learning without labels, from all training pages, with the defaults of such a run. `--judge rest` asks training pages that were not drawn
 * instead of the validation pages, so that settings are compared without looking at these. `--judge sixths` asks, with each of the seeds 1 to 6,
 * another sixth of all pages there are, and draws what is learnt from the other five. `--work` keeps the encoded pages for the next time.
 */
import { parseArgs } from 'node:util';
import { type CorpusPage, readCorpus } from '../corpus/read-corpus.js';
import { readCheckpoint } from '../src/layoutlmv2/checkpoints/checkpoint.js';
import { createPageClassifier } from '../src/layoutlmv2/classifier.js';
import type { EncodedPage } from '../src/layoutlmv2/encoded-page.js';
import { ENGINE_NAMES, startEngine } from '../src/layoutlmv2/engine.js';
import { accuracyOf, confusionMatrix, meanCrossEntropy } from '../src/layoutlmv2/metrics.js';
import { parameterCount, type WeightMap } from '../src/layoutlmv2/parameters.js';
import { publishedCorruption } from '../src/layoutlmv2/pretraining/corrupt-page.js';
import { pretrain } from '../src/layoutlmv2/pretraining/pretrain.js';
import { mostLikely } from '../src/layoutlmv2/probability.js';
import { createTokenizer } from '../src/layoutlmv2/tokenizer/tokenizer.js';
import { createSpelling } from '../src/layoutlmv2/training/augmentation/text-spelling.js';
import { predictUnits } from '../src/layoutlmv2/training/evaluate.js';
import { loadPage, type TrainingExample } from '../src/layoutlmv2/training/examples.js';
import type { Hyperparameters } from '../src/layoutlmv2/training/hyperparameters.js';
import { trainSequenceClassifier } from '../src/layoutlmv2/training/train.js';
import { averageOf, chooseClassifier } from '../src/linear-classifiers/average/choose-classifier.js';
import { describeLook } from '../src/linear-classifiers/look/gradient-histograms.js';
import {
  type LabelledLook,
  type LookClassifier,
  refitLookClassifier,
  trainLookClassifier,
} from '../src/linear-classifiers/look/look-classifier.js';
import { startOf } from '../src/linear-classifiers/start.js';
import {
  refitTextClassifier,
  type TextClassifier,
  trainTextClassifier,
} from '../src/linear-classifiers/text/text-classifier.js';
import { getNetworkFolder, readModel } from '../src/models/model-folder.js';
import { priorWeightsOf } from '../src/training/choose-architecture.js';
import { defaultHyperparameters } from '../src/training/default-hyperparameters.js';
import { adaptNetwork, drawNetwork, learnTokenizer, type Network } from '../src/training/prepare-network.js';
import { pretrainingDefaults } from '../src/training/pretraining/default-settings.js';
import { MOST_TOKENS, openRvl5 } from './rvl5-data.js';
import { type Drawing, drawPages, getJudge } from './rvl5-drawing.js';

const { values } = parseArgs({
  options: {
    train: { type: 'string', default: '1750,500,100,25' },
    seeds: { type: 'string', default: '1,2,3' },
    from: { type: 'string', default: 'starter/model' },
    size: { type: 'string', default: 'small' },
    set: { type: 'string', default: '{}' },
    pretrain: { type: 'boolean', default: false },
    engine: { type: 'string', default: 'auto' },
    work: { type: 'string' },
    read: { type: 'string' },
    judge: { type: 'string', default: 'validation' },
  },
});
const judge = getJudge(values.judge);
const rvl5 = await openRvl5(values);
const changes: Partial<Hyperparameters> = JSON.parse(values.set);
const modelSize = values.size === 'tiny' || values.size === 'base' ? values.size : 'small';
const isFromScratch = values.from === 'scratch';

const engine = await startEngine(ENGINE_NAMES.find((name) => name === values.engine) ?? 'auto');
console.log(`engine ${engine.name} on ${engine.device}, from ${values.from}`);
const pages: CorpusPage[] = [];
for await (const page of readCorpus(rvl5.folder)) pages.push(page);
const labels = [...new Set(pages.map(({ label }) => label))].sort();
const wordsOf = new Map(pages.map(({ page, words }) => [page, words.map(({ text }) => text)]));
// Of an average, as the product does.
const networkFolder = isFromScratch ? null : await getNetworkFolder(values.from);
const saved = networkFolder === null ? null : await readCheckpoint(networkFolder);
const base = isFromScratch ? null : await readModel(values.from);
const average = base?.architecture === 'average' ? base : null;
const textStart = average ? startOf(average.text, average.text.labels, labels) : undefined;
const lookStart = average?.look ? startOf(average.look, average.look.labels, labels) : undefined;
const pause = async () => {};
type Result = 'network' | 'text' | 'look' | 'average' | 'chosen' | 'to beat';
/** The saved network after it has gone on without labels. */
let goneOn: Promise<WeightMap> | undefined;

for (const count of values.train.split(',').map(Number)) {
  const results: Record<Result, number[]> = {
    network: [],
    text: [],
    look: [],
    average: [],
    chosen: [],
    'to beat': [],
  };
  for (const seed of values.seeds.split(',').map(Number)) {
    const reached = await learn(count, seed);
    for (const [name, accuracy] of Object.entries(reached)) results[name as Result].push(accuracy);
  }
  for (const [name, accuracies] of Object.entries(results)) {
    const all = accuracies.map(percent).join(', ');
    console.log(
      `${count} labels, ${name}: mean ${percent(meanOf(accuracies))}, spread ${percent(spreadOf(accuracies))} (${all})`,
    );
  }
}
process.exit(0);

/** Accuracy on the pages that are asked. */
async function learn(count: number, seed: number): Promise<Record<Result, number>> {
  const startedAt = performance.now();
  const drawing = drawPages(pages, { count, seed, judge });
  const { network, corpus } = await prepare(drawing, seed);
  const hyperparameters: Hyperparameters = {
    ...defaultHyperparameters({
      baseSize: saved ? 'starter' : null,
      baseParameterCount: saved ? parameterCount(saved.config, labels.length) : null,
      modelSize,
      trainingDocuments: count,
    }),
    seed,
    ...changes,
  };
  // Positions that a saved network was never trained on are not used, as in the product.
  hyperparameters.maxTokens = Math.min(hyperparameters.maxTokens, network.config.maxPositionEmbeddings);
  const byPage = new Map(
    [...corpus.training, ...corpus.validation].map((example) => [example.unit, example]),
  );
  const examplesOf = (units: readonly string[]) => units.flatMap((unit) => byPage.get(unit) ?? []);
  const [training, validation] = [examplesOf(drawing.training), examplesOf(drawing.keptBack)];
  const events = trainSequenceClassifier({
    config: network.config,
    weights: network.weights,
    labelCount: labels.length,
    training,
    validation,
    hyperparameters,
    spelling: createSpelling(network.tokenizer),
  });
  let next = await events.next();
  for (; !next.done; next = await events.next()) {
    const event = next.value;
    if (event.type === 'note') console.log(event.message);
    if (event.type !== 'epoch') continue;
    const { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, isBest } = event;
    console.log(
      `  epoch ${epoch}: training ${trainLoss.toFixed(3)} ${percent(trainAccuracy)}, kept back ` +
        `${validationLoss?.toFixed(3) ?? '-'} ${percent(validationAccuracy)}${isBest ? ' *' : ''}, ${seconds(startedAt)}`,
    );
  }
  const classifier = createPageClassifier({
    ...network,
    weights: next.value.weights,
    labelCount: labels.length,
  });
  const score = async (wanted: readonly EncodedPage[]) =>
    (await classifier.classify(wanted)).map(({ logits }) => logits);
  const predict = async (examples: readonly TrainingExample[]) =>
    (await predictUnits(score, examples, { microBatchSize: 8, maxTokens: hyperparameters.maxTokens })).map(
      ({ probabilities }) => probabilities,
    );
  const textsOf = (units: readonly string[]) =>
    examplesOf(units).map(({ unit, label }) => ({ words: wordsOf.get(unit) ?? [], label }));
  const all = [...drawing.training, ...drawing.keptBack];
  // As in the product, what is judged has learnt the training pages, and what serves those kept back as well.
  const judgedText = await trainTextClassifier(textsOf(drawing.training), labels.length, pause, {
    start: textStart,
  });
  const text =
    validation.length === 0
      ? judgedText
      : await refitTextClassifier(judgedText, textsOf(all), pause, { start: textStart });
  const toBeat = await trainTextClassifier(textsOf(all), labels.length, pause, {
    mostTerms: { words: Number.POSITIVE_INFINITY, letters: 0 },
  });
  const textOf = (examples: readonly TrainingExample[], by: TextClassifier) =>
    by.predict(examples.map(({ unit }) => wordsOf.get(unit) ?? []));

  const judgedLook = await trainLookClassifier(await readLooks(training), labels.length, pause, {
    seed,
    start: lookStart,
  });
  const look =
    validation.length === 0
      ? judgedLook
      : await refitLookClassifier(judgedLook, await readLooks([...training, ...validation]), pause, {
          start: lookStart,
        });
  const lookOf = async (examples: readonly TrainingExample[], by: LookClassifier) =>
    by.predict((await readLooks(examples)).map(({ look }) => look));

  const choice = chooseClassifier({
    network: await predict(validation),
    text: textOf(validation, judgedText),
    look: await lookOf(validation, judgedLook),
    labels: validation.map(({ label }) => label),
    classCount: labels.length,
    prior: priorWeightsOf(isFromScratch ? null : { memberWeights: average?.weights ?? null }),
  });
  const asked = examplesOf(drawing.asked);
  const ofNetwork = await predict(asked);
  classifier.dispose();
  const ofText = textOf(asked, text);
  const ofLook = await lookOf(asked, look);
  // Where one serves alone, an average with equal weights is shown.
  const weights =
    choice.chosen === 'average' || choice.figures !== null
      ? choice.weights
      : { network: 1 / 3, text: 1 / 3, look: 1 / 3 };
  const ofAverage = ofNetwork.map((network, row) =>
    averageOf({ network, text: ofText[row] ?? [], look: ofLook[row] ?? [] }, weights),
  );
  const accuracies = {
    network: accuracyOn(asked, ofNetwork),
    text: accuracyOn(asked, ofText),
    look: accuracyOn(asked, ofLook),
    average: accuracyOn(asked, ofAverage),
    'to beat': accuracyOn(asked, textOf(asked, toBeat)),
  };
  console.log(
    `${count} labels, seed ${seed}: network ${percent(accuracies.network)} (loss ${lossOn(asked, ofNetwork)}), text ${percent(accuracies.text)}, look ${percent(accuracies.look)}, ` +
      `average ${percent(accuracies.average)} (weights ${weights.network.toFixed(2)}, ${weights.text.toFixed(2)} and ${weights.look.toFixed(2)}), chosen ${choice.chosen}, to beat ${percent(accuracies['to beat'])}; ` +
      `${asked.length} pages, best epoch ${next.value.bestEpoch}, ${seconds(startedAt)}`,
  );
  return { ...accuracies, chosen: accuracies[choice.chosen] };
}

/** What pages look like from afar. */
async function readLooks(examples: readonly TrainingExample[]): Promise<LabelledLook[]> {
  const looks: LabelledLook[] = [];
  for (const example of examples) {
    const { image } = await loadPage(example, MOST_TOKENS);
    looks.push({ look: describeLook(image), label: example.label });
  }
  return looks;
}

/** The network to start with, and the pages in its tokens. */
async function prepare({ training }: Drawing, seed: number) {
  if (saved && networkFolder !== null) {
    const network: Network = await adaptNetwork({
      folder: networkFolder,
      savedLabelIds: saved.labels ?? [],
      labelIds: labels,
      seed,
    });
    const corpus = await rvl5.encode('starter', network.tokenizer);
    if (!values.pretrain) return { network, corpus };
    goneOn ??= learnWithoutLabels(
      network,
      corpus.training,
      createTokenizer(network.tokenizer).specialIds.mask,
    );
    const learnt = await goneOn;
    // The classifier, whose rows are those of the labels here, is not touched by it.
    const weights = new Map(
      [...network.weights].map(([name, weight]) => [
        name,
        name.startsWith('classifier.') ? weight : (learnt.get(name) ?? weight),
      ]),
    );
    return { network: { ...network, weights }, corpus };
  }
  const counts = new Map<string, number>();
  for (const page of training) {
    for (const text of wordsOf.get(page) ?? []) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const tokenizer = learnTokenizer(counts, modelSize);
  const corpus = await rvl5.encode(
    `scratch-${judge === 'sixths' ? 'sixths-' : ''}${training.length}-${seed}`,
    tokenizer,
  );
  const known = new Set(training);
  const network = await drawNetwork({
    size: modelSize,
    tokenizer,
    labelCount: labels.length,
    seed,
    training: [...corpus.training, ...corpus.validation].filter(({ unit }) => known.has(unit)),
  });
  return { network, corpus };
}

async function learnWithoutLabels(
  { config, weights }: Network,
  training: readonly TrainingExample[],
  maskId: number,
): Promise<WeightMap> {
  const startedAt = performance.now();
  const parameters = parameterCount(config, labels.length);
  const settings = pretrainingDefaults({
    base: { size: 'custom', parameterCount: parameters },
    modelSize,
    pages: training.length,
  });
  const events = pretrain({
    config,
    weights,
    labelCount: labels.length,
    pages: training,
    maskId,
    hyperparameters: {
      ...settings,
      maxTokens: Math.min(settings.maxTokens, config.maxPositionEmbeddings),
      corruption: publishedCorruption,
    },
  });
  let next = await events.next();
  for (; !next.done; next = await events.next()) {
    const event = next.value;
    if (event.type !== 'epoch') continue;
    const { epoch, loss, wordAccuracy, alignmentAccuracy, matchingAccuracy } = event;
    console.log(
      `  without labels, epoch ${epoch}: loss ${loss.toFixed(3)}, masked words ${percent(wordAccuracy)}, covered lines ` +
        `${percent(alignmentAccuracy)}, foreign images ${percent(matchingAccuracy)}, ${seconds(startedAt)}`,
    );
  }
  return next.value;
}

function accuracyOn(examples: readonly TrainingExample[], rows: readonly Float32Array[]): number {
  const actual = examples.map(({ label }) => label);
  return accuracyOf(confusionMatrix(actual, rows.map(mostLikely), labels.length)) ?? Number.NaN;
}

/** Tells more than the accuracy where two differ by a few pages. */
function lossOn(examples: readonly TrainingExample[], rows: readonly Float32Array[]): string {
  const loss = meanCrossEntropy(
    rows,
    examples.map(({ label }) => label),
  );
  return loss?.toFixed(3) ?? '-';
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

/** Standard deviation of the seeds. */
function spreadOf(numbers: readonly number[]): number {
  const mean = meanOf(numbers);
  return Math.sqrt(
    numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, numbers.length - 1),
  );
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(0)} s`;
}

function percent(share: number | null): string {
  return `${(100 * (share ?? Number.NaN)).toFixed(1)} %`;
}
