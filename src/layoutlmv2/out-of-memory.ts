/**
 * Too little memory, as each engine shows it, told apart from all other failures: it is the one that a smaller micro-batch
 * helps against. Operating systems may also end the process without asking; nothing can be done about that here.
 */
import * as tf from '@tensorflow/tfjs';
import { activeEngine } from './engine.js';

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

/** The parts of WebGPU's device, and of TensorFlow.js' pool of its buffers, that exhausted memory has to do with. */
type GpuBackend = {
  device: {
    pushErrorScope(filter: 'out-of-memory' | 'validation'): void;
    popErrorScope(): Promise<{ message: string } | null>;
  };
  bufferManager: {
    freeBuffers: Map<string, { size: number; destroy(): void }[]>;
    numFreeBuffers: number;
    numBytesAllocated: number;
  };
};

/** Over when nothing is watched any more. */
let watched: Promise<unknown> = Promise.resolve();

/** Whether buffers that were never allocated may be in the pool. */
let poolIsSpoilt = false;

/**
 * Runs work on the device, which reports exhausted memory not where it happens but afterwards, and gives zeros meanwhile: one work
 * after the other, so that it is the one at fault that is told. On other engines, simply runs it.
 *
 * @param work must wait for its results, so that all of it is over when it resolves, and may not itself ask to be watched
 * @throws Error that {@link isOutOfMemory} recognises, if the device's memory did not suffice
 */
export async function watchMemory<T>(work: () => Promise<T>): Promise<T> {
  if (activeEngine() !== 'webgpu') return await work();
  const watching = watched.then(() => watchDevice(work));
  watched = watching.catch(() => {});
  return await watching;
}

async function watchDevice<T>(work: () => Promise<T>): Promise<T> {
  const { device, bufferManager } = tf.backend() as unknown as GpuBackend;
  if (poolIsSpoilt) emptyPool(bufferManager);
  device.pushErrorScope('validation');
  device.pushErrorScope('out-of-memory');
  const outcome = await work().then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  const exhausted = await device.popErrorScope();
  const invalid = await device.popErrorScope();
  const reason = exhausted?.message ?? invalid?.message;
  // A buffer that is larger than any may be is refused as invalid; and what uses a buffer that was not had is invalid, too.
  if (exhausted || (reason && /exceeds the max buffer size/.test(reason))) {
    poolIsSpoilt = true;
    throw new Error(`The GPU is out of memory: ${reason}`);
  }
  if (invalid) throw new Error(`WebGPU failed: ${reason}`);
  if ('error' in outcome) throw outcome.error;
  return outcome.result;
}

/** Frees the buffers that wait to be used again: also good ones, of sizes that smaller batches do not need. */
function emptyPool(pool: GpuBackend['bufferManager']): void {
  for (const buffers of pool.freeBuffers.values()) {
    for (const { size } of buffers) pool.numBytesAllocated -= size;
    for (const buffer of buffers) buffer.destroy();
    buffers.length = 0;
  }
  pool.numFreeBuffers = 0;
  poolIsSpoilt = false;
}
