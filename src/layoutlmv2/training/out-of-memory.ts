/**
 * Too little memory, as each engine shows it, told apart from all other failures: it is the one that a smaller micro-batch
 * helps against. Operating systems may also end the process without asking; nothing can be done about that here.
 */
import * as tf from '@tensorflow/tfjs';
import { activeEngine } from '../engine.js';

/**
 * - tensorflow: the status RESOURCE_EXHAUSTED, which is 8.
 * - wasm: what {@link guardAllocations} throws; else a write past the end of the memory, or the module giving up.
 * - webgpu: what {@link watchMemory} throws.
 * - Any: an array of JavaScript that cannot be had.
 */
const SIGNS =
  /OOM when allocating|Invalid TF_Status: 8\b|RESOURCE_EXHAUSTED|ResourceExhausted|memory access out of bounds|Cannot enlarge memory|Aborted\(OOM|out of memory|Array buffer allocation failed|Invalid typed array length/i;

/** Whether an error says that the engine or the process has run out of memory. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && SIGNS.test(error.message);
}

/** The allocator of TensorFlow.js' WebAssembly module; 0 stands for "no memory left". */
type WasmModule = { _malloc(bytes: number): number };

const guarded = new WeakSet<WasmModule>();

/**
 * Makes the WebAssembly engine fail where it cannot allocate a tensor. By itself it would take the answer 0 for an address, and
 * write the tensor over its own data. Does nothing on other engines.
 */
export function guardAllocations(): void {
  if (activeEngine() !== 'wasm') return;
  const { wasm } = tf.backend() as unknown as { wasm: WasmModule };
  if (guarded.has(wasm)) return;
  guarded.add(wasm);
  const allocate = wasm._malloc;
  wasm._malloc = (bytes) => {
    // More than the module can address would wrap around.
    const address = bytes < 2 ** 32 ? allocate(bytes) : 0;
    if (address === 0 && bytes > 0)
      throw new Error(`WebAssembly is out of memory: it has no ${bytes} bytes left.`);
    return address;
  };
}

/** The part of WebGPU's device that tells of exhausted memory. */
type GpuDevice = {
  pushErrorScope(filter: 'out-of-memory'): void;
  popErrorScope(): Promise<{ message: string } | null>;
};

/**
 * Runs work on the device, which reports exhausted memory not where it happens but afterwards, and gives zeros meanwhile. On other
 * engines, simply runs it.
 *
 * @param work must wait for its results, so that all of it is over when it resolves
 * @throws Error that {@link isOutOfMemory} recognises, if the device's memory did not suffice
 */
export async function watchMemory<T>(work: () => Promise<T>): Promise<T> {
  if (activeEngine() !== 'webgpu') return await work();
  const { device } = tf.backend() as unknown as { device: GpuDevice };
  device.pushErrorScope('out-of-memory');
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await device.popErrorScope();
    throw error;
  }
  const exhausted = await device.popErrorScope();
  if (exhausted) throw new Error(`The GPU is out of memory: ${exhausted.message}`);
  return result;
}
