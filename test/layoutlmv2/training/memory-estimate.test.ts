import { describe, expect, it } from 'vitest';
import type { FreezingPreset } from '../../../src/layoutlmv2/freezing.js';
import { modelConfig } from '../../../src/layoutlmv2/model-sizes.js';
import { fineTuningHyperparameters } from '../../../src/layoutlmv2/training/hyperparameters.js';
import {
  estimateTrainingMemory,
  fitToMemory,
  totalOf,
} from '../../../src/layoutlmv2/training/memory-estimate.js';

const base = modelConfig('base', 30_522);
const settings = { ...fineTuningHyperparameters, batchSize: 8, microBatchSize: 8 };
const estimateOf = (changes: Partial<typeof settings>) =>
  estimateTrainingMemory(base, 16, { ...settings, ...changes });

describe('the memory of a training run', () => {
  it('is estimated near what was measured at base size with 512 tokens', () => {
    // VmHWM on the tensorflow engine, in bytes, without the state at the end of an epoch.
    const measured = [
      { microBatchSize: 1, gradientCheckpointing: false, bytes: 10.4e9 },
      { microBatchSize: 1, gradientCheckpointing: true, bytes: 6.7e9 },
    ];
    for (const { bytes, ...economy } of measured) {
      const memory = estimateOf(economy);
      const ratio = (totalOf(memory) - memory.state) / bytes;
      expect(ratio).toBeGreaterThan(0.9);
      expect(ratio).toBeLessThan(1.15);
    }
  });

  it('grows with pages and tokens, and shrinks with all that is frozen', () => {
    const total = (changes: Partial<typeof settings>) =>
      totalOf(estimateOf({ microBatchSize: 1, ...changes }));
    expect(total({ microBatchSize: 2 })).toBeGreaterThan(total({}));
    expect(total({ maxTokens: 128 })).toBeLessThan(total({}));
    const presets: FreezingPreset[] = [
      'none',
      'stem-and-res2',
      'backbone',
      'all-but-last-2-layers',
      'all-but-head',
    ];
    const totals = presets.map((freezing) => total({ freezing }));
    expect(totals).toEqual([...totals].sort((left, right) => right - left));
  });

  it('decides how many pages go through the network at once, and then about checkpointing', () => {
    const economyWithin = (maxBytes: number) => fitToMemory(base, 16, settings, maxBytes);
    expect(economyWithin(200e9)).toEqual({ microBatchSize: 8, gradientCheckpointing: false });
    expect(economyWithin(20e9)).toMatchObject({ gradientCheckpointing: false });
    expect(economyWithin(12e9)).toMatchObject({ gradientCheckpointing: true });
    expect(totalOf(estimateOf(economyWithin(12e9)))).toBeLessThan(12e9);
    expect(economyWithin(1e9)).toEqual({ microBatchSize: 1, gradientCheckpointing: true });
    const small = modelConfig('small', 8000);
    expect(fitToMemory(small, 5, settings, 6e9)).toEqual({ microBatchSize: 8, gradientCheckpointing: false });
  });
});
