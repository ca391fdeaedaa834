/**
 * A network with its weights in memory, and its forward pass. The weights are variables, so that an optimiser can assign
 * them; everything else about training is elsewhere.
 */
import * as tf from '@tensorflow/tfjs';
import { runForInference, runUnlessKnown } from './blocks.js';
import type { ModelBatch } from './collate.js';
import type { LayoutLMv2Config } from './config.js';
import { knownBackbone } from './image-features.js';
import { networkOf, runNetwork } from './network.js';
import { createNetworkInputs } from './network-inputs.js';
import { createDropout, noDropout } from './ops/dropout.js';
import { elementCount, type ParameterSpec, parameterSpec, type WeightMap } from './parameters.js';
import { applyNormed } from './visual-backbone.js';

/** A document classifier with its weights in the active backend's memory. */
export type LayoutLMv2Model = {
  config: LayoutLMv2Config;
  labelCount: number;
  /** All weights by checkpoint name, buffers included. */
  parameters: ReadonlyMap<string, tf.Variable>;
  /** Frees the weights. */
  dispose(): void;
};

/**
 * Makes a model of its weights. The arrays of `weights` must not be changed afterwards: some backends do not copy them.
 *
 * @throws Error if a weight is missing or has another shape than the configuration demands, naming it; weights that the
 * network does not know are ignored
 */
export function createModel(
  config: LayoutLMv2Config,
  weights: WeightMap,
  labelCount: number,
): LayoutLMv2Model {
  const specs = parameterSpec(config, labelCount);
  assertComplete(specs, weights);
  const parameters = new Map<string, tf.Variable>();
  for (const { name, shape, kind } of specs) {
    const weight = weights.get(name);
    if (!weight) continue;
    const tensor = tf.tensor(weight.data, [...shape], 'float32');
    parameters.set(name, tf.variable(tensor, kind !== 'buffer'));
    tensor.dispose();
  }
  return {
    config,
    labelCount,
    parameters,
    dispose: () => {
      tf.dispose([...parameters.values()]);
      parameters.clear();
    },
  };
}

/**
 * @throws Error naming what is missing, or the shape that is not the configuration's
 */
export function assertComplete(specs: readonly ParameterSpec[], weights: WeightMap): void {
  const missing = specs.filter(({ name }) => !weights.has(name)).map(({ name }) => name);
  if (missing.length > 0) {
    const more = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
    throw new Error(`The weights lack ${missing.slice(0, 5).join(', ')}${more}.`);
  }
  for (const { name, shape } of specs) {
    const weight = weights.get(name);
    if (weight && weight.shape.join() !== shape.join()) {
      throw new Error(
        `The weight "${name}" has the shape [${weight.shape}], but the configuration demands [${shape}].`,
      );
    }
    if (weight && weight.data.length !== elementCount(shape)) {
      throw new Error(
        `The weight "${name}" has ${weight.data.length} numbers, which do not fill its shape [${shape}].`,
      );
    }
  }
}

/** Reads all weights back, e.g. to save them. */
export async function readWeights(model: LayoutLMv2Model): Promise<WeightMap> {
  const weights: WeightMap = new Map();
  for (const [name, variable] of model.parameters) {
    // Copied, because a backend may hand out the memory that the next training step writes to.
    const data = Float32Array.from(await variable.data());
    weights.set(name, { shape: [...variable.shape], data });
  }
  return weights;
}

/** What a forward pass gives; the caller disposes both. */
export type ClassifierOutput = {
  /** [pages, labels] */
  logits: tf.Tensor2D;
  /** What the classifier read of each page: first token, initial and final visual tokens, [pages, 3 * hidden]. */
  pooled: tf.Tensor2D;
};

/**
 * Classifies a batch.
 *
 * @param options.dropoutSeed runs with dropout, as in training, its masks drawn from this seed
 * @param options.features image features of the pages, [pages, cells, channels], in place of the backbone
 */
export function runSequenceClassifier(
  model: LayoutLMv2Model,
  batch: ModelBatch,
  options: { dropoutSeed?: number; features?: tf.Tensor3D } = {},
): ClassifierOutput {
  const { config } = model;
  const { dropoutSeed, features } = options;
  return tf.tidy(() => {
    const network = networkOf(config, model.parameters);
    const { logits, pooled } = runNetwork(network, createNetworkInputs(config, batch), {
      config,
      apply: applyNormed,
      runBlock: features
        ? runUnlessKnown(runForInference, knownBackbone(network, features))
        : runForInference,
      dropout: dropoutSeed === undefined ? noDropout : createDropout(dropoutSeed),
    });
    return { logits: logits.tensor, pooled: pooled.tensor };
  });
}
