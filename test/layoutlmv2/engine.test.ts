/** Starting engines: what they say of themselves, and what is said of those that cannot be started. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { activeEngine, ENGINE_NAMES, startEngine } from '../../src/layoutlmv2/engine.js';
import { startTestedEngine, testedEngines } from '../support/engines.js';

const devices = {
  tensorflow: /^TensorFlow \d+\.\d+\.\d+(, \d+ threads?,)? on ./,
  webgpu: /^WebGPU on ./,
  wasm: /^WebAssembly with SIMD, \d+ threads?, on .+ cores?\)$/,
  cpu: /^plain JavaScript, 1 thread, on .+ cores?\)$/,
};

const reasons = {
  tensorflow: /npm run tensorflow:install/,
  // No GPU, no driver, or one that the tests asked for by name.
  webgpu: /GPU|adapter/,
  wasm: /WebAssembly/,
  cpu: /never/,
};

describe('starting an engine', () => {
  it.each(testedEngines)('%s becomes the active one, and names what computes', async (name) => {
    const engine = await startTestedEngine(name);
    expect(engine).toEqual({ name, device: expect.stringMatching(devices[name]), passedOver: [] });
    expect(activeEngine()).toBe(name);
    const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([1, 0, 1, 1], [2, 2]));
    expect([...(await product.data())]).toEqual([3, 2, 7, 4]);
    product.dispose();
  });

  it('can be done again, and changed', async () => {
    for (const name of [...testedEngines, ...testedEngines]) {
      await startTestedEngine(name);
      expect(activeEngine()).toBe(name);
    }
  });

  it('takes the fastest that is here, and says why not a faster one', async () => {
    const { name, passedOver } = await startEngine('auto');
    // Each is passed over in turn, with a reason.
    expect(passedOver.map((engine) => engine.name)).toEqual(
      ENGINE_NAMES.slice(0, ENGINE_NAMES.indexOf(name)),
    );
    for (const { name: faster, reason } of passedOver) expect(reason).toMatch(reasons[faster]);
  });
});
