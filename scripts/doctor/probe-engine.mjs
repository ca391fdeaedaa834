// Run in a process of its own, as native code may end it: starts one engine and measures how fast it multiplies matrices. Its last
// line is what it found, as JSON: { device, gflops } or { reason }.
import * as tf from '@tensorflow/tfjs';
import { startEngine } from '../../dist/layoutlmv2/engine.js';

const SMALLEST_SIDE = 128;
const LARGEST_SIDE = 8192;
// Long enough that starting threads and reading the clock do not count.
const LONG_ENOUGH_MS = 400;
const PRODUCTS = 3;

try {
  const { device } = await startEngine(process.argv[2], { webgpuAdapter: process.env.WEBGPU_ADAPTER });
  report({ device, gflops: await measureMatMul() });
} catch (error) {
  report({ reason: error.message });
}

// GFLOP/s of products of square matrices, the larger the faster the engine.
async function measureMatMul() {
  for (let side = SMALLEST_SIDE; ; side *= 2) {
    // With this spread, a product is as large as its factors.
    const factor = tf.randomNormal([side, side], 0, 1 / Math.sqrt(side));
    await multiply(factor, 1);
    const started = performance.now();
    await multiply(factor, PRODUCTS);
    const elapsedMs = performance.now() - started;
    factor.dispose();
    if (elapsedMs >= LONG_ENOUGH_MS || side >= LARGEST_SIDE)
      return (PRODUCTS * 2 * side ** 3) / elapsedMs / 1e6;
  }
}

// Reads one number of the result: engines compute when asked for it, and moving the rest does not belong to the product.
async function multiply(factor, times) {
  const corner = tf.tidy(() => {
    let product = factor;
    for (let turn = 0; turn < times; turn += 1) product = tf.matMul(product, factor);
    return tf.slice(product, [0, 0], [1, 1]);
  });
  await corner.data();
  corner.dispose();
}

function report(found) {
  // A process that used WebGPU or threads may have more to do; nobody waits for it.
  process.stdout.write(`\n${JSON.stringify(found)}\n`, () => process.exit(0));
}
