/** Operations that state their own gradient, against what TensorFlow.js derives from the plain formula. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { attend } from '../../src/layoutlmv2/ops/attention.js';
import { MASKED } from '../../src/layoutlmv2/ops/biased-softmax.js';
import { createDropout, drop, noDropout } from '../../src/layoutlmv2/ops/dropout.js';
import { gelu } from '../../src/layoutlmv2/ops/gelu.js';
import { layerNorm } from '../../src/layoutlmv2/ops/layer-norm.js';
import { lookup } from '../../src/layoutlmv2/ops/lookup.js';
import { linear } from '../../src/layoutlmv2/ops/multiply.js';
import { describeOnEngines, testedEngines } from '../support/engines.js';
import { relativeError } from '../support/tensors.js';

/** Short single-precision sums in different orders; polynomial approximations of erf. */
const TOLERANCE = 2e-6;

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;

const numbers = (shape: number[], seed: number): tf.Tensor => tf.randomNormal(shape, 0, 1, 'float32', seed);

async function expectSame(operation: Operation, plain: Operation, inputs: tf.Tensor[]): Promise<void> {
  const value = operation(...inputs);
  expect(relativeError(await value.data(), await plain(...inputs).data())).toBeLessThan(TOLERANCE);
  const dy = numbers(value.shape, 99);
  const found = tf.grads(operation)(inputs, dy);
  const wanted = tf.grads(plain)(inputs, dy);
  for (const [index, gradient] of wanted.entries()) {
    const values = await found[index]?.data();
    expect(relativeError(values ?? [], await gradient.data())).toBeLessThan(TOLERANCE);
  }
}

describeOnEngines('operations', testedEngines, () => {
  it('GELU is x times the normal distribution', () => {
    return expectSame(
      (x) => gelu(x as tf.Tensor),
      (x) => tf.mul(x as tf.Tensor, tf.mul(0.5, tf.add(1, tf.erf(tf.div(x as tf.Tensor, Math.SQRT2))))),
      [numbers([3, 7], 1)],
    );
  });

  it('layer norm normalises rows', () => {
    const epsilon = 1e-5;
    return expectSame(
      (x, weight, bias) =>
        layerNorm({ weight: weight as tf.Tensor, bias: bias as tf.Tensor }, x as tf.Tensor2D, epsilon),
      (x, weight, bias) => {
        const { mean, variance } = tf.moments(x as tf.Tensor, 1, true);
        const unit = tf.div(tf.sub(x as tf.Tensor, mean), tf.sqrt(tf.add(variance, epsilon)));
        return tf.add(tf.mul(unit, weight as tf.Tensor), bias as tf.Tensor);
      },
      [numbers([5, 8], 1), numbers([8], 2), numbers([8], 3)],
    );
  });

  it('a linear layer multiplies by its transposed weight', () => {
    return expectSame(
      (x, weight, bias) => linear({ weight: weight as tf.Tensor, bias: bias as tf.Tensor }, x as tf.Tensor2D),
      (x, weight, bias) =>
        tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D, false, true), bias as tf.Tensor),
      [numbers([5, 3], 1), numbers([4, 3], 2), numbers([4], 3)],
    );
  });

  it('a lookup adds up the gradients of rows read twice', () => {
    const indices = [2, 0, 2, 3];
    return expectSame(
      (table) => lookup(table as tf.Tensor2D, tf.tensor1d(indices, 'int32')),
      (table) =>
        tf.matMul(
          tf.cast(tf.oneHot(tf.tensor1d(indices, 'int32'), 5), 'float32') as tf.Tensor2D,
          table as tf.Tensor2D,
        ),
      [numbers([5, 3], 1)],
    );
  });

  it.each([
    ['of a whole bias', [2, 3, 5, 5]],
    ['of a mask of keys', [2, 1, 1, 5]],
  ] as const)('attention is the softmax of scores and bias, with the gradient %s', (_, biasShape) => {
    const [pages, heads, length, size] = [2, 3, 5, 4];
    const split = (x: tf.Tensor | undefined): tf.Tensor =>
      tf.transpose(tf.reshape(x as tf.Tensor, [pages, length, heads, size]), [0, 2, 1, 3]);
    return expectSame(
      (query, key, value, bias) =>
        attend({
          query: query as tf.Tensor2D,
          key: key as tf.Tensor2D,
          value: value as tf.Tensor2D,
          bias: bias as tf.Tensor4D,
          heads,
          dropout: noDropout,
          rate: 0,
          site: '',
        }),
      (query, key, value, bias) => {
        const scores = tf.div(tf.matMul(split(query), split(key), false, true), Math.sqrt(size));
        const context = tf.matMul(tf.softmax(tf.add(scores, bias as tf.Tensor)), split(value));
        return tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [pages * length, heads * size]);
      },
      [
        numbers([pages * length, heads * size], 1),
        numbers([pages * length, heads * size], 2),
        numbers([pages * length, heads * size], 3),
        numbers([...biasShape], 4),
      ],
    );
  });

  it('attention ignores masked keys entirely', async () => {
    const run = async (last: number): Promise<number[]> => {
      const x = tf.tensor2d([1, 2, 3, 4, last, last], [3, 2]);
      const bias = tf.tensor4d([0, 0, MASKED], [1, 1, 1, 3]);
      const options = { query: x, key: x, value: x, bias, heads: 1, dropout: noDropout, rate: 0, site: '' };
      return [...(await attend(options).data()).slice(0, 4)];
    };
    expect(await run(5)).toEqual(await run(-700));
  });

  it('dropout keeps the mean, and its masks are a function of seed and place', async () => {
    const ones = tf.ones<tf.Rank.R2>([100, 100]);
    const dropped = (seed: number, site: string): Promise<Float32Array> =>
      drop(ones, createDropout(seed), 0.1, site).data<'float32'>();
    const first = await dropped(7, 'a');
    expect(new Set(first)).toEqual(new Set([0, Math.fround(1 / 0.9)]));
    // Three standard deviations of the mean of 10,000 draws are 0.01.
    expect(Math.abs(first.reduce((sum, value) => sum + value, 0) / 1e4 - 1)).toBeLessThan(0.01);
    expect(await dropped(7, 'a')).toEqual(first);
    expect(await dropped(8, 'a')).not.toEqual(first);
    expect(await dropped(7, 'b')).not.toEqual(first);
    expect(drop(ones, createDropout(7), 0, 'a')).toBe(ones);
  });
});
