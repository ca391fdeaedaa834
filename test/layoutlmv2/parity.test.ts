/**
 * The network against values recorded from Hugging Face's implementation over the same weights: activations, logits, loss
 * and every gradient, on each engine.
 */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runForInference } from '../../src/layoutlmv2/blocks.js';
import type { ModelBatch } from '../../src/layoutlmv2/collate.js';
import { type LayoutLMv2Config, parseConfig } from '../../src/layoutlmv2/config.js';
import { lossAndGradients } from '../../src/layoutlmv2/gradients.js';
import { createModel, type LayoutLMv2Model, runSequenceClassifier } from '../../src/layoutlmv2/model.js';
import { networkOf, runNetwork } from '../../src/layoutlmv2/network.js';
import { createNetworkInputs } from '../../src/layoutlmv2/network-inputs.js';
import { noDropout } from '../../src/layoutlmv2/ops/dropout.js';
import { parameterSpec } from '../../src/layoutlmv2/parameters.js';
import { applyNormed } from '../../src/layoutlmv2/visual-backbone.js';
import { startTestedEngine, testedEngines } from '../support/engines.js';
import { fixtureBatch, fixtureWeights } from '../support/fixture-weights.js';
import { expectAllTensorsReleased, normOf, relativeError } from '../support/tensors.js';

type Activation = {
  shape: number[];
  mean: number;
  std: number;
  absmax: number;
  idx: number[];
  val: number[];
};
type Gradient = { norm: number; first: number[] } | null;
type Reference = {
  loss: number;
  logits: number[][];
  labels: number[];
  B: number;
  T: number;
  pad: number;
  num_labels: number;
  activations_NCHW_or_BLD: Record<string, Activation>;
  full: Record<string, unknown[]>;
  grad: Record<string, Gradient>;
  grad_relpos_tracked: Record<string, Gradient>;
};

const readFixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'));
const reference = readFixture('tiny.json') as Reference;
const config: LayoutLMv2Config = parseConfig(readFixture('tiny_config.json'));

/** Single-precision sums of a few thousand terms in another order than the reference's; observed 1e-6 and less. */
const ACTIVATION_TOLERANCE = 1e-5;
/** Gradients pass through 50 layers and back; observed 6e-5 and less. */
const GRADIENT_TOLERANCE = 1e-4;

/** Every gradient the reference has, those of the relative-position tables, which it can be told to train, included. */
const recordedGradients = { ...reference.grad, ...reference.grad_relpos_tracked };
const allTrainable = Object.keys(recordedGradients).filter((name) => recordedGradients[name]);

/** A GPU that a processor imitates compiles the shaders for each shape of tensor: some minutes for the network. */
const TIMEOUT_MS = 5 * 60_000;

/** Weights whose gradients take plain JavaScript half a minute, because of the large maps behind them. */
const isCostly = (name: string): boolean => /\.res[34]\./.test(name);

