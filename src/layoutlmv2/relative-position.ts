/**
 * The bias that attention scores get from the distance of two tokens: in reading order, and between their boxes. It is
 * computed once a batch and shared by all encoder layers; it also carries the mask of padded keys.
 */
import * as tf from '@tensorflow/tfjs';
import type { LayoutLMv2Config } from './config.js';
import { MASKED } from './ops/biased-softmax.js';
import { lookup } from './ops/lookup.js';

/** The tables of the bias, each [heads, bins]; absent where the configuration switches that bias off. */
export type RelativePosition = {
  sequence?: tf.Tensor;
  horizontal?: tf.Tensor;
  vertical?: tf.Tensor;
};

/** What the bias is looked up by; made on the host, as every entry is a small table's. */
export type RelativePositionIndices = {
  /** Bucket of the distance in reading order, [length * length]. */
  sequence?: tf.Tensor1D;
  /** Bucket of the horizontal distance times the number of bins, plus the vertical one, [pages * length * length]. */
  spatial?: tf.Tensor1D;
  /** 0 where a key is a token, a large negative number where it is padding, [pages, 1, 1, length]. */
  mask: tf.Tensor4D;
};

/**
 * Bucket of a relative position: exact for short distances, logarithmic for longer ones, apart for the two directions.
 * half = bins / 2, e = half / 2; n = |distance|; bucket = n if n < e, else
 * min(half − 1, e + ⌊ln(n / e) / ln(maxDistance / e) · (half − e)⌋); plus half if the distance is positive.
 */
export function relativePositionBucket(distance: number, bins: number, maxDistance: number): number {
  const half = bins / 2;
  const exact = half / 2;
  const offset = distance > 0 ? half : 0;
  const n = Math.abs(distance);
  if (n < exact) return offset + n;
  const steps = Math.floor((Math.log(n / exact) / Math.log(maxDistance / exact)) * (half - exact));
  return offset + Math.min(half - 1, exact + steps);
}

/** The buckets of all distances from −limit to limit; entry `limit + distance`. */
function bucketTable(limit: number, bins: number, maxDistance: number): Int32Array {
  return Int32Array.from({ length: 2 * limit + 1 }, (_, index) =>
    relativePositionBucket(index - limit, bins, maxDistance),
  );
}

/** Tables of buckets, and the buckets of a length: what depends on the configuration only. */
type KnownBuckets = { sequence: Int32Array; box: Int32Array; byLength: Map<number, Int32Array> };

/** Made once for each configuration. Batches have few lengths, so what is kept are some megabytes. */
const known = new WeakMap<LayoutLMv2Config, KnownBuckets>();

function knownBuckets(config: LayoutLMv2Config): KnownBuckets {
  const found = known.get(config);
  if (found) return found;
  const made = {
    sequence: bucketTable(config.maxPositionEmbeddings, config.relPosBins, config.maxRelPos),
    box: bucketTable(config.max2dPositionEmbeddings, config.rel2dPosBins, config.maxRel2dPos),
    byLength: new Map(),
  };
  known.set(config, made);
  return made;
}

/** Buckets of the distances in reading order, of all pairs of tokens; the visual tokens start again at 0. */
function sequenceBuckets(config: LayoutLMv2Config, tokens: number, length: number): Int32Array {
  const { sequence: table, byLength } = knownBuckets(config);
  const found = byLength.get(length);
  if (found) return found;
  const limit = (table.length - 1) / 2;
  const position = (index: number): number => (index < tokens ? index : index - tokens);
  const buckets = Int32Array.from({ length: length * length }, (_, pair) => {
    const distance = position(pair % length) - position(Math.floor(pair / length));
    return table[limit + distance] ?? 0;
  });
  byLength.set(length, buckets);
  return buckets;
}

/** Of all pairs of tokens of each page, the bucket of their horizontal distance times the number of bins, plus the vertical one's. */
function spatialBuckets(
  config: LayoutLMv2Config,
  { pages, length, left, bottom }: TokenPositions,
): Int32Array {
  const table = knownBuckets(config).box;
  const limit = (table.length - 1) / 2;
  const bins = config.rel2dPosBins;
  const buckets = new Int32Array(pages * length * length);
  let pair = 0;
  for (let start = 0; start < pages * length; start += length) {
    for (let i = start; i < start + length; i++) {
      const [x, y] = [limit - (left[i] ?? 0), limit - (bottom[i] ?? 0)];
      for (let j = start; j < start + length; j++) {
        buckets[pair] = bins * (table[x + (left[j] ?? 0)] ?? 0) + (table[y + (bottom[j] ?? 0)] ?? 0);
        pair += 1;
      }
    }
  }
  return buckets;
}

/** Positions of a batch, text tokens first, then visual tokens; all [pages * length]. */
export type TokenPositions = {
  pages: number;
  /** Text tokens of a page, padding included. */
  tokens: number;
  /** All tokens of a page. */
  length: number;
  left: Int32Array;
  bottom: Int32Array;
  /** 1 for a token, 0 for padding. */
  isToken: Uint8Array;
};

/** Makes the tensors by which {@link attentionBias} looks up; the caller disposes them. */
export function relativePositionIndices(
  config: LayoutLMv2Config,
  positions: TokenPositions,
): RelativePositionIndices {
  const { pages, tokens, length, isToken } = positions;
  const mask = tf.tensor4d(
    Float32Array.from(isToken, (token) => (token ? 0 : MASKED)),
    [pages, 1, 1, length],
  );
  const indices: RelativePositionIndices = { mask };
  if (config.hasRelativeAttentionBias) {
    indices.sequence = tf.tensor1d(sequenceBuckets(config, tokens, length), 'int32');
  }
  if (config.hasSpatialAttentionBias) {
    indices.spatial = tf.tensor1d(spatialBuckets(config, positions), 'int32');
  }
  return indices;
}

/** The bias of all attention scores, [pages, heads, length, length], or only the mask [pages, 1, 1, length]. */
export function attentionBias(tables: RelativePosition, indices: RelativePositionIndices): tf.Tensor4D {
  const [pages, , , length] = indices.mask.shape;
  const parts: tf.Tensor3D[] = []; // each [1 or pages, length * length, heads]
  if (tables.sequence && indices.sequence) {
    parts.push(entriesOf(tables.sequence, indices.sequence, 1));
  }
  if (tables.horizontal && tables.vertical && indices.spatial) {
    const [heads = 0, bins = 0] = tables.horizontal.shape;
    // One table of all pairs of buckets, so that one lookup serves both directions.
    const pairs = tf.add(
      tf.reshape(tables.horizontal, [heads, bins, 1]),
      tf.reshape(tables.vertical, [heads, 1, bins]),
    );
    parts.push(entriesOf(tf.reshape(pairs, [heads, bins * bins]), indices.spatial, pages));
  }
  const [first, ...others] = parts;
  if (!first) return indices.mask;
  // Added up before heads come first, as that order costs as much as everything else here.
  const sum = others.reduce((total, part) => tf.add<tf.Tensor3D>(total, part), first);
  const byHead = tf.transpose(sum, [0, 2, 1]); // [1 or pages, heads, length * length]
  return tf.add(tf.reshape(byHead, [-1, byHead.shape[1], length, length]), indices.mask);
}

/** Entries of `table` [heads, bins] by `indices` [pages * length * length], as [pages, length * length, heads]. */
function entriesOf(table: tf.Tensor, indices: tf.Tensor1D, pages: number): tf.Tensor3D {
  const entries = lookup(tf.transpose(table as tf.Tensor2D), indices);
  return tf.reshape(entries, [pages, indices.size / pages, table.shape[0] ?? 0]);
}
