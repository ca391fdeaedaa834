/** Faults of an engine, made on purpose. */
import * as tf from '@tensorflow/tfjs';
import type { EngineName } from '../../src/layoutlmv2/engine.js';

/** What the engines say where memory ends. */
const exhaustion: Readonly<Record<EngineName, string>> = {
  tensorflow:
    'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[4,2,64,64] and type float',
  webgpu: 'The GPU is out of memory: Not enough memory left.',
  wasm: 'WebAssembly is out of memory: it has no 131072 bytes left.',
  cpu: 'Array buffer allocation failed',
};

/** Makes an operation of the engine fail for want of memory, until the end, whenever `fails` says so of the shape of its first input. */
export function failKernel(
  engine: EngineName,
  kernelName: string,
  fails: (shape: readonly number[]) => boolean,
): { end(): void } {
  const kernel = tf.getKernel(kernelName, engine);
  const replaceBy = (kernelFunc: typeof kernel.kernelFunc) => {
    tf.unregisterKernel(kernelName, engine);
    tf.registerKernel({ kernelName, backendName: engine, kernelFunc });
  };
  replaceBy((call) => {
    const [input] = Object.values(call.inputs);
    if (input && fails(input.shape)) throw new Error(exhaustion[engine]);
    return kernel.kernelFunc(call);
  });
  return { end: () => replaceBy(kernel.kernelFunc) };
}
