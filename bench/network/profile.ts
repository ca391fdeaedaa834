/**
 * Where the time of a batch goes: every operation of TensorFlow.js is timed while the batch runs, and assigned to a part of the
 * network by the functions it was called from. It needs an engine that computes an operation before it returns.
 */
import * as tf from '@tensorflow/tfjs';
import type { Answers, ProfileRow } from './protocol.js';

/** Runs a batch twice, the first time to warm up, and times the operations of the second. */
export async function profileKernels(run: () => Promise<unknown>): Promise<Answers['profile']> {
  await run();
  const rows = new Map<string, ProfileRow>();
  const engine = tf.engine();
  const original = engine.runKernel;
  let spentOnLooking = 0;
  let depth = 0;
  engine.runKernel = function runTimed(kernel, inputs, attributes) {
    const started = performance.now();
    depth += 1;
    let result: ReturnType<typeof original>;
    try {
      result = original.call(engine, kernel, inputs, attributes);
    } finally {
      depth -= 1;
    }
    const finished = performance.now();
    // Operations inside others are part of these.
    if (depth > 0) return result as never;
    const output = Array.isArray(result) ? result[0] : (result as tf.Tensor | undefined);
    const part = partOf(kernel, callers(), output?.shape ?? []);
    const row = rows.get(part) ?? { part, milliseconds: 0, flops: 0, kernels: 0 };
    row.milliseconds += finished - started;
    row.flops += flopsOf(kernel, inputs as Record<string, tf.Tensor>, attributes, output);
    row.kernels += 1;
    rows.set(part, row);
    spentOnLooking += performance.now() - finished;
    return result as never;
  };
  try {
    const started = performance.now();
    await run();
    const milliseconds = performance.now() - started - spentOnLooking;
    const inKernels = [...rows.values()].reduce((sum, row) => sum + row.milliseconds, 0);
    const rest = {
      part: 'JavaScript between operations',
      milliseconds: milliseconds - inKernels,
      flops: 0,
      kernels: 0,
    };
    const sorted = [...rows.values()].sort((a, b) => a.part.localeCompare(b.part));
    return { rows: [...sorted, rest], milliseconds };
  } finally {
    engine.runKernel = original;
  }
}

/** The functions an operation was called from, the nearest first: their names, and their files in the network's folder. */
function callers(): { functions: Set<string>; files: string[] } {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    // Deep enough for an operation in a part that is recomputed in a gradient.
    Error.stackTraceLimit = 80;
    Error.prepareStackTrace = (_, sites) => sites;
    const sites = new Error().stack as unknown as NodeJS.CallSite[];
    const names = sites.map((site) => site.getFunctionName()).filter((name) => name !== null);
    const files = sites
      .map((site) => site.getFileName() ?? '')
      .filter((file) => file.includes('layoutlmv2/'));
    return {
      functions: new Set(names),
      files: files.map((file) => file.replace(/^.*layoutlmv2\//, '').replace(/\.[jt]s$/, '')),
    };
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Files of one operation, whatever part of the network uses it. */
const OPERATIONS: Record<string, string> = {
  'ops/gelu': 'GELU',
  'ops/layer-norm': 'layer norm',
  'ops/dropout': 'dropout',
  'ops/biased-softmax': 'attention softmax and bias',
};

const PRODUCTS = new Set(['BatchMatMul', '_FusedMatMul', 'Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative']);
const isProduct = (kernel: string): boolean => PRODUCTS.has(kernel) || kernel.startsWith('Conv2DBackprop');

function partOf(
  kernel: string,
  { functions, files }: ReturnType<typeof callers>,
  shape: readonly number[],
): string {
  const within = (file: string): boolean => files.includes(file);
  if (within('training/adamw')) return 'AdamW';
  if (within('training/gradient-norm')) return 'gradient norm';
  const what = isProduct(kernel) ? '' : ', no product';
  if (within('visual-backbone') || within('ops/grouped-convolution') || within('ops/convolution')) {
    if (functions.has('runFeaturePyramid')) return `FPN${what}`;
    if (functions.has('runStem') || functions.has('convolveStem')) return `stem${what}`;
    const stage = `res${Math.log2((shape.at(-1) ?? 0) / 256) + 2}`;
    if (functions.has('convolveGrouped') || within('ops/grouped-convolution'))
      return `${stage} 3x3 grouped${what}`;
    if (functions.has('convolvePointwise')) return `${stage} 1x1${what}`;
    return `${stage} bias, ReLU, sum`;
  }
  for (const [file, name] of Object.entries(OPERATIONS)) if (within(file)) return name;
  if (within('relative-position')) return 'relative-position bias';
  if (within('embeddings')) return 'embeddings';
  if (within('ops/attention')) return isProduct(kernel) ? 'attention products' : 'attention, no product';
  if (within('ops/multiply')) return `linear${what}`;
  if (within('encoder')) return 'encoder, the rest';
  if (within('network-inputs')) return 'inputs';
  return 'the rest';
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
