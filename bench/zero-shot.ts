/**
 * What a saved model says of real scans that it was never trained on: its labels are mapped to those of the data set rvl5 by name, and what it
 * says of its other labels is left out, as in an installation that has only these five. Of an average also what each member says alone.
 *
 *   EVAL_DATA=<folder with datasets/rvl5> npm run bench:zero-shot -- [--model starter/model] [--split val] [--read <folder>] [--work <folder>]
 *
 * The words are those that come with the data set. With `--read` they are those that the product itself reads on the pages, upright, as a user
 * has it who uploads them: the first time that takes hours, and is kept in the folder.
 */
import { parseArgs } from 'node:util';
import { readCorpus } from '../corpus/read-corpus.js';
import { createPageClassifier } from '../src/layoutlmv2/classifier.js';
import { ENGINE_NAMES, startEngine } from '../src/layoutlmv2/engine.js';
import { mostLikely, softmax } from '../src/layoutlmv2/probability.js';
import { loadPage } from '../src/layoutlmv2/training/examples.js';
import { averageOf } from '../src/linear-classifiers/average/choose-classifier.js';
import { describeLook } from '../src/linear-classifiers/look/gradient-histograms.js';
import { createLookClassifier } from '../src/linear-classifiers/look/look-classifier.js';
import { createTextClassifier } from '../src/linear-classifiers/text/text-classifier.js';
import { readModel } from '../src/models/model-folder.js';
import { MOST_TOKENS, openRvl5 } from './rvl5-data.js';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'starter/model' },
    split: { type: 'string', default: 'val' },
    tokens: { type: 'string', default: String(MOST_TOKENS) },
    engine: { type: 'string', default: 'auto' },
    work: { type: 'string' },
    read: { type: 'string' },
  },
});
const rvl5 = await openRvl5(values);
await startEngine(ENGINE_NAMES.find((name) => name === values.engine) ?? 'auto');
const model = await readModel(values.model);
if (model.architecture === 'TF-IDF')
  throw new Error(`${values.model} is a text classifier without a network.`);
const { config, weights, tokenizer, labels } = model.network;
if (!labels) throw new Error(`${values.model} has no classifier.`);
const corpus = await rvl5.encode('starter', tokenizer);
const rows = corpus.labels.map((label) => labels.indexOf(label));
if (rows.includes(-1)) throw new Error(`${values.model} knows only ${labels.join(', ')}.`);

const examples = values.split === 'train' ? corpus.training : corpus.validation;
const classifier = createPageClassifier({ config, weights, labelCount: labels.length });
const maxTokens = Math.min(Number(values.tokens), config.maxPositionEmbeddings);
const ofNetwork: Float32Array[] = [];
const looks: Float32Array[] = [];
const startedAt = performance.now();
for (let from = 0; from < examples.length; from += 32) {
  const part = examples.slice(from, from + 32);
  const pages = await Promise.all(part.map((example) => loadPage(example, maxTokens)));
  for (const { logits } of await classifier.classify(pages))
    ofNetwork.push(Float32Array.from(softmax(logits)));
  for (const { image } of pages) looks.push(describeLook(image));
}
console.log(
  `${examples.length} pages of ${values.split}, ${((performance.now() - startedAt) / examples.length).toFixed(1)} ms a page of the network`,
);
report('network', ofNetwork);
if (model.architecture === 'average') {
  const wordsOf = new Map<string, string[]>();
  for await (const { page, words } of readCorpus(rvl5.folder))
    wordsOf.set(
      page,
      words.map(({ text }) => text),
    );
  const ofText = createTextClassifier(model.text).predict(
    examples.map(({ unit }) => wordsOf.get(unit) ?? []),
  );
  report('text', ofText);
  const { weights: ofMembers, look } = model;
  const ofLook = look ? createLookClassifier(look).predict(looks) : null;
  if (ofLook) report('look', ofLook);
  const ofAverage = ofNetwork.map((network, page) =>
    averageOf({ network, text: ofText[page] ?? [], look: ofLook?.[page] ?? [] }, ofMembers),
  );
  report(`average (weights ${ofMembers.network}, ${ofMembers.text} and ${ofMembers.look})`, ofAverage);
}
process.exit(0);

/** Prints how often a classifier is right, and what it says of the pages of each label. */
function report(name: string, said: readonly Float32Array[]): void {
  const tally = corpus.labels.map(() => (labels ?? []).map(() => 0));
  let [hits, hitsAmongAll] = [0, 0];
  for (const [index, probabilities] of said.entries()) {
    const label = examples[index]?.label ?? 0;
    const best = mostLikely(probabilities);
    if (mostLikely(rows.map((row) => probabilities[row] ?? Number.NaN)) === label) hits += 1;
    if (best === rows[label]) hitsAmongAll += 1;
    const line = tally[label];
    if (line) line[best] = (line[best] ?? 0) + 1;
  }
  console.log(
    `${name}: ${percent(hits)} right among the ${rows.length} labels, ${percent(hitsAmongAll)} among all ${labels?.length}`,
  );
  for (const [label, line] of tally.entries()) {
    const calls = line
      .map((count, row) => ({ count, name: labels?.[row] }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count);
    console.log(`  ${corpus.labels[label]}: ${calls.map((call) => `${call.name} ${call.count}`).join(', ')}`);
  }
}

function percent(count: number): string {
  return `${((100 * count) / examples.length).toFixed(1)} %`;
}
