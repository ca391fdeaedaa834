/**
 * How fast the network is: seconds a page and a training example, and memory, of Classeur's engine beside Hugging Face's
 * LayoutLMv2 on torch, on this machine, with as many threads and the same weights and pages.
 *
 *   PYTHON=<python with torch and transformers> npm run bench:network -- [--engine tensorflow] [--inference] [--train]
 *       [--tokens 128,256,512] [--batch 1,4,8] [--rounds N] [--threads N] [--quick] [--no-torch] [--no-memory] [--profile]
 *       [--json FILE]
 *
 * Both sides are processes that stay, and are asked in turns, so that a machine that slows down slows down both. Hugging Face's
 * code runs the visual backbone twice a page; that is the reference as it is used, so it is compared as it is.
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { parseConfig } from '../src/layoutlmv2/config.js';
import { type Comparison, compareSpeed, logitsOf, printComparisons } from './network/compare.js';
import { type MeasuredProcess, startClasseur, startTorch } from './network/measured-process.js';
import { type MemoryFigures, measureMemory, printMemory } from './network/memory.js';
import { describeProfile } from './network/profile-report.js';
import { writeMadeUpCheckpoint } from './network/weights.js';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'tensorflow' },
    tokens: { type: 'string' },
    batch: { type: 'string' },
    rounds: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
    inference: { type: 'boolean', default: false },
    train: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    'no-torch': { type: 'boolean', default: false },
    'no-memory': { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const numbers = (text: string): number[] =>
  text.split(',').map((part) => {
    const value = Number(part);
    if (!Number.isInteger(value) || value < 1) throw new Error(`"${part}" is no whole number from 1.`);
    return value;
  });
const tokens = numbers(values.tokens ?? (values.quick ? '128,512' : '128,256,512'));
const batches = numbers(values.batch ?? (values.quick ? '1' : '1,4,8'));
const [threads = 1] = numbers(values.threads);
const modes = (['inference', 'training'] as const).filter((mode) =>
  values.inference === values.train ? true : values.train === (mode === 'training'),
);
const python = values['no-torch'] ? undefined : process.env.PYTHON || process.env.INTEROP_PYTHON;
if (!python && !values['no-torch'])
  console.log('Without torch: set PYTHON to an interpreter that has torch and transformers to compare.\n');

const config = parseConfig({});
const started: MeasuredProcess[] = [];
const checkpoint = await writeMadeUpCheckpoint(config);
const report: {
  date: string;
  devices: string[];
  comparisons: Comparison[];
  memory: MemoryFigures[];
} = { date: new Date().toISOString().slice(0, 10), devices: [], comparisons: [], memory: [] };
try {
  for (const mode of modes) {
    const [classeur, torch] = await start(mode);
    if (values.profile) {
      for (const length of tokens) {
        for (const batch of batches)
          console.log(`${await describeProfile(classeur, { mode, tokens: length, batch })}\n`);
      }
    } else {
      if (torch && mode === 'inference') console.log(`${await logitsOf(classeur, torch)}\n`);
      const found = await compareSpeed({ classeur, torch }, config, {
        mode,
        tokens,
        batches,
        // A step takes several times a page, so fewer of them are as long a measurement.
        rounds: Number(values.rounds ?? (values.quick ? 2 : mode === 'inference' ? 5 : 3)),
      });
      report.comparisons.push(...found);
      printComparisons(found, values.engine);
    }
    await Promise.all([classeur.stop(), torch?.stop()]);
  }
  if (!values['no-memory'] && !values.profile) {
    report.memory = await measureMemory({
      modes,
      folder: checkpoint.folder,
      sides: [
        { name: 'Classeur', start: () => track(startClasseur(values.engine, threads)) },
        ...(python ? [{ name: 'torch', start: () => track(startTorch(python, threads)) }] : []),
      ],
    });
    printMemory(report.memory, values.engine);
  }
  if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
} finally {
  await Promise.all(started.map((side) => side.stop()));
  await checkpoint.remove();
}
process.exit(0);

async function start(
  mode: 'inference' | 'training',
): Promise<[classeur: MeasuredProcess, torch: MeasuredProcess | undefined]> {
  const classeur = track(startClasseur(values.engine, threads));
  const torch = python && !values.profile ? track(startTorch(python, threads)) : undefined;
  for (const side of [classeur, torch]) {
    if (!side) continue;
    const { device } = await side.ask({ op: 'describe' });
    if (!report.devices.includes(device)) {
      report.devices.push(device);
      console.log(device);
    }
    await side.ask({ op: 'load', folder: checkpoint.folder, mode });
  }
  console.log();
  return [classeur, torch];
}

function track(side: MeasuredProcess): MeasuredProcess {
  started.push(side);
  return side;
}
