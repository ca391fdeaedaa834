/** Multinomial logistic regression over sparse rows, as scikit-learn's `LogisticRegression`: the whole data at once, by L-BFGS. */
import { mostLikely, softmax } from '../layoutlmv2/probability.js';
import { minimise } from './lbfgs.js';
import type { SparseRows } from './sparse-rows.js';

export type LogisticRegression = {
  columnCount: number;
  classCount: number;
  /** [columns, classes], then [classes] of biases; numbers that float32 has, so that a file of those keeps them as they are. */
  weights: Float64Array;
};

/**
 * A model that serves best when it has learnt all there is, that by which it was judged included. Whoever goes on from it is judged by
 * the same documents, which must not have been learnt then.
 */
export type Refittable = {
  regression: LogisticRegression;
  /** As it was judged; absent where `regression` is. */
  start?: LogisticRegression;
};

// Both are scikit-learn's own defaults.
const maxIterations = 100;
const gradientTolerance = 1e-4;

export type FitOptions = {
  classCount: number;
  /** C: the larger, the more the data count. */
  inverseRegularisation: number;
  /** Weights and biases that are likely before, as those of {@link LogisticRegression}. */
  prior?: Float64Array;
  /** Where the search begins, by default at the prior: near the minimum it is found sooner. */
  from?: LogisticRegression;
  /** Awaited now and then: lets others run, and throws to stop. */
  pause: () => Promise<void>;
};

/**
 * Minimises the mean cross-entropy + ‖weights − prior‖² / (2 · C · rows), biases unpunished. This is the most probable regression where
 * each weight is thought to be normally distributed around its prior, by default 0 (Chelba and Acero 2006).
 */
export async function fitLogisticRegression(
  rows: SparseRows,
  labels: readonly number[],
  options: FitOptions,
): Promise<LogisticRegression> {
  const { classCount, inverseRegularisation, prior, from, pause } = options;
  const { rowCount, columnCount, starts, columns, values } = rows;
  if (labels.length !== rowCount) throw new Error(`There are ${rowCount} rows, but ${labels.length} labels.`);
  const biasesAt = columnCount * classCount;
  for (const numbers of [prior, from?.weights])
    if (numbers !== undefined && numbers.length !== biasesAt + classCount)
      throw new Error(
        `A regression to begin with has ${numbers.length} numbers; ${columnCount} columns and ${classCount} classes ask for ${biasesAt + classCount}.`,
      );
  const scores = new Float64Array(classCount);
  const decay = 1 / (inverseRegularisation * rowCount);
  const evaluate = (weights: Float64Array, gradient: Float64Array): number => {
    let punishment = 0;
    for (let index = 0; index < biasesAt; index += 1) {
      const weight = (weights[index] ?? 0) - (prior?.[index] ?? 0);
      punishment += weight * weight;
      gradient[index] = decay * weight;
    }
    gradient.fill(0, biasesAt);
    let loss = 0;
    for (let row = 0; row < rowCount; row += 1) {
      scoreRow(rows, row, weights, classCount, scores);
      const label = labels[row] ?? 0;
      loss += crossEntropyInPlace(scores, label);
      // What is left in `scores` are probabilities: less one at the label, they are the gradient.
      for (let place = starts[row] ?? 0; place < (starts[row + 1] ?? 0); place += 1) {
        const at = (columns[place] ?? 0) * classCount;
        const value = (values[place] ?? 0) / rowCount;
        for (let index = 0; index < classCount; index += 1)
          gradient[at + index] =
            (gradient[at + index] ?? 0) + value * ((scores[index] ?? 0) - (index === label ? 1 : 0));
      }
      for (let index = 0; index < classCount; index += 1)
        gradient[biasesAt + index] =
          (gradient[biasesAt + index] ?? 0) + ((scores[index] ?? 0) - (index === label ? 1 : 0)) / rowCount;
    }
    return loss / rowCount + (decay * punishment) / 2;
  };
  const start = (from?.weights ?? prior)?.slice() ?? new Float64Array(biasesAt + classCount);
  const { at } = await minimise(evaluate, start, { maxIterations, gradientTolerance, pause });
  return { columnCount, classCount, weights: at.map(Math.fround) };
}

/**
 * The regression of a model that may have been fitted once more, of what had been kept back too: see {@link Refittable}.
 */
export function regressionToGoOnFrom({ regression, start }: Refittable): LogisticRegression {
  return start ?? regression;
}

/** Probabilities of the classes by row. */
export function predictRows({ classCount, weights }: LogisticRegression, rows: SparseRows): Float32Array[] {
  const scores = new Float64Array(classCount);
  return Array.from({ length: rows.rowCount }, (_, row) => {
    scoreRow(rows, row, weights, classCount, scores);
    return Float32Array.from(softmax(scores));
  });
}

/** Writes the scores of one row. */
function scoreRow(
  { starts, columns, values, columnCount }: SparseRows,
  row: number,
  weights: Float64Array,
  classCount: number,
  scores: Float64Array,
): void {
  for (let index = 0; index < classCount; index += 1)
    scores[index] = weights[columnCount * classCount + index] ?? 0;
  for (let place = starts[row] ?? 0; place < (starts[row + 1] ?? 0); place += 1) {
    const at = (columns[place] ?? 0) * classCount;
    const value = values[place] ?? 0;
    for (let index = 0; index < classCount; index += 1)
      scores[index] = (scores[index] ?? 0) + value * (weights[at + index] ?? 0);
  }
}

/** Turns scores into probabilities and answers −ln of that of the label. */
function crossEntropyInPlace(scores: Float64Array, label: number): number {
  const highest = scores[mostLikely(scores)] ?? 0;
  const own = (scores[label] ?? 0) - highest;
  let total = 0;
  for (let index = 0; index < scores.length; index += 1) {
    const power = Math.exp((scores[index] ?? 0) - highest);
    scores[index] = power;
    total += power;
  }
  for (let index = 0; index < scores.length; index += 1) scores[index] = (scores[index] ?? 0) / total;
  return Math.log(total) - own;
}
