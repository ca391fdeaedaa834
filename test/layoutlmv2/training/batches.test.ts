import { describe, expect, it } from 'vitest';
import { planEpoch } from '../../../src/layoutlmv2/training/batches.js';

const options = { exampleCount: 53, batchSize: 8, microBatchSize: 3, seed: 4, epoch: 1 };

describe('the batches of an epoch', () => {
  it('hold every example once, in batches of the asked size cut into micro-batches', () => {
    const batches = planEpoch(options);
    expect(batches.flat(2).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 53 }, (_, example) => example),
    );
    expect(batches.map((batch) => batch.flat().length)).toEqual([8, 8, 8, 8, 8, 8, 5]);
    expect(batches[0]?.map((microBatch) => microBatch.length)).toEqual([3, 3, 2]);
  });

  it('come in another order each epoch, and in the same order for the same seed and epoch', () => {
    expect(planEpoch(options)).toEqual(planEpoch(options));
    expect(planEpoch({ ...options, epoch: 2 })).not.toEqual(planEpoch(options));
    expect(planEpoch({ ...options, seed: 5 })).not.toEqual(planEpoch(options));
  });

  it('can put examples of similar length together without losing any', () => {
    const lengths = Array.from({ length: 53 }, (_, example) => (example * 17) % 53);
    const batches = planEpoch({ ...options, lengths });
    expect(batches.flat(2).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 53 }, (_, example) => example),
    );
    const spread = batches.map((batch) => {
      const ofBatch = batch.flat().map((example) => lengths[example] ?? 0);
      return Math.max(...ofBatch) - Math.min(...ofBatch);
    });
    expect(Math.max(...spread)).toBeLessThan(8);
    const shortest = batches.map((batch) =>
      Math.min(...batch.flat().map((example) => lengths[example] ?? 0)),
    );
    expect(shortest).not.toEqual([...shortest].sort((a, b) => a - b));
  });

  it('goes through all examples in passes where epochs are shorter, each pass in an order of its own', () => {
    const seen = [1, 2, 3, 4].flatMap((epoch) =>
      planEpoch({ ...options, epoch, examplesPerEpoch: 20 }).flat(2),
    );
    const { exampleCount } = options;
    const [first, second] = [seen.slice(0, exampleCount), seen.slice(exampleCount)];
    expect(new Set(first).size).toBe(exampleCount);
    expect(new Set(second).size).toBe(second.length);
    expect(second).not.toEqual(first.slice(0, second.length));
  });

  it('repeats examples where an epoch is longer than all of them', () => {
    const seen = planEpoch({ ...options, examplesPerEpoch: 2 * options.exampleCount }).flat(2);
    for (let example = 0; example < options.exampleCount; example++) {
      expect(seen.filter((other) => other === example)).toHaveLength(2);
    }
  });
});
