/**
 * Multi-head attention between projection and projection: scores, softmax with bias, weighted sum of values. There are two
 * ways to compute it, which give the same: all heads in batched products, or each head of each page on its own.
 */
import * as tf from '@tensorflow/tfjs';
import { activeEngine, type EngineName } from '../engine.js';
import { biasedSoftmax } from './biased-softmax.js';
import { differentiable, savedAt } from './differentiable.js';
import { type Dropout, drop } from './dropout.js';
import { multiplyBatches } from './multiply.js';

/** What attention works on. */
export type AttentionInputs = {
  /** Each [pages * length, hidden]; a head is a range of columns. */
  query: tf.Tensor2D;
  key: tf.Tensor2D;
  value: tf.Tensor2D;
  /** Added to the scores: [pages, heads, length, length] or [pages, 1, 1, length]. */
  bias: tf.Tensor4D;
  heads: number;
  /** Dropout of the probabilities. */
  dropout: Dropout;
  rate: number;
  site: string;
};

/** dropout(softmax(query · keyᵀ / √(head size) + bias)) · value per head; the result is [pages * length, hidden]. */
export function attend(inputs: AttentionInputs): tf.Tensor2D {
  const scaled = tf.div<tf.Tensor2D>(inputs.query, Math.sqrt(inputs.query.shape[1] / inputs.heads));
  return ATTENTION[activeEngine()]({ ...inputs, query: scaled });
}

/** Attention of queries that are already scaled. */
type Attention = (inputs: AttentionInputs) => tf.Tensor2D;

const attendAtOnce: Attention = ({ query, key, value, bias, heads, dropout, rate, site }) => {
  const pages = bias.shape[0];
  const [length, hidden] = [query.shape[0] / pages, query.shape[1]];
  const headSize = hidden / heads;
  const byHead = (x: tf.Tensor2D, order: number[], shape: [number, number, number]): tf.Tensor3D =>
    tf.reshape(tf.transpose(tf.reshape(x, [pages, length, heads, headSize]), order), shape);
  const scores = multiplyBatches(
    byHead(query, [0, 2, 1, 3], [pages * heads, length, headSize]),
    byHead(key, [0, 2, 3, 1], [pages * heads, headSize, length]),
  );
  const probabilities = biasedSoftmax(tf.reshape(scores, [pages, heads, length, length]), bias);
  const context = multiplyBatches(
    tf.reshape(drop(probabilities, dropout, rate, site), [pages * heads, length, length]),
    byHead(value, [0, 2, 1, 3], [pages * heads, length, headSize]),
  );
  const merged = tf.transpose(tf.reshape(context, [pages, heads, length, headSize]), [0, 2, 1, 3]);
  return tf.reshape(merged, [pages * length, hidden]);
};

/**
 * One head of one page at a time, all in matrices. WebAssembly computes batched products ten times slower than plain ones, and
 * taking a matrix out of a batch costs there as much as multiplying it.
 */
const attendByHead: Attention = ({ query, key, value, bias, heads, dropout, rate, site }) => {
  const pages = bias.shape[0];
  const [length, hidden] = [query.shape[0] / pages, query.shape[1]];
  const headSize = hidden / heads;
  const slots = Array.from({ length: pages * heads }, (_, index) => ({
    index,
    page: Math.floor(index / heads),
    corner: [Math.floor(index / heads) * length, (index % heads) * headSize] as [number, number],
  }));
  const part = (x: tf.Tensor2D, corner: [number, number]): tf.Tensor2D =>
    tf.slice(x, corner, [length, headSize]);
  const join = (parts: tf.Tensor[]): tf.Tensor2D =>
    tf.concat<tf.Tensor2D>(
      Array.from({ length: pages }, (_, page) =>
        tf.concat<tf.Tensor2D>(parts.slice(page * heads, (page + 1) * heads) as tf.Tensor2D[], 1),
      ),
      0,
    );

  return differentiable<tf.Rank.R2>([query, key, value, bias], (save) => {
    const biasOf = biasSlices(bias, heads);
    const masks: tf.Tensor2D[] = [];
    const probabilities: tf.Tensor2D[] = [];
    const contexts = slots.map(({ index, page, corner }) => {
      const scores = tf.matMul(part(query, corner), tf.transpose(part(key, corner)));
      const p = tf.softmax(tf.add<tf.Tensor2D>(scores, biasOf(page, index)));
      const mask = dropout<tf.Rank.R2>([length, length], rate, `${site}.${index}`);
      probabilities.push(p);
      if (mask) masks.push(mask);
      return tf.matMul(mask ? tf.mul<tf.Tensor2D>(p, mask) : p, part(value, corner));
    });
    save(query, key, value, ...probabilities, ...masks);
    return {
      value: join(contexts),
      gradient: (dy, saved) => {
        const [q, k, v] = [0, 1, 2].map((index) => savedAt<tf.Rank.R2>(saved, index)) as [
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
        ];
        const gradients = slots.map(({ index, corner }) => {
          const p = savedAt<tf.Rank.R2>(saved, 3 + index);
          const mask = masks.length > 0 && savedAt<tf.Rank.R2>(saved, 3 + slots.length + index);
          const dContext = part(dy, corner);
          const dDropped = tf.matMul(dContext, tf.transpose(part(v, corner)));
          const weighted = tf.mul(mask ? tf.mul(dDropped, mask) : dDropped, p);
          const dScores = tf.sub<tf.Tensor2D>(weighted, tf.mul(p, tf.sum(weighted, 1, true)));
          return {
            query: tf.matMul(dScores, part(k, corner)),
            key: tf.matMul(tf.transpose(dScores), part(q, corner)),
            value: tf.matMul(tf.transpose(mask ? tf.mul<tf.Tensor2D>(p, mask) : p), dContext),
            scores: dScores,
          };
        });
        const dScores = tf.reshape(tf.stack(gradients.map(({ scores }) => scores)), [
          pages,
          heads,
          length,
          length,
        ]);
        return [
          join(gradients.map((gradient) => gradient.query)),
          join(gradients.map((gradient) => gradient.key)),
          join(gradients.map((gradient) => gradient.value)),
          bias.shape[1] === 1 && bias.shape[2] === 1 ? tf.sum(dScores, [1, 2], true) : dScores,
        ];
      },
    };
  });
};

/** The part of a bias that belongs to a page and a slot (page · heads + head): [length, length] or [1, length]. */
function biasSlices(bias: tf.Tensor4D, heads: number): (page: number, slot: number) => tf.Tensor2D {
  const [pages, biasHeads, queries, length] = bias.shape;
  if (biasHeads === 1 && queries === 1) {
    const rows = tf.reshape<tf.Rank.R2>(bias, [pages, length]);
    return (page) => tf.slice(rows, [page, 0], [1, length]);
  }
  // Queries first, because WebAssembly copies a slice that is contiguous far slower than one that is not.
  const byQuery = tf.transpose(tf.reshape<tf.Rank.R3>(bias, [pages * heads, queries, length]), [1, 0, 2]);
  return (_, slot) => tf.reshape(tf.slice(byQuery, [0, slot, 0], [queries, 1, length]), [queries, length]);
}

const ATTENTION = {
  tensorflow: attendAtOnce,
  webgpu: attendAtOnce,
  wasm: attendByHead,
  cpu: attendAtOnce,
} satisfies Record<EngineName, Attention>;
