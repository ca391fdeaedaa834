import { describe, expect, it } from 'vitest';
import { learningRateFactor, warmupStepsOf } from '../../../src/layoutlmv2/training/schedule.js';

const factors = (name: 'constant' | 'linear' | 'cosine', warmupSteps: number, totalSteps: number) =>
  Array.from({ length: totalSteps }, (_, step) =>
    learningRateFactor({ name, warmupSteps, totalSteps }, step),
  );

describe('the learning-rate schedule', () => {
  it('climbs in a straight line to its peak and falls in a straight line to nothing', () => {
    expect(factors('linear', 3, 7)).toEqual([0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25]);
  });

  it('falls along half a cosine', () => {
    const [first, second, third] = factors('cosine', 0, 3);
    expect(first).toBe(1);
    expect(second).toBeCloseTo(0.75, 12);
    expect(third).toBeCloseTo(0.25, 12);
  });

  it('stays at its peak if asked to', () => {
    expect(factors('constant', 1, 4)).toEqual([0.5, 1, 1, 1]);
  });

  it('warms up over a share of the steps, rounded up', () => {
    expect(warmupStepsOf(101, 0.1)).toBe(11);
    expect(warmupStepsOf(50, 0)).toBe(0);
  });
});
