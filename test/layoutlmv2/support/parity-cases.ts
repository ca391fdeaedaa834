/** The tests of a network against values recorded from Hugging Face's implementation over the same weights, for any size. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runForInference } from '../../../src/layoutlmv2/blocks.js';
import { createPageClassifier } from '../../../src/layoutlmv2/classifier.js';
import type { ModelBatch } from '../../../src/layoutlmv2/collate.js';
import type { LayoutLMv2Config } from '../../../src/layoutlmv2/config.js';
import { type EncodedPage, IMAGE_SIDE } from '../../../src/layoutlmv2/encoded-page.js';
import { lossAndGradients } from '../../../src/layoutlmv2/gradients.js';
import { createModel, type LayoutLMv2Model, runSequenceClassifier } from '../../../src/layoutlmv2/model.js';
import { networkOf, runNetwork } from '../../../src/layoutlmv2/network.js';
import { createNetworkInputs } from '../../../src/layoutlmv2/network-inputs.js';
import { noDropout } from '../../../src/layoutlmv2/ops/dropout.js';
import { parameterSpec, type WeightMap } from '../../../src/layoutlmv2/parameters.js';
import { applyNormed } from '../../../src/layoutlmv2/visual-backbone.js';
import { fixtureBatch, fixtureWeights } from '../../support/fixture-weights.js';
import { expectAllTensorsReleased, normOf, relativeError } from '../../support/tensors.js';

type Activation = { shape: number[]; absmax: number; idx: number[]; val: number[] };
type Gradient = { norm: number; maxabs?: number; first: number[] };

/** What was recorded. Of large tensors, samples. */
export type Reference = {
  loss: number;
  logits: number[][];
  labels: number[];
  B: number;
  T: number;
  pad: number;
  num_labels: number;
  activations_NCHW_or_BLD: Record<string, Activation>;
  full?: Record<string, unknown[]>;
  /** Null for weights that get none, as classification does not read them or they are never trained. */
  grad: Record<string, Gradient | null>;
  /** Those of the relative-position tables, which the reference can be told to train. */
  grad_relpos_tracked: Record<string, Gradient | null>;
};

export function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'));
}

/**
 * Defines the tests, for an engine that the caller starts before them.
 *
 * @param tolerance largest distance of results of the forward pass, and of gradients, from what was recorded
 */
export function defineParityCases(
  config: LayoutLMv2Config,
  reference: Reference,
  tolerance: { forward: number; gradient: number },
): void {
  const recorded = new Map(
    Object.entries({ ...reference.grad, ...reference.grad_relpos_tracked }).flatMap(([name, gradient]) =>
      gradient ? [[name, gradient] as const] : [],
    ),
  );
  let weights: WeightMap;
  let batch: ModelBatch;
  let model: LayoutLMv2Model;

  beforeAll(() => {
    weights = fixtureWeights(config, reference.num_labels);
    batch = fixtureBatch(config, reference.B, reference.T, reference.pad);
    model = createModel(config, weights, reference.num_labels);
  });

  afterAll(() => {
    model.dispose();
  });

  it('computes the recorded activations', async () => {
    for (const [name, tensor] of Object.entries(computeActivations(model, batch, reference.T))) {
      const expected = reference.activations_NCHW_or_BLD[name];
      if (!expected) throw new Error(`There is no recorded activation "${name}".`);
      expect(tensor.shape, name).toEqual(expected.shape);
      const values = await tensor.data();
      tensor.dispose();
      const distances = expected.idx.map((index, i) =>
        Math.abs((values[index] ?? Number.NaN) - (expected.val[i] ?? Number.NaN)),
      );
      expect(Math.max(...distances) / expected.absmax, name).toBeLessThan(tolerance.forward);
      const all = reference.full?.[name];
      if (all) expect(relativeError(values, all.flat(2) as number[]), name).toBeLessThan(tolerance.forward);
    }
  });

  it('gives the recorded logits', async () => {
    await expectAllTensorsReleased(async () => {
      const { logits, pooled } = runSequenceClassifier(model, batch);
      expect(relativeError(await logits.data(), reference.logits.flat())).toBeLessThan(tolerance.forward);
      expect(pooled.shape).toEqual([reference.B, 3 * config.hiddenSize]);
      tf.dispose([logits, pooled]);
    });
  });

  it('gives the recorded logits as a classifier of pages, prepared for speed', async () => {
    await expectAllTensorsReleased(async () => {
      const classifier = createPageClassifier({ config, weights, labelCount: reference.num_labels });
      const results = await classifier.classify(pagesOf(batch), { batchSize: reference.B });
      classifier.dispose();
      const logits = results.flatMap((result) => [...result.logits]);
      expect(relativeError(logits, reference.logits.flat())).toBeLessThan(tolerance.forward);
    });
  });

  it.each([false, true])(
    'computes the recorded loss and gradients, and leaves nothing behind (checkpointing: %s)',
    async (checkpointing) => {
      await expectAllTensorsReleased(async () => {
        const trainable = [...recorded.keys()];
        const result = lossAndGradients(model, batch, reference.labels, { trainable, checkpointing });
        expect(relativeError(await result.loss.data(), [reference.loss])).toBeLessThan(tolerance.forward);
        expect(relativeError(await result.logits.data(), reference.logits.flat())).toBeLessThan(
          tolerance.forward,
        );
        expect([...result.gradients.keys()].sort()).toEqual([...trainable].sort());
        for (const [name, gradient] of result.gradients) {
          const distance = distanceOfGradient(await gradient.data(), recorded.get(name));
          expect(distance, name).toBeLessThan(tolerance.gradient);
        }
        tf.dispose([result.loss, result.logits, ...result.gradients.values()]);
      });
    },
  );

  it('gives no gradient to weights that classification does not read', () => {
    const unused = parameterSpec(config, reference.num_labels)
      .filter(({ used, kind }) => !used && kind === 'parameter')
      .map(({ name }) => name);
    expect(unused).toHaveLength(8);
    const trainable = ['classifier.bias', ...unused];
    const result = lossAndGradients(model, batch, reference.labels, { trainable });
    expect([...result.gradients.keys()]).toEqual(['classifier.bias']);
    tf.dispose([result.loss, result.logits, ...result.gradients.values()]);
  });
}

