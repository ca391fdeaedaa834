/** A network from scratch: it learns, whatever its configuration; frozen parts stay; what it learned survives folding. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { calibrateBatchNorm } from '../../src/layoutlmv2/calibrate-batch-norm.js';
import { createPageClassifier } from '../../src/layoutlmv2/classifier.js';
import { collate } from '../../src/layoutlmv2/collate.js';
import type { LayoutLMv2Config } from '../../src/layoutlmv2/config.js';
import type { EncodedPage } from '../../src/layoutlmv2/encoded-page.js';
import { startEngine } from '../../src/layoutlmv2/engine.js';
import { trainableParameters } from '../../src/layoutlmv2/freezing.js';
import { lossAndGradients } from '../../src/layoutlmv2/gradients.js';
import { initialiseWeights } from '../../src/layoutlmv2/initialise.js';
import {
  createModel,
  type LayoutLMv2Model,
  readWeights,
  runSequenceClassifier,
} from '../../src/layoutlmv2/model.js';
import { modelConfig } from '../../src/layoutlmv2/model-sizes.js';
import type { WeightMap } from '../../src/layoutlmv2/parameters.js';
import { expectAllTensorsReleased, relativeError } from '../support/tensors.js';

const LABELS = 3;
const config = modelConfig('tiny', 50);

/** Pages whose words, places and pictures differ from class to class. */
const pages: EncodedPage[] = [0, 1, 2].map((label) => {
  const tokens = 6 + 2 * label;
  const image = new Uint8Array(224 * 224 * 3).fill(250);
  for (let i = 0; i < image.length; i++) {
    const [row, column] = [Math.floor(i / 3 / 224), Math.floor(i / 3) % 224];
    // Lines of print: their spacing and margin tell the classes apart.
    if (row % (8 + 4 * label) < 4 && column > 20 * (label + 1) && column < 200) image[i] = (i * 37) % 100;
  }
  return {
    inputIds: Array.from({ length: tokens }, (_, token) => 1 + ((token * (label + 2)) % 49)),
    boxes: Array.from({ length: tokens }, (_, token) => [
      100 * label,
      20 * token,
      400,
      20 * token + 10,
    ]).flat(),
    image,
    truncatedTokens: 0,
  };
});
const labels = [0, 1, 2];
const batch = collate(pages, config);

function createCalibratedModel(): LayoutLMv2Model {
  const model = createModel(config, initialiseWeights(config, LABELS, 1), LABELS);
  calibrateBatchNorm(
    model,
    pages.map(({ image }) => image),
  );
  return model;
}

async function takeStep(model: LayoutLMv2Model, trainable: string[], rate: number): Promise<number> {
  const { loss, logits, gradients } = lossAndGradients(model, batch, labels, { trainable });
  for (const [name, gradient] of gradients) {
    tf.tidy(() => {
      const variable = model.parameters.get(name);
      variable?.assign(tf.sub(variable, tf.mul(gradient, rate)));
    });
  }
  const [value = Number.NaN] = await loss.data();
  tf.dispose([loss, logits, ...gradients.values()]);
  return value;
}

const logitsOf = async (model: LayoutLMv2Model): Promise<Float32Array> => {
  const { logits, pooled } = runSequenceClassifier(model, batch);
  const values = Float32Array.from(await logits.data());
  tf.dispose([logits, pooled]);
  return values;
};

beforeAll(async () => {
  await startEngine('wasm');
});

