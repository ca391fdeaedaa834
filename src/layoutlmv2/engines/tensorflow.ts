/**
 * The `tensorflow` engine: the C library of TensorFlow behind @tensorflow/tfjs-node-gpu, on the CPU or on an NVIDIA GPU. The
 * package is optional, and its native part is built by `npm run tensorflow:install`. This is the one place that knows what
 * the package, last released for Node 18 and TensorFlow 2.9, lacks today:
 *
 * - Functions of Node's `util` that Node 23 removed. {@link replaceRemovedFunctions} gives them back before it is imported.
 * - NVIDIA's libraries, which TensorFlow opens by name. {@link preloadCudaLibraries} loads those that lie beside TensorFlow, so
 *   that no system CUDA and no LD_LIBRARY_PATH is needed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, constants } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { countOf, describeProcessor } from './processor.js';

const PACKAGE = '@tensorflow/tfjs-node-gpu';

/** What the package's backend tells about itself, beyond TensorFlow.js' interface. */
type NativeBackend = { isUsingGpuDevice: boolean; binding: { TF_Version: string } };

/**
 * Loads TensorFlow and registers its backend. TensorFlow.js stays the one that this process already uses: the package requires
 * the same version, so npm installs one copy.
 *
 * @returns what it runs on, once the backend is active
 * @throws Error if the native part is not built or cannot be loaded
 */
export async function loadTensorFlow(): Promise<() => string> {
  const require = createRequire(import.meta.url);
  try {
    replaceRemovedFunctions(require('node:util'));
    preloadCudaLibraries(join(dirname(require.resolve(`${PACKAGE}/package.json`)), 'deps', 'nvidia'));
    // TensorFlow's information is for its developers; warnings still show. A setting of the user's stays.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
    // Otherwise the first process takes all of a GPU's memory, and worker and trainer cannot share it.
    process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
    // TensorFlow switches oneDNN on by itself only on processors that have AVX-512 VNNI. Without it, its optimiser joins grouped
    // convolutions with their biases into an operation that it cannot run, and products are slower.
    process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
    await import(PACKAGE);
  } catch (error) {
    throw new Error(`${reasonOf(error)} Run "npm run tensorflow:install".`);
  }
  return describeTensorFlow;
}

/** Why the package could not be loaded, in a sentence. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  if (message.includes(`'${PACKAGE}`)) return `The optional npm package ${PACKAGE} is not installed.`;
  // The package's own advice is for its own ways of building it.
  if (message.includes('tfjs_binding.node) can not be found'))
    return "TensorFlow's native part is not built.";
  return `TensorFlow's native part cannot be loaded: ${message}`;
}

/**
 * Functions of Node's `util` that the package calls, with the meaning they had. Also where they still exist, as Node 22 warns of
 * each use.
 */
function replaceRemovedFunctions(util: Record<string, unknown>): void {
  util.isNullOrUndefined = (value: unknown): boolean => value === null || value === undefined;
  util.isArray = Array.isArray;
}

/** A library stays in memory although it is no addon: glibc's RTLD_NODELETE, which Node does not name. */
const RTLD_NODELETE = 0x1000;

/** What TensorFlow opens by name, in an order in which each comes after those it needs. Others are parts of these. */
const CUDA_LIBRARIES = [
  'cudart',
  'nvrtc',
  'nvJitLink',
  'cublasLt',
  'cublas',
  'cusparse',
  'cusolver',
  'cufft',
  'curand',
  'cudnn',
  'nccl',
  'cupti',
];

/**
 * Loads NVIDIA's libraries from `folder`, laid out as in their Python wheels: `<component>/lib/lib<name>.so.<major>`. The dynamic
 * linker then finds them by name when TensorFlow asks.
 */
function preloadCudaLibraries(folder: string): void {
  const paths = namesIn(folder).flatMap((component) => {
    const libraries = join(folder, component, 'lib');
    return namesIn(libraries).map((name) => join(libraries, name));
  });
  for (const library of CUDA_LIBRARIES) {
    const path = paths.find((candidate) => new RegExp(`/lib${library}\\.so\\.\\d+$`).test(candidate));
    if (path) loadLibrary(path);
  }
}

function loadLibrary(path: string): void {
  try {
    const flags = constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | RTLD_NODELETE;
    process.dlopen({ exports: {} }, path, flags);
  } catch (error) {
    // Node says so of every library that is loaded, but is no addon.
    const isLoaded = error instanceof Error && error.message.includes('did not self-register');
    if (!isLoaded) throw error;
  }
}

function describeTensorFlow(): string {
  const backend = tf.backend() as unknown as NativeBackend;
  const name = `TensorFlow ${backend.binding.TF_Version}`;
  if (backend.isUsingGpuDevice) return `${name} on ${describeGpu()}`;
  const wanted = Number(process.env.TF_NUM_INTRAOP_THREADS);
  const threads = wanted > 0 ? wanted : availableParallelism();
  return `${name}, ${countOf(threads, 'thread')}, on ${describeProcessor()}`;
}

/** NVIDIA's driver lists its GPUs in files. TensorFlow does not say which one it took, so all kinds there are are named. */
function describeGpu(): string {
  const folder = '/proc/driver/nvidia/gpus';
  const models = namesIn(folder).map((gpu) =>
    /^Model:\s*(.+)$/m.exec(readFileSync(join(folder, gpu, 'information'), 'utf8'))?.[1]?.trim(),
  );
  const kinds = [...new Set(models.filter((model) => model !== undefined))];
  return kinds.length === 0 ? 'a GPU' : kinds.join(' or ');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