/** What the network computes on its way, by the names and in the layout of the reference. */
function computeActivations(
  model: LayoutLMv2Model,
  batch: ModelBatch,
  tokens: number,
): Record<string, tf.Tensor> {
  const { config, parameters } = model;
  return tf.tidy(() => {
    const pass = runNetwork(networkOf(config, parameters), createNetworkInputs(config, batch), {
      config,
      apply: applyNormed,
      runBlock: runForInference,
      dropout: noDropout,
      wantsAllTokens: true,
    });
    const names = ['stem', 'res2', 'res3', 'res4', 'res5'];
    const stages = pass.stages.map(
      ({ tensor }, stage) => [names[stage] ?? '', tf.transpose(tensor, [0, 3, 1, 2])] as const,
    );
    const embedded = pass.embedded.tensor;
    const [text_emb, visual_emb] = tf.split(embedded, [tokens, embedded.shape[1] - tokens], 1);
    const [layer0, last_hidden] = [pass.hidden.at(0)?.tensor, pass.hidden.at(-1)?.tensor];
    if (!text_emb || !visual_emb || !layer0 || !last_hidden) throw new Error('The network has no layers.');
    const visual = pass.features.tensor;
    return { ...Object.fromEntries(stages), visual, text_emb, visual_emb, layer0, last_hidden };
  });
}

/** The pages of a batch, each without its padding. */
function pagesOf({ pages, tokens, tokenCounts, inputIds, boxes, images }: ModelBatch): EncodedPage[] {
  const pixels = IMAGE_SIDE ** 2 * 3;
  return Array.from({ length: pages }, (_, page) => {
    const [start, end] = [page * tokens, page * tokens + (tokenCounts[page] ?? 0)];
    return {
      inputIds: [...inputIds.slice(start, end)],
      boxes: [...boxes.slice(4 * start, 4 * end)],
      image: Uint8Array.from(images.slice(page * pixels, (page + 1) * pixels)),
      truncatedTokens: 0,
    };
  });
}

/** Of a gradient from what was recorded: of its norm, and of elements relative to the largest. */
function distanceOfGradient(values: ArrayLike<number>, recorded?: Gradient): number {
  if (!recorded) return Number.NaN;
  const largest =
    recorded.maxabs ?? Array.from(values).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const distances = recorded.first.map((value, i) => Math.abs((values[i] ?? Number.NaN) - value) / largest);
  return Math.max(Math.abs(normOf(values) / recorded.norm - 1), ...distances);
}
