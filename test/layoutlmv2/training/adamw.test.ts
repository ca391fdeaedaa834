import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../src/layoutlmv2/engine.js';
import { createRandom } from '../../../src/layoutlmv2/random.js';
import { type AdamWParameter, type AdamWState, createAdamW } from '../../../src/layoutlmv2/training/adamw.js';
import { globalNorm } from '../../../src/layoutlmv2/training/gradient-norm.js';
import { addGradients, type GradientSum, valuesOf } from '../../../src/layoutlmv2/training/gradient-sum.js';
import { describeOnEngines, testedEngines } from '../../support/engines.js';

const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };

const parameter = (
  name: string,
  values: number[],
  overrides: Partial<AdamWParameter> = {},
): AdamWParameter => ({
  name,
  variable: tf.variable(tf.tensor1d(values), true),
  decay: false,
  learningRateMultiplier: 1,
  ...overrides,
});

/** torch.optim.AdamW as its documentation states it, in double precision for one number. */
function reference(start: number, gradients: number[], learningRate: number, weightDecay: number): number {
  let value = start;
  let first = 0;
  let second = 0;
  gradients.forEach((gradient, index) => {
    value -= learningRate * weightDecay * value;
    first = options.beta1 * first + (1 - options.beta1) * gradient;
    second = options.beta2 * second + (1 - options.beta2) * gradient ** 2;
    const firstHat = first / (1 - options.beta1 ** (index + 1));
    const secondHat = second / (1 - options.beta2 ** (index + 1));
    value -= (learningRate * firstHat) / (Math.sqrt(secondHat) + options.epsilon);
  });
  return value;
}

function stepWith(
  optimiser: ReturnType<typeof createAdamW>,
  gradients: Record<string, number[]>,
  learningRate: number,
  factor = 1,
): void {
  const tensors = new Map(Object.entries(gradients).map(([name, values]) => [name, tf.tensor1d(values)]));
  optimiser.step(tensors, learningRate, factor);
  tf.dispose([...tensors.values()]);
}

describe('AdamW', () => {
  beforeAll(() => startEngine('cpu'));

  it('moves by the learning rate against the sign of the gradient in its first step, after decaying', () => {
    const weight = parameter('weight', [1, -2, 0.5], { decay: true });
    stepWith(createAdamW([weight], options), { weight: [0.3, -40, 1e-3] }, 0.01);
    // 1·(1 − 0.001) − 0.01, −2·(1 − 0.001) + 0.01, 0.5·(1 − 0.001) − 0.01·(1e-3/(1e-3 + 1e-8))
    const [a, b, c] = weight.variable.dataSync();
    expect(a).toBeCloseTo(0.989, 6);
    expect(b).toBeCloseTo(-1.988, 6);
    expect(c).toBeCloseTo(0.4895001, 6);
  });

  it('follows torch’s formula over many steps, with and without decay and with a rate of its own', () => {
    const parameters = [
      parameter('decayed', [0.7], { decay: true }),
      parameter('bias', [0.7]),
      parameter('head', [0.7], { decay: true, learningRateMultiplier: 10 }),
    ];
    const optimiser = createAdamW(parameters, options);
    const random = createRandom(1);
    const gradients = Array.from({ length: 50 }, () => random.uniform() - 0.3);
    for (const gradient of gradients) {
      stepWith(optimiser, { decayed: [gradient], bias: [gradient], head: [gradient] }, 0.01);
    }
    const [decayed, bias, head] = parameters.map(({ variable }) => variable.dataSync()[0]);
    // float32 against double precision over 50 steps.
    expect(decayed).toBeCloseTo(reference(0.7, gradients, 0.01, 0.1), 5);
    expect(bias).toBeCloseTo(reference(0.7, gradients, 0.01, 0), 5);
    expect(head).toBeCloseTo(reference(0.7, gradients, 0.1, 0.1), 5);
  });

  it('multiplies every gradient by the given factor', () => {
    const scaled = parameter('weight', [1]);
    const plain = parameter('weight', [1]);
    const [first, second] = [createAdamW([scaled], options), createAdamW([plain], options)];
    for (const gradient of [4, 1, -8]) {
      stepWith(first, { weight: [gradient] }, 0.1, 0.25);
      stepWith(second, { weight: [gradient / 4] }, 0.1);
    }
    expect(scaled.variable.dataSync()[0]).toBeCloseTo(plain.variable.dataSync()[0] ?? Number.NaN, 6);
  });

  it('goes on from a saved state as if it had never stopped', async () => {
    const gradients = [
      [1, -1],
      [0.5, 2],
      [-3, 0.1],
      [0.2, 0.2],
    ];
    const run = async (stopAfter: number | null): Promise<number[]> => {
      let weight = parameter('weight', [0.1, 0.2], { decay: true });
      let optimiser = createAdamW([weight], options);
      for (const [index, gradient] of gradients.entries()) {
        if (index === stopAfter) {
          const state: AdamWState = await optimiser.readState();
          optimiser.dispose();
          weight = parameter('weight', [...weight.variable.dataSync()], { decay: true });
          optimiser = createAdamW([weight], options, state);
        }
        stepWith(optimiser, { weight: gradient }, 0.05);
      }
      return [...weight.variable.dataSync()];
    };
    expect(await run(2)).toEqual(await run(null));
  });

  it('holds two tensors a parameter, no more after a step, and none once disposed', () => {
    const weight = parameter('weight', [1, 2, 3], { decay: true });
    const before = tf.memory().numTensors;
    const optimiser = createAdamW([weight], options);
    expect(tf.memory().numTensors).toBe(before + 2);
    for (let step = 0; step < 3; step++) stepWith(optimiser, { weight: [1, 1, 1] }, 0.1);
    expect(tf.memory().numTensors).toBe(before + 2);
    optimiser.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a missing gradient and a state of another shape', () => {
    const weight = parameter('weight', [1, 2]);
    expect(() => stepWith(createAdamW([weight], options), {}, 0.1)).toThrow(/no gradient.*weight/);
    const moments = new Map([['weight', { shape: [3], data: new Float32Array(3) }]]);
    const state = { steps: 1, firstMoments: moments, secondMoments: moments };
    expect(() => createAdamW([weight], options, state)).toThrow(/weight has 2 values, the state 3/);
  });
});

