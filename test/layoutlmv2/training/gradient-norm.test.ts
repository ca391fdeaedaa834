import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { clippingFactor, globalNorm } from '../../../src/layoutlmv2/training/gradient-norm.js';
import { describeOnEngines, testedEngines } from '../../support/engines.js';

describeOnEngines('the global gradient norm', testedEngines, () => {
  it('is the length of all gradients taken as one vector, whatever their shapes', async () => {
    const gradients = [
      tf.tensor2d([
        [1, 2],
        [2, 4],
      ]),
      tf.scalar(4),
      tf.tensor3d([3, 5, 5], [1, 1, 3]),
    ];
    expect(await globalNorm(gradients)).toBeCloseTo(10, 6);
  });

  it('stays exact for a large tensor and leaves no tensor behind', async () => {
    const large = tf.fill([4000, 300], 0.1);
    const before = tf.memory().numTensors;
    // float32(0.1) is 0.1 to 1.5e-8 relative, each row's sum is exact to 300 roundings.
    expect((await globalNorm([large])) / (0.1 * Math.sqrt(1_200_000))).toBeCloseTo(1, 5);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('shows a gradient that is not a number', async () => {
    expect(await globalNorm([tf.tensor1d([1, Number.NaN])])).toBeNaN();
  });
});

describe('clipping', () => {
  it('shortens what is too long to the limit and leaves the rest alone', () => {
    expect(clippingFactor(4, 1) * 4).toBeCloseTo(1, 5);
    expect(clippingFactor(0.5, 1)).toBe(1);
    expect(clippingFactor(0, 1)).toBe(1);
  });
});
