/**
 * What every kind of tokenizer offers to page encoding: ids of the pieces of single words. The kinds are wordpiece.ts and
 * unigram.ts; choosing one is tokenizer.ts.
 */

/** Anything that turns the words of a page into piece ids; page encoding needs no more than this. */
export type WordTokenizer = {
  /** Number of rows that a word embedding for these ids needs. */
  readonly vocabularySize: number;
  readonly specialIds: SpecialIds;
  /** The ids of a word's pieces; empty for a word that normalises to nothing. Do not modify the array: it is cached. */
  readonly tokenizeWord: (word: string) => Int32Array;
  /** The text of one piece; throws for an id outside the vocabulary. */
  readonly getPiece: (id: number) => string;
};

export type SpecialIds = {
  readonly padding: number;
  readonly unknown: number;
  readonly classification: number;
  readonly separator: number;
  readonly mask: number;
};

// Pages repeat their words; beyond this many distinct ones the cache starts anew, so that it stays a few megabytes.
const MAX_CACHED_WORDS = 50_000;

// Longer ones do not repeat, and would make the cache large.
const MAX_CACHED_WORD_LENGTH = 200;

/** Completes a tokenizer: remembers the ids of words, and looks pieces up. */
export function createWordTokenizer(
  vocabulary: readonly string[],
  specialIds: SpecialIds,
  tokenize: (word: string) => Int32Array,
): WordTokenizer {
  const cache = new Map<string, Int32Array>();
  return {
    vocabularySize: vocabulary.length,
    specialIds,
    tokenizeWord(word) {
      const known = cache.get(word);
      if (known !== undefined) return known;
      const ids = tokenize(word);
      if (word.length > MAX_CACHED_WORD_LENGTH) return ids;
      if (cache.size >= MAX_CACHED_WORDS) cache.clear();
      cache.set(word, ids);
      return ids;
    },
    getPiece(id) {
      const piece = vocabulary[id];
      if (piece === undefined)
        throw new Error(`No piece has id ${id}: the vocabulary has ${vocabulary.length} pieces.`);
      return piece;
    },
  };
}
