import { describe, expect, it } from 'vitest';
import {
  applyTemperature,
  fitTemperature,
  logitsOf,
} from '../../../src/layoutlmv2/calibration/temperature.js';
import { calibrationOf } from '../../../src/layoutlmv2/metrics.js';
import { mostLikely, softmax } from '../../../src/layoutlmv2/probability.js';
import { createRandom } from '../../../src/layoutlmv2/random.js';

/** Rows of logits of three classes whose classes are drawn from their softmax at a temperature. */
function drawRows(count: number, temperature: number, seed: number) {
  const random = createRandom(seed);
  const logits = Array.from({ length: count }, () =>
    Array.from({ length: 3 }, () => 12 * (random.uniform() - 0.5)),
  );
  const labels = logits.map((row) => {
    const [first = 0, second = 0] = softmax(row.map((value) => value / temperature));
    const place = random.uniform();
    return place < first ? 0 : place < first + second ? 1 : 2;
  });
  return { logits, labels };
}

const eceOf = (logits: readonly (readonly number[])[], labels: readonly number[], temperature: number) =>
  calibrationOf(
    logits.map((row) => applyTemperature(softmax(row), temperature)),
    labels,
  ).expectedCalibrationError;

describe('the temperature', () => {
  it.each([0.5, 1, 2.5])('of classes drawn at %d is found again', (temperature) => {
    const { logits, labels } = drawRows(4000, temperature, 5);
    // Of 4,000 rows the standard error is about 2 %.
    expect(fitTemperature(logits, labels) / temperature).toBeCloseTo(1, 1);
  });

  it('makes a classifier that is too sure right about how sure it is, on rows it was not fitted on', () => {
    const fitted = drawRows(400, 3, 1);
    const measured = drawRows(4000, 3, 2);
    const before = eceOf(measured.logits, measured.labels, 1) ?? 0;
    const after = eceOf(measured.logits, measured.labels, fitTemperature(fitted.logits, fitted.labels)) ?? 1;
    expect(before).toBeGreaterThan(0.1);
    expect(after).toBeLessThan(before / 4);
  });

  it('stays near 1 for a handful of rows that are all right, which alone would ask for 0', () => {
    const logits = Array.from({ length: 5 }, () => [3, 0, 0]);
    const temperature = fitTemperature(logits, [0, 0, 0, 0, 0]);
    expect(temperature).toBeGreaterThan(0.6);
    expect(temperature).toBeLessThan(1);
  });

  it('grows no further than its bound when everything is wrong', () => {
    const logits = Array.from({ length: 500 }, () => [50, 0]);
    const temperature = fitTemperature(logits, new Array(500).fill(1));
    expect(temperature).toBeLessThanOrEqual(20.001);
    expect(temperature).toBeGreaterThan(10);
  });

  it('is 1 without rows and with a single class, and leaves out rows that are no numbers', () => {
    expect(fitTemperature([], [])).toBe(1);
    expect(fitTemperature([[2], [3]], [0, 0])).toBe(1);
    expect(fitTemperature([[Number.NaN, 1]], [0])).toBe(1);
    const { logits, labels } = drawRows(100, 2, 3);
    expect(fitTemperature([...logits, [Number.NaN, 0, 0]], [...labels, 1])).toBe(
      fitTemperature(logits, labels),
    );
  });

  it('refuses labels that do not fit the rows', () => {
    expect(() => fitTemperature([[1, 2]], [])).toThrow(/0 for 1/);
    expect(() => fitTemperature([[1, 2]], [2])).toThrow(/Row 0 has the label 2/);
  });

  it('never changes the most likely class, and applies to probabilities as to logits', () => {
    const logits = [2, -1, 0.5];
    const applied = applyTemperature(softmax(logits), 2);
    expect(mostLikely(applied)).toBe(0);
    Array.from(softmax(logits.map((value) => value / 2))).forEach((value, index) => {
      expect(applied[index]).toBeCloseTo(value, 6);
    });
    expect(Array.from(applyTemperature([0.25, 0.75], 1))).toEqual([0.25, 0.75]);
    expect(Array.from(applyTemperature([1, 0], 3)).every(Number.isFinite)).toBe(true);
    expect(logitsOf([0])[0]).toBeCloseTo(-87.3, 1);
  });
});
