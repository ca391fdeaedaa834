/**
 * Chooses and starts the TensorFlow.js backend that computes everything, and says truthfully what it runs on. How each is
 * loaded is in engines/. It holds no state of its own: TensorFlow.js has one active backend per process.
 */
import * as tf from '@tensorflow/tfjs';
import { describeProcessor } from './engines/processor.js';
import { loadTensorFlow } from './engines/tensorflow.js';
import { loadWasm } from './engines/wasm.js';
import { loadWebGpu } from './engines/webgpu.js';

/** The backends the network runs on, in the order in which `auto` tries them. */
export const ENGINE_NAMES = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** A started backend. */
export type Engine = {
  name: EngineName;
  /** What computes, for people: the software and its version, the GPU or the processor and how it is used. */
  device: string;
  /** The faster engines that `auto` could not start, each with the reason. Empty for an engine that was asked for. */
  passedOver: readonly { name: EngineName; reason: string }[];
};

export type EngineOptions = {
  /**
   * Part of the name of the adapter that `webgpu` takes, as the graphics driver spells it. Without it, the fastest GPU, and none
   * that computes on the processor.
   */
  webgpuAdapter?: string | undefined;
};

/** Each registers a backend under the engine's name, and gives what tells its device once it is active. */
const LOADERS = {
  tensorflow: loadTensorFlow,
  webgpu: ({ webgpuAdapter }) => loadWebGpu(webgpuAdapter || undefined),
  wasm: loadWasm,
  cpu: async () => () => `plain JavaScript, 1 thread, on ${describeProcessor()}`,
} satisfies Record<EngineName, (options: EngineOptions) => Promise<() => string | Promise<string>>>;

/**
 * Starts a backend and makes it the active one of this process.
 *
 * @param preference a backend, or `auto` for the fastest one that is installed
 * @throws Error if the wanted backend cannot be started, saying why and what would help
 */
export async function startEngine(
  preference: EngineName | 'auto',
  options: EngineOptions = {},
): Promise<Engine> {
  // Silences the advice to install another backend; it switches off no check.
  tf.env().set('PROD', true);
  if (preference !== 'auto') {
    return { name: preference, device: await start(preference, options), passedOver: [] };
  }
  const passedOver: { name: EngineName; reason: string }[] = [];
  for (const name of ENGINE_NAMES) {
    try {
      return { name, device: await start(name, options), passedOver };
    } catch (error) {
      passedOver.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const reasons = passedOver.map(({ name, reason }) => `${name}: ${reason}`);
  throw new Error(`No TensorFlow.js backend could be started. ${reasons.join(' ')}`);
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

async function start(name: EngineName, options: EngineOptions): Promise<string> {
  const describe = await LOADERS[name](options);
  if (!(await tf.setBackend(name)))
    throw new Error(`TensorFlow.js could not initialise its backend "${name}".`);
  await tf.ready();
  return await describe();
}
