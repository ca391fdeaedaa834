/**
 * LayoutXLM, which is the same network with other settings (separate query, key and value, no attention biases, an embedding for
 * visual tokens), against values recorded from Hugging Face's implementation over the same weights.
 */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { parseConfig } from '../../src/layoutlmv2/config.js';
import { lossAndGradients } from '../../src/layoutlmv2/gradients.js';
import { createModel } from '../../src/layoutlmv2/model.js';
import { startTestedEngine, testedEngines } from '../support/engines.js';
import { fixtureBatch, fixtureWeights } from '../support/fixture-weights.js';
import { normOf, relativeError } from '../support/tensors.js';

type Reference = {
  config: unknown;
  loss: number;
  logits: number[][];
  labels: number[];
  B: number;
  T: number;
  pad: number;
  num_labels: number;
  gradientNorms: Record<string, number | null>;
};

const reference = JSON.parse(
  readFileSync(new URL('fixtures/layoutxlm/network.json', import.meta.url), 'utf8'),
) as Reference;
const config = parseConfig(reference.config);

/** A GPU that a processor imitates compiles the shaders for each shape of tensor: some minutes for the network. */
const TIMEOUT_MS = 5 * 60_000;
/** As for LayoutLMv2, whose recorded values parity.test.ts compares: single precision, added in another order. */
const TOLERANCE = 1e-5;
const GRADIENT_TOLERANCE = 1e-4;
/** Without attention biases the gradients of the keys' biases cancel: both sides have only rounding there, some 1e-8. */
const NEGLIGIBLE_NORM = 1e-3;
/** Through the backbone's stages plain JavaScript takes half a minute, and LayoutXLM has no other backbone. */
const isTrainedHere = (name: string): boolean =>
  reference.gradientNorms[name] !== null && !name.includes('.backbone.');

it.each(testedEngines)(
  'computes the recorded logits, loss and gradients of LayoutXLM on the %s engine',
  { timeout: TIMEOUT_MS },
  async (engine) => {
    await startTestedEngine(engine);
    expect(config).toMatchObject({ fastQkv: false, hasVisualSegmentEmbedding: true, typeVocabSize: 1 });
    const model = createModel(config, fixtureWeights(config, reference.num_labels), reference.num_labels);
    const batch = fixtureBatch(config, reference.B, reference.T, reference.pad);
    const trainable = Object.keys(reference.gradientNorms).filter(isTrainedHere);
    const result = lossAndGradients(model, batch, reference.labels, { trainable });
    expect(relativeError(await result.loss.data(), [reference.loss])).toBeLessThan(TOLERANCE);
    expect(relativeError(await result.logits.data(), reference.logits.flat())).toBeLessThan(TOLERANCE);
    expect(trainable).toContain('layoutlmv2.visual_segment_embedding');
    for (const name of trainable) {
      const norm = normOf((await result.gradients.get(name)?.data()) ?? []);
      const expected = reference.gradientNorms[name] ?? Number.NaN;
      const allowed = GRADIENT_TOLERANCE * Math.max(expected, NEGLIGIBLE_NORM);
      expect(Math.abs(norm - expected), name).toBeLessThan(allowed);
    }
    tf.dispose([result.loss, result.logits, ...result.gradients.values()]);
    model.dispose();
  },
);
