import { describe, expect, it } from 'vitest';
import { binomialTail, mcnemarExact, pairedBootstrapMacroF1 } from '../../src/layoutlmv2/paired-tests.js';

describe('McNemar’s exact test', () => {
  // scipy.stats.binomtest(min(b, c), b + c, 0.5).pvalue
  it.each([
    [0, 0, 1],
    [1, 0, 1],
    [5, 0, 0.0625],
    [6, 0, 0.03125],
    [10, 2, 0.03857421875],
    [2, 10, 0.03857421875],
    [8, 3, 0.2265625],
    [7, 7, 1],
    [25, 10, 0.01667384780012071],
  ])('of %i against %i units gives %f', (onlyFirst, onlySecond, expected) => {
    expect(mcnemarExact(onlyFirst, onlySecond)).toBeCloseTo(expected, 10);
  });

  it('stays a number where many thousand units differ', () => {
    expect(mcnemarExact(10_000, 10_000)).toBeCloseTo(1, 6);
    expect(mcnemarExact(12_000, 8000)).toBeLessThan(1e-100);
    expect(mcnemarExact(12_000, 8000)).toBeGreaterThanOrEqual(0);
  });
});

describe('the tail of the binomial distribution', () => {
  it.each([
    [0, 5, 0.3, 1],
    [6, 5, 0.3, 0],
    [3, 3, 1 / 3, 1 / 27],
    [8, 9, 1 / 3, 19 / 19_683],
    [1, 4, 0.5, 15 / 16],
    [2, 2, 1, 1],
    [1, 2, 0, 0],
  ])('at least %i of %i at %f', (successes, trials, share, expected) => {
    expect(binomialTail(successes, trials, share)).toBeCloseTo(expected, 12);
  });
});

describe('the paired bootstrap of macro-F1', () => {
  const settings = { classCount: 2, seed: 3, confidenceLevel: 0.95, resamples: 2000 };
  const actual = Array.from({ length: 40 }, (_, unit) => unit % 2);
  const wrongAt = (units: readonly number[]) =>
    actual.map((label, unit) => (units.includes(unit) ? 1 - label : label));

  it('is exactly nothing between a classifier and itself', () => {
    const same = wrongAt([1, 2, 3]);
    expect(pairedBootstrapMacroF1({ ...settings, actual, first: same, second: same })).toEqual({
      difference: 0,
      interval: { low: 0, high: 0 },
      pValue: 1,
    });
  });

  it('is the difference of the two figures, and its interval lies around it', () => {
    const second = wrongAt([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const found = pairedBootstrapMacroF1({ ...settings, actual, first: actual, second });
    // Five wrong of twenty each: F1 is 0.75 for both classes.
    expect(found?.difference).toBeCloseTo(0.25, 12);
    expect(found?.interval.low).toBeGreaterThan(0.1);
    expect(found?.interval.high).toBeLessThan(0.42);
    expect(found?.pValue).toBeCloseTo(1 / 2001, 12);
  });

  it('agrees with the chance of the draws that can be counted', () => {
    // One unit of ten differs: a draw misses it with probability 0.9^10 = 0.3487, and only then is there no difference.
    const few = actual.slice(0, 10);
    const second = few.map((label, unit) => (unit === 0 ? 1 - label : label));
    const found = pairedBootstrapMacroF1({ ...settings, actual: few, first: few, second, resamples: 20_000 });
    // Four standard deviations of 20,000 draws.
    expect(found?.pValue).toBeGreaterThan(0.3487 - 0.0135);
    expect(found?.pValue).toBeLessThan(0.3487 + 0.0135);
    expect(found?.interval.low).toBe(0);
  });

  it('changes its sign with the order, and is the same for the same seed', () => {
    const second = wrongAt([0, 3, 8, 11]);
    const one = pairedBootstrapMacroF1({ ...settings, actual, first: actual, second });
    const other = pairedBootstrapMacroF1({ ...settings, actual, first: second, second: actual });
    expect(other?.difference).toBe(-(one?.difference ?? Number.NaN));
    expect(other?.interval.low).toBeCloseTo(-(one?.interval.high ?? Number.NaN), 12);
    expect(pairedBootstrapMacroF1({ ...settings, actual, first: actual, second })).toEqual(one);
  });

  it('is wider at a higher confidence level', () => {
    const second = wrongAt([0, 3, 8, 11]);
    const widthAt = (confidenceLevel: number) => {
      const found = pairedBootstrapMacroF1({ ...settings, confidenceLevel, actual, first: actual, second });
      return (found?.interval.high ?? 0) - (found?.interval.low ?? 0);
    };
    expect(widthAt(0.99)).toBeGreaterThan(widthAt(0.8));
  });

  it('is nothing without units', () => {
    expect(pairedBootstrapMacroF1({ ...settings, actual: [], first: [], second: [] })).toBeNull();
  });
});
