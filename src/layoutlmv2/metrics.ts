/**
 * How good a classifier is: counts, shares and their uncertainty, from true classes and predictions. Pure numbers. What was not
 * measured is `null` ("not scored"), never 0 or 1.
 */

import { mostLikely } from './probability.js';
import { createRandom } from './random.js';

/** `matrix[actual][predicted]`: how many units of one class were given another. */
export type ConfusionMatrix = readonly (readonly number[])[];

export type ClassScore = {
  /** Of the units given this class, the share that belongs to it; null where it was never given. */
  precision: number | null;
  /** Of the units that belong to this class, the share that was given it; null where there are none. */
  recall: number | null;
  /** 2·hits / (support + predicted); null where the class neither occurs nor was given. */
  f1: number | null;
  /** Units that truly belong to this class. */
  support: number;
  /** Units that were given this class. */
  predicted: number;
};

/** The two ends of a 95 % confidence interval. */
export type Interval = { low: number; high: number };

export type CalibrationBin = {
  /** Confidences above `from` up to and including `to` fall in this bin (the first bin holds 0 too). */
  from: number;
  to: number;
  count: number;
  /** null where the bin is empty. */
  meanConfidence: number | null;
  accuracy: number | null;
};

/** The 97.5 % point of the normal distribution: 95 % lie within this many standard deviations. */
const Z_95 = 1.959963984540054;

/**
 * A probability of exactly 0 for what then happened would make the mean cross-entropy infinite and hide everything else. The
 * smallest normal float32 stands in: no network with float32 probabilities can be more wrong than this (87.3 nats).
 */
const SMALLEST_PROBABILITY = 2 ** -126;

/** Counts how often each class was given each class. `actual` and `predicted` are class numbers from 0, in the same order. */
export function confusionMatrix(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classCount: number,
): number[][] {
  requireSameLength(actual.length, predicted.length);
  const matrix = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  for (let unit = 0; unit < actual.length; unit++) {
    const row = matrix[actual[unit] ?? -1];
    const column = predicted[unit] ?? -1;
    const count = row?.[column];
    if (row === undefined || count === undefined) {
      throw new Error(
        `Classes are numbered 0 to ${classCount - 1}, but unit ${unit} has class ${actual[unit]}, predicted ${column}.`,
      );
    }
    row[column] = count + 1;
  }
  return matrix;
}

/** The share of units that were given their own class; null without units. */
export function accuracyOf(matrix: ConfusionMatrix): number | null {
  const { hits, total } = hitsOf(matrix);
  return total === 0 ? null : hits / total;
}

/** Precision, recall, F1 and support of each class, in the order of the classes. */
export function classScores(matrix: ConfusionMatrix): ClassScore[] {
  return matrix.map((row, label) => {
    const hits = row[label] ?? 0;
    const support = row.reduce((total, count) => total + count, 0);
    const predicted = matrix.reduce((total, other) => total + (other[label] ?? 0), 0);
    return {
      precision: predicted === 0 ? null : hits / predicted,
      recall: support === 0 ? null : hits / support,
      f1: support + predicted === 0 ? null : (2 * hits) / (support + predicted),
      support,
      predicted,
    };
  });
}

/**
 * The plain mean of the F1 of the classes that occur in the truth or among the predictions. A class that does neither says nothing
 * and is left out; a class that was predicted but never occurs, or occurs but was never predicted, counts as 0 (as scikit-learn's
 * `f1_score(average='macro')`, whose labels are by default those of truth and predictions). Null without units.
 */
export function macroF1Of(matrix: ConfusionMatrix): number | null {
  const scored = classScores(matrix).flatMap(({ f1 }) => (f1 === null ? [] : [f1]));
  return scored.length === 0 ? null : scored.reduce((total, f1) => total + f1, 0) / scored.length;
}

/** Mean of −ln of the probability given to the true class, in nats; null without units. */
export function meanCrossEntropy(
  probabilities: readonly ArrayLike<number>[],
  actual: ArrayLike<number>,
): number | null {
  requireSameLength(actual.length, probabilities.length);
  if (probabilities.length === 0) return null;
  let total = 0;
  probabilities.forEach((row, unit) => {
    const probability = row[actual[unit] ?? -1];
    if (probability === undefined) {
      throw new Error(`Unit ${unit} has class ${actual[unit]}, but there are ${row.length} probabilities.`);
    }
    total -= Math.log(Math.max(probability, SMALLEST_PROBABILITY));
  });
  return total / probabilities.length;
}

/**
 * Expected calibration error (Guo et al. 2017): units sorted into equally wide bins by the confidence of their most likely
 * class; the mean over the units of |accuracy − mean confidence| of their bin. Null without units.
 */
export function calibrationOf(
  probabilities: readonly ArrayLike<number>[],
  actual: ArrayLike<number>,
  binCount = 10,
): { expectedCalibrationError: number | null; bins: CalibrationBin[] } {
  requireSameLength(actual.length, probabilities.length);
  const sums = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, hits: 0 }));
  probabilities.forEach((row, unit) => {
    const predicted = mostLikely(row);
    const confidence = row[predicted] ?? Number.NaN;
    const bin = sums[Math.min(binCount, Math.max(1, Math.ceil(confidence * binCount))) - 1];
    if (bin === undefined)
      throw new Error(`Unit ${unit} has the confidence ${confidence}, which is not a probability.`);
    bin.count += 1;
    bin.confidence += confidence;
    bin.hits += predicted === actual[unit] ? 1 : 0;
  });
  const gaps = sums.reduce((total, { confidence, hits }) => total + Math.abs(hits - confidence), 0);
  return {
    expectedCalibrationError: probabilities.length === 0 ? null : gaps / probabilities.length,
    bins: sums.map(({ count, confidence, hits }, index) => ({
      from: index / binCount,
      to: (index + 1) / binCount,
      count,
      meanConfidence: count === 0 ? null : confidence / count,
      accuracy: count === 0 ? null : hits / count,
    })),
  };
}

