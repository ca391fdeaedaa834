/** Tells where the time of a batch goes. */
import type { Mode } from './compare.js';
import { markdownTable, percent } from './figures.js';
import type { MeasuredProcess } from './measured-process.js';

/** The profile of one batch as Markdown. */
export async function describeProfile(
  classeur: MeasuredProcess,
  { mode, tokens, batch }: { mode: Mode; tokens: number; batch: number },
): Promise<string> {
  const { gflops } = await classeur.ask({ op: 'multiply', side: 2048, times: 3 });
  const { rows, milliseconds } = await classeur.ask({ op: 'profile', tokens, batch, mode });
  const what = mode === 'inference' ? 'inference' : 'a training step';
  const table = markdownTable(
    ['part', 'ms', 'share', 'GFLOP', 'GFLOP/s', 'operations'],
    rows.map((row) => [
      row.part,
      row.milliseconds.toFixed(1),
      percent(row.milliseconds / milliseconds),
      row.flops ? (row.flops / 1e9).toFixed(2) : '',
      row.flops ? (row.flops / row.milliseconds / 1e6).toFixed(0) : '',
      row.kernels || '',
    ]),
  );
  return (
    `Profile of ${what}, T = ${tokens}, batch ${batch}: ${milliseconds.toFixed(0)} ms; ` +
    `a matrix product has ${gflops.toFixed(0)} GFLOP/s.\n\n${table}`
  );
}
