/** Self-supervised learning: its gradients, that it learns, and that it can be gone on with. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { trainableParameters } from '../../../src/layoutlmv2/freezing.js';
import { createModel } from '../../../src/layoutlmv2/model.js';
import { noDropout } from '../../../src/layoutlmv2/ops/dropout.js';
import type { WeightMap } from '../../../src/layoutlmv2/parameters.js';
import { corruptPage, publishedCorruption } from '../../../src/layoutlmv2/pretraining/corrupt-page.js';
import { headSpec, initialiseHeads } from '../../../src/layoutlmv2/pretraining/heads.js';
import {
  type PretrainingEvent,
  type PretrainingOptions,
  pretrain,
  pretrainingHyperparameters,
} from '../../../src/layoutlmv2/pretraining/pretrain.js';
import { pretrainingGradients } from '../../../src/layoutlmv2/pretraining/pretraining-gradients.js';
import { createRandom } from '../../../src/layoutlmv2/random.js';
import { createWeightsFromScratch } from '../../../src/layoutlmv2/training/from-scratch.js';
import type { TrainerState } from '../../../src/layoutlmv2/training/trainer-state.js';
import { describeOnEngines } from '../../support/engines.js';
import { expectAllTensorsReleased } from '../../support/tensors.js';
import { microConfig } from '../support/micro-network.js';
import { corpusVocabSize, kindCount, syntheticCorpus } from '../support/synthetic-corpus.js';

const pages = syntheticCorpus(16, 1);
/** Pages on which one word stands again and again, so that the others tell a masked one. */
const monotonous = pages.map((example) => {
  if (!('page' in example)) throw new Error('The pages of the synthetic corpus are at hand.');
  const { inputIds } = example.page;
  const word = inputIds[1] ?? 0;
  const isInside = (position: number) => position > 0 && position < inputIds.length - 1;
  const repeated = Array.from(inputIds, (id, position) => (isInside(position) ? word : id));
  return { ...example, page: { ...example.page, inputIds: repeated } };
});
const MASK = 4;
/** The backbone stays: its gradients are tested elsewhere and take most of the time. */
const freezing = { freezeBackbone: true, trainRelativePosition: true };

function optionsOf(
  weights: WeightMap,
  change: Partial<PretrainingOptions['hyperparameters']>,
): PretrainingOptions {
  return {
    config: microConfig,
    weights,
    labelCount: kindCount,
    pages,
    maskId: MASK,
    hyperparameters: {
      ...pretrainingHyperparameters,
      epochs: 2,
      batchSize: 8,
      microBatchSize: 4,
      learningRate: 1e-2,
      maxTokens: 64,
      freezing,
      ...change,
    },
  };
}

async function run(
  options: PretrainingOptions,
): Promise<{ events: PretrainingEvent[]; weights: WeightMap; states: TrainerState[] }> {
  const events: PretrainingEvent[] = [];
  const states: TrainerState[] = [];
  const running = pretrain(options);
  for (;;) {
    const next = await running.next();
    if (next.done) return { events, weights: next.value, states };
    events.push(next.value);
    if (next.value.type === 'epoch') states.push(await next.value.state());
  }
}

const lossesOf = (events: readonly PretrainingEvent[]) =>
  events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));

