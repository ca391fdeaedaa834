/**
 * Whether one classifier is better than another on the same units, or than guessing, beyond chance. Pure numbers.
 */
import { type ConfusionMatrix, classScores, confusionMatrix, type Interval, quantile } from './metrics.js';
import { createRandom } from './random.js';

type PairedDifference = {
  /** Macro-F1 of the first classifier minus that of the second. */
  difference: number;
  /** Of the difference, at the confidence level. */
  interval: Interval;
  /**
   * Share of the resamples in which the first classifier is not better, (1 + count) / (1 + resamples) after Davison and Hinkley
   * 1997: one-sided, and never 0, as no number of resamples proves that.
   */
  pValue: number;
};

/**
 * The mean F1 of the classes that occur in the truth, null without units: unlike macroF1Of of metrics.ts, two classifiers
 * judged on the same units are always judged on the same classes, whatever else they answer.
 */
export function macroF1OfTruth(matrix: ConfusionMatrix): number | null {
  const scored = classScores(matrix).flatMap(({ f1, support }) => (support === 0 ? [] : [f1 ?? 0]));
  return scored.length === 0 ? null : scored.reduce((total, f1) => total + f1, 0) / scored.length;
}

/**
 * The difference of two classifiers' macro-F1 by the paired percentile bootstrap: units are drawn with replacement, and both
 * classifiers are measured on the same draw. The same seed gives the same numbers. Null without units.
 *
 * @param options.actual, options.first, options.second class numbers from 0 in the same order; a class that
 * does not occur in the truth may stand for every wrong answer.
 */
export function pairedBootstrapMacroF1(options: {
  actual: ArrayLike<number>;
  first: ArrayLike<number>;
  second: ArrayLike<number>;
  classCount: number;
  seed: number;
  confidenceLevel: number;
  resamples: number;
}): PairedDifference | null {
  const { actual, first, second, classCount, seed, confidenceLevel, resamples } = options;
  if (actual.length === 0) return null;
  const random = createRandom(seed);
  const scoreOf = (predicted: ArrayLike<number>, drawn: readonly number[]) =>
    macroF1OfTruth(
      confusionMatrix(
        drawn.map((unit) => actual[unit] ?? -1),
        drawn.map((unit) => predicted[unit] ?? -1),
        classCount,
      ),
    ) ?? Number.NaN;
  const differenceOf = (drawn: readonly number[]) => scoreOf(first, drawn) - scoreOf(second, drawn);
  const differences = Array.from({ length: resamples }, () =>
    differenceOf(Array.from({ length: actual.length }, () => random.integer(actual.length))),
  ).sort((left, right) => left - right);
  const tail = (1 - confidenceLevel) / 2;
  const notBetter = differences.filter((difference) => difference <= 0).length;
  return {
    difference: differenceOf(Array.from({ length: actual.length }, (_, unit) => unit)),
    interval: { low: quantile(differences, tail), high: quantile(differences, 1 - tail) },
    pValue: (1 + notBetter) / (1 + resamples),
  };
}

/**
 * McNemar's exact test (Q. McNemar 1947, with the binomial distribution): two-sided, from the units that only one of the two
 * classifiers has right. 1 where there are none.
 */
export function mcnemarExact(onlyFirst: number, onlySecond: number): number {
  const discordant = onlyFirst + onlySecond;
  return Math.min(1, 2 * binomialTail(Math.max(onlyFirst, onlySecond), discordant, 0.5));
}

/** The probability of at least so many successes in independent trials; 1 for none. */
export function binomialTail(successes: number, trials: number, share: number): number {
  if (successes <= 0) return 1;
  if (successes > trials || share <= 0) return 0;
  if (share >= 1) return 1;
  // In logarithms, as the terms of many trials are too small for a number; ln C(trials, k) grows by one factor a step.
  let logTerm = trials * Math.log1p(-share);
  let tail = 0;
  for (let count = 0; count <= trials; count++) {
    if (count >= successes) tail += Math.exp(logTerm);
    logTerm += Math.log((trials - count) / (count + 1)) + Math.log(share / (1 - share));
  }
  return Math.min(1, tail);
}
