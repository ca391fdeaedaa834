import { describe, expect, it } from 'vitest';
import { classMixDrift, confidenceDrift } from '../../src/training/drift.js';

describe('drift', () => {
  const mix = (counts: Record<string, number>) => new Map(Object.entries(counts));

  it('of the class mix is nothing where the shares are the same', () => {
    expect(classMixDrift(mix({ a: 10, b: 30 }), mix({ a: 1, b: 3 }))).toBeCloseTo(0, 12);
  });

  it('of the class mix is a whole bit where no label is shared', () => {
    expect(classMixDrift(mix({ a: 10 }), mix({ b: 3 }))).toBeCloseTo(1, 12);
  });

  it('of the class mix is what its definition gives', () => {
    // Half of D(p|m) + D(q|m) for p = (1, 0), q = (1/2, 1/2), m = (3/4, 1/4).
    const expected = 0.5 * Math.log2(4 / 3) + 0.5 * (0.5 * Math.log2(2 / 3) + 0.5 * Math.log2(2));
    expect(classMixDrift(mix({ a: 7 }), mix({ a: 5, b: 5 }))).toBeCloseTo(expected, 12);
  });

  it('of the confidence is by how much it has fallen, never below nothing', () => {
    expect(confidenceDrift([0.9, 0.8], [0.7, 0.5])).toBeCloseTo(0.25, 12);
    expect(confidenceDrift([0.6], [0.9])).toBe(0);
  });

  it('is not scored where there is nothing to compare', () => {
    expect(classMixDrift(mix({}), mix({ a: 1 }))).toBeNull();
    expect(confidenceDrift([], [0.5])).toBeNull();
    expect(confidenceDrift([0.5], [])).toBeNull();
  });
});