describeOnEngines('AdamW with a gradient by rows', testedEngines, () => {
  it('moves every row exactly as with the whole gradient, over many steps', async () => {
    const [rowCount, size, steps] = [40, 3, 60];
    const random = createRandom(3);
    const start = Float32Array.from({ length: rowCount * size }, () => random.uniform() - 0.5);
    const table = (): AdamWParameter => ({
      name: 'table',
      variable: tf.variable(tf.tensor2d(start, [rowCount, size])),
      decay: true,
      learningRateMultiplier: 1,
    });
    const [byRows, whole] = [table(), table()];
    const [first, second] = [createAdamW([byRows], options), createAdamW([whole], options)];
    for (let step = 0; step < steps; step++) {
      // Two micro-batches of a few rows, some of them in both; most rows are never read, some not for long.
      const sum: GradientSum = new Map();
      const dense = tf.buffer([rowCount, size]);
      for (let microBatch = 0; microBatch < 2; microBatch++) {
        const rows = Int32Array.from(new Set(Array.from({ length: 4 }, () => random.integer(20)))).sort();
        const values = Float32Array.from({ length: rows.length * size }, () => random.uniform() - 0.5);
        values.forEach((value, at) => {
          const [row, column] = [rows[Math.floor(at / size)] ?? 0, at % size];
          dense.set(Math.fround((dense.get(row, column) as number) + value), row, column);
        });
        const gradient = { rows, values: tf.tensor2d(values, [rows.length, size]) };
        addGradients(sum, { gradients: new Map(), rowGradients: new Map([['table', gradient]]) });
      }
      const denseGradient = dense.toTensor();
      const [norm, denseNorm] = [await globalNorm(sum.values()), await globalNorm([denseGradient])];
      expect(norm).toBeCloseTo(denseNorm, 5);
      first.step(sum, 0.01, 0.5);
      second.step(new Map([['table', denseGradient]]), 0.01, 0.5);
      tf.dispose([denseGradient, ...[...sum.values()].map(valuesOf)]);
    }
    expect(await byRows.variable.data()).toEqual(await whole.variable.data());
    expect(await first.readState()).toEqual(await second.readState());
    // The rows never read have only decayed.
    const kept = (1 - 0.01 * options.weightDecay) ** steps;
    const last = (await byRows.variable.data()).at(-1) ?? Number.NaN;
    expect(last / ((start.at(-1) ?? 0) * kept)).toBeCloseTo(1, 4);
    first.dispose();
    second.dispose();
    tf.dispose([byRows.variable, whole.variable]);
  });

  it('follows torch’s formula over many steps', async () => {
    const weight = parameter('weight', [0.7], { decay: true });
    const optimiser = createAdamW([weight], options);
    const random = createRandom(1);
    const gradients = Array.from({ length: 50 }, () => random.uniform() - 0.3);
    for (const gradient of gradients) stepWith(optimiser, { weight: [gradient] }, 0.01);
    // float32 against double precision over 50 steps.
    expect((await weight.variable.data())[0]).toBeCloseTo(reference(0.7, gradients, 0.01, 0.1), 5);
    optimiser.dispose();
    weight.variable.dispose();
  });
});
