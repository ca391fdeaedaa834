/**
 * The weights and inputs of the recorded reference values: a hash of each name and position, so that even a network of the
 * base size needs no file.
 */

import type { ModelBatch } from '../../src/layoutlmv2/collate.js';
import type { LayoutLMv2Config } from '../../src/layoutlmv2/config.js';
import { IMAGE_SIDE } from '../../src/layoutlmv2/encoded-page.js';
import { elementCount, parameterSpec, type WeightMap } from '../../src/layoutlmv2/parameters.js';

/** The `i`-th 32-bit number of the stream called `name`. */
function hashStream(name: string): (i: number) => number {
  let seed = 0x811c9dc5;
  for (const byte of Buffer.from(name, 'utf8')) seed = Math.imul(seed ^ byte, 0x01000193);
  return (i) => {
    let x = (Math.imul(i, 0x9e3779b9) + seed) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) >>> 0;
  };
}

/** Half-width and centre of the uniform distribution a weight is drawn from. */
function spreadOf(name: string, shape: readonly number[]): { scale: number; offset: number } {
  if (name.endsWith('norm.weight')) {
    return name.includes('.conv3.') ? { scale: 0.05, offset: 0.2 } : { scale: 0.1, offset: 1 };
  }
  if (name.endsWith('norm.bias') || name.endsWith('norm.running_mean')) return { scale: 0.1, offset: 0 };
  if (name.endsWith('norm.running_var')) return { scale: 0.3, offset: 1 };
  if (name.endsWith('LayerNorm.weight')) return { scale: 0.1, offset: 1 };
  if (name.endsWith('LayerNorm.bias')) return { scale: 0.05, offset: 0 };
  if (name.includes('embeddings.weight')) return { scale: 0.2, offset: 0 };
  if (name.includes('rel_pos')) return { scale: 0.5, offset: 0 };
  if (name.endsWith('_bias') || name.endsWith('.bias')) return { scale: 0.1, offset: 0 };
  const fan = elementCount(shape.slice(1));
  return { scale: Math.sqrt((shape.length === 4 ? 6 : 3) / fan), offset: 0 };
}

/** The weights of the reference values for a configuration. */
export function fixtureWeights(config: LayoutLMv2Config, labelCount: number): WeightMap {
  return new Map(
    parameterSpec(config, labelCount).map(({ name, shape }) => {
      const stream = hashStream(name);
      const { scale, offset } = spreadOf(name, shape);
      const data = new Float32Array(elementCount(shape));
      for (let i = 0; i < data.length; i++) data[i] = ((stream(i) >>> 8) / 2 ** 23 - 1) * scale + offset;
      return [name, { shape, data }];
    }),
  );
}

/** The inputs of the reference values: `pages` pages of `tokens` tokens; page p ends in `pad` * (p + 1) tokens of padding. */
export function fixtureBatch(
  config: LayoutLMv2Config,
  pages: number,
  tokens: number,
  pad: number,
): ModelBatch {
  const ids = hashStream('input_ids');
  const sides = ['bx0', 'by0', 'bx1', 'by1'].map(hashStream);
  const pixel = hashStream('image');
  const tokenCounts = Array.from({ length: pages }, (_, page) => tokens - pad * (page + 1));
  const inputIds = new Int32Array(pages * tokens);
  const boxes = new Int32Array(pages * tokens * 4);
  for (let i = 0; i < pages * tokens; i++) {
    const [page, token] = [Math.floor(i / tokens), i % tokens];
    if (token >= (tokenCounts[page] ?? 0)) continue;
    inputIds[i] = ids(i) % config.vocabSize;
    if (token === 0) continue;
    const [a = 0, b = 0, c = 0, d = 0] = sides.map((side) => side(i) % 1001);
    boxes.set([Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)], 4 * i);
  }
  const images = new Uint8Array(pages * IMAGE_SIDE * IMAGE_SIDE * 3);
  for (let i = 0; i < images.length; i++) {
    // The stream runs over [page, channel, row, column], the batch over [page, row, column, channel].
    const [channel, pixelIndex] = [i % 3, Math.floor(i / 3)];
    const [page, position] = [Math.floor(pixelIndex / IMAGE_SIDE ** 2), pixelIndex % IMAGE_SIDE ** 2];
    images[i] = pixel((page * 3 + channel) * IMAGE_SIDE ** 2 + position) & 255;
  }
  return { pages, tokens, inputIds, boxes, tokenCounts, images };
}
