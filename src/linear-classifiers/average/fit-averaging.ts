/**
 * The weights under which the logarithmic average of several classifiers explains the classes of rows best: logistic stacking with a
 * number a member, each from 0. Pure numbers.
 */
import { logitsOf } from '../../layoutlmv2/calibration/temperature.js';
import { softmax } from '../../layoutlmv2/probability.js';

/**
 * Before anything is seen, each weight is taken to be normal around the one that it begins with, with this deviation: hundreds of rows
 * outweigh it; a handful, which all members may have right and would ask for endless weights, stays near. With 75 rows of real scans to fit
 * by and the starter model's weights to begin with, the loss on others was 0.250, 0.252 and 0.257 with 0.1, 0.2 and 0.3, and 0.265 where
 * all began with equal shares; the larger it is, the sooner weights that do not fit are left.
 */
const priorDeviation = 0.2;
const priorPrecision = 1 / priorDeviation ** 2;
// Newton's method doubles the right digits at each step; ten are ample from so near.
const mostSteps = 50;
// Of the weights: a hundredth of what shows in a confidence of two digits.
const tolerance = 1e-6;

/** What each member says of it, as logits. */
type Row = { logits: Float64Array[]; label: number };

/**
 * @param members of each, what it says of the rows: probabilities by class
 * @param prior the weights that they begin with
 * @returns a weight a member
 * @throws Error where rows and labels do not go together.
 */
export function fitWeights(
  members: readonly (readonly ArrayLike<number>[])[],
  labels: readonly number[],
  prior: readonly number[],
): number[] {
  if (members.some((said) => said.length !== labels.length))
    throw new Error(
      `There must be one row of each member a label, but there are ${members.map((said) => said.length).join(' and ')} for ${labels.length}.`,
    );
  const rows = labels.map((label, index): Row => {
    const said = members.map((rowsOfMember) => rowsOfMember[index] ?? []);
    const classCount = said[0]?.length ?? 0;
    if (label < 0 || label >= classCount || said.some((row) => row.length !== classCount))
      throw new Error(
        `Row ${index} has the label ${label}, and ${said.map((row) => row.length).join(' and ')} probabilities.`,
      );
    return { logits: said.map(logitsOf), label };
  });
  // The cost is convex, so its minimum among weights from 0 is that of some members free and the others at 0: of two or three members
  // every such choice is tried. With none free all weights are 0, which says nothing of any class.
  let best: { at: number[]; cost: number } | null = null;
  for (let choice = 1; choice < 2 ** members.length; choice += 1) {
    const free = [...members.keys()].filter((member) => (choice >> member) & 1);
    const at = descend(rows, prior, free);
    if (at.some((weight) => weight < 0)) continue;
    const cost = costAt(rows, at, prior);
    if (best === null || cost < best.cost) best = { at, cost };
  }
  // Where each member alone is worse than saying nothing, the rows tell nothing of their weights.
  return best?.at ?? [...prior];
}

/** Newton's method with halved steps, in those of the weights that may move; the others are 0. */
function descend(rows: readonly Row[], prior: readonly number[], free: readonly number[]): number[] {
  let at = prior.map((weight, member) => (free.includes(member) ? weight : 0));
  let cost = costAt(rows, at, prior);
  for (let step = 0; step < mostSteps; step += 1) {
    const move = newtonStep(rows, at, { prior, free });
    if (move.every((change) => Math.abs(change) < tolerance)) break;
    let size = 1;
    let next = at;
    let nextCost = Number.POSITIVE_INFINITY;
    for (; size > tolerance && !(nextCost <= cost); size /= 2) {
      next = at.map((weight, member) => weight + size * (move[free.indexOf(member)] ?? 0));
      nextCost = costAt(rows, next, prior);
    }
    if (!(nextCost <= cost)) break;
    [at, cost] = [next, nextCost];
  }
  return at;
}

function joined({ logits }: Row, at: readonly number[]): Float64Array {
  const sum = new Float64Array(logits[0]?.length ?? 0);
  for (const [member, weight] of at.entries()) {
    for (const [index, value] of (logits[member] ?? []).entries())
      sum[index] = (sum[index] ?? 0) + weight * value;
  }
  return sum;
}

/** Summed cross-entropy, and the prior's −ln. */
function costAt(rows: readonly Row[], at: readonly number[], prior: readonly number[]): number {
  let total = at.reduce(
    (sum, weight, member) => sum + (priorPrecision * (weight - (prior[member] ?? 0)) ** 2) / 2,
    0,
  );
  for (const row of rows) {
    const logits = joined(row, at);
    const largest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    const powers = logits.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    total += Math.log(powers) + largest - (logits[row.label] ?? Number.NaN);
  }
  return total;
}

/** How far each of the free weights would move: −Hessian⁻¹ · gradient. */
function newtonStep(
  rows: readonly Row[],
  at: readonly number[],
  { prior, free }: { prior: readonly number[]; free: readonly number[] },
): number[] {
  const gradient = free.map((member) => ((at[member] ?? 0) - (prior[member] ?? 0)) * priorPrecision);
  const hessian = free.map((_, index) => free.map((__, other) => (index === other ? priorPrecision : 0)));
  for (const row of rows) {
    const chances = softmax(joined(row, at));
    const own = free.map((member) => row.logits[member] ?? new Float64Array());
    const means = own.map((logits) =>
      chances.reduce((sum, chance, index) => sum + chance * (logits[index] ?? 0), 0),
    );
    for (const [index, logits] of own.entries()) {
      gradient[index] = (gradient[index] ?? 0) + (means[index] ?? 0) - (logits[row.label] ?? 0);
      const line = hessian[index] ?? [];
      // The covariance of what two members say, over the classes as they are likely now.
      for (const [other, logitsOfOther] of own.entries()) {
        const product = chances.reduce(
          (sum, chance, at) => sum + chance * (logits[at] ?? 0) * (logitsOfOther[at] ?? 0),
          0,
        );
        line[other] = (line[other] ?? 0) + product - (means[index] ?? 0) * (means[other] ?? 0);
      }
    }
  }
  return solve(
    hessian,
    gradient.map((value) => -value),
  );
}

/** Solves a small positive definite system by elimination, which for such needs no pivots; both are changed in place. */
function solve(matrix: number[][], right: number[]): number[] {
  for (const [column, pivot] of matrix.entries()) {
    for (let row = column + 1; row < matrix.length; row += 1) {
      const line = matrix[row] ?? [];
      const factor = (line[column] ?? 0) / (pivot[column] ?? Number.NaN);
      for (let at = column; at < line.length; at += 1) line[at] = (line[at] ?? 0) - factor * (pivot[at] ?? 0);
      right[row] = (right[row] ?? 0) - factor * (right[column] ?? 0);
    }
  }
  const solution = right.map(() => 0);
  for (let row = matrix.length - 1; row >= 0; row -= 1) {
    const line = matrix[row] ?? [];
    const known = solution.reduce((sum, value, at) => (at > row ? sum + (line[at] ?? 0) * value : sum), 0);
    solution[row] = ((right[row] ?? 0) - known) / (line[row] ?? Number.NaN);
  }
  return solution;
}
