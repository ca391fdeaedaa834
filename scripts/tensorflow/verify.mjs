// Run in a process of its own: loads TensorFlow as the product does, and checks a matrix product and a forward pass of a tiny network
// against the WebAssembly engine. Its last line is what it found, as JSON; any failure ends it with an error.
import * as tf from '@tensorflow/tfjs';
import { createPageClassifier } from '../../dist/layoutlmv2/classifier.js';
import { startEngine } from '../../dist/layoutlmv2/engine.js';
import { initialiseWeights } from '../../dist/layoutlmv2/initialise.js';
import { modelConfig } from '../../dist/layoutlmv2/model-sizes.js';
import { createRandom } from '../../dist/layoutlmv2/random.js';

const SIDE = 1536;
const LABELS = 4;
// Sums of at most some thousand single-precision products, in another order.
const TOLERANCE = 1e-4;
// GPUs may multiply with 10 bits of mantissa (TensorFloat-32).
const GPU_TOLERANCE = 2e-2;

const config = modelConfig('tiny', 100);
const weights = initialiseWeights(config, LABELS, 1);
const random = createRandom(2);
const page = {
  inputIds: Array.from({ length: 32 }, () => random.integer(100)),
  boxes: Array.from({ length: 32 }, () => [100, 200, 300, 240]).flat(),
  image: Uint8Array.from({ length: 224 * 224 * 3 }, () => random.integer(256)),
  truncatedTokens: 0,
};

async function compute() {
  const left = tf.randomUniform([SIDE, SIDE], -1, 1, 'float32', 3);
  const right = tf.randomUniform([SIDE, SIDE], -1, 1, 'float32', 4);
  const times = [];
  let product = [];
  // The first run starts threads or compiles.
  for (let turn = 0; turn < 3; turn += 1) {
    const started = performance.now();
    const result = tf.matMul(left, right);
    product = await result.data();
    times.push(performance.now() - started);
    result.dispose();
  }
  const classifier = createPageClassifier({ config, weights, labelCount: LABELS });
  const [{ logits, embedding }] = await classifier.classify([page]);
  classifier.dispose();
  return { product, network: [...logits, ...embedding], gflops: (2 * SIDE ** 3) / Math.min(...times) / 1e6 };
}

function distance(found, wanted) {
  let [largest, difference] = [0, 0];
  for (let i = 0; i < wanted.length; i += 1) {
    largest = Math.max(largest, Math.abs(wanted[i]));
    // Not a maximum: a NaN must not get lost.
    if (!(Math.abs(found[i] - wanted[i]) <= difference)) difference = Math.abs(found[i] - wanted[i]);
  }
  return difference / largest;
}

await startEngine('wasm');
const wanted = await compute();
const { device } = await startEngine('tensorflow');
const found = await compute();
const tolerance = tf.backend().isUsingGpuDevice ? GPU_TOLERANCE : TOLERANCE;
for (const part of ['product', 'network']) {
  const error = distance(found[part], wanted[part]);
  if (!(error <= tolerance))
    throw new Error(`TensorFlow computes something else than WebAssembly: the ${part} is ${error} away.`);
}
console.log(
  JSON.stringify({
    device,
    gflops: found.gflops,
    isGpu: tf.backend().isUsingGpuDevice,
    wasmGflops: wanted.gflops,
  }),
);
