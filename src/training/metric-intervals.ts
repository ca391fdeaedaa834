/** How sure the figures of a holdout are: 95 % intervals by drawing its documents anew (percentile bootstrap). Pure numbers. */
import type { Interval } from '../layoutlmv2/metrics.js';
import { createRandom } from '../layoutlmv2/random.js';

/** What a classifier said of one document of class `actual`. */
type Judged = { actual: number; predicted: number; confidence: number; loss: number };

type Intervals = {
  loss: Interval;
  ece: Interval;
  /** By class; null where it hardly ever occurs in a draw. */
  f1: (Interval | null)[];
};

// The 2.5 % points lie at the 25th value from either end.
const resamples = 1000;
// As `calibrationOf` has.
const binCount = 10;
// A class that is missing from half of the draws has no interval worth the name.
const leastShareOfDraws = 0.5;

/**
 * Loss, calibration error and F1 by class, of a thousand draws; the same seed gives the same intervals. Null without documents.
 * The error of a draw is on average a little above that of the whole, since each bin adds its own chance.
 */
export function intervalsOf(judged: readonly Judged[], classCount: number, seed: number): Intervals | null {
  if (judged.length === 0) return null;
  const random = createRandom(seed);
  const draws = { loss: [] as number[], ece: [] as number[] };
  const f1: number[][] = Array.from({ length: classCount }, () => []);
  const counts = { hits: f1.map(() => 0), support: f1.map(() => 0), given: f1.map(() => 0) };
  const gaps = new Float64Array(binCount);
  for (let resample = 0; resample < resamples; resample += 1) {
    for (const perClass of Object.values(counts)) perClass.fill(0);
    gaps.fill(0);
    let loss = 0;
    for (let draw = 0; draw < judged.length; draw += 1) {
      const unit = judged[random.integer(judged.length)];
      if (unit === undefined) continue;
      const isHit = unit.actual === unit.predicted ? 1 : 0;
      increase(counts.support, unit.actual, 1);
      increase(counts.given, unit.predicted, 1);
      increase(counts.hits, unit.actual, isHit);
      const bin = Math.min(binCount, Math.max(1, Math.ceil(unit.confidence * binCount))) - 1;
      gaps[bin] = (gaps[bin] ?? 0) + isHit - unit.confidence;
      loss += unit.loss;
    }
    for (const [label, values] of f1.entries()) {
      const divisor = (counts.support[label] ?? 0) + (counts.given[label] ?? 0);
      if (divisor > 0) values.push((2 * (counts.hits[label] ?? 0)) / divisor);
    }
    draws.loss.push(loss / judged.length);
    draws.ece.push(gaps.reduce((total, gap) => total + Math.abs(gap), 0) / judged.length);
  }
  return {
    loss: middleOf(draws.loss),
    ece: middleOf(draws.ece),
    f1: f1.map((values) => (values.length < leastShareOfDraws * resamples ? null : middleOf(values))),
  };
}

function increase(counts: number[], at: number, by: number): void {
  counts[at] = (counts[at] ?? 0) + by;
}

/** The 2.5 % and 97.5 % points, each linear between its two neighbours. */
function middleOf(values: readonly number[]): Interval {
  const sorted = [...values].sort((one, other) => one - other);
  const pointAt = (share: number) => {
    const position = (sorted.length - 1) * share;
    const below = sorted[Math.floor(position)] ?? Number.NaN;
    const above = sorted[Math.ceil(position)] ?? Number.NaN;
    return below + (above - below) * (position - Math.floor(position));
  };
  return { low: pointAt(0.025), high: pointAt(0.975) };
}
