/** Which hyper-parameter of a sweep goes with how good its trials are: a first look at where to search on, not a proof. Pure. */
import type { SearchRange, Value } from './search-space.js';

/** A trial: what it was given and how good it was. */
export type Scored = { values: Readonly<Record<string, Value>>; macroF1: number };

/** Numbers are told apart as low, middle and high: the best value often lies in the middle, where no slope would show it. */
const mostGroups = 3;

/**
 * The share, 0 to 1, of what tells the trials' scores apart that goes with one hyper-parameter: the variance between groups of
 * trials, as ε² of Kelley (1935), which takes off what chance alone would give so many groups, and is 0 where that is all there
 * is. Each choice is a group; numbers are cut into thirds by rank, or in half where there are fewer than six trials. Null where it
 * cannot be told: with fewer than four trials, with one group, with no more trials than groups, or where all scores are equal.
 */
export function influenceOf(range: SearchRange, trials: readonly Scored[]): number | null {
  const known = trials.flatMap(({ values, macroF1 }) => {
    const value = values[range.hyperparameter];
    return value === undefined ? [] : [{ value, macroF1 }];
  });
  const values = known.map(({ value }) => value);
  const groups = range.distribution === 'CHOICE' ? values.map(String) : thirdsOf(values.map(Number));
  const shares = explained(
    groups,
    known.map(({ macroF1 }) => macroF1),
  );
  return shares === null ? null : Math.max(0, shares);
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

/** Which part of the values each belongs to; equal values to the same. */
function thirdsOf(values: readonly number[]): string[] {
  const groups = Math.min(mostGroups, Math.floor(values.length / 2));
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return String(Math.floor((groups * (below + equal / 2)) / values.length));
  });
}

/** ε² = (SS between groups − (groups − 1) · MS within groups) / SS in all. */
function explained(groups: readonly string[], scores: readonly number[]): number | null {
  const names = [...new Set(groups)];
  const all = mean(scores);
  const total = scores.reduce((sum, score) => sum + (score - all) ** 2, 0);
  if (scores.length < 4 || names.length < 2 || scores.length <= names.length || total === 0) return null;
  const between = names.reduce((sum, name) => {
    const own = scores.filter((_, index) => groups[index] === name);
    return sum + own.length * (mean(own) - all) ** 2;
  }, 0);
  const withinMean = (total - between) / (scores.length - names.length);
  return (between - (names.length - 1) * withinMean) / total;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
