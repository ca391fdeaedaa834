/** Which hyper-parameter of a sweep goes with how good its trials are: a first look at where to search on, not a proof. Pure. */
import type { SearchRange, Value } from './search-space.js';

/** A trial: what it was given and how good it was. */
export type Scored = { values: Readonly<Record<string, Value>>; macroF1: number };

// With two trials every hyper-parameter explains everything.
const leastTrials = 3;

/**
 * The share, 0 to 1, of what tells the trials' scores apart that goes with one hyper-parameter: for numbers the square of Spearman's
 * rank correlation, which a logarithm does not change; for choices the correlation ratio η² (the variance between the choices' means
 * as a share of all). With few trials chance alone gives some, and more the more choices there are. Null where it cannot be told.
 */
export function influenceOf(range: SearchRange, trials: readonly Scored[]): number | null {
  const known = trials.flatMap(({ values, macroF1 }) => {
    const value = values[range.hyperparameter];
    return value === undefined ? [] : [{ value, macroF1 }];
  });
  if (known.length < leastTrials) return null;
  const scores = known.map(({ macroF1 }) => macroF1);
  if (range.distribution === 'CHOICE') {
    return correlationRatio(
      known.map(({ value }) => String(value)),
      scores,
    );
  }
  const correlation = correlate(ranksOf(known.map(({ value }) => Number(value))), ranksOf(scores));
  return correlation === null ? null : correlation ** 2;
}

/** The range that most goes with the scores; the first where none can be told from another. */
export function mostInfluential(
  ranges: readonly SearchRange[],
  trials: readonly Scored[],
): SearchRange | undefined {
  const [first, ...others] = ranges;
  if (first === undefined) return undefined;
  let most = { range: first, influence: influenceOf(first, trials) ?? 0 };
  for (const range of others) {
    const influence = influenceOf(range, trials) ?? 0;
    if (influence > most.influence) most = { range, influence };
  }
  return most.range;
}

/** Ranks from 1, equal values sharing the mean of theirs. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

/** Pearson's correlation; null where one of the two does not vary. */
function correlate(one: readonly number[], other: readonly number[]): number | null {
  const [meanOne, meanOther] = [mean(one), mean(other)];
  let [product, squaresOne, squaresOther] = [0, 0, 0];
  for (const [index, value] of one.entries()) {
    const [a, b] = [value - meanOne, (other[index] ?? 0) - meanOther];
    product += a * b;
    squaresOne += a * a;
    squaresOther += b * b;
  }
  return squaresOne === 0 || squaresOther === 0 ? null : product / Math.sqrt(squaresOne * squaresOther);
}

function correlationRatio(groups: readonly string[], values: readonly number[]): number | null {
  const all = mean(values);
  const total = values.reduce((sum, value) => sum + (value - all) ** 2, 0);
  if (total === 0) return null;
  const between = [...new Set(groups)].reduce((sum, group) => {
    const own = values.filter((_, index) => groups[index] === group);
    return sum + own.length * (mean(own) - all) ** 2;
  }, 0);
  return between / total;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
