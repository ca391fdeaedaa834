/** The loss of a batch and its gradients: the one thing a training step asks of the network. */
import * as tf from '@tensorflow/tfjs';
import { createTrainingRunner } from './blocks.js';
import type { ModelBatch } from './collate.js';
import type { LayoutLMv2Model } from './model.js';
import { networkOf, runNetwork } from './network.js';
import { createNetworkInputs } from './network-inputs.js';
import { createDropout, noDropout } from './ops/dropout.js';
import { applyNormed } from './visual-backbone.js';

export type GradientOptions = {
  /** Names of the weights that get a gradient. Parts before the first of them are kept off the tape. */
  trainable: readonly string[];
  /** Seed of the dropout masks; without it there is no dropout. */
  dropoutSeed?: number;
  /** Weight of each class in the loss; 1 without it. */
  classWeights?: readonly number[];
  /** This share of the target is spread evenly over all classes; 0 without it. */
  labelSmoothing?: number;
  /** Factor of the gradients, e.g. 1 / (micro-batches of a step); the reported loss is without it. */
  lossScale?: number;
  /** Recompute encoder layers and backbone blocks in the backward pass: a third more time, far less memory. */
  checkpointing?: boolean;
};

/** Loss and gradients of one batch; the caller disposes every tensor. */
export type LossAndGradients = {
  /** Mean over the pages of class weight times cross-entropy. */
  loss: tf.Scalar;
  /** [pages, labels] */
  logits: tf.Tensor2D;
  /** Gradients by the names of `trainable`; a weight that classification does not read has none. */
  gradients: Map<string, tf.Tensor>;
};

/**
 * Computes the loss −(1 / pages) Σ w[label] · Σ target · ln softmax(logits) and its gradients; the target is 1 for the label,
 * or, smoothed by s, s / labels for each class and 1 − s more for the label.
 *
 * The weighted losses are divided by the number of pages, not by the sum of the weights, so that the gradients of
 * micro-batches of equal size average to those of the whole batch.
 *
 * @param labels row of the classifier for each page
 * @throws Error if a label is not one of the model's, or nothing trainable is named
 */
export function lossAndGradients(
  model: LayoutLMv2Model,
  batch: ModelBatch,
  labels: readonly number[],
  options: GradientOptions,
): LossAndGradients {
  const { config, labelCount } = model;
  const { dropoutSeed, classWeights, labelSmoothing = 0, lossScale = 1, checkpointing = false } = options;
  const nameOf = new Map(options.trainable.map((name) => [getTrainable(model, name).name, name]));
  const variables = options.trainable.map((name) => getTrainable(model, name));
  if (variables.length === 0) throw new Error('Training needs at least one trainable weight.');
  const weights = labels.map((label) => getLabelWeight(label, labelCount, classWeights));
  if (labels.length !== batch.pages) {
    throw new Error(`The batch has ${batch.pages} pages, but ${labels.length} labels were given.`);
  }

  const { loss, logits, grads } = tf.tidy(() => {
    const inputs = createNetworkInputs(config, batch);
    const target = tf.tensor2d(
      labels.map((label, page) =>
        Array.from({ length: labelCount }, (_, row) => {
          const share = labelSmoothing / labelCount + (row === label ? 1 - labelSmoothing : 0);
          return share * (weights[page] ?? 1);
        }),
      ),
    );
    const runBlock = createTrainingRunner(new Set(variables), checkpointing);
    const dropout = dropoutSeed === undefined ? noDropout : createDropout(dropoutSeed);
    const kept: tf.Tensor2D[] = [];
    const { value, grads } = tf.variableGrads(() => {
      const pass = runNetwork(networkOf(config, model.parameters), inputs, {
        config,
        apply: applyNormed,
        runBlock,
        dropout,
      });
      kept.push(tf.keep(tf.clone(pass.logits.tensor)));
      const logLikelihood = tf.sum(tf.mul(target, tf.logSoftmax(pass.logits.tensor)));
      return tf.mul<tf.Scalar>(logLikelihood, -lossScale / batch.pages);
    }, variables);
    const logits = kept[0];
    if (!logits) throw new Error('The forward pass gave no logits.');
    return { loss: tf.div<tf.Scalar>(value, lossScale), logits, grads };
  });
  const gradients = new Map(
    Object.entries(grads).map(([variable, gradient]) => [nameOf.get(variable) ?? variable, gradient]),
  );
  return { loss, logits, gradients };
}

function getTrainable(model: LayoutLMv2Model, name: string): tf.Variable {
  const variable = model.parameters.get(name);
  if (!variable) throw new Error(`The model has no weight "${name}" to train.`);
  if (!variable.trainable)
    throw new Error(`"${name}" is a buffer of a frozen batch norm and is never trained.`);
  return variable;
}

function getLabelWeight(
  label: number,
  labelCount: number,
  classWeights: readonly number[] | undefined,
): number {
  if (!Number.isInteger(label) || label < 0 || label >= labelCount) {
    throw new Error(`Label ${label} is not a row of the classifier; it has 0 to ${labelCount - 1}.`);
  }
  if (!classWeights) return 1;
  const weight = classWeights[label];
  if (weight === undefined || classWeights.length !== labelCount) {
    throw new Error(`The loss needs ${labelCount} class weights, found ${classWeights.length}.`);
  }
  return weight;
}
