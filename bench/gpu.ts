/**
 * What the webgpu engine does on this machine's GPU, beside this machine's own torch, as a section for RESULTS.md: whether it
 * computes the recorded values, pages and training examples a second, and where the time goes. It is started by gpu.sh, which
 * also runs in a folder made by gpu/pack.mjs on a machine that has neither Node nor a network.
 *
 *   sh bench/gpu.sh [--size base] [--engine webgpu] [--tokens 128,512] [--batch 1,8] [--rounds 5] [--no-torch] [--out FILE]
 *
 * PYTHON names a Python with torch and transformers (else python3), WEBGPU_ADAPTER an adapter, also one that computes on the
 * processor. Where torch has no GPU it computes on the processor, in float32 only.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Comparison, compareSpeed, type Mode } from './network/compare.js';
import { fixtureConfig } from './network/correctness.js';
import { markdownTable, median } from './network/figures.js';
import { type MeasuredProcess, startClasseur, startTorch } from './network/measured-process.js';
import { describeProfile } from './network/profile-report.js';
import { writeMadeUpCheckpoint } from './network/weights.js';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: 'base' },
    engine: { type: 'string', default: 'webgpu' },
    tokens: { type: 'string', default: '128,512' },
    batch: { type: 'string', default: '1,8' },
    rounds: { type: 'string', default: '5' },
    'no-torch': { type: 'boolean', default: false },
    out: { type: 'string', default: 'gpu-results.md' },
  },
});
const size = values.size === 'tiny' ? 'tiny' : 'base';
const numbers = (text: string): number[] => text.split(',').map(Number);
const [tokens, batches, rounds] = [
  numbers(values.tokens),
  numbers(values.batch),
  Number(values.rounds),
] as const;
const python = process.env.PYTHON || 'python3';
const threads = availableParallelism();
const config = fixtureConfig(size);
const peers = values['no-torch'] ? [] : findPeers();
const unit = { inference: 'Pages', training: 'Training examples' } satisfies Record<Mode, string>;

const sections: string[] = [];
const started: MeasuredProcess[] = [];
/** Printed at once and kept, so that a run that is cut short has told what it found. */
const tell = (section: string): void => {
  console.log(`${section}\n`);
  sections.push(section);
  writeFileSync(values.out, `${sections.join('\n\n')}\n`);
};

const checkpoint = await writeMadeUpCheckpoint(config);
try {
  const checked = track(startClasseur(values.engine, threads));
  const { device } = await checked.ask({ op: 'describe' });
  const date = new Date().toISOString().slice(0, 10);
  tell(`## ${date}: the ${values.engine} engine, network of the size ${size}`);
  tell(
    [device, `Processor: ${threads} cores of ${cpus()[0]?.model.trim()}`, ...describeGpus()]
      .map((line) => `- ${line}`)
      .join('\n'),
  );
  const { forwardError, gradientError, gradients, isWithinTolerance } = await checked.ask({
    op: 'check',
    size,
  });
  tell(
    `Against the recorded values: logits and loss within ${forwardError.toExponential(1)} of the largest, ` +
      `${gradients} gradients' norms within ${gradientError.toExponential(1)}: ` +
      `${isWithinTolerance ? 'within' : 'OUTSIDE'} the tolerance of the tests.`,
  );
  if (!isWithinTolerance) process.exitCode = 1;
  await checked.stop();
  for (const mode of ['inference', 'training'] as const) await measure(mode);
} finally {
  await Promise.all(started.map((side) => side.stop()));
  await checkpoint.remove();
}
process.exit();

/** Speed beside each of the peers, then the profile of the longest and largest batch. */
async function measure(mode: Mode): Promise<void> {
  const classeur = track(startClasseur(values.engine, threads));
  await classeur.ask({ op: 'load', folder: checkpoint.folder, mode });
  const byPeer: { name: string; found: Comparison[] }[] = [];
  const options = { mode, tokens, batches, rounds, isMemoryAmple: true };
  for (const { name, start } of peers) {
    const torch = track(start());
    const { device } = await torch.ask({ op: 'describe' });
    await torch.ask({ op: 'load', folder: checkpoint.folder, mode });
    byPeer.push({ name: device, found: await compareSpeed({ classeur, torch }, config, options) });
    await torch.stop();
    console.log(`(${name} done)`);
  }
  if (peers.length === 0)
    byPeer.push({ name: '', found: await compareSpeed({ classeur, torch: undefined }, config, options) });
  const rate = (seconds: readonly number[] | undefined): string =>
    seconds ? (1 / median(seconds)).toFixed(2) : '';
  for (const { name, found } of byPeer) {
    tell(
      `${unit[mode]} a second${name && `, beside ${name}`}; the ratio is Classeur's time to torch's:\n\n${markdownTable(
        ['T', 'batch', 'Classeur', 'torch', 'ratio', 'Classeur GFLOP/s', 'torch GFLOP/s'],
        found.map(({ tokens: length, batch, classeur: ours, torch: theirs, ratio }) => [
          length,
          batch,
          rate(ours.secondsPerPage),
          rate(theirs?.secondsPerPage),
          ratio?.toFixed(2) ?? '',
          `${ours.gflops.toFixed(0)} of ${ours.matMulGflops.toFixed(0)}`,
          theirs ? `${theirs.gflops.toFixed(0)} of ${theirs.matMulGflops.toFixed(0)}` : '',
        ]),
      )}`,
    );
  }
  const [length, batch] = [Math.max(...tokens), Math.max(...batches)];
  tell(await describeProfile(classeur, { mode, tokens: length, batch }));
  await classeur.stop();
}

/** torch in each precision that its device is used in, if this machine has it. */
function findPeers(): { name: string; start(): MeasuredProcess }[] {
  try {
    const found = execFileSync(
      python,
      ['-c', 'import torch, transformers; print(torch.cuda.is_available())'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const device = found.includes('True') ? 'cuda' : 'cpu';
    const precisions = device === 'cuda' ? (['fp32', 'tf32', 'bf16'] as const) : (['fp32'] as const);
    return precisions.map((precision) => ({
      name: `torch ${precision}`,
      start: () => startTorch(python, threads, device, precision),
    }));
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
    console.log(`Without torch: ${python} has no torch and transformers (${reason}).\n`);
    return [];
  }
}

function describeGpus(): string[] {
  try {
    const lines = execFileSync(
      'nvidia-smi',
      ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'],
      { encoding: 'utf8' },
    );
    return lines
      .trim()
      .split('\n')
      .map((line) => `GPU: ${line}`);
  } catch {
    // Machines without an NVIDIA GPU have no such program.
    return [];
  }
}

function track(side: MeasuredProcess): MeasuredProcess {
  started.push(side);
  return side;
}
