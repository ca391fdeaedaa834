/** How much memory each side takes, each in a process that does nothing else. */
import type { Mode } from './compare.js';
import { gigabytes, markdownTable } from './figures.js';
import type { MeasuredProcess } from './measured-process.js';

export type MemoryFigures = {
  side: string;
  what: string;
  /** At the end, and the most there ever was, loading included. */
  residentBytes: number;
  peakBytes: number;
  maxBytes: number | undefined;
};

/** Full length; the batch of eight is gathered from micro-batches of the size that fine-tuning has by default. */
const TOKENS = 512;
const ACCUMULATED = { batch: 2, accumulate: 4 };

/** On the engine `tensorflow`. */
const TARGETS = { inference: 1.6e9, training: 12e9 } satisfies Record<Mode, number>;

export async function measureMemory(options: {
  modes: readonly Mode[];
  folder: string;
  sides: readonly { name: string; start(): MeasuredProcess }[];
}): Promise<MemoryFigures[]> {
  const { modes, folder, sides } = options;
  const figures: MemoryFigures[] = [];
  for (const mode of modes) {
    for (const { name, start } of sides) {
      const measure = async (what: string, run: (side: MeasuredProcess) => Promise<unknown>) => {
        const side = start();
        try {
          await side.ask({ op: 'load', folder, mode });
          await run(side);
          const { residentBytes, peakBytes } = await side.ask({ op: 'memory' });
          const maxBytes = name === 'Classeur' ? TARGETS[mode] : undefined;
          figures.push({ side: name, what, residentBytes, peakBytes, maxBytes });
        } finally {
          await side.stop();
        }
      };
      if (mode === 'inference') {
        await measure(`inference, T = ${TOKENS}, batch 1`, async (side) => {
          for (let page = 0; page < 3; page += 1)
            await side.ask({ op: 'classify', tokens: TOKENS, batch: 1 });
        });
      } else {
        await measure(`training, T = ${TOKENS}, batch 8 by accumulation`, async (side) => {
          for (let step = 0; step < 2; step += 1)
            await side.ask({ op: 'train', tokens: TOKENS, ...ACCUMULATED });
        });
      }
    }
  }
  return figures;
}

export function printMemory(figures: readonly MemoryFigures[], engine: string): void {
  console.log('Memory of a process of its own; the most includes loading.\n');
  console.log(
    markdownTable(
      ['what', 'side', 'at the end', 'the most', 'target'],
      figures.map(({ side, what, residentBytes, peakBytes, maxBytes }) => [
        what,
        side,
        gigabytes(residentBytes),
        gigabytes(peakBytes),
        maxBytes && engine === 'tensorflow'
          ? `${peakBytes <= maxBytes ? 'met' : 'missed'} (${gigabytes(maxBytes)})`
          : '',
      ]),
    ),
  );
  console.log();
}
