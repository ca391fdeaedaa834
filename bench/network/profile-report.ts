/** Prints where the time of a batch goes. */
import type { Mode } from './compare.js';
import { markdownTable, percent } from './figures.js';
import type { MeasuredProcess } from './measured-process.js';

export async function printProfile(
  classeur: MeasuredProcess,
  mode: Mode,
  tokens: readonly number[],
  batches: readonly number[],
): Promise<void> {
  for (const length of tokens) {
    for (const batch of batches) {
      const { gflops } = await classeur.ask({ op: 'multiply', side: 2048, times: 3 });
      const { rows, milliseconds } = await classeur.ask({ op: 'profile', tokens: length, batch, mode });
      const what = mode === 'inference' ? 'inference' : 'a training step';
      console.log(
        `Profile of ${what}, T = ${length}, batch ${batch}: ${milliseconds.toFixed(0)} ms; a matrix product has ${gflops.toFixed(0)} GFLOP/s.\n`,
      );
      console.log(
        markdownTable(
          ['part', 'ms', 'share', 'GFLOP', 'GFLOP/s', 'operations'],
          rows.map((row) => [
            row.part,
            row.milliseconds.toFixed(1),
            percent(row.milliseconds / milliseconds),
            row.flops ? (row.flops / 1e9).toFixed(2) : '',
            row.flops ? (row.flops / row.milliseconds / 1e6).toFixed(0) : '',
            row.kernels || '',
          ]),
        ),
      );
      console.log();
    }
  }
}