describe.each(testedEngines)('the network on the %s engine', { timeout: TIMEOUT_MS }, (engine) => {
  let model: LayoutLMv2Model;
  let batch: ModelBatch;

  beforeAll(async () => {
    await startTestedEngine(engine);
    model = createModel(config, fixtureWeights(config, reference.num_labels), reference.num_labels);
    batch = fixtureBatch(config, reference.B, reference.T, reference.pad);
  });

  afterAll(() => {
    model.dispose();
  });

  it('computes the recorded activations', async () => {
    const found = tf.tidy(() => {
      const pass = runNetwork(networkOf(config, model.parameters), createNetworkInputs(config, batch), {
        config,
        apply: applyNormed,
        runBlock: runForInference,
        dropout: noDropout,
      });
      const [stem, res2, res3, res4, res5] = pass.stages.map(({ tensor }) =>
        tf.transpose(tensor, [0, 3, 1, 2]),
      );
      const [layer0, last_hidden] = pass.hidden.map(({ tensor }) => tensor);
      const embedded = pass.embedded.tensor;
      const [text_emb, visual_emb] = tf.split(embedded, [reference.T, 49], 1);
      const visual = pass.features.tensor;
      return { stem, res2, res3, res4, res5, visual, text_emb, visual_emb, layer0, last_hidden };
    });
    for (const [name, tensor] of Object.entries(found)) {
      const recorded = reference.activations_NCHW_or_BLD[name];
      if (!tensor || !recorded) throw new Error(`No activation ${name}`);
      expect(tensor.shape, name).toEqual(recorded.shape);
      const values = await tensor.data();
      const samples = recorded.idx.map((index) => values[index] ?? Number.NaN);
      const distance = Math.max(
        ...samples.map((value, i) => Math.abs(value - (recorded.val[i] ?? Number.NaN))),
      );
      expect(distance / recorded.absmax, name).toBeLessThan(ACTIVATION_TOLERANCE);
      const full = reference.full[name];
      if (full)
        expect(relativeError(values, full.flat(2) as number[]), name).toBeLessThan(ACTIVATION_TOLERANCE);
      tensor.dispose();
    }
  });

  // Plain JavaScript would take minutes for what the others do in seconds, and so do GPUs that a processor imitates.
  const trainable = engine === 'cpu' ? allTrainable.filter((name) => !isCostly(name)) : allTrainable;
  const isSlow = engine === 'cpu' || engine === 'webgpu';

  it.each(isSlow ? [false] : [false, true])(
    'computes the recorded loss and gradients (checkpointing: %s)',
    async (checkpointing) => {
      const result = lossAndGradients(model, batch, reference.labels, { trainable, checkpointing });
      expect(relativeError(await result.loss.data(), [reference.loss])).toBeLessThan(ACTIVATION_TOLERANCE);
      expect([...result.gradients.keys()].sort()).toEqual([...trainable].sort());
      for (const [name, gradient] of result.gradients) {
        await expectGradient(name, gradient, recordedGradients[name] ?? null);
      }
      tf.dispose([result.loss, result.logits, ...result.gradients.values()]);
    },
  );

  it('gives the recorded logits', async () => {
    const { logits, pooled } = runSequenceClassifier(model, batch);
    expect(relativeError(await logits.data(), reference.logits.flat())).toBeLessThan(ACTIVATION_TOLERANCE);
    expect(pooled.shape).toEqual([reference.B, 3 * config.hiddenSize]);
    tf.dispose([logits, pooled]);
  });

  it('gives no gradient to weights that classification does not read', () => {
    const unused = parameterSpec(config, reference.num_labels)
      .filter(({ used, kind }) => !used && kind === 'parameter')
      .map(({ name }) => name);
    expect(unused).toHaveLength(8);
    const result = lossAndGradients(model, batch, reference.labels, {
      trainable: ['classifier.bias', ...unused],
    });
    expect([...result.gradients.keys()]).toEqual(['classifier.bias']);
    tf.dispose([result.loss, result.logits, ...result.gradients.values()]);
  });

  it.each(isSlow ? [false] : [false, true])(
    'releases every tensor of a step (checkpointing: %s)',
    async (checkpointing) => {
      await expectAllTensorsReleased(() => {
        const output = runSequenceClassifier(model, batch, { dropoutSeed: 3 });
        const result = lossAndGradients(model, batch, reference.labels, {
          trainable,
          dropoutSeed: 3,
          checkpointing,
        });
        tf.dispose([output.logits, output.pooled, result.loss, result.logits, ...result.gradients.values()]);
      });
    },
  );
});

async function expectGradient(
  name: string,
  gradient: tf.Tensor,
  recorded: Gradient | undefined,
): Promise<void> {
  if (!recorded) throw new Error(`No recorded gradient of ${name}`);
  const values = await gradient.data();
  expect(Math.abs(normOf(values) / recorded.norm - 1), name).toBeLessThan(GRADIENT_TOLERANCE);
  const largest = Math.max(...Array.from(values, Math.abs));
  recorded.first.forEach((value, i) => {
    expect(Math.abs((values[i] ?? Number.NaN) - value) / largest, name).toBeLessThan(GRADIENT_TOLERANCE);
  });
}
