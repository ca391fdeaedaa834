import { describe, expect, it } from 'vitest';
import { createRandom, seedOf, shuffled } from '../../src/layoutlmv2/random.js';

describe('the seeded random generator', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 20 }, () => random.uniform());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('is uniform: every tenth of [0, 1) gets its share, and neighbouring draws are unrelated', () => {
    const random = createRandom(1);
    const draws = Array.from({ length: 100_000 }, () => random.uniform());
    const tenths = new Array<number>(10).fill(0);
    for (const draw of draws) tenths[Math.floor(draw * 10)] = (tenths[Math.floor(draw * 10)] ?? 0) + 1;
    // The standard deviation of a tenth's count is 95: five of them.
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(475);
    const products = draws.slice(1).map((draw, index) => (draw - 0.5) * ((draws[index] ?? 0) - 0.5));
    const correlation = (12 * products.reduce((sum, product) => sum + product, 0)) / products.length;
    // 1/√100,000 is one standard deviation: five of them.
    expect(Math.abs(correlation)).toBeLessThan(0.016);
  });

  it('draws whole numbers below the limit, each of them', () => {
    const random = createRandom(3);
    const drawn = new Set(Array.from({ length: 200 }, () => random.integer(5)));
    expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('shuffles without losing anything and without touching the given list', () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const result = shuffled(items, createRandom(5));
    expect(items[0]).toBe(0);
    expect(result).not.toEqual(items);
    expect([...result].sort((a, b) => a - b)).toEqual(items);
    expect(shuffled(items, createRandom(5))).toEqual(result);
  });

  it('derives different seeds for different purposes, also where the parts only join differently', () => {
    expect(seedOf(1, 'shuffle', 2)).toBe(seedOf(1, 'shuffle', 2));
    const seeds = [
      seedOf(1, 'a'),
      seedOf(1, 'b'),
      seedOf(2, 'a'),
      seedOf('1a'),
      seedOf('ab', 'c'),
      seedOf('a', 'bc'),
    ];
    expect(new Set(seeds).size).toBe(seeds.length);
  });
});
