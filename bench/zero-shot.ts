/**
 * What a saved network says of real scans it was never trained on: its labels are mapped to those of the data set rvl5 by name, and
 * what it says of its other labels is left out, as in an installation that has only these five.
 *
 *   EVAL_DATA=<folder with datasets/rvl5> npm run bench:zero-shot -- [--model starter/model] [--split val] [--work <folder>]
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readCheckpoint } from '../src/layoutlmv2/checkpoints/checkpoint.js';
import { createPageClassifier } from '../src/layoutlmv2/classifier.js';
import { ENGINE_NAMES, startEngine } from '../src/layoutlmv2/engine.js';
import { mostLikely } from '../src/layoutlmv2/probability.js';
import { createTokenizer } from '../src/layoutlmv2/tokenizer/tokenizer.js';
import { loadPage } from '../src/layoutlmv2/training/examples.js';
import { encodeCorpus, openEncodedCorpus } from '../starter/encoded-corpus.js';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'starter/model' },
    split: { type: 'string', default: 'val' },
    tokens: { type: 'string', default: '512' },
    engine: { type: 'string', default: 'auto' },
    work: { type: 'string' },
  },
});
const folder = join(process.env.EVAL_DATA ?? '', 'datasets', 'rvl5');
if (!process.env.EVAL_DATA || !existsSync(folder)) {
  console.error('Set EVAL_DATA to a folder that holds datasets/rvl5');
  process.exit(1);
}
await startEngine(ENGINE_NAMES.find((name) => name === values.engine) ?? 'auto');
const { config, weights, tokenizer, labels } = await readCheckpoint(values.model);
if (!labels) throw new Error(`${values.model} has no classifier.`);
const work = values.work ?? (await mkdtemp(join(tmpdir(), 'bench-zero-shot-')));
await mkdir(work, { recursive: true });
const file = join(work, 'starter');
await encodeCorpus(folder, file, createTokenizer(tokenizer), { maxTokens: 512, onProgress: () => {} });
const corpus = await openEncodedCorpus(file);
const rows = corpus.labels.map((label) => labels.indexOf(label));
if (rows.includes(-1)) throw new Error(`${values.model} knows only ${labels.join(', ')}.`);

const examples = values.split === 'train' ? corpus.training : corpus.validation;
const classifier = createPageClassifier({ config, weights, labelCount: labels.length });
const tally = corpus.labels.map(() => labels.map(() => 0));
const maxTokens = Math.min(Number(values.tokens), config.maxPositionEmbeddings);
let [hits, hitsAmongAll] = [0, 0];
const startedAt = performance.now();
for (let from = 0; from < examples.length; from += 32) {
  const part = examples.slice(from, from + 32);
  const pages = await Promise.all(part.map((example) => loadPage(example, maxTokens)));
  for (const [index, { logits }] of (await classifier.classify(pages)).entries()) {
    const label = part[index]?.label ?? 0;
    const best = mostLikely(logits);
    if (mostLikely(rows.map((row) => logits[row] ?? Number.NaN)) === label) hits += 1;
    if (best === rows[label]) hitsAmongAll += 1;
    const line = tally[label];
    if (line) line[best] = (line[best] ?? 0) + 1;
  }
}
console.log(
  `${examples.length} pages of ${values.split}: ${percent(hits)} right among the ${rows.length} labels, ${percent(hitsAmongAll)} among all ` +
    `${labels.length}; ${((performance.now() - startedAt) / examples.length).toFixed(1)} ms a page`,
);
for (const [label, line] of tally.entries()) {
  const said = line
    .map((count, row) => ({ count, name: labels[row] }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  console.log(`${corpus.labels[label]}: ${said.map(({ name, count }) => `${name} ${count}`).join(', ')}`);
}
process.exit(0);

function percent(count: number): string {
  return `${((100 * count) / examples.length).toFixed(1)} %`;
}
