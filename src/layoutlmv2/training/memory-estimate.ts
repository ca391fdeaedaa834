/**
 * How much memory a training run takes, counted from the configuration before anything is allocated, and how many pages may go
 * through the network at once within a given amount. An estimate: where it is too low, the run lowers its micro-batch itself.
 */
import { backboneBlocks, STAGES } from '../backbone-blocks.js';
import { type LayoutLMv2Config, visualTokenCount } from '../config.js';
import { trainableParameters } from '../freezing.js';
import { elementCount, type ParameterSpec, parameterSpec } from '../parameters.js';
import type { Hyperparameters } from './hyperparameters.js';
import type { Economy } from './trainee.js';

/** Bytes by what they are for. */
export type TrainingMemory = {
  /** Node, the engine's library, the pages. */
  process: number;
  /** All weights, in the engine's memory and as they were given, on the host. */
  weights: number;
  /** Gradients of what is trained, of a micro-batch and summed up before it; the word table's by rows. */
  gradients: number;
  /** Both running means of AdamW. */
  optimiser: number;
  /** Copies on the host at the end of an epoch: weights and running means for the state, and what was best before. */
  state: number;
  /** What the backward pass needs of the forward pass, and what is computed on the way. */
  activations: number;
};

const FLOAT_BYTES = 4;
// Measured: 0.4 GB for Node and TensorFlow; the rest is what its allocator holds without using it.
const PROCESS_BYTES = 1.8e9;
/**
 * Copies of a tensor [length, hidden], and of one [heads, length, length], that an encoder layer keeps for its backward pass, with
 * dropout; fitted to what was measured for 177, 305 and 561 tokens (layers of 69, 110 and 221 MB with their transposed weights).
 */
const HIDDEN_COPIES = 57;
const SCORE_COPIES = 6;
/**
 * Copies of all maps of a bottleneck block (input, twice its inner maps, output) that are kept for its backward pass, padded and
 * rectified ones among them; and maps in other layouts on the way. Fitted to a page at base size.
 */
const MAP_COPIES = 12;
// The part that is recomputed, and its gradients, are in memory at once.
const WORKING_PARTS = 2;

/** Estimates the most that a run takes at any moment. */
export function estimateTrainingMemory(
  config: LayoutLMv2Config,
  labelCount: number,
  hyperparameters: Pick<Hyperparameters, 'freezing' | 'maxTokens'> & Economy,
): TrainingMemory {
  const { freezing, maxTokens, microBatchSize, gradientCheckpointing } = hyperparameters;
  const specs = parameterSpec(config, labelCount);
  const names = new Set(trainableParameters(config, labelCount, freezing));
  const trained = specs.filter(({ name }) => names.has(name));
  const bytesOf = (list: readonly ParameterSpec[]) =>
    FLOAT_BYTES * list.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const [all, moved] = [bytesOf(specs), bytesOf(trained)];

  const length = maxTokens + visualTokenCount(config);
  const hiddenBytes = FLOAT_BYTES * length * config.hiddenSize;
  const layerBytes =
    HIDDEN_COPIES * hiddenBytes + SCORE_COPIES * FLOAT_BYTES * config.numAttentionHeads * length ** 2;
  const layers = trainedLayerCount(config, trained);
  const blocks = trainedBlockBytes(config, trained);
  const keptParts = gradientCheckpointing
    ? (layers + 1) * hiddenBytes + blocks.inputs
    : layers * layerBytes + blocks.maps * MAP_COPIES;
  const working = WORKING_PARTS * Math.max(layerBytes, blocks.largest * MAP_COPIES);
  return {
    process: PROCESS_BYTES,
    weights: 2 * all,
    gradients: 2 * bytesOf(trained.filter(({ name }) => !name.endsWith('word_embeddings.weight'))),
    optimiser: 2 * moved,
    state: all + 3 * moved,
    activations: microBatchSize * (keptParts + working),
  };
}

/** The sum of all parts. */
export function totalOf(memory: TrainingMemory): number {
  return Object.values(memory).reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * The largest power of two of pages at once, up to `microBatchSize`, that fits into `maxBytes`; with checkpointing only if not even
 * one page fits without it. Where nothing fits, the least there is.
 */
export function fitToMemory(
  config: LayoutLMv2Config,
  labelCount: number,
  hyperparameters: Hyperparameters,
  maxBytes: number,
): Economy {
  for (const gradientCheckpointing of [false, true]) {
    const most = Math.min(hyperparameters.microBatchSize, hyperparameters.batchSize);
    for (let microBatchSize = most; microBatchSize >= 1; microBatchSize = Math.floor(microBatchSize / 2)) {
      const economy = { microBatchSize, gradientCheckpointing };
      const needed = totalOf(estimateTrainingMemory(config, labelCount, { ...hyperparameters, ...economy }));
      if (needed <= maxBytes) return economy;
    }
  }
  return { microBatchSize: 1, gradientCheckpointing: true };
}

/** Layers from the first one that a gradient goes through. */
function trainedLayerCount(config: LayoutLMv2Config, trained: readonly ParameterSpec[]): number {
  const feedsLayers = trained.some(({ part }) => part !== 'encoder' && part !== 'classifier');
  if (feedsLayers) return config.numHiddenLayers;
  const first = Math.min(...trained.map(({ encoderLayer }) => encoderLayer ?? config.numHiddenLayers));
  return config.numHiddenLayers - first;
}

/** Of the blocks that a gradient goes through: all maps, their inputs alone, and the maps of the largest block. */
function trainedBlockBytes(
  { backbone }: LayoutLMv2Config,
  trained: readonly ParameterSpec[],
): { maps: number; inputs: number; largest: number } {
  const parts = new Set(trained.map(({ part }) => part));
  const firstStage = parts.has('stem') ? 2 : (STAGES.find(({ name }) => parts.has(name))?.number ?? 6);
  const sums = { maps: 0, inputs: 0, largest: 0 };
  for (const { stage, side, stride, inChannels, bottleneckChannels, outChannels } of backboneBlocks(
    backbone,
  )) {
    if (stage < firstStage) continue;
    const input = FLOAT_BYTES * (side * stride) ** 2 * inChannels;
    const maps = input + FLOAT_BYTES * side ** 2 * (2 * bottleneckChannels + outChannels);
    sums.inputs += input;
    sums.maps += maps;
    sums.largest = Math.max(sums.largest, maps);
  }
  return sums;
}
