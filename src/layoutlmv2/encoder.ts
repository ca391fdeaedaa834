/** One layer of the transformer encoder: BERT's post-norm layer whose attention scores get a bias. */
import * as tf from '@tensorflow/tfjs';
import type { LayoutLMv2Config } from './config.js';
import { activeEngine } from './engine.js';
import { attend } from './ops/attention.js';
import { type Dropout, drop } from './ops/dropout.js';
import { gelu } from './ops/gelu.js';
import { type LayerNorm, layerNorm } from './ops/layer-norm.js';
import { lookup } from './ops/lookup.js';
import { type Linear, linear, multiplyByTransposed } from './ops/multiply.js';

/** Query, key and value in one matrix [3 * hidden, hidden]; the key has no bias. */
type FusedProjection = { weight: tf.Tensor; queryBias: tf.Tensor; valueBias: tf.Tensor };

type SeparateProjection = { query: Linear; key: Linear; value: Linear };

export type EncoderLayer = {
  attention: FusedProjection | SeparateProjection;
  attentionOutput: Linear;
  attentionNorm: LayerNorm;
  intermediate: Linear;
  output: Linear;
  outputNorm: LayerNorm;
};

/** What a layer needs besides weights and input. */
export type EncoderLayerOptions = {
  config: LayoutLMv2Config;
  dropout: Dropout;
  /** Names the layer to the dropout. */
  site: string;
  /** Picks, along an axis of tokens, those whose result is wanted. All without it. */
  pick?: PickTokens;
};

/** Some positions of `x` along `axis`, whose size is that of all tokens. */
export type PickTokens = <R extends tf.Rank>(x: tf.Tensor<R>, axis: number) => tf.Tensor<R>;

/**
 * Runs one layer.
 *
 * @param x [pages, length, hidden]
 * @param bias added to the scores: [pages, heads, length, length] or [pages, 1, 1, length]
 * @returns [pages, length, hidden], or only the tokens that were picked
 */
export function runEncoderLayer(
  layer: EncoderLayer,
  x: tf.Tensor3D,
  bias: tf.Tensor4D,
  options: EncoderLayerOptions,
): tf.Tensor3D {
  const { config, dropout, site, pick } = options;
  const [pages, length, hidden] = x.shape;
  const rate = config.hiddenDropoutProb;
  const all = tf.reshape<tf.Rank.R2>(x, [pages * length, hidden]);
  // Every token is attended to, but only of the wanted ones is the rest of the layer computed.
  const rows = pick ? tf.reshape<tf.Rank.R2>(pick(x, 1), [-1, hidden]) : all; // [pages * wanted, hidden]
  const biasIsMask = bias.shape[2] === 1;
  const [query, key, value] = project(layer.attention, rows, all);
  // The scores are the largest tensors of a page: gone before the widened rows, the next largest, are made.
  const context = tf.tidy(() =>
    attend({
      query,
      key,
      value,
      bias: pick && !biasIsMask ? pick(bias, 2) : bias,
      heads: config.numAttentionHeads,
      dropout,
      rate: config.attentionProbsDropoutProb,
      site: `${site}.attention.probabilities`,
    }),
  ); // [pages * wanted, hidden]
  const attended = layerNorm(
    layer.attentionNorm,
    tf.add(drop(linear(layer.attentionOutput, context), dropout, rate, `${site}.attention.output`), rows),
    config.layerNormEps,
  );
  const widened = tf.tidy(() => gelu(linear(layer.intermediate, attended))); // [pages * wanted, intermediate]
  const result = layerNorm(
    layer.outputNorm,
    tf.add(drop(linear(layer.output, widened), dropout, rate, `${site}.output`), attended),
    config.layerNormEps,
  );
  return tf.reshape(result, [pages, -1, hidden]);
}

/** Query of the wanted rows, key and value of all, each [rows, hidden]. */
function project(
  attention: EncoderLayer['attention'],
  wanted: tf.Tensor2D,
  all: tf.Tensor2D,
): [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] {
  if ('query' in attention) {
    return [linear(attention.query, wanted), linear(attention.key, all), linear(attention.value, all)];
  }
  const [query, key, value] =
    activeEngine() === 'wasm' && wanted === all
      ? projectAtOnce(attention.weight, all)
      : projectApart(attention.weight, wanted, all);
  const hidden = all.shape[1];
  return [
    tf.add(query, tf.reshape(attention.queryBias, [hidden])),
    key,
    tf.add(value, tf.reshape(attention.valueBias, [hidden])),
  ];
}

type Projected = [query: tf.Tensor2D, key: tf.Tensor2D, value: tf.Tensor2D];

/** Three products, whose matrices are read where they lie in the fused one. */
function projectApart(weight: tf.Tensor, wanted: tf.Tensor2D, all: tf.Tensor2D): Projected {
  const [query, key, value] = tf.split<tf.Tensor2D>(weight as tf.Tensor2D, 3, 0);
  if (!query || !key || !value) throw new Error('A fused projection has three parts.');
  return [
    multiplyByTransposed(wanted, query),
    multiplyByTransposed(all, key),
    multiplyByTransposed(all, value),
  ];
}

/** One product, taken apart: WebAssembly would copy the matrices to read them apart. */
function projectAtOnce(weight: tf.Tensor, all: tf.Tensor2D): Projected {
  const [count, hidden] = all.shape;
  const fused = multiplyByTransposed(all, weight as tf.Tensor2D);
  const parts = tf.transpose(tf.reshape<tf.Rank.R3>(fused, [count, 3, hidden]), [1, 0, 2]);
  const byPart = tf.reshape<tf.Rank.R2>(parts, [3, count * hidden]);
  return [0, 1, 2].map((part) =>
    tf.reshape(lookup(byPart, tf.tensor1d([part], 'int32')), [count, hidden]),
  ) as Projected;
}
