/**
 * The network of the published size, 200 million parameters, against recorded values. It takes minutes and three gigabytes, so it
 * runs only where LAYOUTLMV2_BASE_PARITY is set; to the engine named there, or to WebAssembly.
 */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/layoutlmv2/config.js';
import { ENGINE_NAMES, startEngine } from '../../src/layoutlmv2/engine.js';
import { lossAndGradients } from '../../src/layoutlmv2/gradients.js';
import { createModel } from '../../src/layoutlmv2/model.js';
import { fixtureBatch, fixtureWeights } from '../support/fixture-weights.js';
import { normOf, relativeError } from '../support/tensors.js';

type Reference = {
  loss: number;
  logits: number[][];
  labels: number[];
  B: number;
  T: number;
  pad: number;
  num_labels: number;
  grad: Record<string, { norm: number; first: number[] } | null>;
};

const wanted = process.env.LAYOUTLMV2_BASE_PARITY;
const minutes = 60_000;

describe.runIf(wanted)('the base network', () => {
  it('computes the recorded logits, loss and gradients', { timeout: 20 * minutes }, async () => {
    await startEngine(ENGINE_NAMES.find((name) => name === wanted) ?? 'wasm');
    const text = readFileSync(new URL('fixtures/base.json', import.meta.url), 'utf8');
    const reference = JSON.parse(text) as Reference;
    const config = parseConfig({});
    const model = createModel(config, fixtureWeights(config, reference.num_labels), reference.num_labels);
    const batch = fixtureBatch(config, reference.B, reference.T, reference.pad);
    const trainable = Object.keys(reference.grad).filter((name) => reference.grad[name]);
    const started = performance.now();
    const result = lossAndGradients(model, batch, reference.labels, { trainable, checkpointing: true });
    const [loss, logits] = [await result.loss.data(), await result.logits.data()];
    console.log(`${tf.getBackend()}: ${((performance.now() - started) / 1000).toFixed(1)} s a step`);
    // Hundred layers of single-precision sums; the reference itself was computed in single precision.
    expect(relativeError(loss, [reference.loss])).toBeLessThan(1e-5);
    expect(relativeError(logits, reference.logits.flat())).toBeLessThan(1e-5);
    for (const name of trainable) {
      const gradient = await result.gradients.get(name)?.data();
      const norm = reference.grad[name]?.norm ?? Number.NaN;
      expect(Math.abs(normOf(gradient ?? []) / norm - 1), name).toBeLessThan(1e-3);
    }
    tf.dispose([result.loss, result.logits, ...result.gradients.values()]);
    model.dispose();
  });
});
