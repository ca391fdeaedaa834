/** A model version's folder with a network that is made, not trained: its classifier's bias says what it answers. */
import { writeCheckpoint } from '../../src/layoutlmv2/checkpoints/checkpoint.js';
import { initialiseWeights } from '../../src/layoutlmv2/initialise.js';
import { uncasedWordPiece } from '../../src/layoutlmv2/tokenizer/tokenizer.js';
import { microConfig } from '../layoutlmv2/support/micro-network.js';

const wordEmbeddings = 'layoutlmv2.embeddings.word_embeddings.weight';

/**
 * Writes a network that gives every page about softmax(bias); one label a number.
 *
 * @param unknownWord what each number of the embedding of unknown words is: so large a one makes a page with such a word overflow.
 */
export async function writeMicroModel(
  folder: string,
  bias: readonly number[],
  { unknownWord }: { unknownWord?: number } = {},
): Promise<void> {
  const weights = initialiseWeights(microConfig, bias.length, 1);
  weights.set('classifier.bias', { shape: [bias.length], data: Float32Array.from(bias) });
  const { data = new Float32Array() } = weights.get(wordEmbeddings) ?? {};
  // The second row of the vocabulary.
  if (unknownWord !== undefined) data.fill(unknownWord, microConfig.hiddenSize, 2 * microConfig.hiddenSize);
  await writeCheckpoint(folder, {
    config: microConfig,
    labels: bias.map((_, index) => `label ${index}`),
    weights,
    tokenizer: uncasedWordPiece(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'word']),
  });
}
