/**
 * Where the time of a batch goes: every operation of TensorFlow.js is timed while the batch runs, and assigned to a part of the
 * network by the functions it was called from. Engines on the processor compute an operation before they return; WebGPU is asked
 * for the time stamps of the GPU.
 */
import * as tf from '@tensorflow/tfjs';
import type { Answers, ProfileRow } from './protocol.js';

/** Where an operation was called from: functions, and files of the network's folder. */
type Callers = { functions: Set<string>; files: Set<string> };

/** What TensorFlow.js does not show of its engine: each operation on the tape has a function for its gradient. */
type Tape = {
  addTapeNode(...details: unknown[]): void;
  state: { activeTape: { gradient?: (...dys: unknown[]) => unknown }[] };
};

/**
 * Runs a batch several times, the first to warm up, and times the operations of the others; the fastest counts. Those of gradients count to the part
 * whose gradient they compute.
 *
 * @param res2Channels of the network, as the stage of an operation is told from its channels
 */
export async function profileKernels(
  run: () => Promise<unknown>,
  res2Channels: number,
): Promise<Answers['profile']> {
  await run();
  let fastest = await profileOnce(run, res2Channels);
  for (let again = 1; again < TIMES; again += 1) {
    const found = await profileOnce(run, res2Channels);
    if (found.milliseconds < fastest.milliseconds) fastest = found;
  }
  return fastest;
}

/** WebGPU's backend, which computes while JavaScript goes on. */
type GpuBackend = {
  supportTimestampQuery?: boolean;
  time(run: () => void): Promise<{ kernelMs: number }>;
};

/** Enough that one of them is undisturbed, on a machine with other things to do. */
const TIMES = 3;

async function profileOnce(run: () => Promise<unknown>, res2Channels: number): Promise<Answers['profile']> {
  const rows = new Map<string, ProfileRow>();
  const engine = tf.engine();
  const tape = engine as unknown as Tape;
  const { runKernel } = engine;
  const { addTapeNode } = tape;
  /** From where the operation was called whose gradient is being computed. */
  let forward: (Callers & { stage: number }) | undefined;
  let stage = 2;
  let spentOnLooking = 0;
  let depth = 0;
  const gpu = tf.backend() as unknown as GpuBackend;
  const onGpu: Promise<void>[] = [];

  const look = <T>(at: () => T): T => {
    const started = performance.now();
    const found = at();
    spentOnLooking += performance.now() - started;
    return found;
  };
  engine.runKernel = function runTimed(kernel, inputs, attributes) {
    const lookedBefore = spentOnLooking;
    const started = performance.now();
    depth += 1;
    let result: ReturnType<typeof runKernel> | undefined;
    let stamps: ReturnType<GpuBackend['time']> | undefined;
    const compute = (): void => {
      result = runKernel.call(engine, kernel, inputs, attributes);
    };
    try {
      if (gpu.supportTimestampQuery && depth === 1) stamps = gpu.time(compute);
      else compute();
    } finally {
      depth -= 1;
    }
    const milliseconds = performance.now() - started - (spentOnLooking - lookedBefore);
    // Operations inside others are part of these.
    if (depth > 0) return result as never;
    look(() => {
      const output = Array.isArray(result) ? result[0] : (result as tf.Tensor | undefined);
      const called = callers();
      if (!forward) stage = stageOf(kernel, called, output, res2Channels) ?? stage;
      const part = partOf(kernel, called, forward, forward?.stage ?? stage);
      const row = rows.get(part) ?? { part, milliseconds: 0, flops: 0, kernels: 0 };
      if (!stamps) row.milliseconds += milliseconds;
      else
        onGpu.push(
          stamps.then(({ kernelMs }) => {
            row.milliseconds += kernelMs;
          }),
        );
      row.flops += flopsOf(kernel, inputs as Record<string, tf.Tensor>, attributes, output);
      row.kernels += 1;
      rows.set(part, row);
    });
    return result as never;
  };
  tape.addTapeNode = (...details) => {
    addTapeNode.apply(tape, details);
    const node = tape.state.activeTape.at(-1);
    const gradient = node?.gradient;
    if (!node || !gradient) return;
    const from = look(() => ({ ...callers(), stage }));
    node.gradient = (...dys) => {
      const outer = forward;
      forward = from;
      try {
        return gradient(...dys);
      } finally {
        forward = outer;
      }
    };
  };
  try {
    const started = performance.now();
    await run();
    let milliseconds = performance.now() - started - spentOnLooking;
    if (gpu.supportTimestampQuery) {
      await Promise.all(onGpu);
      // Asking for time stamps takes time of its own.
      engine.runKernel = runKernel;
      const again = performance.now();
      await run();
      milliseconds = performance.now() - again;
    }
    const inKernels = [...rows.values()].reduce((sum, row) => sum + row.milliseconds, 0);
    const between = milliseconds - inKernels;
    const rest = { part: 'between operations', milliseconds: between, flops: 0, kernels: 0 };
    const sorted = [...rows.values()].sort((a, b) => a.part.localeCompare(b.part));
    return { rows: [...sorted, rest], milliseconds };
  } finally {
    engine.runKernel = runKernel;
    tape.addTapeNode = addTapeNode;
  }
}

