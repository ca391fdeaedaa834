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
type AttentionInputs = {
  /** [pages * queries, hidden]; a head is a range of columns. */
  query: tf.Tensor2D;
  /** Each [pages * length, hidden]. */
  key: tf.Tensor2D;
  value: tf.Tensor2D;
  /** Added to the scores: [pages, heads, queries, length] or [pages, 1, 1, length]. */
  bias: tf.Tensor4D;
  heads: number;
  /** Dropout of the probabilities. */
  dropout: Dropout;
  rate: number;
  site: string;
};

/** dropout(softmax(query · keyᵀ / √(head size) + bias)) · value per head; the result is [pages * queries, hidden]. */
export function attend(inputs: AttentionInputs): tf.Tensor2D {
  const { query, key, value, bias, heads } = inputs;
  const pages = bias.shape[0];
  const hidden = query.shape[1];
  const [queries, length] = [query.shape[0] / pages, key.shape[0] / pages];
  const headSize = hidden / heads;
  const matrices = pages * heads;
  const byHead = (x: tf.Tensor2D, order: number[], shape: [number, number, number]): tf.Tensor3D =>
    tf.reshape(tf.transpose(tf.reshape(x, [pages, -1, heads, headSize]), order), shape);
  const context = ATTENTION[activeEngine()](
    {
      query: byHead(tf.div(query, Math.sqrt(headSize)), [0, 2, 1, 3], [matrices, queries, headSize]),
      keyTransposed: byHead(key, [0, 2, 3, 1], [matrices, headSize, length]),
      value: byHead(value, [0, 2, 1, 3], [matrices, length, headSize]),
    },
    inputs,
  );
  const merged = tf.transpose(tf.reshape(context, [pages, heads, queries, headSize]), [0, 2, 1, 3]);
  return tf.reshape(merged, [pages * queries, hidden]);
}

/** One matrix for each head of each page: [pages * heads, length, head size]; the key's is transposed, the query's scaled. */
type Heads = { query: tf.Tensor3D; keyTransposed: tf.Tensor3D; value: tf.Tensor3D };

/** Gives [pages * heads, queries, head size]. */
type Attention = (
  heads: Heads,
  options: Pick<AttentionInputs, 'bias' | 'heads' | 'dropout' | 'rate' | 'site'>,
) => tf.Tensor3D;

const attendAtOnce: Attention = ({ query, keyTransposed, value }, { bias, heads, dropout, rate, site }) => {
  const [matrices, queries] = query.shape;
  const length = value.shape[1];
  const scores = tf.reshape<tf.Rank.R4>(multiplyBatches(query, keyTransposed), [
    matrices / heads,
    heads,
    queries,
    length,
  ]);
  const probabilities = drop(biasedSoftmax(scores, bias), dropout, rate, site);
  return multiplyBatches(tf.reshape(probabilities, [matrices, queries, length]), value);
};

/** Each head of each page on its own, in plain products: WebAssembly computes batched ones ten times slower. */
const attendByHead: Attention = ({ query, keyTransposed, value }, { bias, heads, dropout, rate, site }) => {
  const [matrices, queries] = query.shape;
  const length = value.shape[1];
  const indices = Array.from({ length: matrices }, (_, index) => index);
  const biasIsMask = bias.shape[1] === 1 && bias.shape[2] === 1;
  const biasMatrices: tf.Tensor3D = biasIsMask
    ? tf.reshape(bias, [matrices / heads, 1, length])
    : tf.reshape(bias, [matrices, queries, length]);

  return differentiable<tf.Rank.R3>([query, keyTransposed, value, bias], (save) => {
    const masks: tf.Tensor2D[] = [];
    const probabilities: tf.Tensor2D[] = [];
    const contexts = indices.map((index) => {
      const scores = tf.matMul(matrixAt(query, index), matrixAt(keyTransposed, index));
      const scoreBias = matrixAt(biasMatrices, biasIsMask ? Math.floor(index / heads) : index);
      const p = tf.softmax(tf.add<tf.Tensor2D>(scores, scoreBias));
      const mask = dropout<tf.Rank.R2>([queries, length], rate, `${site}.${index}`);
      probabilities.push(p);
      if (mask) masks.push(mask);
      return tf.matMul(mask ? tf.mul<tf.Tensor2D>(p, mask) : p, matrixAt(value, index));
    });
    save(query, keyTransposed, value, ...probabilities, ...masks);
    return {
      value: tf.stack(contexts) as tf.Tensor3D,
      gradient: (dy, saved) => {
        const q = savedAt<tf.Rank.R3>(saved, 0);
        const kT = savedAt<tf.Rank.R3>(saved, 1);
        const v = savedAt<tf.Rank.R3>(saved, 2);
        const gradients = indices.map((index) => {
          const p = savedAt<tf.Rank.R2>(saved, 3 + index);
          const mask = masks.length > 0 ? savedAt<tf.Rank.R2>(saved, 3 + matrices + index) : undefined;
          const dContext = matrixAt(dy, index);
          const dDropped = tf.matMul(dContext, tf.transpose(matrixAt(v, index)));
          const weighted = tf.mul(mask ? tf.mul(dDropped, mask) : dDropped, p);
          const dScores = tf.sub<tf.Tensor2D>(weighted, tf.mul(p, tf.sum(weighted, 1, true)));
          return [
            tf.matMul(dScores, tf.transpose(matrixAt(kT, index))),
            tf.matMul(tf.transpose(matrixAt(q, index)), dScores),
            tf.matMul(tf.transpose(mask ? tf.mul<tf.Tensor2D>(p, mask) : p), dContext),
            dScores,
          ] as const;
        });
        const dScores = tf.reshape(tf.stack(gradients.map((gradient) => gradient[3])), [
          matrices / heads,
          heads,
          queries,
          length,
        ]);
        return [
          tf.stack(gradients.map((gradient) => gradient[0])),
          tf.stack(gradients.map((gradient) => gradient[1])),
          tf.stack(gradients.map((gradient) => gradient[2])),
          biasIsMask ? tf.sum(dScores, [1, 2], true) : dScores,
        ];
      },
    };
  });
};

/** The `index`-th matrix of a batch. On WebAssembly gatherND copies only that matrix, while a slice copies the batch. */
function matrixAt(x: tf.Tensor3D, index: number): tf.Tensor2D {
  const [matrices, rows, columns] = x.shape;
  return tf.reshape(tf.gatherND(tf.reshape(x, [matrices, rows * columns]), [[index]]), [rows, columns]);
}

const ATTENTION = {
  tensorflow: attendAtOnce,
  webgpu: attendAtOnce,
  wasm: attendByHead,
  cpu: attendAtOnce,
} satisfies Record<EngineName, Attention>;
