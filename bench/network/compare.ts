/** Times Classeur and torch in turns, and says how they compare and how far each is from the rate of its own matrix product. */
import type { LayoutLMv2Config } from '../../src/layoutlmv2/config.js';
import { classeurCost, huggingFaceCost } from './costs.js';
import { markdownTable, median, percent, spread } from './figures.js';
import type { MeasuredProcess } from './measured-process.js';

export type Mode = 'inference' | 'training';

/** One length and batch size; all times in seconds a page. */
export type Comparison = {
  mode: Mode;
  tokens: number;
  batch: number;
  classeur: Side;
  torch: Side | undefined;
  /** Median of the rounds' ratios, Classeur's time to torch's. */
  ratio: number | undefined;
};

type Side = {
  /** Of each round. */
  secondsPerPage: number[];
  /** What the page's floating-point operations took, by the median time. */
  gflops: number;
  /** Of the side's own product of two large matrices, in the same rounds. */
  matMulGflops: number;
};

/** At most this share of torch's time on the engine `tensorflow`. */
const TARGETS = { inference: 0.7, training: 0.9 } satisfies Record<Mode, number>;

/** A product that takes about a tenth of a second on two cores, and whose factors fit in no cache. */
const MATRIX = { side: 2048, times: 2 };

/**
 * Rounds that do not count, as what is measured is a service that runs. The engine `tensorflow` makes a graph of a shape when it
 * comes the second time, and optimises it when it is first used, the third time.
 */
const WARM_UP_ROUNDS = { inference: 3, training: 1 } satisfies Record<Mode, number>;

/**
 * Pages of a micro-batch that both sides train within some ten gigabytes each, without recomputing: a page of 512 tokens takes
 * about five, and half of that is the backbone's whatever the tokens.
 */
const mostPagesAtOnce = (tokens: number): number => (tokens > 256 ? 2 : 4);

/** A batch by accumulation where it is too large for memory. */
function asMicroBatches(tokens: number, batch: number): { batch: number; accumulate: number } {
  const pages = Math.min(batch, mostPagesAtOnce(tokens));
  return { batch: pages, accumulate: Math.ceil(batch / pages) };
}

type Sides = { classeur: MeasuredProcess; torch: MeasuredProcess | undefined };

export async function compareSpeed(
  { classeur, torch }: Sides,
  config: LayoutLMv2Config,
  options: {
    mode: Mode;
    tokens: readonly number[];
    batches: readonly number[];
    rounds: number;
    /** Whether memory suffices for any batch at once. */
    isMemoryAmple?: boolean;
  },
): Promise<Comparison[]> {
  const { mode, rounds, isMemoryAmple = false } = options;
  const found: Comparison[] = [];
  for (const tokens of options.tokens) {
    for (const batch of options.batches) {
      const ours = { seconds: [] as number[], matMul: [] as number[] };
      const theirs = { seconds: [] as number[], matMul: [] as number[] };
      const warmUpRounds = WARM_UP_ROUNDS[mode];
      for (let round = 0; round < warmUpRounds + rounds; round += 1) {
        for (const [side, figures] of [
          [classeur, ours],
          [torch, theirs],
        ] as const) {
          if (!side) continue;
          const { gflops } = await side.ask({ op: 'multiply', ...MATRIX });
          const { seconds } = await side.ask(
            mode === 'inference'
              ? { op: 'classify', tokens, batch }
              : { op: 'train', tokens, ...(isMemoryAmple ? { batch } : asMicroBatches(tokens, batch)) },
          );
          if (round < warmUpRounds) continue;
          figures.seconds.push(seconds / batch);
          figures.matMul.push(gflops);
        }
      }
      const kind = mode === 'inference' ? 'forward' : 'training';
      const sideOf = ({ seconds, matMul }: typeof ours, flops: number): Side => ({
        secondsPerPage: seconds,
        gflops: flops / median(seconds) / 1e9,
        matMulGflops: median(matMul),
      });
      found.push({
        mode,
        tokens,
        batch,
        classeur: sideOf(ours, classeurCost(config, tokens)[kind]),
        torch: torch && sideOf(theirs, huggingFaceCost(config, tokens)[kind]),
        ratio:
          torch &&
          median(ours.seconds.map((seconds, round) => seconds / (theirs.seconds[round] ?? Number.NaN))),
      });
    }
  }
  return found;
}

/** Whether both sides say the same of a page, so that the same thing is compared. */
export async function logitsOf(classeur: MeasuredProcess, torch: MeasuredProcess): Promise<string> {
  const page = { op: 'classify', tokens: 128, batch: 1 } as const;
  const [[ours = []], [theirs = []]] = [(await classeur.ask(page)).logits, (await torch.ask(page)).logits];
  const difference = Math.max(...ours.map((logit, row) => Math.abs(logit - (theirs[row] ?? Number.NaN))));
  // Single precision with another order of additions; the logits are of the order of 1.
  if (!(difference < 1e-4)) throw new Error(`The two networks differ: the logits by up to ${difference}.`);
  return `Both sides compute the same: the largest difference of a logit is ${difference.toExponential(1)}.`;
}

export function printComparisons(comparisons: readonly Comparison[], engine: string): void {
  const [first] = comparisons;
  if (!first) return;
  const target = engine === 'tensorflow' ? TARGETS[first.mode] : undefined;
  const unit = first.mode === 'inference' ? 'page' : 'training example';
  console.log(
    `Seconds per ${unit}: median (least-most); GFLOP/s and what share of the own matrix product.\n`,
  );
  console.log(
    markdownTable(
      ['T', 'batch', 'Classeur', 'torch', 'ratio', 'Classeur GFLOP/s', 'torch GFLOP/s', 'target'],
      comparisons.map(({ tokens, batch, classeur, torch, ratio }) => [
        tokens,
        batch,
        spread(classeur.secondsPerPage),
        torch ? spread(torch.secondsPerPage) : '',
        ratio?.toFixed(2) ?? '',
        rate(classeur),
        torch ? rate(torch) : '',
        target && ratio ? `${ratio <= target ? 'met' : 'missed'} (${target})` : '',
      ]),
    ),
  );
  console.log();
}

function rate({ gflops, matMulGflops }: Side): string {
  return `${gflops.toFixed(0)} of ${matMulGflops.toFixed(0)}, ${percent(gflops / matMulGflops)}`;
}
