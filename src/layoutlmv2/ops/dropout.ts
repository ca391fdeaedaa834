/**
 * Dropout whose masks are a function of a seed, so that a training step can be repeated, and recomputed in the backward
 * pass of a checkpointed block.
 */
import * as tf from '@tensorflow/tfjs';
import { activeEngine, type EngineName } from '../engine.js';
import { runOperation } from '../engines/tensorflow-operation.js';
import { differentiable, savedAt } from './differentiable.js';

/**
 * The factors by which a tensor of `shape` is dropped at the place `site` of the network: each 0 with probability `rate`, else
 * 1 / (1 − rate), so that the mean is kept. Nothing, if nothing is dropped.
 */
export type Dropout = <R extends tf.Rank>(
  shape: tf.ShapeMap[R],
  rate: number,
  site: string,
) => tf.Tensor<R> | undefined;

/** Dropout of a network that does not train. */
export const noDropout: Dropout = () => undefined;

/** Dropout of one training step: each site has its own mask, and the same seed always gives the same masks. */
export function createDropout(seed: number): Dropout {
  return <R extends tf.Rank>(shape: tf.ShapeMap[R], rate: number, site: string) => {
    if (rate === 0) return undefined;
    return MASKS[activeEngine()](shape, rate, hashText(site, seed)) as tf.Tensor<R>;
  };
}

/** Applies dropout to `x`. */
export function drop<R extends tf.Rank>(
  x: tf.Tensor<R>,
  dropout: Dropout,
  rate: number,
  site: string,
): tf.Tensor<R> {
  const mask = dropout<R>(x.shape, rate, site);
  if (!mask) return x;
  return differentiable<R>([x], (save) => {
    save(mask);
    return {
      value: tf.mul(x, mask),
      gradient: (dy, saved) => [tf.mul(dy, savedAt<R>(saved, 0))],
    };
  });
}

/** The factors for a tensor of `shape`, as a function of `seed`. */
type Mask = (shape: number[], rate: number, seed: number) => tf.Tensor;

/** Drawn here: every engine gets the same. */
const drawMask: Mask = (shape, rate, seed) =>
  tf.tensor(dropMask(tf.util.sizeFromShape(shape), rate, seed), shape, 'float32');

/** Drawn by TensorFlow, on all cores: half the time. */
const drawMaskNatively: Mask = (shape, rate, seed) =>
  // An operation without inputs is invisible to the tape, which would keep what is on the way to the mask.
  differentiable([], () => {
    const drawn = runOperation('StatelessRandomUniform', { dtype: 'float32', T: 'int32', Tseed: 'int32' }, [
      tf.tensor1d(shape, 'int32'),
      tf.tensor1d([seed, 0], 'int32'),
    ]); // from 0 up to 1
    const value = tf.mul(tf.cast(tf.greaterEqual(drawn, rate), 'float32'), 1 / (1 - rate));
    return { value, gradient: () => [] };
  });

const MASKS = {
  tensorflow: drawMaskNatively,
  webgpu: drawMask,
  wasm: drawMask,
  cpu: drawMask,
} satisfies Record<EngineName, Mask>;

/** The factors: a counter through MurmurHash3's finaliser, compared with the rate. */
function dropMask(size: number, rate: number, seed: number): Float32Array {
  const mask = new Float32Array(size);
  const kept = 1 / (1 - rate);
  const threshold = rate * 2 ** 32;
  for (let i = 0; i < size; i++) {
    // 2³² divided by the golden ratio spreads consecutive counters over all 32 bits.
    let hash = (Math.imul(i, 0x9e3779b9) + seed) | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    if ((hash ^ (hash >>> 16)) >>> 0 >= threshold) mask[i] = kept;
  }
  return mask;
}

/** FNV-1a over the characters of `text`, starting from `seed`. */
function hashText(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ Math.imul(seed, 0x9e3779b9)) | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
