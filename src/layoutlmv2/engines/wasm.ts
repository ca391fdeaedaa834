/** The `wasm` engine: TensorFlow.js' WebAssembly backend, which is on every machine. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { countOf, describeProcessor } from './processor.js';

/** Registers the backend; gives what it runs on, once it is active. */
export async function loadWasm(): Promise<() => Promise<string>> {
  const require = createRequire(import.meta.url);
  const packageFolder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  const { setWasmPaths, getThreadsCount } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(packageFolder, 'dist', '/'));
  return async () => {
    const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? 'with SIMD' : 'without SIMD';
    const isThreaded = await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
    const threads = countOf(isThreaded ? getThreadsCount() : 1, 'thread');
    return `WebAssembly ${simd}, ${threads}, on ${describeProcessor()}`;
  };
}
