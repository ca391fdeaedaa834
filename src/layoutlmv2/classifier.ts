/**
 * A network that only classifies: batch norms folded into the convolutions once, weights that classification does not read
 * left out, pages run in small batches of similar length. It owns its tensors.
 */
import * as tf from '@tensorflow/tfjs';
import { runForInference, tensorsOf } from './blocks.js';
import { collate } from './collate.js';
import type { LayoutLMv2Config } from './config.js';
import type { EncodedPage } from './encoded-page.js';
import { activeEngine, type EngineName } from './engine.js';
import { assertComplete, type ClassifierOutput } from './model.js';
import { type Network, networkOf, runNetwork } from './network.js';
import { createNetworkInputs } from './network-inputs.js';
import { noDropout } from './ops/dropout.js';
import { parameterSpec, type WeightMap } from './parameters.js';
import { applyPrepared, type Convolution, prepareBackbone } from './visual-backbone.js';

/** What the network says of one page. */
type PageResult = {
  /** One number a label; their softmax are the probabilities. */
  logits: Float32Array;
  /** What the classifier read of the page, [3 * hidden]: pages that look alike to the network are close to each other. */
  embedding: Float32Array;
};

export type PageClassifier = {
  /** Classifies pages; results in the order of the pages. */
  classify(pages: readonly EncodedPage[], options?: { batchSize?: number }): Promise<PageResult[]>;
  /** Frees the weights. */
  dispose(): void;
};

/** Pages computed at once. On WebAssembly and plain JavaScript larger batches only cost memory: no page gets faster. */
const DEFAULT_BATCH_SIZE = { tensorflow: 8, webgpu: 8, wasm: 1, cpu: 1 } satisfies Record<EngineName, number>;

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
  const network = prepareNetwork(config, weights, labelCount);
  const embeddingSize = 3 * config.hiddenSize;

  async function classifyBatch(pages: readonly EncodedPage[]): Promise<PageResult[]> {
    const output = runPrepared(network, config, pages);
    try {
      const [logits, pooled] = await Promise.all([
        output.logits.data<'float32'>(),
        output.pooled.data<'float32'>(),
      ]);
      return pages.map((_, index) => ({
        logits: logits.slice(index * labelCount, (index + 1) * labelCount),
        embedding: pooled.slice(index * embeddingSize, (index + 1) * embeddingSize),
      }));
    } finally {
      tf.dispose([output.logits, output.pooled]);
    }
  }

  return {
    async classify(pages, { batchSize = DEFAULT_BATCH_SIZE[activeEngine()] } = {}) {
      if (!Number.isInteger(batchSize) || batchSize < 1) {
        throw new Error(`The batch size must be a whole number from 1, found ${batchSize}.`);
      }
      // Pages of similar length next to each other, as a batch is padded to its longest page.
      const order = pages
        .map((page, index) => ({ page, index }))
        .sort((a, b) => a.page.inputIds.length - b.page.inputIds.length);
      const results = new Map<number, PageResult>();
      for (let start = 0; start < order.length; start += batchSize) {
        const part = order.slice(start, start + batchSize);
        const found = await classifyBatch(part.map(({ page }) => page));
        found.forEach((result, at) => {
          const index = part[at]?.index;
          if (index !== undefined) results.set(index, result);
        });
      }
      return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
    },
    dispose: () => {
      tf.dispose(tensorsOf(network));
    },
  };
}

/** Uploads the weights that classification reads and folds the batch norms. */
function prepareNetwork(
  config: LayoutLMv2Config,
  weights: WeightMap,
  labelCount: number,
): Network<Convolution> {
  const specs = parameterSpec(config, labelCount);
  assertComplete(specs, weights);
  const tensors = new Map<string, tf.Tensor>();
  for (const { name, shape, used } of specs) {
    const weight = weights.get(name);
    if (used && weight) tensors.set(name, tf.keep(tf.tensor(weight.data, [...shape], 'float32')));
  }
  const network = networkOf(config, tensors);
  const prepared = prepareBackbone(network, config.backbone);
  tf.dispose(tensorsOf([network.stem, ...network.blocks]));
  return { ...network, ...prepared };
}

function runPrepared(
  network: Network<Convolution>,
  config: LayoutLMv2Config,
  pages: readonly EncodedPage[],
): ClassifierOutput {
  return tf.tidy(() => {
    const inputs = createNetworkInputs(config, collate(pages, config));
    const { logits, pooled } = runNetwork(network, inputs, {
      config,
      apply: applyPrepared,
      runBlock: runForInference,
      dropout: noDropout,
    });
    return { logits: logits.tensor, pooled: pooled.tensor };
  });
}
