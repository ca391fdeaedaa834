/**
 * Makes a WordPiece vocabulary from words, for a network that is trained from scratch. Pieces grow by joining the most
 * frequent neighbours, as in byte-pair encoding, but on characters and with `##` before what continues a word. Using the
 * vocabulary is tokenizer.ts.
 */
import { normalizeText, splitTokens } from './bert-normalizer.js';
import { createMaxHeap } from './max-heap.js';
import { CONTINUATION_PREFIX, SPECIAL_TOKENS } from './wordpiece.js';

export type VocabularyTrainingOptions = {
  /** The most pieces there may be, special tokens and characters included. */
  readonly size: number;
  /** Neighbours seen together less often are not joined. Default 2: what is seen once is no pattern. */
  readonly minimumFrequency?: number;
  /** At most so many different characters get a piece, the most frequent ones; the others are unknown. Default 1000. */
  readonly maximumAlphabet?: number;
  /** Default true (uncased). */
  readonly lowerCase?: boolean;
};

// As in the tokenizer, which makes longer tokens unknown.
const MAX_TOKEN_CODE_POINTS = 100;

/** Characters that get a piece even where the words lack them: the next document may have them. */
const BASE_ALPHABET = Array.from({ length: 0x7f - 0x21 }, (_, index) => String.fromCharCode(0x21 + index));

/**
 * Trains a vocabulary on words (each counted once per appearance) or on their counts. The result starts with the special
 * tokens, `[PAD]` first, then has the characters, then the joined pieces, the most frequent first. It depends on the
 * counts alone, not on the order of the words.
 *
 * @throws Error when `size` leaves no room for special tokens and characters.
 */
export function trainWordPieceVocabulary(
  words: Iterable<string> | ReadonlyMap<string, number>,
  { size, minimumFrequency = 2, maximumAlphabet = 1000, lowerCase = true }: VocabularyTrainingOptions,
): string[] {
  const tokenCounts = countTokens(words, lowerCase);
  const alphabet = chooseAlphabet(tokenCounts, maximumAlphabet, lowerCase);
  const inner = alphabet.filter(canContinueAWord).map((character) => CONTINUATION_PREFIX + character);
  const pieces: string[] = [...SPECIAL_TOKENS, ...alphabet, ...inner];
  if (pieces.length > size) {
    throw new Error(
      `A vocabulary of ${size} pieces is too small: special tokens and characters alone are ${pieces.length}.`,
    );
  }
  const idOf = new Map(pieces.map((piece, id) => [piece, id]));
  const corpus = spellOut(tokenCounts, idOf);
  joinPieces(corpus, pieces, idOf, size, Math.max(1, minimumFrequency));
  return pieces;
}

/** Words as sequences of piece ids, with how often each occurs. */
type Corpus = { readonly spellings: number[][]; readonly counts: number[] };

/** Two neighbouring pieces: how often they meet, and in which words (some perhaps no longer). */
type Pair = { readonly left: number; readonly right: number; count: number; readonly words: number[] };

function countTokens(
  words: Iterable<string> | ReadonlyMap<string, number>,
  lowerCase: boolean,
): Map<string, number> {
  const wordCounts =
    words instanceof Map ? (words as ReadonlyMap<string, number>) : countEach(words as Iterable<string>);
  const tokenCounts = new Map<string, number>();
  for (const [word, count] of wordCounts) {
    if (!(count > 0)) throw new Error(`The word ${JSON.stringify(word)} has the count ${count}.`);
    for (const token of splitTokens(normalizeText(word, { lowerCase, stripAccents: null }))) {
      tokenCounts.set(token, (tokenCounts.get(token) ?? 0) + count);
    }
  }
  return tokenCounts;
}

function countEach(words: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** The base alphabet and the most frequent other characters, in the order of their code points. */
function chooseAlphabet(
  tokenCounts: ReadonlyMap<string, number>,
  maximum: number,
  lowerCase: boolean,
): string[] {
  const base = new Set(BASE_ALPHABET.map((character) => (lowerCase ? character.toLowerCase() : character)));
  const counts = new Map<string, number>();
  for (const [token, count] of tokenCounts) {
    for (const character of token) {
      if (!base.has(character)) counts.set(character, (counts.get(character) ?? 0) + count);
    }
  }
  const others = [...counts]
    .sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || compareCodePoints(a, b))
    .slice(0, Math.max(0, maximum - base.size))
    .map(([character]) => character);
  return [...base, ...others].sort(compareCodePoints);
}