function callers(): Callers {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    // Deep enough for an operation in a part that is recomputed in a gradient.
    Error.stackTraceLimit = 80;
    Error.prepareStackTrace = (_, sites) => sites;
    const sites = new Error().stack as unknown as NodeJS.CallSite[];
    const files = sites
      .map((site) => site.getFileName() ?? '')
      .filter((file) => file.includes('layoutlmv2/'));
    return {
      functions: new Set(sites.map((site) => site.getFunctionName() ?? '')),
      files: new Set(files.map((file) => file.replace(/^.*layoutlmv2\//, '').replace(/\.[jt]s$/, ''))),
    };
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const PRODUCTS = new Set(['BatchMatMul', '_FusedMatMul', 'Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative']);
const isProduct = (kernel: string): boolean => PRODUCTS.has(kernel) || kernel.startsWith('Conv2DBackprop');

/** The backbone's stage, where an operation shows it: the first 1x1 convolution of a block has the stage's channels. */
function stageOf(
  kernel: string,
  { functions, files }: Callers,
  output: tf.Tensor | undefined,
  res2Channels: number,
): number | undefined {
  if (!files.has('ops/convolution') || files.has('ops/grouped-convolution')) return undefined;
  if (!functions.has('runBottleneck') || !isProduct(kernel)) return undefined;
  const stage = 2 + Math.log2((output?.shape.at(-1) ?? 0) / res2Channels);
  return [2, 3, 4, 5].includes(stage) ? stage : undefined;
}

/** Files of one kind of operation, whatever part of the network uses it. */
const OPERATIONS = {
  'ops/gelu': 'GELU',
  'ops/layer-norm': 'layer norm',
  'ops/dropout': 'dropout',
  'ops/biased-softmax': 'attention, softmax and bias',
  'relative-position': 'relative-position bias',
  embeddings: 'embeddings',
};

/** @param forward where the operation was called from whose gradient this one is part of */
function partOf(kernel: string, own: Callers, forward: Callers | undefined, stage: number): string {
  const within = (file: string): boolean => own.files.has(file) || forward?.files.has(file) === true;
  const calledBy = (name: string): boolean =>
    own.functions.has(name) || forward?.functions.has(name) === true;
  const direction = forward ? 'backward: ' : '';
  const what = isProduct(kernel) ? '' : ', no product';
  if (within('training/adamw')) return 'AdamW';
  if (within('training/gradient-norm')) return 'gradient norm';
  if (calledBy('runFeaturePyramid')) return `${direction}FPN${what}`;
  if (calledBy('runStem')) return `${direction}stem${what}`;
  if (calledBy('runBottleneck')) {
    if (within('ops/grouped-convolution')) return `${direction}res${stage} 3x3 grouped${what}`;
    if (within('ops/convolution')) return `${direction}res${stage} 1x1${what}`;
    return `${direction}res${stage} bias, ReLU, sum`;
  }
  for (const [file, name] of Object.entries(OPERATIONS)) if (within(file)) return `${direction}${name}`;
  if (within('ops/attention')) return `${direction}attention${isProduct(kernel) ? ' products' : what}`;
  if (within('ops/multiply')) return `${direction}linear${what}`;
  if (within('encoder')) return `${direction}encoder, the rest`;
  if (within('network-inputs')) return 'inputs';
  // On the tape, gradients of an operation with several uses are added up.
  return `${direction}the rest: ${kernel}`;
}

/** Operations of products; twice the multiply-accumulates. */
function flopsOf(
  kernel: string,
  inputs: Record<string, tf.Tensor>,
  attributes: object | undefined,
  output: tf.Tensor | undefined,
): number {
  if (!output) return 0;
  if (kernel === 'BatchMatMul' || kernel === '_FusedMatMul') {
    const { transposeA } = (attributes ?? {}) as { transposeA?: boolean };
    return 2 * output.size * (inputs.a?.shape.at(transposeA ? -2 : -1) ?? 0);
  }
  const [height = 0, width = 0, channels = 0] = inputs.filter?.shape ?? [];
  if (kernel === 'Conv2D' || kernel === 'FusedConv2D') return 2 * output.size * height * width * channels;
  if (kernel === 'DepthwiseConv2dNative') return 2 * output.size * height * width;
  if (kernel === 'Conv2DBackpropFilter') {
    const { dy } = inputs;
    const [filterHeight = 0, filterWidth = 0, filterChannels = 0] = output.shape;
    return 2 * (dy?.size ?? 0) * filterHeight * filterWidth * filterChannels;
  }
  if (kernel === 'Conv2DBackpropInput') return 2 * (inputs.dy?.size ?? 0) * height * width * channels;
  return 0;
}
