import { describe, expect, it } from 'vitest';
import {
  fineTuningHyperparameters,
  fineTuningSmallHyperparameters,
  fromScratchHyperparameters,
} from '../../src/layoutlmv2/training/hyperparameters.js';
import { defaultHyperparameters } from '../../src/training/default-hyperparameters.js';

const starter = { baseSize: 'custom', baseParameterCount: 7_500_000 };
const published = { baseSize: 'base', baseParameterCount: 200_000_000 };
const plenty = { modelSize: 'small', trainingDocuments: 1750, maxBytes: 64e9 } as const;

describe('the settings of a run that nobody has touched', () => {
  it('are those of a small pre-trained network where it starts from one, and not those of the published ones', () => {
    const small = defaultHyperparameters({ ...starter, ...plenty });
    const { epochs, ...others } = fineTuningSmallHyperparameters;
    expect(small).toMatchObject(others);
    expect(small.epochs).toBeLessThan(epochs);
    const large = defaultHyperparameters({ ...published, ...plenty });
    expect(large.learningRate).toBe(fineTuningHyperparameters.learningRate);
    expect(small.learningRate).toBeGreaterThan(large.learningRate);
    expect(small.learningRate).toBeLessThan(fromScratchHyperparameters.learningRate);
  });

  it('are those of a published network for whatever nobody knows the parameters of', () => {
    const { learningRate } = fineTuningHyperparameters;
    expect(defaultHyperparameters({ baseSize: 'custom', ...plenty })).toMatchObject({ learningRate });
    const unknown = { baseSize: 'large', baseParameterCount: null };
    expect(defaultHyperparameters({ ...unknown, ...plenty })).toMatchObject({ learningRate });
  });

  it('are a third of the rate from scratch for what was made from scratch here, however small', () => {
    const own = { baseSize: 'small', baseParameterCount: 5_500_000 };
    const { learningRate } = defaultHyperparameters({ ...own, ...plenty });
    expect(learningRate).toBeCloseTo(fromScratchHyperparameters.learningRate / 3, 12);
  });

  it('fit the small network into the memory that a published one would need many times of', () => {
    const room = { ...plenty, maxBytes: 3e9 };
    const small = defaultHyperparameters({ ...starter, ...room });
    const large = defaultHyperparameters({ ...published, ...room });
    expect(small.microBatchSize).toBeGreaterThan(large.microBatchSize);
    expect(small.gradientCheckpointing).toBe(false);
  });

  it('show a small network fewer documents more often, within bounds', () => {
    const epochsOf = (trainingDocuments: number) =>
      defaultHyperparameters({ ...starter, ...plenty, trainingDocuments }).epochs;
    expect([20, 425, 1000, 1490, 30_000].map(epochsOf)).toEqual([20, 20, 9, 6, 6]);
  });

  it('keep a small network from becoming certain of what few documents teach, and leave a published one as it is', () => {
    const smoothingOf = (base: { baseSize: string | null; baseParameterCount?: number }) =>
      defaultHyperparameters({ ...base, ...plenty }).labelSmoothing;
    const own = { baseSize: 'small', baseParameterCount: 5_500_000 };
    expect([{ baseSize: null }, own, starter, published].map(smoothingOf)).toEqual([0.1, 0.1, 0.1, 0]);
  });

  it('have smaller batches where there is little to learn from', () => {
    const few = defaultHyperparameters({ ...starter, ...plenty, trainingDocuments: 25 });
    expect(few.batchSize).toBeLessThan(fineTuningSmallHyperparameters.batchSize);
  });
});
