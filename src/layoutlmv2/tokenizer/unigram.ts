/**
 * Unigram: of all ways to write a word as pieces, the one with the highest sum of scores. It gives exactly the ids of the
 * library that the model's file belongs to (sentencepiece, or Hugging Face's tokenizers, which differ in normalising and in
 * rounding). Reading those files is sentencepiece-model.ts and tokenizer-json.ts.
 *
 * Written here rather than taken from @huggingface/tokenizers 0.2, which replaces the model's own normalisation by an
 * approximation of it; unigram.test.ts shows the words on which it differs.
 */
import { createPieceTrie, NOWHERE, ROOT } from './piece-trie.js';
import { createWordTokenizer, type SpecialIds, type WordTokenizer } from './word-tokenizer.js';

/** A Unigram model in memory, numbered as XLM-R does. */
export type UnigramModel = {
  /** By id, special pieces included. */
  readonly pieces: readonly string[];
  /** Logarithms of probabilities, by id. */
  readonly scores: Float64Array;
  readonly specialIds: SpecialIds;
  /** The score of a character that no piece has. */
  readonly unknownScore: number;
  /** Whether sums are rounded to single precision, as sentencepiece does. */
  readonly isSinglePrecision: boolean;
  /** Normalises a word, writes its blanks as `▁`, and cuts it into what is divided separately. */
  readonly segmentWord: (word: string) => readonly string[];
};

/** What stands for a blank in pieces. */
export const BLANK_SYMBOL = '▁';

/** How much worse than the worst piece a character is that no piece has: the constant of both libraries. */
export const UNKNOWN_PENALTY = 10;

// Published models have 16 characters; a longer piece makes every place of a text as costly as it is long.
const MAX_PIECE_LENGTH = 256;
// Both four times the largest published vocabulary and more; they bound the memory of the trie.
export const MAX_PIECES = 1_000_000;
const MAX_TOTAL_LENGTH = 8_000_000;

/**
 * Throws, the message starting with `what`, for a vocabulary that is none or that would take too much memory.
 */
export function checkPieces(pieces: readonly string[], scores: Float64Array, what: string): void {
  if (pieces.length > MAX_PIECES) {
    throw new Error(`${what} has ${pieces.length} pieces; at most ${MAX_PIECES} are read.`);
  }
  let total = 0;
  for (const [id, piece] of pieces.entries()) {
    total += piece.length;
    if (piece.length === 0 || piece.length > MAX_PIECE_LENGTH || LONE_SURROGATE.test(piece)) {
      throw new Error(
        `${what}: piece ${id} is no text of 1 to ${MAX_PIECE_LENGTH} units (it has ${piece.length}).`,
      );
    }
    if (!Number.isFinite(scores[id])) throw new Error(`${what}: the score of piece ${id} is no number.`);
  }
  if (total > MAX_TOTAL_LENGTH) {
    throw new Error(
      `${what}: all pieces together have ${total} units; at most ${MAX_TOTAL_LENGTH} are read.`,
    );
  }
}

/**
 * Builds the tokenizer of a model. Special pieces are never found in a text: a page that has the characters `</s>` is not
 * trusted to end itself. (sentencepiece does the same; the tokenizers library would make them special.)
 */
export function createUnigramTokenizer(model: UnigramModel): WordTokenizer {
  const { pieces, specialIds, segmentWord } = model;
  const special = new Set<number>(Object.values(specialIds));
  const trie = createPieceTrie(pieces, (id) => special.has(id));

  /** Appends the ids of the best division; time and memory grow with the length of the segment. */
  function appendPieces(segment: string, ids: number[]): void {
    const { scores, unknownScore, isSinglePrecision } = model;
    // What is known of the best division that ends at each place: its score, and where its last piece starts and which it is.
    const bestScores = new Float64Array(segment.length + 1);
    const starts = new Int32Array(segment.length + 1).fill(NOWHERE);
    const pieceIds = new Int32Array(segment.length + 1);

    const offer = (start: number, end: number, id: number, score: number) => {
      if (starts[end] !== NOWHERE && !(score > (bestScores[end] ?? 0))) return;
      // Compared before it is rounded, and then kept rounded: as in sentencepiece.
      bestScores[end] = isSinglePrecision ? Math.fround(score) : score;
      starts[end] = start;
      pieceIds[end] = id;
    };

    let start = 0;
    while (start < segment.length) {
      const scoreSoFar = bestScores[start] ?? 0;
      const nextCharacter = start + ((segment.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
      let isCharacterKnown = false;
      let node = ROOT;
      for (let at = start; at < segment.length; at += 1) {
        node = trie.step(node, segment.charCodeAt(at));
        if (node === NOWHERE) break;
        const id = trie.pieceAt(node);
        if (id < 0) continue;
        offer(start, at + 1, id, (scores[id] ?? 0) + scoreSoFar);
        if (at + 1 === nextCharacter) isCharacterKnown = true;
      }
      if (!isCharacterKnown) {
        const score = unknownScore + scoreSoFar;
        offer(start, nextCharacter, specialIds.unknown, isSinglePrecision ? Math.fround(score) : score);
      }
      start = nextCharacter;
    }
    appendPath(starts, pieceIds, specialIds.unknown, ids);
  }

  return createWordTokenizer(pieces, specialIds, (word) => {
    const ids: number[] = [];
    // JavaScript's texts may hold halves of characters, which no file of a model can have.
    for (const segment of segmentWord(word.replace(LONE_SURROGATES, '\ufffd'))) appendPieces(segment, ids);
    return Int32Array.from(ids);
  });
}

const LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/** Follows the best division back from the end; unknown characters beside each other are one unknown piece. */
function appendPath(starts: Int32Array, pieceIds: Int32Array, unknown: number, ids: number[]): void {
  const path: number[] = [];
  for (let end = starts.length - 1; end > 0; end = starts[end] ?? 0) path.push(pieceIds[end] ?? unknown);
  let previous = NOWHERE;
  for (const id of path.reverse()) {
    if (id !== unknown || previous !== unknown) ids.push(id);
    previous = id;
  }
}
