import { describe, expect, it } from 'vitest';
import {
  entropyOf,
  joinPageProbabilities,
  marginOf,
  mostLikely,
  softmax,
} from '../../src/layoutlmv2/probability.js';

describe('softmax', () => {
  it('gives the known values for 1, 2, 3', () => {
    const [first, second, third] = softmax([1, 2, 3]);
    expect(first).toBeCloseTo(0.09003057317038046, 15);
    expect(second).toBeCloseTo(0.24472847105479764, 15);
    expect(third).toBeCloseTo(0.6652409557748218, 15);
  });

  it('does not overflow for huge logits', () => {
    expect([...softmax(Float32Array.of(10_000, 10_000, -10_000))]).toEqual([0.5, 0.5, 0]);
  });
});

describe('the probabilities of a unit of several pages', () => {
  it('are the mean of its pages', () => {
    const joined = joinPageProbabilities([Float32Array.of(0.75, 0.25, 0), Float32Array.of(0.25, 0.25, 0.5)]);
    expect([...joined]).toEqual([0.5, 0.25, 0.25]);
  });

  it('of one page are that page', () => {
    expect([...joinPageProbabilities([Float32Array.of(0.5, 0.25, 0.25)])]).toEqual([0.5, 0.25, 0.25]);
  });

  it('do not let one wrongly certain page outvote three others', () => {
    const usual = Float32Array.of(0.9, 0.1);
    const odd = Float32Array.of(1e-12, 1);
    expect(mostLikely(joinPageProbabilities([usual, usual, odd, usual]))).toBe(0);
  });

  it('need a page, and pages that agree on the classes', () => {
    expect(() => joinPageProbabilities([])).toThrow(/at least one page/);
    expect(() => joinPageProbabilities([[1], [0.5, 0.5]])).toThrow(/1 and 2/);
  });
});

describe('how sure a prediction is', () => {
  it('is the entropy, from nothing when certain to ln(classes) when every class is as likely', () => {
    expect(entropyOf([0, 1, 0])).toBe(0);
    expect(entropyOf([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(Math.log(4), 12);
  });

  it('and the lead of the first class over the second', () => {
    expect(marginOf([0.5, 0.125, 0.375])).toBe(0.125);
    expect(marginOf([0.4, 0.2, 0.4])).toBe(0);
    expect(marginOf([1])).toBe(1);
  });
});