describe('a network from scratch', () => {
  it('starts from the same weights for the same seed', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => initialiseWeights(config, LABELS, seed));
    const name = 'layoutlmv2.visual_proj.weight';
    expect(first?.get(name)).toEqual(again?.get(name));
    expect(first?.get(name)).not.toEqual(other?.get(name));
    const values =
      first?.get('layoutlmv2.embeddings.x_position_embeddings.weight')?.data ?? new Float32Array();
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
    // 12,288 draws have a standard deviation within 2 % of the one they are drawn with.
    expect(Math.abs(deviation / config.initializerRange - 1)).toBeLessThan(0.02);
  });

  it('can draw a new classifier alone', () => {
    const drawn = initialiseWeights(config, 7, 1, (name) => name.startsWith('classifier.'));
    expect([...drawn].map(([name, { shape }]) => [name, shape])).toEqual([
      ['classifier.weight', [7, 3 * config.hiddenSize]],
      ['classifier.bias', [7]],
    ]);
  });

  it('learns a handful of pages by plain gradient descent', async () => {
    await expectAllTensorsReleased(async () => {
      const model = createCalibratedModel();
      const trainable = trainableParameters(config, LABELS, 'none');
      const first = await takeStep(model, trainable, LEARNING_RATE);
      let last = first;
      for (let step = 1; step < STEPS; step++) last = await takeStep(model, trainable, LEARNING_RATE);
      // Undecided between three classes the loss is ln 3.
      expect(Math.abs(first - Math.log(LABELS))).toBeLessThan(0.5);
      expect(last).toBeLessThan(first / 4);
      model.dispose();
    });
  });

  it('changes no frozen weight', async () => {
    const model = createCalibratedModel();
    const trainable = trainableParameters(config, LABELS, { freezeAt: 3, frozenLayers: 1 });
    const before = await readWeights(model);
    await takeStep(model, trainable, LEARNING_RATE);
    const after = await readWeights(model);
    const changed = [...after].filter(
      ([name, { data }]) => relativeError(data, before.get(name)?.data ?? []) > 0,
    );
    expect(changed.map(([name]) => name).sort()).toEqual([...trainable].sort());
    model.dispose();
  });

  it('passes signals of one size through all stages after calibration', async () => {
    const model = createCalibratedModel();
    const name = 'layoutlmv2.visual.backbone.bottom_up.res5.2.conv1.norm';
    const weights = await readWeights(model);
    const variance = weights.get(`${name}.running_var`)?.data ?? new Float32Array();
    expect(variance.some((value) => value !== 1)).toBe(true);
    expect(Math.min(...variance)).toBeGreaterThan(0);
    model.dispose();
  });
});

/** Small enough for plain gradient descent through fifty layers, large enough to finish in a few steps. */
const LEARNING_RATE = 0.01;
/** A quarter of the first loss is reached after 13 and a fifteenth after 20, so that another rounding on the way does not matter. */
const STEPS = 20;

