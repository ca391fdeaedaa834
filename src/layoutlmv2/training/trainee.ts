/**
 * A network while it is being trained: its weights, the gradients gathered for the next step, and the optimiser. Everything here that
 * holds tensors is freed by one `dispose`; when and on what to train is train.ts.
 */

import * as tf from '@tensorflow/tfjs';
import { collate } from '../collate.js';
import type { LayoutLMv2Config } from '../config.js';
import { trainableParameters } from '../freezing.js';
import { lossAndGradients } from '../gradients.js';
import { createModel, type LayoutLMv2Model, readWeights, runSequenceClassifier } from '../model.js';
import { parameterSpec, type WeightMap } from '../parameters.js';
import { mostLikely } from '../probability.js';
import { createRandom, seedOf } from '../random.js';
import { type AdamW, type AdamWState, createAdamW } from './adamw.js';
import { augmentPage } from './augment.js';
import type { ScorePages } from './evaluate.js';
import { loadPage, type TrainingExample } from './examples.js';
import { clippingFactor, globalNorm } from './gradient-norm.js';
import type { Hyperparameters } from './hyperparameters.js';

export type Trainee = {
  /**
   * Runs a micro-batch forward and backward and adds its gradients to those of the batch.
   *
   * @param at.share the micro-batch's share of the batch's pages
   * @returns the mean loss over the pages, and how many of them were classified rightly
   */
  learn(
    examples: readonly TrainingExample[],
    at: { step: number; microBatch: number; share: number },
  ): Promise<{ loss: number; hits: number }>;
  /**
   * Moves the weights by the gathered gradients and forgets these.
   *
   * @param check is given their norm before anything is moved, and may throw
   * @returns the norm
   */
  update(learningRate: number, check: (norm: number) => void): Promise<number>;
  /** The logits of pages, without dropout. */
  score: ScorePages;
  /** All weights, some replaced. */
  readWeights(replacements: WeightMap | null): Promise<WeightMap>;
  /** Only the weights that are trained. */
  readTrained(): Promise<WeightMap>;
  readOptimiser(): Promise<AdamWState>;
  dispose(): void;
};

/** As Hugging Face's defaults (adam_beta1, adam_beta2, adam_epsilon). */
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export function createTrainee(options: {
  config: LayoutLMv2Config;
  weights: WeightMap;
  labelCount: number;
  training: readonly TrainingExample[];
  hyperparameters: Hyperparameters;
  optimiserState: AdamWState | undefined;
}): Trainee {
  const { config, weights, labelCount, training, hyperparameters, optimiserState } = options;
  const { maxTokens, seed, augmentation } = hyperparameters;
  const trainable = trainableParameters(config, labelCount, hyperparameters.freezing);
  const classWeights =
    hyperparameters.classWeighting === 'balanced' ? balance(training, labelCount) : undefined;
  const model = createModel(config, weights, labelCount);
  let gathered = new Map<string, tf.Tensor>();
  const forget = () => {
    tf.dispose([...gathered.values()]);
    gathered = new Map();
  };
  let optimiser: AdamW;
  try {
    optimiser = optimiserOf(model, trainable, hyperparameters, optimiserState);
  } catch (error) {
    model.dispose();
    throw error;
  }

  return {
    async learn(examples, { step, microBatch, share }) {
      const random = createRandom(seedOf(seed, 'augmentation', step, microBatch));
      const loaded = await Promise.all(examples.map((example) => loadPage(example, maxTokens)));
      const pages = loaded.map((page) => augmentPage(page, augmentation, random));
      const labels = examples.map(({ label }) => label);
      const { loss, logits, gradients } = lossAndGradients(model, collate(pages, config), labels, {
        trainable,
        lossScale: share,
        checkpointing: hyperparameters.gradientCheckpointing,
        ...(hyperparameters.dropout && { dropoutSeed: seedOf(seed, 'dropout', step, microBatch) }),
        ...(classWeights && { classWeights }),
      });
      gathered = addUp(gathered, gradients);
      try {
        const rows = (await logits.array()) as number[][];
        const hits = rows.filter((row, index) => mostLikely(row) === labels[index]).length;
        const [value = Number.NaN] = await loss.data();
        return { loss: value, hits };
      } finally {
        tf.dispose([loss, logits]);
      }
    },

    async update(learningRate, check) {
      const norm = await globalNorm(gathered.values());
      check(norm);
      optimiser.step(gathered, learningRate, clippingFactor(norm, hyperparameters.maxGradientNorm));
      forget();
      return norm;
    },

    async score(pages) {
      const { logits, pooled } = runSequenceClassifier(model, collate(pages, config));
      try {
        return (await logits.array()) as number[][];
      } finally {
        tf.dispose([logits, pooled]);
      }
    },

    async readWeights(replacements) {
      const all = await readWeights(model);
      for (const [name, weight] of replacements ?? []) all.set(name, weight);
      return all;
    },

    async readTrained() {
      const trained: WeightMap = new Map();
      for (const name of trainable) {
        const variable = model.parameters.get(name);
        if (variable === undefined) continue;
        trained.set(name, {
          shape: variable.shape,
          data: Float32Array.from(await variable.data<'float32'>()),
        });
      }
      return trained;
    },

    readOptimiser: () => optimiser.readState(),

    dispose() {
      forget();
      optimiser.dispose();
      model.dispose();
    },
  };
}

function optimiserOf(
  model: LayoutLMv2Model,
  trainable: readonly string[],
  { headLearningRateMultiplier, weightDecay }: Hyperparameters,
  state: AdamWState | undefined,
): AdamW {
  const specs = new Map(parameterSpec(model.config, model.labelCount).map((spec) => [spec.name, spec]));
  const parameters = trainable.map((name) => {
    const spec = specs.get(name);
    const variable = model.parameters.get(name);
    if (spec === undefined || variable === undefined)
      throw new Error(`The model has no parameter ${name} to train.`);
    const learningRateMultiplier = spec.part === 'classifier' ? headLearningRateMultiplier : 1;
    return { name, variable, decay: spec.decay, learningRateMultiplier };
  });
  return createAdamW(parameters, { ...ADAM, weightDecay }, state);
}

/** The sums of two sets of gradients, which take their place. */
function addUp(gathered: Map<string, tf.Tensor>, gradients: Map<string, tf.Tensor>): Map<string, tf.Tensor> {
  for (const [name, before] of gathered) {
    const gradient = gradients.get(name);
    if (gradient === undefined) throw new Error(`A micro-batch gave no gradient for ${name}.`);
    gradients.set(name, before.add(gradient));
    tf.dispose([before, gradient]);
  }
  return gradients;
}

/** n / (classes present · pages of the class): the mean weight over the pages is 1. */
function balance(training: readonly TrainingExample[], labelCount: number): number[] {
  const counts = new Array<number>(labelCount).fill(0);
  for (const { label } of training) counts[label] = (counts[label] ?? 0) + 1;
  const present = counts.filter((count) => count > 0).length;
  // A class without pages never enters the loss, whatever its weight.
  return counts.map((count) => (count === 0 ? 1 : training.length / (present * count)));
}
