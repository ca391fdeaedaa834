/**
 * Makes a corpus of synthetic scanned documents in a folder, as a starter model is trained from: see README.md here.
 *
 *   npm run corpus -- --out <folder> [--pages 20000] [--seed 1] [--workers <cores>] [--ocr 0.1] [--noise 0.3]
 *       [--validation 0.05] [--kinds letter,email]
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { KINDS } from './kinds/kinds.js';
import { type CorpusProgress, makeCorpus } from './make-corpus.js';
import { CORPUS_VERSION, type CorpusParameters } from './parameters.js';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    pages: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    ocr: { type: 'string', default: '0.1' },
    noise: { type: 'string', default: '0.3' },
    validation: { type: 'string', default: '0.05' },
    kinds: { type: 'string' },
  },
});

const TERMINAL_INTERVAL_MS = 500;
const LOG_INTERVAL_MS = 15_000;

if (values.out === undefined) fail('Say where to: npm run corpus -- --out <folder>');
const names = KINDS.map(({ name }) => name);
const kinds = (values.kinds?.split(',') ?? names).sort();
const unknown = kinds.find((kind) => !names.includes(kind));
if (unknown !== undefined) fail(`--kinds has ${unknown}, but there are ${names.join(', ')}`);
const parameters: CorpusParameters = {
  version: CORPUS_VERSION,
  seed: wholeNumber('seed', 0),
  pages: wholeNumber('pages', 1),
  kinds,
  ocrShare: share('ocr'),
  noiseShare: share('noise'),
  validationShare: share('validation'),
};

let shownAt = 0;
const startedAt = performance.now();
try {
  await makeCorpus(values.out, parameters, { workers: wholeNumber('workers', 1), onProgress: show });
  console.log(
    `\n${parameters.pages} pages in ${values.out}, ${Math.round((performance.now() - startedAt) / 1000)} s`,
  );
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
process.exit(0);

function show({ made, pages, pagesPerSecond, secondsLeft }: CorpusProgress): void {
  const isTerminal = process.stderr.isTTY;
  const now = performance.now();
  if (now - shownAt < (isTerminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS) && made < pages) return;
  shownAt = now;
  const line = `${made} of ${pages} pages, ${pagesPerSecond.toFixed(1)} a second, ${Math.ceil(secondsLeft)} s left`;
  process.stderr.write(isTerminal ? `\r${line}   ` : `${line}\n`);
}

function wholeNumber(name: 'seed' | 'pages' | 'workers', least: number): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < least)
    fail(`--${name} is ${values[name]}, but must be a whole number from ${least}`);
  return value;
}

function share(name: 'ocr' | 'noise' | 'validation'): number {
  const value = Number(values[name]);
  if (!(value >= 0 && value <= 1)) fail(`--${name} is ${values[name]}, but must be between 0 and 1`);
  return value;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
