/**
 * Chooses and starts the TensorFlow.js backend that computes everything, and says truthfully what it runs on. It holds no
 * state of its own: TensorFlow.js has one active backend per process.
 */
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';

/** The backends the network runs on, fastest first. */
export const ENGINE_NAMES = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** A started backend. */
export type Engine = {
  name: EngineName;
  /** What computes, for people: the processor and how it is used. */
  device: string;
};

const STARTERS = {
  tensorflow: startTensorFlow,
  webgpu: startWebGpu,
  wasm: startWasm,
  cpu: startCpu,
} satisfies Record<EngineName, () => Promise<string>>;

/** What `auto` tries, in this order. */
const AUTOMATIC: readonly EngineName[] = ['tensorflow', 'wasm', 'cpu'];

/**
 * Starts a backend and makes it the active one of this process.
 *
 * @param preference a backend, or `auto` for the fastest one that is installed
 * @throws Error if the wanted backend cannot be started, saying why and what would help
 */
export async function startEngine(preference: EngineName | 'auto'): Promise<Engine> {
  // Silences the advice to install another backend; it switches off no check.
  tf.env().set('PROD', true);
  if (preference !== 'auto') return { name: preference, device: await STARTERS[preference]() };
  const failures: string[] = [];
  for (const name of AUTOMATIC) {
    try {
      return { name, device: await STARTERS[name]() };
    } catch (error) {
      failures.push(`${name}: ${messageOf(error)}`);
    }
  }
  throw new Error(`No TensorFlow.js backend could be started. ${failures.join(' ')}`);
}

/** The backend that computes now. */
export function activeEngine(): EngineName {
  const backend = tf.getBackend();
  const name = ENGINE_NAMES.find((known) => known === backend);
  if (!name) {
    throw new Error(`The TensorFlow.js backend "${backend}" is not one of ${ENGINE_NAMES.join(', ')}.`);
  }
  return name;
}

async function activate(name: EngineName): Promise<void> {
  if (!(await tf.setBackend(name)))
    throw new Error(`TensorFlow.js could not initialise its backend "${name}".`);
  await tf.ready();
}

async function startTensorFlow(): Promise<string> {
  try {
    // By a variable, because the package is optional and its native part is often not built.
    const optionalPackage = '@tensorflow/tfjs-node-gpu';
    await import(optionalPackage);
  } catch (error) {
    throw new Error(
      `The native TensorFlow addon of @tensorflow/tfjs-node-gpu is not installed (${firstLineOf(error)}).`,
    );
  }
  await activate('tensorflow');
  return `native TensorFlow on ${processor()}`;
}

function startWebGpu(): Promise<string> {
  return Promise.reject(
    new Error(
      'The engine "webgpu" needs the npm packages "webgpu" and "@tensorflow/tfjs-backend-webgpu", which are not installed.',
    ),
  );
}

async function startWasm(): Promise<string> {
  const require = createRequire(import.meta.url);
  const packageFolder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  const { setWasmPaths, getThreadsCount } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(packageFolder, 'dist', '/'));
  await activate('wasm');
  const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? 'with SIMD' : 'without SIMD';
  const threaded = await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
  const threads = threaded ? getThreadsCount() : 1;
  return `WebAssembly ${simd}, ${threads} ${threads === 1 ? 'thread' : 'threads'}, on ${processor()}`;
}

async function startCpu(): Promise<string> {
  await activate('cpu');
  return `plain JavaScript, 1 thread, on ${processor()}`;
}

function processor(): string {
  const model = cpus()[0]?.model.trim() || 'an unnamed processor';
  return `${model} (${availableParallelism()} cores)`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function firstLineOf(error: unknown): string {
  return messageOf(error).split('\n', 1)[0]?.trim() ?? '';
}
