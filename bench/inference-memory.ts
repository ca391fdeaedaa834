/**
 * Peak memory of classifying with a network of the base size, each engine in a process of its own: from the checkpoint on disk
 * to the scores of pages of 512 tokens, as the worker does it. Engines that are not here are named and left out.
 * Usage: npm run bench:inference-memory [-- tensorflow wasm]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors } from '../src/layoutlmv2/checkpoints/safetensors.js';
import { type EncodedPage, IMAGE_SIDE } from '../src/layoutlmv2/encoded-page.js';
import { ENGINE_NAMES, startEngine } from '../src/layoutlmv2/engine.js';
import { initialiseWeights } from '../src/layoutlmv2/initialise.js';
import { modelConfig } from '../src/layoutlmv2/model-sizes.js';
import { createResidentClassifier } from '../src/layoutlmv2/parallel/resident-classifier.js';

const LABELS = 16;
const TOKENS = 512;
/** The engine `tensorflow` makes a graph at the second and optimises it at the third. */
const PAGES = 5;
const config = modelConfig('base', 30522);

const [wanted, checkpoint] = process.argv.slice(2);
if (process.send && wanted && checkpoint) await measure(wanted, checkpoint);
else await measureAll(process.argv.slice(2));

async function measureAll(names: string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'inference-memory-'));
  try {
    const path = join(folder, 'model.safetensors');
    await writeSafetensors(path, initialiseWeights(config, LABELS, 1));
    for (const name of names.length > 0 ? names : ['tensorflow', 'wasm']) {
      const child = fork(import.meta.filename, [name, path], { execArgv: ['--import', 'tsx'] });
      child.on('message', (line) => console.log(line));
      await once(child, 'exit');
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** In the process of one engine: loads the network, classifies some pages, tells the memory. */
async function measure(name: string, path: string): Promise<void> {
  const known = ENGINE_NAMES.find((candidate) => candidate === name);
  if (!known) throw new Error(`There is no engine "${name}"; there are ${ENGINE_NAMES.join(', ')}.`);
  const tell = async (line: string): Promise<void> => {
    const [peak, resident] = [await memory('VmHWM'), await memory('VmRSS')];
    process.send?.(`${name.padEnd(10)}  ${line.padEnd(34)}  peak ${peak}  now ${resident}`);
  };
  const { device } = await startEngine(known);
  await tell(`engine started: ${device.slice(0, 17)}`);
  const source = await openSafetensors(path);
  const startedAt = performance.now();
  const classifier = await createResidentClassifier({
    config,
    readWeight: source.readTensor,
    labelCount: LABELS,
    engine: known,
  });
  await tell(`weights loaded in ${seconds(performance.now() - startedAt)}`);
  for (let page = 1; page <= PAGES; page++) {
    const [result] = await classifier.classify([pageOf(TOKENS)]);
    await tell(`page ${page} of ${TOKENS} tokens in ${seconds(result?.durationMs ?? 0)}`);
  }
  await classifier.dispose();
  await source.close();
  process.exit(0);
}

/** A line of what Linux knows of this process, threads included. */
async function memory(key: 'VmHWM' | 'VmRSS'): Promise<string> {
  const status = await readFile('/proc/self/status', 'utf8');
  const kibibytes = Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return `${((kibibytes * 1024) / 1e9).toFixed(2)} GB`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

function pageOf(tokens: number): EncodedPage {
  return {
    inputIds: Array.from({ length: tokens }, (_, token) => (token * 31) % config.vocabSize),
    boxes: Array.from({ length: tokens }, (_, token) => {
      const [x, y] = [(token * 37) % 900, (token * 53) % 900];
      return [x, y, x + 80, y + 20];
    }).flat(),
    image: Uint8Array.from({ length: IMAGE_SIDE * IMAGE_SIDE * 3 }, (_, index) => (index * 31) % 256),
    truncatedTokens: 0,
  };
}