describeOnEngines('self-supervised learning', ['wasm'], () => {
  let weights: WeightMap;
  beforeAll(async () => {
    weights = await createWeightsFromScratch(microConfig, kindCount, 1, pages);
  });

  it('has the gradients that differences of its loss show, also through the tied word table', async () => {
    const model = createModel(microConfig, weights, kindCount);
    const heads = new Map(
      [...initialiseHeads(microConfig, 1)].map(([name, { data, shape }]) => [
        name,
        tf.variable(tf.tensor(data, [...shape])),
      ]),
    );
    const corrupted = pages.slice(0, 3).flatMap((example) =>
      'page' in example
        ? [
            corruptPage(example.page, {
              corruption: { ...publishedCorruption, maskedWords: 0.4, coveredLines: 0.4 },
              vocabulary: { mask: MASK, size: corpusVocabSize, firstOrdinary: 5 },
              random: createRandom(3),
            }),
          ]
        : [],
    );
    const trainable = trainableParameters(microConfig, kindCount, freezing).filter(
      (name) => !name.startsWith('classifier'),
    );
    const compute = () =>
      pretrainingGradients(model, heads, corrupted, { trainable, dropout: noDropout, lossScale: 1 });
    const lossOf = async () => {
      const { words, alignment, matching, gradients } = await compute();
      tf.dispose([...gradients.values()]);
      return (words?.loss ?? 0) + (alignment?.loss ?? 0) + (matching?.loss ?? 0);
    };
    const { gradients } = await compute();
    for (const name of [
      'layoutlmv2.embeddings.word_embeddings.weight',
      'layoutlmv2.encoder.layer.1.output.dense.weight',
      'cls.predictions.transform.dense.weight',
      'cls.alignment.weight',
      'cls.matching.bias',
    ]) {
      const variable = model.parameters.get(name) ?? heads.get(name);
      const gradient = gradients.get(name);
      if (!variable || !gradient) throw new Error(`${name} has no gradient.`);
      // Along the gradient itself the loss must change by its square; a step that is neither rounding nor curvature.
      const square = (await tf.sum(tf.square(gradient)).data())[0] ?? 0;
      const step = 1e-2 / Math.sqrt(square);
      const start = variable.clone();
      const moved = async (by: number) => {
        tf.tidy(() => variable.assign(tf.add(start, tf.mul(gradient, by))));
        return lossOf();
      };
      const slope = ((await moved(step)) - (await moved(-step))) / (2 * step);
      variable.assign(start);
      // Float32 losses of about five, differences of a hundredth of the gradient's norm.
      expect(Math.abs(slope / square - 1), name).toBeLessThan(0.03);
      start.dispose();
    }
    tf.dispose([...gradients.values(), ...heads.values()]);
    model.dispose();
  });

  it('learns to find masked words, covered lines and foreign images', async () => {
    const { events } = await run({ ...optionsOf(weights, { epochs: 14, batchSize: 4 }), pages: monotonous });
    const losses = lossesOf(events);
    const mean = (part: number[]) => part.reduce((sum, loss) => sum + loss, 0) / part.length;
    expect(mean(losses.slice(-4))).toBeLessThan(0.8 * mean(losses.slice(0, 4)));
  });

  it('goes on where a page, or every page of a step, is blank', async () => {
    const blank = pages.slice(0, 6).flatMap((example) => {
      if (!('page' in example)) return [];
      const { inputIds, boxes } = example.page;
      const ends = <Value>(values: readonly Value[], count: number) => [
        ...values.slice(0, count),
        ...values.slice(-count),
      ];
      const page = {
        ...example.page,
        inputIds: ends(Array.from(inputIds), 1),
        boxes: ends(Array.from(boxes), 4),
      };
      return [{ ...example, page }];
    });
    const options = optionsOf(weights, { epochs: 1, batchSize: 2, microBatchSize: 1 });
    for (const these of [[...blank, ...pages.slice(6)], blank]) {
      const losses = lossesOf((await run({ ...options, pages: these })).events);
      expect(losses).toHaveLength(these.length / 2);
      expect(losses.every(Number.isFinite)).toBe(true);
    }
  });

  it('goes on from an epoch as if it had not stopped, and leaves no tensor behind', async () => {
    await expectAllTensorsReleased(async () => {
      const whole = await run(optionsOf(weights, {}));
      const [afterFirst] = whole.states;
      const rest = await run({ ...optionsOf(weights, {}), resumeFrom: afterFirst });
      const wholeLosses = lossesOf(whole.events);
      expect(lossesOf(rest.events)).toEqual(wholeLosses.slice(wholeLosses.length / 2));
      for (const { name } of headSpec(microConfig)) expect(whole.weights.has(name)).toBe(true);
      expect(rest.weights.get('layoutlmv2.embeddings.word_embeddings.weight')).toEqual(
        whole.weights.get('layoutlmv2.embeddings.word_embeddings.weight'),
      );
    });
  });
});
