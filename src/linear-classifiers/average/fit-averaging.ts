/**
 * The weights under which the logarithmic average of two classifiers explains the classes of rows best: logistic stacking with two
 * numbers, each from 0. Pure numbers.
 */
import { logitsOf } from '../../layoutlmv2/calibration/temperature.js';
import { softmax } from '../../layoutlmv2/probability.js';

/** Of the first member, and of the second. */
export type PairOfWeights = readonly [number, number];

/**
 * Before anything is seen, each weight is taken to be normal around a half (the geometric mean of the two) with this deviation. A
 * hundred rows outweigh it; a handful, which both may have right and would ask for endless weights, stays near it.
 */
const priorWeight = 0.5;
const priorDeviation = 0.5;
// Newton's method doubles the right digits at each step; ten are ample from so near.
const mostSteps = 50;
// Of the weights: a hundredth of what shows in a confidence of two digits.
const tolerance = 1e-6;

type Row = { first: Float64Array; second: Float64Array; label: number };

/** @throws Error where rows and labels do not go together. */
export function fitPairOfWeights(
  first: readonly ArrayLike<number>[],
  second: readonly ArrayLike<number>[],
  labels: readonly number[],
): PairOfWeights {
  if (first.length !== labels.length || second.length !== labels.length)
    throw new Error(
      `There must be one row of each member a label, but there are ${first.length} and ${second.length} for ${labels.length}.`,
    );
  const rows = labels.map((label, index): Row => {
    const [one, other] = [first[index] ?? [], second[index] ?? []];
    if (label < 0 || label >= one.length || one.length !== other.length)
      throw new Error(
        `Row ${index} has the label ${label}, and ${one.length} and ${other.length} probabilities.`,
      );
    return { first: logitsOf(one), second: logitsOf(other), label };
  });
  const inside = descend(rows, [priorWeight, priorWeight], [true, true]);
  if (inside[0] >= 0 && inside[1] >= 0) return inside;
  // The cost is convex: where its minimum lies outside, that of what is allowed lies on an edge.
  const edges = [
    descend(rows, [priorWeight, 0], [true, false]),
    descend(rows, [0, priorWeight], [false, true]),
  ].map(([one, other]): PairOfWeights => [Math.max(0, one), Math.max(0, other)]);
  const [onFirst = inside, onSecond = inside] = edges;
  return costAt(rows, onFirst) <= costAt(rows, onSecond) ? onFirst : onSecond;
}

/** Newton's method with halved steps, in those of the two weights that may move. */
function descend(
  rows: readonly Row[],
  from: PairOfWeights,
  free: readonly [boolean, boolean],
): PairOfWeights {
  let at = from;
  let cost = costAt(rows, at);
  for (let step = 0; step < mostSteps; step += 1) {
    const [moveFirst, moveSecond] = newtonStep(rows, at, free);
    if (Math.max(Math.abs(moveFirst), Math.abs(moveSecond)) < tolerance) break;
    let size = 1;
    let next: PairOfWeights = at;
    let nextCost = Number.POSITIVE_INFINITY;
    for (; size > tolerance && !(nextCost <= cost); size /= 2) {
      next = [at[0] + size * moveFirst, at[1] + size * moveSecond];
      nextCost = costAt(rows, next);
    }
    if (!(nextCost <= cost)) break;
    [at, cost] = [next, nextCost];
  }
  return at;
}

/** Summed cross-entropy, and the prior's −ln. */
function costAt(rows: readonly Row[], at: PairOfWeights): number {
  let total = at.reduce((sum, weight) => sum + ((weight - priorWeight) / priorDeviation) ** 2 / 2, 0);
  for (const { first, second, label } of rows) {
    const logits = first.map((value, index) => at[0] * value + at[1] * (second[index] ?? Number.NaN));
    const largest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    const powers = logits.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    total += Math.log(powers) + largest - (logits[label] ?? Number.NaN);
  }
  return total;
}

function newtonStep(
  rows: readonly Row[],
  at: PairOfWeights,
  free: readonly [boolean, boolean],
): [number, number] {
  const precision = 1 / priorDeviation ** 2;
  const gradient = [(at[0] - priorWeight) * precision, (at[1] - priorWeight) * precision] as [number, number];
  let [ofFirst, ofBoth, ofSecond] = [precision, 0, precision];
  for (const { first, second, label } of rows) {
    const chances = softmax(first.map((value, index) => at[0] * value + at[1] * (second[index] ?? 0)));
    let [meanFirst, meanSecond, squareFirst, product, squareSecond] = [0, 0, 0, 0, 0];
    for (const [index, chance] of chances.entries()) {
      const [one, other] = [first[index] ?? 0, second[index] ?? 0];
      meanFirst += chance * one;
      meanSecond += chance * other;
      squareFirst += chance * one * one;
      product += chance * one * other;
      squareSecond += chance * other * other;
    }
    gradient[0] += meanFirst - (first[label] ?? 0);
    gradient[1] += meanSecond - (second[label] ?? 0);
    ofFirst += squareFirst - meanFirst * meanFirst;
    ofBoth += product - meanFirst * meanSecond;
    ofSecond += squareSecond - meanSecond * meanSecond;
  }
  if (!free[1]) return [-gradient[0] / ofFirst, 0];
  if (!free[0]) return [0, -gradient[1] / ofSecond];
  const determinant = ofFirst * ofSecond - ofBoth * ofBoth;
  return [
    (ofBoth * gradient[1] - ofSecond * gradient[0]) / determinant,
    (ofBoth * gradient[0] - ofFirst * gradient[1]) / determinant,
  ];
}
