/**
 * The `webgpu` engine: Dawn, Chromium's WebGPU, from the npm package `webgpu`, under TensorFlow.js' WebGPU backend. Both packages
 * are optional. GPUs of any maker do; adapters that compute on the processor are slower than the `wasm` engine, so they are
 * used only if asked for by name, as tests do.
 */
import { existsSync, readdirSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';

const DAWN = 'webgpu';
const BACKEND = '@tensorflow/tfjs-backend-webgpu';

/** The part of WebGPU that starting a backend needs. */
type Adapter = {
  info: {
    vendor: string;
    architecture: string;
    device: string;
    description: string;
    isFallbackAdapter?: boolean;
  };
  features: { has(feature: string): boolean };
  limits: Record<string, number>;
  requestDevice(descriptor: {
    requiredFeatures: string[];
    requiredLimits: Record<string, number>;
  }): Promise<Device>;
};
type Device = {
  lost: Promise<{ reason: string; message: string }>;
  addEventListener(type: 'uncapturederror', listener: (event: { error: { message: string } }) => void): void;
};
type Gpu = { requestAdapter(options: { powerPreference: string }): Promise<Adapter | null> };

/** Limits that TensorFlow.js' shaders and large weights are bound by; WebGPU grants the least of each unless asked. */
const RAISED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
];

/** The device of this process: TensorFlow.js' backend cannot be given another. */
let started: { wanted: string | undefined; device: Promise<string> } | undefined;

/**
 * Requests a device and registers TensorFlow.js' backend for it, once for each process.
 *
 * @param wanted part of the adapter's name, as the driver spells it; without it, the fastest GPU
 * @returns what it runs on
 * @throws Error if the packages are not installed, there is no such adapter, or this process already has another
 */
export async function loadWebGpu(wanted: string | undefined): Promise<() => string> {
  started ??= { wanted, device: startDawn(wanted) };
  if (started.wanted !== wanted) {
    const taken = started.wanted ? `the adapter named "${started.wanted}"` : 'the fastest GPU';
    throw new Error(`WebGPU in this process has ${taken} already, and cannot change.`);
  }
  try {
    const device = await started.device;
    return () => device;
  } catch (error) {
    started = undefined;
    throw error;
  }
}

async function startDawn(wanted: string | undefined): Promise<string> {
  if (!wanted && !mayHaveGpu())
    throw new Error('This machine has no GPU (no /dev/dri/renderD*, /dev/nvidia* or /dev/dxg).');
  const dawn: { create(options: string[]): Gpu; globals: object } = await importOptional(DAWN);
  const gpu = dawn.create(wanted ? [`adapter=${wanted}`] : []);
  Object.assign(globalThis, dawn.globals);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new Error('WebGPU finds no adapter: a GPU needs its Vulkan driver, and on Linux libvulkan.so.1.');
  }
  const name = nameOf(adapter);
  if (!wanted && isSoftware(adapter)) {
    throw new Error(`WebGPU finds only "${name}", which computes on the processor.`);
  }
  const { WebGPUBackend } = await importOptional(BACKEND);
  const device = await adapter.requestDevice({
    requiredFeatures: ['timestamp-query'].filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(RAISED_LIMITS.map((limit) => [limit, adapter.limits[limit] ?? 0])),
  });
  endProcessOnErrors(device);
  exposeGpu(gpu);
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info));
  return `WebGPU on ${name}${isSoftware(adapter) ? ', which computes on the processor' : ''}`;
}

/** Linux shows GPUs as device files; asking Dawn on a machine without any would print its warnings. */
function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  const hasRenderNode =
    existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  return hasRenderNode || existsSync('/dev/nvidia0') || existsSync('/dev/dxg');
}

function isSoftware({ info }: Adapter): boolean {
  const name = `${info.architecture} ${info.device} ${info.description}`;
  return info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(name);
}

function nameOf({ info }: Adapter): string {
  const name = info.description || info.device || info.architecture || 'an unnamed adapter';
  return info.vendor ? `${name} (${info.vendor})` : name;
}

/** What the backend looks for to know that there is WebGPU; Node 20 has no `navigator`. */
function exposeGpu(gpu: Gpu): void {
  const scope = globalThis as { navigator?: object };
  if (!scope.navigator) Object.defineProperty(scope, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
}

/**
 * WebGPU reports errors such as exhausted memory late and to listeners only, while what was computed stays zeros. Those must not
 * become results.
 */
function endProcessOnErrors(device: Device): void {
  const fail = (message: string): void => {
    process.nextTick(() => {
      throw new Error(`WebGPU failed: ${message}`);
    });
  };
  device.addEventListener('uncapturederror', ({ error }) => fail(error.message));
  void device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed') fail(`the device was lost (${message})`);
  });
}

/** A package that need not be there. */
async function importOptional(name: string) {
  try {
    return await import(name);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new Error(`The optional npm package "${name}" cannot be loaded (${reason}).`);
  }
}
