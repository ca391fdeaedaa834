/** What tests ask about tensors: are they close to recorded numbers, and has everything been released. */
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';

/** Fails if `run` leaves tensors behind. */
export async function expectAllTensorsReleased(run: () => Promise<void> | void): Promise<void> {
  const before = tf.memory().numTensors;
  await run();
  expect(tf.memory().numTensors).toBe(before);
}

/** Largest distance of two lists of numbers, relative to the largest of the expected ones. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let [distance, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const [found, wanted] = [actual[i] ?? Number.NaN, expected[i] ?? Number.NaN];
    const difference = Math.abs(found - wanted);
    if (Number.isNaN(difference)) return Number.NaN;
    distance = Math.max(distance, difference);
    largest = Math.max(largest, Math.abs(wanted));
  }
  return largest === 0 ? distance : distance / largest;
}

/** Square root of the sum of squares, in double precision. */
export function normOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) ** 2;
  return Math.sqrt(sum);
}
