/**
 * Temperature scaling (Guo et al. 2017, "On Calibration of Modern Neural Networks"): one number by which logits are divided, so that
 * a confidence is how often the classifier is right. It never changes which class is the most likely. Pure numbers.
 */

import { softmax } from '../probability.js';

/**
 * Before anything is seen, the logarithm of the temperature is taken to be normal around 0 with this deviation: two thirds of
 * networks between 0.6 and 1.65, as those in the literature. A hundred rows outweigh it; a handful, of which every one may be
 * right and would ask for a temperature of 0, moves the temperature hardly from 1.
 */
const PRIOR_DEVIATION = 0.5;

/** Temperatures from 1/20 to 20: beyond, a softmax has become a step or flat. */
const LARGEST_LOG = Math.log(20);

/** Places looked at before the best of them is refined: the prior may give the sum a second valley, but none this narrow. */
const GRID_STEPS = 60;

/** Of the logarithm of the temperature; a hundredth of what would show in a confidence of two digits. */
const TOLERANCE = 1e-5;

/** The smallest normal float32 stands in for probabilities of 0, whose logarithm would outweigh everything. */
const SMALLEST_PROBABILITY = 2 ** -126;

/**
 * The temperature under which rows of logits explain their classes best: the minimum over log T of the summed cross-entropy and of
 * the prior's −ln. Rows that are not all finite are left out. Without rows, or with one class only, it is 1.
 *
 * @param logits `[rows, classes]`; of documents, {@link logitsOf} their probabilities
 * @throws Error if there is not one label a row, or a label is no class
 */
export function fitTemperature(logits: readonly ArrayLike<number>[], labels: ArrayLike<number>): number {
  if (logits.length !== labels.length)
    throw new Error(
      `There must be one label a row of logits, but there are ${labels.length} for ${logits.length}.`,
    );
  const rows = logits.flatMap((row, index) => {
    const own = row[labels[index] ?? -1];
    if (own === undefined)
      throw new Error(`Row ${index} has the label ${labels[index]}, but its logits are ${row.length}.`);
    const values = Array.from(row);
    if (!values.every(Number.isFinite)) return [];
    // Less the largest, so that no power overflows however small the temperature.
    const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
    return [{ own: own - largest, others: values.map((value) => value - largest) }];
  });
  const cost = (logTemperature: number): number => {
    const inverse = Math.exp(-logTemperature);
    let total = (logTemperature / PRIOR_DEVIATION) ** 2 / 2;
    for (const { own, others } of rows) {
      let powers = 0;
      for (const value of others) powers += Math.exp(value * inverse);
      total += Math.log(powers) - own * inverse;
    }
    return total;
  };
  // Nothing was learnt, and the search would only come close.
  if (rows.every(({ others }) => others.length < 2)) return 1;
  return Math.exp(minimumOf(cost));
}

/** Probabilities as logits, up to a constant that no softmax sees: their logarithms. */
export function logitsOf(probabilities: ArrayLike<number>): Float64Array {
  return Float64Array.from(Array.from(probabilities), (value) =>
    Math.log(Math.max(value, SMALLEST_PROBABILITY)),
  );
}

/**
 * Probabilities at a temperature: above 1 less sure, below 1 surer, at 1 as they are. Joined ones, of the pages of a document, or those
 * of a classifier that knows no logits, are as good as any.
 */
export function applyTemperature(probabilities: ArrayLike<number>, temperature: number): Float32Array {
  if (temperature === 1) return Float32Array.from(probabilities);
  return Float32Array.from(softmax(logitsOf(probabilities).map((value) => value / temperature)));
}

/** Where a function of the log temperature is least: the best of a grid, then the golden section around it. */
function minimumOf(cost: (logTemperature: number) => number): number {
  const step = (2 * LARGEST_LOG) / GRID_STEPS;
  let best = 0;
  let least = cost(0);
  for (let index = 0; index <= GRID_STEPS; index += 1) {
    const place = index * step - LARGEST_LOG;
    const found = cost(place);
    if (found < least) [best, least] = [place, found];
  }
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = Math.max(-LARGEST_LOG, best - step);
  let high = Math.min(LARGEST_LOG, best + step);
  while (high - low > TOLERANCE) {
    const [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (cost(left) < cost(right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}
