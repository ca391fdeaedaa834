/**
 * Lets several classifiers speak with one voice, each with a weight. Pure numbers. Of the two usual ways the product stores the
 * logarithmic one (Hinton 1999, "Products of Experts"; Genest and Zidek 1986): it is what a logistic regression on the members'
 * log-probabilities can say, so its weights, fitted without a sum to keep, are temperatures as well and the result is calibrated;
 * and a class that one member rules out stays out, which of members that read the same page in different ways is what is wanted.
 */
import { logitsOf } from '../../layoutlmv2/calibration/temperature.js';
import { softmax } from '../../layoutlmv2/probability.js';

/** Of one thing, what each member says: a row of class probabilities a member, with its weight from 0. */
export type Voice = { probabilities: ArrayLike<number>; weight: number };

/** The logarithmic average: softmax of Σ weight · ln probability. Weights need not sum to 1. */
export function averageLogarithms(voices: readonly Voice[]): Float32Array {
  const sum = addUp(voices, logitsOf);
  return Float32Array.from(softmax(sum));
}

/** The plain average: Σ weight · probability, by the sum of the weights. */
export function averageProbabilities(voices: readonly Voice[]): Float32Array {
  const sum = addUp(voices, (probabilities) => probabilities);
  const total = voices.reduce((all, { weight }) => all + weight, 0);
  return Float32Array.from(sum, (value) => value / total);
}

function addUp(
  voices: readonly Voice[],
  valuesOf: (probabilities: ArrayLike<number>) => ArrayLike<number>,
): Float64Array {
  const classCount = voices[0]?.probabilities.length ?? 0;
  const sum = new Float64Array(classCount);
  for (const { probabilities, weight } of voices) {
    if (probabilities.length !== classCount)
      throw new Error(
        `The members of an average must agree on the classes: found ${classCount} and ${probabilities.length}.`,
      );
    const values = valuesOf(probabilities);
    for (let index = 0; index < classCount; index += 1)
      sum[index] = (sum[index] ?? 0) + weight * (values[index] ?? Number.NaN);
  }
  if (voices.length === 0 || voices.every(({ weight }) => weight === 0))
    throw new Error('An average needs at least one member with a weight above 0.');
  return sum;
}
