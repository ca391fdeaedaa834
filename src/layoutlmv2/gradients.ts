/** The loss of a batch and its gradients: the one thing a training step asks of the network. */
import * as tf from '@tensorflow/tfjs';
import { createTrainingRunner, freeingTape, runUnlessKnown } from './blocks.js';
import type { ModelBatch } from './collate.js';
import { knownBackbone } from './image-features.js';
import type { LayoutLMv2Model } from './model.js';
import { type Network, networkOf, runNetwork } from './network.js';
import { createNetworkInputs } from './network-inputs.js';
import { createDropout, type Dropout, noDropout } from './ops/dropout.js';
import { createApplyForTraining, type NormedConvolution } from './visual-backbone.js';

/** The table of word embeddings: by far the largest weight, of which a batch reads a few hundred rows. */
export const WORD_TABLE = 'layoutlmv2.embeddings.word_embeddings.weight';

export type GradientOptions = {
  /** Names of the weights that get a gradient. Parts before the first of them are kept off the tape. */
  trainable: readonly string[];
  /** Seed of the dropout masks; without it there is no dropout. */
  dropoutSeed?: number;
  /** The dropout itself, in place of that of `dropoutSeed`. */
  dropout?: Dropout;
  /**
   * Image features of the pages, [pages, cells, channels], in place of the backbone, which is not run then; none of its weights
   * may be `trainable`.
   */
  features?: tf.Tensor3D;
  /** Whether the gradient of the word table comes as {@link RowGradient}: 94 MB less at base size. */
  rowGradients?: boolean;
  /** Weight of each class in the loss; 1 without it. */
  classWeights?: readonly number[];
  /** This share of the target is spread evenly over all classes; 0 without it. */
  labelSmoothing?: number;
  /** Factor of the gradients, e.g. 1 / (micro-batches of a step); the reported loss is without it. */
  lossScale?: number;
  /** Recompute encoder layers and backbone blocks in the backward pass: a third more time, far less memory. */
  checkpointing?: boolean;
};

/** The gradient of a table of which only some rows were read; those of all others are zero. */
export type RowGradient = {
  /** Numbers of the rows, each once, ascending. */
  rows: Int32Array;
  /** [rows, size] */
  values: tf.Tensor2D;
};

/** Loss and gradients of one batch; the caller disposes every tensor. */
export type LossAndGradients = {
  /** Mean over the pages of class weight times cross-entropy. */
  loss: tf.Scalar;
  /** [pages, labels] */
  logits: tf.Tensor2D;
  /** Gradients by the names of `trainable`; a weight that classification does not read has none. */
  gradients: Map<string, tf.Tensor>;
  /** Those of `trainable` that come by rows, and are not among `gradients`; empty unless `rowGradients` was asked for. */
  rowGradients: Map<string, RowGradient>;
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
  const { trainable, dropoutSeed, classWeights, labelSmoothing = 0, lossScale = 1 } = options;
  if (trainable.length === 0) throw new Error('Training needs at least one trainable weight.');
  const weights = labels.map((label) => getLabelWeight(label, labelCount, classWeights));
  if (labels.length !== batch.pages) {
    throw new Error(`The batch has ${batch.pages} pages, but ${labels.length} labels were given.`);
  }
  const dropout = options.dropout ?? (dropoutSeed === undefined ? noDropout : createDropout(dropoutSeed));
  const whole = new Map(trainable.map((name) => [name, getTrainable(model, name)]));
  const words = options.rowGradients ? compactWords(whole, batch) : undefined;
  const variables = new Map(words ? [...whole, [WORD_TABLE, words.table]] : whole);

  let logits: tf.Tensor2D | undefined;
  try {
    const { loss, grads } = tf.tidy(() => {
      const inputs = createNetworkInputs(config, words?.batch ?? batch);
      const target = tf.tensor2d(
        labels.map((label, page) =>
          Array.from({ length: labelCount }, (_, row) => {
            const share = labelSmoothing / labelCount + (row === label ? 1 - labelSmoothing : 0);
            return share * (weights[page] ?? 1);
          }),
        ),
      );
      const network = withWordTable(networkOf(config, model.parameters), words?.table);
      const train = createTrainingRunner(new Set(variables.values()), options.checkpointing ?? false);
      const apply = createApplyForTraining(new Set(variables.values()));
      const runBlock = options.features
        ? runUnlessKnown(train, knownBackbone(network, options.features))
        : train;
      const { value, grads } = freeingTape(() =>
        tf.variableGrads(() => {
          const pass = runNetwork(network, inputs, { config, apply, runBlock, dropout });
          logits = tf.keep(tf.clone(pass.logits.tensor));
          const logLikelihood = tf.sum(tf.mul(target, tf.logSoftmax(pass.logits.tensor)));
          return tf.mul<tf.Scalar>(logLikelihood, -lossScale / batch.pages);
        }, [...variables.values()]),
      );
      return { loss: tf.div<tf.Scalar>(value, lossScale), grads };
    });
    if (!logits) throw new Error('The forward pass gave no logits.');
    const result: LossAndGradients = { loss, logits, gradients: new Map(), rowGradients: new Map() };
    for (const [name, variable] of variables) {
      const gradient = grads[variable.name];
      if (!gradient) continue;
      if (variable === words?.table) {
        result.rowGradients.set(name, { rows: words.rows, values: gradient as tf.Tensor2D });
      } else result.gradients.set(name, gradient);
    }
    return result;
  } catch (error) {
    logits?.dispose();
    throw error;
  } finally {
    words?.table.dispose();
  }
}

/** A batch whose token ids count only the words in it, and the table of these words alone. */
type CompactWords = { batch: ModelBatch; rows: Int32Array; table: tf.Variable };

/** Undefined where the word table gets no gradient. */
function compactWords(
  trainable: ReadonlyMap<string, tf.Variable>,
  batch: ModelBatch,
): CompactWords | undefined {
  const whole = trainable.get(WORD_TABLE);
  if (!whole) return undefined;
  const rows = Int32Array.from(new Set(batch.inputIds)).sort();
  const placeOf = new Map(Array.from(rows, (row, place) => [row, place]));
  return {
    batch: { ...batch, inputIds: batch.inputIds.map((id) => placeOf.get(id) ?? 0) },
    rows,
    table: tf.tidy(() => tf.variable(tf.gatherND(whole, tf.tensor2d(rows, [rows.length, 1], 'int32')))),
  };
}

function withWordTable(
  network: Network<NormedConvolution>,
  word: tf.Tensor | undefined,
): Network<NormedConvolution> {
  return word ? { ...network, embeddings: { ...network.embeddings, word } } : network;
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