function compareCodePoints(a: string, b: string): number {
  return (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0);
}

/** Punctuation always stands alone, so it needs no form that continues a word. */
function canContinueAWord(character: string): boolean {
  return splitTokens(`a${character}`).length === 1;
}

/** The tokens in single characters; those with a character outside the alphabet, or too long, teach nothing. */
function spellOut(tokenCounts: ReadonlyMap<string, number>, idOf: ReadonlyMap<string, number>): Corpus {
  const spellings: number[][] = [];
  const counts: number[] = [];
  for (const [token, count] of tokenCounts) {
    const characters = Array.from(token);
    if (characters.length < 2 || characters.length > MAX_TOKEN_CODE_POINTS) continue;
    const spelling = characters.map((character, index) =>
      idOf.get(index === 0 ? character : CONTINUATION_PREFIX + character),
    );
    if (!spelling.every((id) => id !== undefined)) continue;
    spellings.push(spelling);
    counts.push(count);
  }
  return { spellings, counts };
}

/**
 * Joins the most frequent neighbours again and again; `pieces` and `idOf` grow to `size`. Pair counts are kept up to date
 * where a word changes, and the heap may hold outdated counts, which are corrected when they come up.
 */
function joinPieces(
  { spellings, counts }: Corpus,
  pieces: string[],
  idOf: Map<string, number>,
  size: number,
  minimumFrequency: number,
): void {
  const pairs = new Map<number, Pair>();
  // Ids stay below `size`, so that two of them make one unique number.
  const keyOf = (left: number, right: number): number => left * size + right;
  const changed = new Set<Pair>();

  function addPair(left: number, right: number, word: number): void {
    const key = keyOf(left, right);
    let pair = pairs.get(key);
    if (pair === undefined) {
      pair = { left, right, count: 0, words: [] };
      pairs.set(key, pair);
    }
    pair.count += counts[word] ?? 0;
    if (pair.words.at(-1) !== word) pair.words.push(word);
    changed.add(pair);
  }
  function removePair(left: number, right: number, word: number): void {
    const pair = pairs.get(keyOf(left, right));
    if (pair !== undefined) pair.count -= counts[word] ?? 0;
  }

  for (const [word, spelling] of spellings.entries()) {
    for (const [index, left] of spelling.entries()) {
      const right = spelling[index + 1];
      if (right !== undefined) addPair(left, right, word);
    }
  }

  // Ties go to the lower ids, so that the result does not depend on the order of the words.
  const queue = createMaxHeap<{ pair: Pair; count: number }>(
    (a, b) => a.count - b.count || keyOf(b.pair.left, b.pair.right) - keyOf(a.pair.left, a.pair.right),
  );
  const enqueueChanged = (): void => {
    for (const pair of changed) if (pair.count >= minimumFrequency) queue.push({ pair, count: pair.count });
    changed.clear();
  };

  function joinIn(word: number, { left, right }: Pair, joined: number): void {
    const before = spellings[word] ?? [];
    const after: number[] = [];
    for (let index = 0; index < before.length; index += 1) {
      const id = before[index] ?? 0;
      if (id !== left || before[index + 1] !== right) {
        after.push(id);
        continue;
      }
      const previous = after.at(-1);
      const next = before[index + 2];
      if (previous !== undefined) {
        removePair(previous, left, word);
        addPair(previous, joined, word);
      }
      if (next !== undefined) {
        removePair(right, next, word);
        addPair(joined, next, word);
      }
      after.push(joined);
      index += 1;
    }
    spellings[word] = after;
  }

  enqueueChanged();
  while (pieces.length < size) {
    const top = queue.pop();
    if (top === undefined) return;
    const { pair, count } = top;
    if (count !== pair.count) {
      if (pair.count >= minimumFrequency) queue.push({ pair, count: pair.count });
      continue;
    }
    const text = `${pieces[pair.left]}${(pieces[pair.right] ?? '').slice(CONTINUATION_PREFIX.length)}`;
    const joined = idOf.get(text) ?? pieces.push(text) - 1;
    idOf.set(text, joined);
    for (const word of pair.words) joinIn(word, pair, joined);
    pairs.delete(keyOf(pair.left, pair.right));
    changed.delete(pair);
    // Other entries of it may be in the queue; a pair that forms anew is a new record.
    pair.count = 0;
    enqueueChanged();
  }
}
