/** One layer of the transformer encoder: BERT's post-norm layer whose attention scores get a bias. */
import * as tf from '@tensorflow/tfjs';
import type { LayoutLMv2Config } from './config.js';
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

/** What a layer needs besides weights and input. `site` names it to the dropout. */
export type EncoderLayerOptions = { config: LayoutLMv2Config; dropout: Dropout; site: string };

/**
 * Runs one layer.
 *
 * @param x [pages, length, hidden]
 * @param bias added to the scores: [pages, heads, length, length] or [pages, 1, 1, length]
 */
export function runEncoderLayer(
  layer: EncoderLayer,
  x: tf.Tensor3D,
  bias: tf.Tensor4D,
  options: EncoderLayerOptions,
): tf.Tensor3D {
  const { config, dropout, site } = options;
  const [pages, length, hidden] = x.shape;
  const rate = config.hiddenDropoutProb;
  const rows = tf.reshape<tf.Rank.R2>(x, [pages * length, hidden]);
  const [query, key, value] = project(layer.attention, rows);
  const context = attend({
    query,
    key,
    value,
    bias,
    heads: config.numAttentionHeads,
    dropout,
    rate: config.attentionProbsDropoutProb,
    site: `${site}.attention.probabilities`,
  }); // [pages * length, hidden]
  const attended = layerNorm(
    layer.attentionNorm,
    tf.add(drop(linear(layer.attentionOutput, context), dropout, rate, `${site}.attention.output`), rows),
    config.layerNormEps,
  );
  const widened = gelu(linear(layer.intermediate, attended)); // [pages * length, intermediate]
  const result = layerNorm(
    layer.outputNorm,
    tf.add(drop(linear(layer.output, widened), dropout, rate, `${site}.output`), attended),
    config.layerNormEps,
  );
  return tf.reshape(result, [pages, length, hidden]);
}

/** Query, key and value, each [rows, hidden]. */
function project(
  attention: EncoderLayer['attention'],
  rows: tf.Tensor2D,
): [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] {
  if ('query' in attention) {
    return [linear(attention.query, rows), linear(attention.key, rows), linear(attention.value, rows)];
  }
  const [count, hidden] = rows.shape;
  const fused = multiplyByTransposed(rows, attention.weight as tf.Tensor2D);
  const parts = tf.transpose(tf.reshape<tf.Rank.R3>(fused, [count, 3, hidden]), [1, 0, 2]);
  const byPart = tf.reshape<tf.Rank.R2>(parts, [3, count * hidden]);
  const [query, key, value] = [0, 1, 2].map((part) =>
    tf.reshape(lookup(byPart, tf.tensor1d([part], 'int32')), [count, hidden]),
  ) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  return [
    tf.add(query, tf.reshape(attention.queryBias, [hidden])),
    key,
    tf.add(value, tf.reshape(attention.valueBias, [hidden])),
  ];
}
