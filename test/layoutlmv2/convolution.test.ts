/** The backbone's convolutions on each engine against TensorFlow.js' own convolution, group by group, and its gradients. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEngine } from '../../src/layoutlmv2/engine.js';
import { type Convolving, pointwise, stem } from '../../src/layoutlmv2/ops/convolution.js';
import { grouped } from '../../src/layoutlmv2/ops/grouped-convolution.js';
import { doubled, everySecond } from '../../src/layoutlmv2/ops/resample.js';
import { startTestedEngine, testedEngines } from '../support/engines.js';
import { relativeError } from '../support/tensors.js';

/** Sums of at most a few thousand single-precision products, in different orders. */
const TOLERANCE = 1e-5;

type Convolve = (x: tf.Tensor4D, kernel: tf.Tensor) => tf.Tensor4D;
type Numbers = { value: Float32Array; dx: Float32Array | undefined; dKernel: Float32Array };

/** Output and gradients of a convolution for given inputs and gradient of the output. */
async function evaluate(
  convolve: Convolve,
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  dy: tf.Tensor4D,
  withInput: boolean,
): Promise<Numbers> {
  const value = convolve(x, kernel);
  const gradients = withInput
    ? tf.grads((input, weights) => convolve(input as tf.Tensor4D, weights))([x, kernel], dy)
    : [tf.grad((weights) => convolve(x, weights))(kernel, dy)];
  const [dKernel, dx] = [...gradients].reverse();
  if (!dKernel) throw new Error('No gradient of the kernel.');
  return {
    value: await value.data<'float32'>(),
    dx: await dx?.data<'float32'>(),
    dKernel: await dKernel.data<'float32'>(),
  };
}

/** The reference: explicit padding, TensorFlow.js' conv2d for each group, on the engine that has all gradients. */
function reference(groups: number, padding: number, stride: number): Convolve {
  return (x, kernel) => {
    const sides: [number, number] = [padding, padding];
    const padded = tf.pad(x, [[0, 0], sides, sides, [0, 0]]);
    // The gradient of a split into one is broken in TensorFlow.js.
    if (groups === 1)
      return tf.conv2d(padded, tf.transpose(kernel as tf.Tensor4D, [2, 3, 1, 0]), stride, 'valid');
    const filters = tf.split(kernel, groups, 0);
    const parts = tf.split(padded, groups, 3).map((part, group) => {
      const filter = tf.transpose(filters[group] as tf.Tensor4D, [2, 3, 1, 0]);
      return tf.conv2d(part as tf.Tensor4D, filter, stride, 'valid');
    });
    return tf.concat(parts, 3);
  };
}

/** From a kernel as in the checkpoint. */
const whole =
  (kind: () => Convolving): Convolve =>
  (x, kernel) =>
    kind().convolve(x, kind().arrange(kernel));

const cases: [string, Convolve, Convolve, number[], number[], number][] = [
  ['pointwise', whole(() => pointwise(1)), reference(1, 0, 1), [2, 6, 6, 5], [7, 5, 1, 1], 1],
  ['pointwise, stride 2', whole(() => pointwise(2)), reference(1, 0, 2), [2, 6, 4, 5], [7, 5, 1, 1], 2],
  ['stem', whole(stem), reference(1, 3, 2), [2, 16, 12, 3], [4, 3, 7, 7], 2],
  ['grouped', whole(() => grouped(4, 1)), reference(4, 1, 1), [2, 6, 4, 16], [16, 4, 3, 3], 1],
  ['grouped, stride 2', whole(() => grouped(4, 2)), reference(4, 1, 2), [2, 6, 4, 16], [16, 4, 3, 3], 2],
  ['wide grouped', whole(() => grouped(8, 1)), reference(8, 1, 1), [2, 4, 6, 64], [64, 8, 3, 3], 1],
  ['wide grouped, stride 2', whole(() => grouped(8, 2)), reference(8, 1, 2), [2, 4, 6, 64], [64, 8, 3, 3], 2],
];

describe.each(cases)('the %s convolution', (name, convolve, expected, xShape, kernelShape, stride) => {
  it.each(testedEngines)('and its gradients are right on %s', async (engine) => {
    const [n = 0, h = 0, w = 0] = xShape;
    const outputShape = [n, h / stride, w / stride, kernelShape[0] ?? 0];
    // Each engine makes its own tensors of the same numbers; seeds differ so that no two inputs are equal.
    const inputs = (): [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D] => [
      tf.randomNormal<tf.Rank.R4>(xShape as [number, number, number, number], 0, 1, 'float32', 1),
      tf.randomNormal<tf.Rank.R4>(kernelShape as [number, number, number, number], 0, 1, 'float32', 2),
      tf.randomNormal<tf.Rank.R4>(outputShape as [number, number, number, number], 0, 1, 'float32', 3),
    ];
    const withInput = name !== 'stem';
    await startEngine('cpu');
    const wanted = await evaluate(expected, ...inputs(), withInput);
    await startTestedEngine(engine);
    const found = await evaluate(convolve, ...inputs(), withInput);
    expect(relativeError(found.value, wanted.value)).toBeLessThan(TOLERANCE);
    expect(relativeError(found.dKernel, wanted.dKernel)).toBeLessThan(TOLERANCE);
    if (withInput) expect(relativeError(found.dx ?? [], wanted.dx ?? [])).toBeLessThan(TOLERANCE);
  });
});

describe('resampling a feature map', () => {
  beforeEach(async () => {
    await startEngine('cpu');
    tf.engine().startScope();
  });
  afterEach(() => {
    tf.engine().endScope();
  });

  it('keeps every second row and column', () => {
    const map = tf.reshape<tf.Rank.R4>(tf.range(0, 16), [1, 4, 4, 1]);
    expect([...everySecond(map).dataSync()]).toEqual([0, 2, 8, 10]);
    expect([...everySecond(map, 1, 0).dataSync()]).toEqual([4, 6, 12, 14]);
  });

  it('repeats each pixel as a block', () => {
    const map = tf.reshape<tf.Rank.R4>(tf.range(0, 4), [1, 2, 2, 1]);
    expect([...doubled(map).dataSync()]).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3]);
  });
});
