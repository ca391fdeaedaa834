/**
 * The network a run starts with: a model version whose classifier gets a row for each label of the run, or one from scratch with a
 * vocabulary of the training words. Seeded, so that a run which is taken up again starts from the same.
 */
import { type Checkpoint, readCheckpoint } from '../layoutlmv2/checkpoints/checkpoint.js';
import { initialiseWeights } from '../layoutlmv2/initialise.js';
import { modelConfig } from '../layoutlmv2/model-sizes.js';
import type { Weight, WeightMap } from '../layoutlmv2/parameters.js';
import {
  type TokenizerModel,
  uncasedWordPiece,
  vocabularySizeOf,
} from '../layoutlmv2/tokenizer/tokenizer.js';
import { trainWordPieceVocabulary } from '../layoutlmv2/tokenizer/vocabulary-training.js';
import type { TrainingExample } from '../layoutlmv2/training/examples.js';
import { createWeightsFromScratch } from '../layoutlmv2/training/from-scratch.js';
import type { RunHyperparameters } from './training-run.js';

export type Network = Pick<Checkpoint, 'config' | 'tokenizer' | 'weights'>;

const classifierWeight = 'classifier.weight';
const classifierBias = 'classifier.bias';

// Of the small network; its parameter count is stated for it.
const vocabularySize = { tiny: 2000, small: 8000, base: 30_522 };

/** Reads a model version's folder and fits its classifier to the labels of a run. */
export async function adaptNetwork(options: {
  folder: string;
  /** Labels of the classifier's rows as saved, and as wanted. */
  savedLabelIds: readonly string[];
  labelIds: readonly string[];
  seed: number;
}): Promise<Network> {
  const { folder, savedLabelIds, labelIds, seed } = options;
  const { config, tokenizer, weights } = await readCheckpoint(folder);
  const isHead = (name: string) => name === classifierWeight || name === classifierBias;
  const adapted: WeightMap = new Map(weights);
  for (const [name, fresh] of initialiseWeights(config, labelIds.length, seed, isHead)) {
    adapted.set(name, keepKnownRows(fresh, weights.get(name), savedLabelIds, labelIds));
  }
  return { config, tokenizer, weights: adapted };
}

/** A label that the classifier knows keeps its row; a new one has the fresh row. */
function keepKnownRows(
  fresh: Weight,
  saved: Weight | undefined,
  savedLabelIds: readonly string[],
  labelIds: readonly string[],
): Weight {
  if (!saved) return fresh;
  const data = Float32Array.from(fresh.data);
  const rowLength = data.length / labelIds.length;
  for (const [row, labelId] of labelIds.entries()) {
    const savedRow = savedLabelIds.indexOf(labelId);
    if (savedRow >= 0)
      data.set(saved.data.subarray(savedRow * rowLength, (savedRow + 1) * rowLength), row * rowLength);
  }
  return { shape: fresh.shape, data };
}

/** Learns a tokenizer from the words of the training documents: nothing of the other splits may be in it. */
export function learnTokenizer(
  words: ReadonlyMap<string, number>,
  size: RunHyperparameters['modelSize'],
): TokenizerModel {
  return uncasedWordPiece(trainWordPieceVocabulary(words, { size: vocabularySize[size] }));
}

/** Draws a network that has learnt nothing yet, for the pages that it will learn from. The engine must have been started. */
export async function drawNetwork(options: {
  size: RunHyperparameters['modelSize'];
  tokenizer: TokenizerModel;
  labelCount: number;
  seed: number;
  training: readonly TrainingExample[];
}): Promise<Network> {
  const { size, tokenizer, labelCount, seed, training } = options;
  const config = modelConfig(size, vocabularySizeOf(tokenizer));
  return { config, tokenizer, weights: await createWeightsFromScratch(config, labelCount, seed, training) };
}
