/**
 * WordPiece: turns one word of a page into the ids of its pieces, exactly as the reference BERT tokenizer does. It works on
 * single words; placing pieces and boxes into a sequence is page-encoding.ts.
 */
import { normalizeText, splitTokens } from './bert-normalizer.js';
import { createWordTokenizer, type SpecialIds, type WordTokenizer } from './word-tokenizer.js';

export type WordPieceOptions = {
  /** The pieces by id; word-internal pieces start with `##`. */
  readonly vocabulary: readonly string[];
  /** Default true (uncased). */
  readonly lowerCase?: boolean;
  /** Default null: follow `lowerCase`. */
  readonly stripAccents?: boolean | null;
  /**
   * Whether the literal text `[SEP]` in a word becomes the real separator, as the reference does. Default false:
   * a page's text is not trusted to steer the model.
   */
  readonly recogniseSpecialTokens?: boolean;
};

/** The special pieces, in the order in which a new vocabulary starts. */
export const SPECIAL_TOKENS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;

/** What marks a piece that continues a word. */
export const CONTINUATION_PREFIX = '##';

// Longer tokens are one [UNK]: BERT's own limit, in code points.
export const MAX_TOKEN_CODE_POINTS = 100;

/**
 * Builds a WordPiece tokenizer over a vocabulary. Throws when a special token is missing from it.
 * Of a piece that occurs twice the last id wins, as in the reference.
 */
export function createWordPieceTokenizer({
  vocabulary,
  lowerCase = true,
  stripAccents = null,
  recogniseSpecialTokens = false,
}: WordPieceOptions): WordTokenizer {
  const idOf = new Map<string, number>();
  let longestPiece = 0;
  for (const [id, piece] of vocabulary.entries()) {
    idOf.set(piece, id);
    longestPiece = Math.max(longestPiece, piece.length);
  }
  const specialIds = findSpecialIds(idOf);

  function appendPieces(token: string, ids: number[]): void {
    if (exceedsCodePoints(token, MAX_TOKEN_CODE_POINTS)) {
      ids.push(specialIds.unknown);
      return;
    }
    const firstIndex = ids.length;
    let start = 0;
    while (start < token.length) {
      const prefix = start === 0 ? '' : CONTINUATION_PREFIX;
      let end = Math.min(token.length, start + longestPiece);
      let id: number | undefined;
      while (end > start) {
        id = idOf.get(prefix + token.slice(start, end));
        if (id !== undefined) break;
        end -= 1;
      }
      if (id === undefined) {
        ids.length = firstIndex;
        ids.push(specialIds.unknown);
        return;
      }
      ids.push(id);
      start = end;
    }
  }

  function appendText(text: string, ids: number[]): void {
    for (const token of splitTokens(normalizeText(text, { lowerCase, stripAccents })))
      appendPieces(token, ids);
  }

  function tokenize(word: string): Int32Array {
    const ids: number[] = [];
    if (recogniseSpecialTokens && word.includes('[')) {
      for (const part of word.split(SPECIAL_TOKEN_PATTERN)) {
        const special = isSpecialToken(part) ? idOf.get(part) : undefined;
        if (special === undefined) appendText(part, ids);
        else ids.push(special);
      }
    } else {
      appendText(word, ids);
    }
    return Int32Array.from(ids);
  }

  return createWordTokenizer(vocabulary, specialIds, tokenize);
}

/** The pieces of a `vocab.txt`: one a line, the id is the line number from 0. A last empty line is no piece. */
export function parseVocabulary(text: string): string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

// The group keeps the separators in the result of split.
const SPECIAL_TOKEN_PATTERN = /(\[(?:PAD|UNK|CLS|SEP|MASK)\])/;

function isSpecialToken(text: string): boolean {
  return SPECIAL_TOKENS.some((token) => token === text);
}

function findSpecialIds(idOf: ReadonlyMap<string, number>): SpecialIds {
  const get = (token: (typeof SPECIAL_TOKENS)[number]): number => {
    const id = idOf.get(token);
    if (id === undefined) {
      throw new Error(`The vocabulary of ${idOf.size} pieces lacks the special token ${token}.`);
    }
    return id;
  };
  return {
    padding: get('[PAD]'),
    unknown: get('[UNK]'),
    classification: get('[CLS]'),
    separator: get('[SEP]'),
    mask: get('[MASK]'),
  };
}

function exceedsCodePoints(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let count = 0;
  for (const _ of text) {
    count += 1;
    if (count > limit) return true;
  }
  return false;
}
