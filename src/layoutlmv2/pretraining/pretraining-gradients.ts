/** The loss of self-supervised learning on a batch of corrupted pages, and its gradients. */
import * as tf from '@tensorflow/tfjs';
import { createTrainingRunner, freeingTape } from '../blocks.js';
import { collate } from '../collate.js';
import type { LayoutLMv2Model } from '../model.js';
import { networkOf, runNetwork } from '../network.js';
import { createNetworkInputs } from '../network-inputs.js';
import type { Dropout } from '../ops/dropout.js';
import { lookup } from '../ops/lookup.js';
import { createApplyForTraining } from '../visual-backbone.js';
import type { CorruptedPage } from './corrupt-page.js';
import { answer, predictWords } from './heads.js';

/** Of one task over a batch: the mean loss, and which share of the answers was right; null where nothing was asked. */
type TaskResult = { loss: number; accuracy: number } | null;

export type PretrainingResult = {
  /** Masked words by their places. */
  words: TaskResult;
  /** Text-image alignment: covered or not. */
  alignment: TaskResult;
  /** Text-image matching. */
  matching: TaskResult;
  /** By weight; the caller disposes them. */
  gradients: Map<string, tf.Tensor>;
};

/**
 * Computes −ln p of the answers, the mean of each task, added up over the tasks, and the gradients of that sum times `lossScale`.
 *
 * @param heads the heads' weights by name
 * @param trainable names of the network's weights that get a gradient; the heads' always do
 */
export async function pretrainingGradients(
  model: LayoutLMv2Model,
  heads: ReadonlyMap<string, tf.Variable>,
  pages: readonly CorruptedPage[],
  options: { trainable: readonly string[]; dropout: Dropout; lossScale: number },
): Promise<PretrainingResult> {
  const { config } = model;
  const { dropout, lossScale } = options;
  const batch = collate(
    pages.map(({ page }) => page),
    config,
  );
  const network = networkOf(config, model.parameters);
  const variables = new Map<string, tf.Variable>(heads);
  for (const name of options.trainable) {
    const variable = model.parameters.get(name);
    if (variable) variables.set(name, variable);
  }
  const trained = new Set<tf.Tensor>(variables.values());
  const length = batch.tokens + config.imageFeaturePoolShape[0] * config.imageFeaturePoolShape[1];
  const questions = questionsOf(pages, length);
  const weight = (name: string): tf.Tensor => {
    const head = heads.get(name);
    if (!head) throw new Error(`Self-supervised learning lacks the weight "${name}".`);
    return head;
  };

  const kept: tf.Tensor[] = [];
  const computed = tf.tidy(() => {
    const inputs = createNetworkInputs(config, batch);
    return freeingTape(() =>
      tf.variableGrads(() => {
        const { hidden } = runNetwork(network, inputs, {
          config,
          apply: createApplyForTraining(trained),
          runBlock: createTrainingRunner(trained, false),
          dropout,
          wantsAllTokens: true,
        });
        const last = hidden.at(-1)?.tensor;
        if (!last) throw new Error('Self-supervised learning needs an encoder of at least one layer.');
        const rows = tf.reshape<tf.Rank.R2>(last, [pages.length * length, config.hiddenSize]);
        const losses = questions.map(({ task, places, answers }) => {
          const states = lookup(rows, tf.tensor1d(places, 'int32'));
          const logits =
            task === 'words'
              ? predictWords(weight, network.embeddings.word as tf.Tensor2D, states, config.layerNormEps)
              : answer(weight, task, states);
          const [loss, hits] = crossEntropy(logits, answers);
          kept.push(tf.keep(tf.clone(loss)), tf.keep(hits));
          return loss;
        });
        return tf.mul<tf.Scalar>(tf.addN(losses), lossScale);
      }, [...variables.values()]),
    );
  });
  const gradients = new Map<string, tf.Tensor>();
  for (const [name, variable] of variables) {
    const gradient = computed.grads[variable.name];
    if (gradient) gradients.set(name, gradient);
    // A head that was asked nothing, as of blank pages, learns nothing from them; other pages of the step may teach it.
    else if (heads.has(name)) gradients.set(name, tf.zerosLike(variable));
  }
  try {
    computed.value.dispose();
    const numbers = await Promise.all(kept.map(async (tensor) => (await tensor.data())[0] ?? Number.NaN));
    const resultOf = (task: Task): TaskResult => {
      const index = questions.findIndex((question) => question.task === task);
      return index < 0
        ? null
        : { loss: numbers[2 * index] ?? Number.NaN, accuracy: numbers[2 * index + 1] ?? Number.NaN };
    };
    return {
      words: resultOf('words'),
      alignment: resultOf('alignment'),
      matching: resultOf('matching'),
      gradients,
    };
  } finally {
    tf.dispose(kept);
  }
}

type Task = 'words' | 'alignment' | 'matching';

/** What a task asks: rows of the hidden states of all pages, one below the other, and the class of each. */
type Question = { task: Task; places: Int32Array; answers: Int32Array };

/** The questions that are asked at all. */
function questionsOf(pages: readonly CorruptedPage[], length: number): Question[] {
  const asked: Record<Task, [place: number, answer: number][]> = { words: [], alignment: [], matching: [] };
  pages.forEach(({ masked, covered, imageMatches }, page) => {
    for (const { position, piece } of masked) asked.words.push([page * length + position, piece]);
    covered.forEach((isCovered, position) => {
      if (isCovered !== null) asked.alignment.push([page * length + position, Number(isCovered)]);
    });
    asked.matching.push([page * length, Number(imageMatches)]);
  });
  return (Object.keys(asked) as Task[])
    .filter((task) => asked[task].length > 0)
    .map((task) => ({
      task,
      places: Int32Array.from(asked[task], ([place]) => place),
      answers: Int32Array.from(asked[task], ([, answer]) => answer),
    }));
}

/** Mean of −ln softmax(logits)[answer], and the share of rows whose largest logit is the answer's. */
function crossEntropy(logits: tf.Tensor2D, answers: Int32Array): [loss: tf.Scalar, accuracy: tf.Scalar] {
  const expected = tf.tensor1d(answers, 'int32');
  const target = tf.oneHot(expected, logits.shape[1]);
  const loss = tf.mul<tf.Scalar>(tf.sum(tf.mul(target, tf.logSoftmax(logits))), -1 / answers.length);
  return [loss, tf.mean<tf.Scalar>(tf.cast(tf.equal(tf.argMax(logits, 1), expected), 'float32'))];
}