/**
 * Expected calibration error over bins of as many units each (Nguyen and O'Connor 2015): sorted by confidence, so that no bin is
 * empty and the many sure units are told apart. Of equally sure ones, which may fall in several bins, each counts as right as all of
 * them are in the mean, so that their order does not matter. Null without units.
 */
export function adaptiveCalibrationErrorOf(
  probabilities: readonly ArrayLike<number>[],
  actual: ArrayLike<number>,
  binCount = 10,
): number | null {
  requireSameLength(actual.length, probabilities.length);
  const byConfidence = new Map<number, { count: number; hits: number }>();
  probabilities.forEach((row, unit) => {
    const predicted = mostLikely(row);
    const confidence = row[predicted] ?? Number.NaN;
    const { count, hits } = byConfidence.get(confidence) ?? { count: 0, hits: 0 };
    byConfidence.set(confidence, { count: count + 1, hits: hits + (predicted === actual[unit] ? 1 : 0) });
  });
  const excesses = [...byConfidence]
    .sort(([left], [right]) => left - right)
    .flatMap(([confidence, { count, hits }]) => new Array<number>(count).fill(hits / count - confidence));
  if (excesses.length === 0) return null;
  let gaps = 0;
  for (let bin = 0; bin < binCount; bin++) {
    const from = Math.floor((bin * excesses.length) / binCount);
    const to = Math.floor(((bin + 1) * excesses.length) / binCount);
    gaps += Math.abs(excesses.slice(from, to).reduce((sum, excess) => sum + excess, 0));
  }
  return gaps / excesses.length;
}

/**
 * Area under the receiver operating characteristic: how likely a unit of `positives` has a higher score than one of `negatives`,
 * ties counting half (Mann and Whitney's U, by midranks). 0.5 is chance; null where one of the two is empty.
 */
export function auroc(negatives: ArrayLike<number>, positives: ArrayLike<number>): number | null {
  if (negatives.length === 0 || positives.length === 0) return null;
  const scored = [
    ...Array.from(negatives, (score) => ({ score, isPositive: false })),
    ...Array.from(positives, (score) => ({ score, isPositive: true })),
  ].sort((left, right) => left.score - right.score);
  let rankSum = 0;
  for (let start = 0; start < scored.length; ) {
    let end = start;
    while (end < scored.length && scored[end]?.score === scored[start]?.score) end++;
    // A score that is no number equals nothing, not even itself.
    if (end === start) throw new Error('A score that is no number has no rank.');
    const tied = scored.slice(start, end).filter(({ isPositive }) => isPositive).length;
    rankSum += (tied * (start + 1 + end)) / 2;
    start = end;
  }
  const u = rankSum - (positives.length * (positives.length + 1)) / 2;
  return u / (positives.length * negatives.length);
}

/**
 * Wilson's 95 % interval for a share (E. B. Wilson 1927), honest also near 0 and 1 and for few trials; null without trials.
 */
export function wilsonInterval(successes: number, trials: number): Interval | null {
  if (trials === 0) return null;
  const share = successes / trials;
  const z2 = Z_95 ** 2 / trials;
  const centre = share + z2 / 2;
  const spread = Math.sqrt(z2 * share * (1 - share) + z2 ** 2 / 4);
  // The formula reaches 0 and 1 exactly at its ends, up to rounding.
  return {
    low: successes === 0 ? 0 : (centre - spread) / (1 + z2),
    high: successes === trials ? 1 : (centre + spread) / (1 + z2),
  };
}

/**
 * A 95 % interval for the macro-F1 by the percentile bootstrap: the units are drawn again with replacement, `resamples` times,
 * and the 2.5 % and 97.5 % points of the resulting macro-F1 are returned. The same seed gives the same interval. Null without units.
 */
export function bootstrapMacroF1(options: {
  actual: ArrayLike<number>;
  predicted: ArrayLike<number>;
  classCount: number;
  seed: number;
  resamples?: number;
}): Interval | null {
  const { actual, predicted, classCount, seed, resamples = 1000 } = options;
  requireSameLength(actual.length, predicted.length);
  if (actual.length === 0) return null;
  const random = createRandom(seed);
  const scores = Array.from({ length: resamples }, () => {
    const drawn = Array.from({ length: actual.length }, () => random.integer(actual.length));
    const matrix = confusionMatrix(
      drawn.map((unit) => actual[unit] ?? -1),
      drawn.map((unit) => predicted[unit] ?? -1),
      classCount,
    );
    return macroF1Of(matrix) ?? Number.NaN;
  }).sort((left, right) => left - right);
  return { low: quantile(scores, 0.025), high: quantile(scores, 0.975) };
}

/** A quantile of sorted values, linear between its two neighbours. */
export function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

function hitsOf(matrix: ConfusionMatrix): { hits: number; total: number } {
  let hits = 0;
  let total = 0;
  matrix.forEach((row, label) => {
    hits += row[label] ?? 0;
    total += row.reduce((sum, count) => sum + count, 0);
  });
  return { hits, total };
}

function requireSameLength(actual: number, predicted: number): void {
  if (actual !== predicted) {
    throw new Error(
      `There must be one prediction for each true class, but there are ${predicted} for ${actual}.`,
    );
  }
}