describe('the gradients of a network from scratch', () => {
  /** Central differences of a single-precision loss through fifty layers with kinks. */
  const TOLERANCE = 0.02;

  it.each([
    'layoutlmv2.visual.backbone.bottom_up.stem.conv1.weight',
    'layoutlmv2.visual.backbone.bottom_up.res2.1.conv2.weight',
    'layoutlmv2.visual_segment_embedding',
    'layoutlmv2.encoder.layer.0.attention.self.query.weight',
    'layoutlmv2.encoder.layer.1.attention.self.key.weight',
  ])('agree with differences of the loss: %s', async (name) => {
    const variant = { ...config, fastQkv: false, hasVisualSegmentEmbedding: true };
    const weights = initialiseWeights(variant, LABELS, 1);
    const model = createModel(variant, weights, LABELS);
    const [variable, start] = [model.parameters.get(name), weights.get(name)];
    if (!variable || !start) throw new Error(`No weight ${name}`);
    const evaluate = async (): Promise<{ loss: number; gradient: Float32Array }> => {
      const result = lossAndGradients(model, batch, labels, { trainable: [name] });
      const [loss = Number.NaN] = await result.loss.data();
      const gradient = Float32Array.from((await result.gradients.get(name)?.data()) ?? []);
      tf.dispose([result.loss, result.logits, ...result.gradients.values()]);
      return { loss, gradient };
    };
    const { gradient } = await evaluate();
    const length = lengthOf(gradient);
    // Along the gradient, so far that the loss should change by 0.002, but not by more than a twentieth of the weight.
    const step = Math.min(0.002 / length, 0.05 * lengthOf(start.data));
    const lossAt = async (distance: number): Promise<number> => {
      const moved = start.data.map((value, index) => value + (distance * (gradient[index] ?? 0)) / length);
      tf.tidy(() => {
        variable.assign(tf.tensor(moved, [...start.shape]));
      });
      return (await evaluate()).loss;
    };
    const difference = (await lossAt(step)) - (await lossAt(-step));
    expect(Math.abs(difference / (2 * step * length) - 1)).toBeLessThan(TOLERANCE);
    model.dispose();
  });

  it('grow with class weights and the loss scale, and shrink with smoothed labels', async () => {
    const model = createCalibratedModel();
    const gradientOf = async (options: object): Promise<{ loss: number; gradient: Float32Array }> => {
      const result = lossAndGradients(model, batch, labels, { trainable: ['classifier.bias'], ...options });
      const gradient = Float32Array.from((await result.gradients.get('classifier.bias')?.data()) ?? []);
      const [loss = Number.NaN] = await result.loss.data();
      tf.dispose([result.loss, result.logits, ...result.gradients.values()]);
      return { loss, gradient };
    };
    const plain = await gradientOf({});
    const scaled = await gradientOf({ lossScale: 3 });
    expect(scaled.loss).toBeCloseTo(plain.loss, 5);
    expect(
      relativeError(
        scaled.gradient,
        plain.gradient.map((value) => 3 * value),
      ),
    ).toBeLessThan(1e-5);
    const weighted = await gradientOf({ classWeights: [2, 2, 2] });
    expect(weighted.loss).toBeCloseTo(2 * plain.loss, 5);
    expect(
      relativeError(
        weighted.gradient,
        plain.gradient.map((value) => 2 * value),
      ),
    ).toBeLessThan(1e-5);
    const onlyFirst = await gradientOf({ classWeights: [1, 0, 0] });
    expect(onlyFirst.loss).toBeLessThan(plain.loss);
    // Entirely smoothed, every class is as right as any other, whatever the labels.
    const smooth = await gradientOf({ labelSmoothing: 1 });
    const turned = lossAndGradients(model, batch, [1, 2, 0], {
      trainable: ['classifier.bias'],
      labelSmoothing: 1,
    });
    expect((await turned.loss.data())[0]).toBeCloseTo(smooth.loss, 6);
    tf.dispose([turned.loss, turned.logits, ...turned.gradients.values()]);
    model.dispose();
  });

  it('are refused for what cannot be trained or learned', () => {
    const model = createModel(config, initialiseWeights(config, LABELS, 1), LABELS);
    const gradients = (trainable: string[], given = labels): unknown =>
      lossAndGradients(model, batch, given, { trainable });
    expect(() => gradients([])).toThrow(/at least one trainable weight/);
    expect(() => gradients(['classifier.wight'])).toThrow(/no weight "classifier.wight"/);
    const buffer = 'layoutlmv2.visual.backbone.bottom_up.stem.conv1.norm.running_mean';
    expect(() => gradients([buffer])).toThrow(/never trained/);
    expect(() => gradients(['classifier.bias'], [0, 1, 3])).toThrow(/Label 3.*0 to 2/);
    expect(() => gradients(['classifier.bias'], [0, 1])).toThrow(/3 pages, but 2 labels/);
    model.dispose();
  });
});

