/**
 * What the wasm engine chooses from, layer by layer at the sizes base and small: the products with a weight and the grouped
 * convolutions as the network computes them, against the ways that were found slower. Times are the least of some runs.
 * Not among them is the backend's own transposition of a factor, which takes ten times as long.
 * Usage: npm run bench:wasm [-- base small]
 */
import * as tf from '@tensorflow/tfjs';
import { backboneBlocks } from '../src/layoutlmv2/backbone-blocks.js';
import { type LayoutLMv2Config, visualTokenCount } from '../src/layoutlmv2/config.js';
import { startEngine } from '../src/layoutlmv2/engine.js';
import { modelConfig } from '../src/layoutlmv2/model-sizes.js';
import { padded } from '../src/layoutlmv2/ops/convolution.js';
import { grouped } from '../src/layoutlmv2/ops/grouped-convolution.js';
import { multiplyByTransposed } from '../src/layoutlmv2/ops/multiply.js';

const RUNS = 5;
const TOKENS = 256;

const { device } = await startEngine('wasm');
console.log(`${device}\nms for a page; the first column is what the network does\n`);
for (const [size, vocabulary] of [
  ['base', 30522],
  ['small', 8000],
] as const) {
  if (process.argv.length > 2 && !process.argv.includes(size)) continue;
  const config = modelConfig(size, vocabulary);
  for (const shape of productsOf(config)) compareProducts(size, shape);
  for (const shape of groupedOf(config)) compareGrouped(size, shape);
}

type Product = { rows: number; input: number; output: number };

/** The encoder's products and the backbone's 1x1 convolutions, each once. */
function productsOf(config: LayoutLMv2Config): Product[] {
  const { hiddenSize: hidden, intermediateSize: wide } = config;
  const rows = TOKENS + visualTokenCount(config);
  const encoder = [
    [hidden, 3 * hidden],
    [hidden, hidden],
    [hidden, wide],
    [wide, hidden],
  ].map(([input = 0, output = 0]) => ({ rows, input, output }));
  const pointwise = backboneBlocks(config.backbone).flatMap((block) => [
    { rows: (block.side * block.stride) ** 2, input: block.inChannels, output: block.bottleneckChannels },
    { rows: block.side ** 2, input: block.bottleneckChannels, output: block.outChannels },
  ]);
  return withoutRepeats([...encoder, ...pointwise]);
}

type Grouped = { side: number; channels: number; groups: number; stride: 1 | 2 };

function groupedOf({ backbone }: LayoutLMv2Config): Grouped[] {
  return withoutRepeats(
    backboneBlocks(backbone).map(({ side, stride, bottleneckChannels: channels }) => ({
      side: side * stride,
      channels,
      groups: backbone.groups,
      stride,
    })),
  );
}

function withoutRepeats<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function compareProducts(size: string, { rows, input, output }: Product): void {
  const [x, weight] = [
    tf.randomNormal<tf.Rank.R2>([rows, input]),
    tf.randomNormal<tf.Rank.R2>([output, input]),
  ];
  report(`${size} product ${rows} x ${input} to ${output}`, {
    network: time(() => multiplyByTransposed(x, weight)),
    'weight transposed': time(() => tf.matMul(x, tf.transpose(weight))),
    'sides swapped': time(() => tf.transpose(tf.matMul(weight, tf.transpose(x)))),
  });
  tf.dispose([x, weight]);
}

function compareGrouped(size: string, { side, channels, groups, stride }: Grouped): void {
  const width = channels / groups;
  const x = tf.randomNormal<tf.Rank.R4>([1, side, side, channels]);
  const kernel = tf.randomNormal<tf.Rank.R4>([channels, width, 3, 3]);
  const { arrange, convolve } = grouped(groups, stride);
  const arranged = arrange(kernel);
  const depthwise = tf.tidy(() =>
    tf.reshape<tf.Rank.R4>(
      tf.transpose(tf.reshape<tf.Rank.R4>(kernel, [groups, width, width, 9]), [3, 0, 2, 1]),
      [3, 3, channels, width],
    ),
  );
  report(`${size} ${side} x ${side} of ${channels} in ${groups} groups, stride ${stride}`, {
    network: time(() => convolve(x, arranged)),
    'by channel': time(() => {
      const products = tf.depthwiseConv2d(padded(x, 1), depthwise, stride, 'valid');
      return tf.sum(tf.reshape(products, [products.size / width ** 2, width, width]), 1);
    }),
  });
  tf.dispose([x, kernel, arranged, depthwise]);
}

/** The least time of some runs, in milliseconds; the first only warms up. */
function time(run: () => tf.Tensor): number {
  const times = Array.from({ length: RUNS + 1 }, () => {
    const startedAt = performance.now();
    const result = tf.tidy(run);
    const durationMs = performance.now() - startedAt;
    result.dispose();
    return durationMs;
  });
  return Math.min(...times.slice(1));
}

function report(what: string, times: Record<string, number>): void {
  const columns = Object.entries(times).map(([name, ms]) => `${name} ${ms.toFixed(2)}`);
  console.log(`${what.padEnd(52)} ${columns.join('   ')}`);
}
