/**
 * The kinds of tokenizers that networks of this family come with, behind one interface: WordPiece (LayoutLMv2) and Unigram
 * (LayoutXLM). What a tokenizer is made of is data, which a checkpoint reads and writes (tokenizer-files.ts there).
 */
import { createUnigramTokenizer, type UnigramModel } from './unigram.js';
import type { WordTokenizer } from './word-tokenizer.js';
import { createWordPieceTokenizer } from './wordpiece.js';

export type TokenizerModel =
  | {
      readonly kind: 'wordpiece';
      /** WordPieces by id. */
      readonly vocabulary: readonly string[];
      readonly lowerCase: boolean;
      /** Null: follows `lowerCase`. */
      readonly stripAccents: boolean | null;
    }
  | {
      readonly kind: 'unigram';
      readonly model: UnigramModel;
      /** The files it was read from, by name: a descendant of the checkpoint is saved with them as they are. */
      readonly files: ReadonlyMap<string, Uint8Array>;
    };

/** Builds the tokenizer of a model. Throws when a special token is missing from its vocabulary. */
export function createTokenizer(tokenizer: TokenizerModel): WordTokenizer {
  return tokenizer.kind === 'wordpiece'
    ? createWordPieceTokenizer(tokenizer)
    : createUnigramTokenizer(tokenizer.model);
}

/** Number of ids: a network needs at least as many rows of word embeddings. */
export function vocabularySizeOf(tokenizer: TokenizerModel): number {
  return tokenizer.kind === 'wordpiece' ? tokenizer.vocabulary.length : tokenizer.model.pieces.length;
}

/** The tokenizer model of an uncased vocabulary, such as one that has just been learnt. */
export function uncasedWordPiece(vocabulary: readonly string[]): TokenizerModel {
  return { kind: 'wordpiece', vocabulary, lowerCase: true, stripAccents: null };
}
