/** A model version's folder with a network that is made, not trained: its classifier's bias says what it answers. */
import { writeCheckpoint } from '../../src/layoutlmv2/checkpoints/checkpoint.js';
import { initialiseWeights } from '../../src/layoutlmv2/initialise.js';
import { uncasedWordPiece } from '../../src/layoutlmv2/tokenizer/tokenizer.js';
import { microConfig } from '../layoutlmv2/support/micro-network.js';

/** Writes a network that gives every page about softmax(bias); one label a number. */
export async function writeMicroModel(folder: string, bias: readonly number[]): Promise<void> {
  const weights = initialiseWeights(microConfig, bias.length, 1);
  weights.set('classifier.bias', { shape: [bias.length], data: Float32Array.from(bias) });
  await writeCheckpoint(folder, {
    config: microConfig,
    labels: bias.map((_, index) => `label ${index}`),
    weights,
    tokenizer: uncasedWordPiece(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'word']),
  });
}
