/**
 * Random Fourier features (Rahimi and Recht 2007): cosines of random directions, in which a linear classifier is one with a Gaussian
 * kernel. So it tells classes by what a page looks like as a whole, where in the numbers themselves each would count by itself. Pure.
 */
import { createRandom, type Random } from '../../layoutlmv2/random.js';

/** A map from rows of numbers to features. */
export type FourierFeatures = {
  /** What is subtracted from each number, and what it is divided by then. */
  means: Float32Array;
  deviations: Float32Array;
  /** [features, numbers] */
  frequencies: Float32Array;
  /** [features], in radians. */
  phases: Float32Array;
};

/**
 * Draws a map for rows like these. The kernel is exp(−distance² / n) of n standardised numbers, of which two rows are √(2n) apart in the
 * mean: neither is everything alike nor nothing.
 *
 * @throws Error where there are no rows.
 */
export function drawFourierFeatures(
  rows: readonly Float32Array[],
  { features, seed }: { features: number; seed: number },
): FourierFeatures {
  const length = rows[0]?.length ?? 0;
  if (length === 0) throw new Error('Features are drawn for rows, and there are none.');
  const means = new Float32Array(length);
  const deviations = new Float32Array(length);
  for (let index = 0; index < length; index += 1) {
    const mean = rows.reduce((sum, row) => sum + (row[index] ?? 0), 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + ((row[index] ?? 0) - mean) ** 2, 0) / rows.length;
    means[index] = mean;
    // What is always the same tells nothing, whatever it is divided by.
    deviations[index] = Math.sqrt(variance) || 1;
  }
  const random = createRandom(seed);
  const width = Math.sqrt(length / 2);
  const frequencies = new Float32Array(features * length);
  for (let index = 0; index < frequencies.length; index += 1) frequencies[index] = normal(random) / width;
  const phases = new Float32Array(features);
  for (let index = 0; index < features; index += 1) phases[index] = 2 * Math.PI * random.uniform();
  return { means, deviations, frequencies, phases };
}

/** Features `[features]` of one row, of length about 1. */
export function featuresOf(map: FourierFeatures, row: Float32Array): Float32Array {
  const { means, deviations, frequencies, phases } = map;
  const length = means.length;
  if (row.length !== length) throw new Error(`A row has ${row.length} numbers instead of ${length}.`);
  const standard = row.map((value, index) => (value - (means[index] ?? 0)) / (deviations[index] ?? 1));
  const scale = Math.sqrt(2 / phases.length);
  return phases.map((phase, feature) => {
    let angle = phase;
    for (let index = 0; index < length; index += 1)
      angle += (frequencies[feature * length + index] ?? 0) * (standard[index] ?? 0);
    return scale * Math.cos(angle);
  });
}

/** Of the standard normal distribution, by Box and Muller (1958). */
function normal(random: Random): number {
  // 1 − uniform is never 0, of which there is no logarithm.
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}
