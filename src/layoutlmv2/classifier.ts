/**
 * A network that only classifies: batch norms folded into the convolutions once, weights that classification does not read
 * left out, pages run in small batches of similar length. It owns its tensors and computes one batch after another, in this
 * thread; pages of several callers are gathered by page-queue.ts.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import { runForInference, tensorsOf } from './blocks.js';
import { collate } from './collate.js';
import type { LayoutLMv2Config } from './config.js';
import type { EncodedPage } from './encoded-page.js';
import { activeEngine, type EngineName } from './engine.js';
import { createGraphCache, type GraphCache } from './engines/graph-cache.js';
import { assertComplete, type ClassifierOutput } from './model.js';
import { type Network, runNetwork } from './network.js';
import { createNetworkInputs, tensorsOfInputs } from './network-inputs.js';
import { noDropout } from './ops/dropout.js';
import { guardAllocations, isOutOfMemory, watchMemory } from './out-of-memory.js';
import { parameterSpec, type Weight, type WeightMap } from './parameters.js';
import { createNetworkBuilder, weightsToRead } from './prepared-network.js';
import { applyPrepared, type Convolution } from './visual-backbone.js';

/** What the network says of one page. */
export type PageResult = {
  /** One number a label; their softmax are the probabilities. */
  logits: Float32Array;
  /** What the classifier read of the page, [3 * hidden]: pages that look alike to the network are close to each other. */
  embedding: Float32Array;
  /** The page's share of the time that its batch took, in milliseconds; waiting is not counted. */
  durationMs: number;
};

export type PageClassifier = {
  /**
   * Classifies pages; results in the order of the pages. Where memory does not suffice for a batch, it goes on with half of it, from
   * then on for whoever asks.
   *
   * @param options.graphs false runs operation by operation also where the engine has graphs, so that each can be timed
   */
  classify(
    pages: readonly EncodedPage[],
    options?: { batchSize?: number; graphs?: boolean },
  ): Promise<PageResult[]>;
  /** Frees the weights. */
  dispose(): void;
};

/** Reads one weight, in the layout of the checkpoint. What it gives may be kept or given away. */
export type ReadWeight = (name: string) => Promise<Weight>;

/** Pages computed at once. On WebAssembly and plain JavaScript larger batches only cost memory: no page gets faster. */
export const BATCH_SIZE = { tensorflow: 8, webgpu: 8, wasm: 1, cpu: 1 } satisfies Record<EngineName, number>;

/**
 * Makes a classifier on the active engine.
 *
 * @throws Error if a weight is missing or of another shape than the configuration demands
 */
export function createPageClassifier(options: {
  config: LayoutLMv2Config;
  weights: WeightMap;
  labelCount: number;
}): PageClassifier {
  const { config, weights, labelCount } = options;
  assertComplete(parameterSpec(config, labelCount), weights);
  const builder = createNetworkBuilder(config);
  for (const spec of weightsToRead(config, labelCount)) {
    const weight = weights.get(spec.name);
    if (weight) builder.add(spec, weight);
  }
  return classifierOf(builder.finish(), config, labelCount);
}

/**
 * Makes a classifier on the active engine from weights that are read one at a time, so that they are never in memory twice.
 *
 * @throws Error if a weight cannot be read, or is of another shape than the configuration demands
 */
export async function loadPageClassifier(options: {
  config: LayoutLMv2Config;
  readWeight: ReadWeight;
  labelCount: number;
}): Promise<PageClassifier> {
  const { config, readWeight, labelCount } = options;
  const builder = createNetworkBuilder(config);
  try {
    for (const spec of weightsToRead(config, labelCount)) builder.add(spec, await readWeight(spec.name));
    const classifier = classifierOf(builder.finish(), config, labelCount);
    freeReadWeights();
    return classifier;
  } catch (error) {
    builder.dispose();
    throw error;
  }
}

/**
 * Frees what the engine has a copy of. To the garbage collector such arrays are small objects, which it leaves for minutes:
 * measured 110 MB at the base size.
 */
function freeReadWeights(): void {
  setFlagsFromString('--expose-gc');
  const collectGarbage: unknown = runInNewContext('gc');
  if (typeof collectGarbage === 'function') collectGarbage();
}

function classifierOf(
  network: Network<Convolution>,
  config: LayoutLMv2Config,
  labelCount: number,
): PageClassifier {
  const embeddingSize = 3 * config.hiddenSize;
  const graphs = createGraphCache();
  guardAllocations();
  let mostAtOnce = Number.POSITIVE_INFINITY;

  async function classifyBatch(pages: readonly EncodedPage[], withGraphs: boolean): Promise<PageResult[]> {
    const startedAt = performance.now();
    const output = runPrepared(network, config, pages, withGraphs ? graphs : undefined);
    try {
      const [logits, pooled] = await Promise.all([
        output.logits.data<'float32'>(),
        output.pooled.data<'float32'>(),
      ]);
      const durationMs = (performance.now() - startedAt) / pages.length;
      return pages.map((_, index) => ({
        logits: logits.slice(index * labelCount, (index + 1) * labelCount),
        embedding: pooled.slice(index * embeddingSize, (index + 1) * embeddingSize),
        durationMs,
      }));
    } finally {
      tf.dispose([output.logits, output.pooled]);
    }
  }

  return {
    async classify(pages, { batchSize = BATCH_SIZE[activeEngine()], graphs: withGraphs = true } = {}) {
      if (!Number.isInteger(batchSize) || batchSize < 1) {
        throw new Error(`The batch size must be a whole number from 1, found ${batchSize}.`);
      }
      // Pages of similar length next to each other, as a batch is padded to its longest page.
      const order = pages
        .map((page, index) => ({ page, index }))
        .sort((a, b) => a.page.inputIds.length - b.page.inputIds.length);
      const results = new Map<number, PageResult>();
      while (results.size < order.length) {
        const part = order.slice(results.size, results.size + Math.min(batchSize, mostAtOnce));
        try {
          const ofPart = part.map(({ page }) => page);
          const found = await watchMemory(() => classifyBatch(ofPart, withGraphs));
          for (const [at, { index }] of part.entries()) {
            const result = found[at];
            if (result) results.set(index, result);
          }
        } catch (error) {
          if (!isOutOfMemory(error) || part.length === 1) throw error;
          mostAtOnce = Math.min(mostAtOnce, Math.ceil(part.length / 2));
        }
      }
      return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
    },
    dispose: () => {
      graphs.dispose();
      tf.dispose(tensorsOf(network));
    },
  };
}

function runPrepared(
  network: Network<Convolution>,
  config: LayoutLMv2Config,
  pages: readonly EncodedPage[],
  graphs: GraphCache | undefined,
): ClassifierOutput {
  return tf.tidy(() => {
    const inputs = createNetworkInputs(config, collate(pages, config));
    const compute = (): tf.Tensor[] => {
      const pass = runNetwork(network, inputs, {
        config,
        apply: applyPrepared,
        runBlock: runForInference,
        dropout: noDropout,
      });
      return [pass.logits.tensor, pass.pooled.tensor];
    };
    const [logits, pooled] = graphs?.run(tensorsOfInputs(inputs), compute) ?? compute();
    return { logits: logits as tf.Tensor2D, pooled: pooled as tf.Tensor2D };
  });
}