describe('variants of the architecture', () => {
  const run = async (variant: LayoutLMv2Config, weights: WeightMap): Promise<Float32Array> => {
    const model = createModel(variant, weights, LABELS);
    const logits = await logitsOf(model);
    model.dispose();
    return logits;
  };
  const zeros = (shape: number[]): { shape: number[]; data: Float32Array } => ({
    shape,
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  });
  /** The same products, in one matrix or three. */
  const TOLERANCE = 1e-5;
  const fused = initialiseWeights(config, LABELS, 5);

  it('compute the same with query, key and value in three matrices', async () => {
    const separate: WeightMap = new Map(fused);
    const hidden = config.hiddenSize;
    for (let layer = 0; layer < config.numHiddenLayers; layer++) {
      const self = `layoutlmv2.encoder.layer.${layer}.attention.self`;
      const all = fused.get(`${self}.qkv_linear.weight`)?.data ?? new Float32Array();
      ['query', 'key', 'value'].forEach((name, index) => {
        const data = all.slice(index * hidden ** 2, (index + 1) * hidden ** 2);
        separate.set(`${self}.${name}.weight`, { shape: [hidden, hidden], data });
        separate.set(`${self}.${name}.bias`, zeros([hidden]));
      });
    }
    const found = await run({ ...config, fastQkv: false }, separate);
    expect(relativeError(found, await run(config, fused))).toBeLessThan(TOLERANCE);
  });

  it('compute without relative positions what tables of zeros give', async () => {
    const flat: WeightMap = new Map(fused);
    for (const [name, { shape }] of fused) if (name.includes('.rel_pos')) flat.set(name, zeros([...shape]));
    const without = { ...config, hasRelativeAttentionBias: false, hasSpatialAttentionBias: false };
    expect(relativeError(await run(without, fused), await run(config, flat))).toBeLessThan(TOLERANCE);
    expect(relativeError(await run(config, fused), await run(config, flat))).toBeGreaterThan(TOLERANCE);
  });

  it('add the visual segment embedding to visual tokens', async () => {
    const variant = { ...config, hasVisualSegmentEmbedding: true };
    const name = 'layoutlmv2.visual_segment_embedding';
    const none = await run(variant, new Map(fused).set(name, zeros([config.hiddenSize])));
    expect(relativeError(none, await run(config, fused))).toBeLessThan(TOLERANCE);
    const drawn = initialiseWeights(variant, LABELS, 6).get(name) ?? zeros([config.hiddenSize]);
    const some = await run(variant, new Map(fused).set(name, drawn));
    expect(relativeError(some, none)).toBeGreaterThan(TOLERANCE);
  });

  it('refuse weights that are missing or of another shape', () => {
    const incomplete: WeightMap = new Map(fused);
    incomplete.delete('classifier.bias');
    expect(() => createModel(config, incomplete, LABELS)).toThrow(/lack classifier.bias\./);
    expect(() => createModel(config, fused, 4)).toThrow(
      /"classifier.weight" has the shape \[3,192\].*\[4,192\]/,
    );
  });
});

describe('a page classifier', () => {
  it('gives the logits of the model it was made from, page by page, and leaves nothing behind', async () => {
    await expectAllTensorsReleased(async () => {
      const model = createCalibratedModel();
      const expected = await logitsOf(model);
      const weights = await readWeights(model);
      model.dispose();
      const classifier = createPageClassifier({ config, weights, labelCount: LABELS });
      const [first, second, third] = pages;
      if (!first || !second || !third) throw new Error('Three pages are needed.');
      // Longest first, so that the classifier has to put the results back into the order of the pages.
      for (const batchSize of [1, 2, 8]) {
        const before = tf.memory().numTensors;
        const results = await classifier.classify([third, first, second], { batchSize });
        expect(tf.memory().numTensors).toBe(before);
        const [c, a, b] = results.map(({ logits }) => [...logits]);
        // Batch norms folded beforehand, other padding: only rounding differs.
        expect(
          relativeError(
            [a, b, c].flatMap((row) => row ?? []),
            expected,
          ),
        ).toBeLessThan(1e-4);
        expect(results.map(({ embedding }) => embedding.length)).toEqual(
          Array(3).fill(3 * config.hiddenSize),
        );
      }
      expect(await classifier.classify([])).toEqual([]);
      await expect(classifier.classify(pages, { batchSize: 0 })).rejects.toThrow(/batch size/);
      classifier.dispose();
    });
  });
});

function lengthOf(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0));
}
