/**
 * Texts as sparse vectors of their words, pairs of neighbouring words, and groups of letters within words, as a union of scikit-learn's
 * `TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)` and `TfidfVectorizer(analyzer='char_wb', ngram_range=(2, 4),
 * sublinear_tf=True)` makes them. It learns which terms there are; it classifies nothing.
 *
 * The groups of letters still know a word that was misread or inflected. With them the text classifier was right of 87.9 % instead of
 * 86.6 % of 1,750 scans of five kinds (fivefold cross-validation), with the words of synthetic pages only of 78.3 % instead of 76.4 %.
 */

import type { SparseRows } from '../sparse-rows.js';

export type TermWeights = {
  /** Column of each term, in the order of the columns. */
  columns: ReadonlyMap<string, number>;
  /** ln((1 + texts) / (1 + texts with the term)) + 1, by column: rare terms weigh more, and none is divided by zero. */
  inverseFrequencies: Float32Array;
};

/** How many terms are counted at most. */
export type MostTerms = { words: number; letters: number };

// A term of one text alone teaches nothing about the others, and nine of ten pairs are such: without them the fit is several
// times as fast and equally right.
const minimumTexts = 2;
// The optimiser remembers twenty vectors of terms times labels: at ten labels these are 160 MB.
// Of groups of letters there are not many more that are frequent: 100,000 were right no more often than 30,000.
const mostTermsByDefault: MostTerms = { words: 200_000, letters: 30_000 };

/**
 * Learns terms and their weights. Of too many, those of the most texts stay.
 *
 * @param options.known what an earlier classifier counts: counted here too, with the weights they have there
 */
export function learnTermWeights(
  texts: readonly (readonly string[])[],
  { mostTerms = mostTermsByDefault, known }: { mostTerms?: MostTerms; known?: TermWeights } = {},
): TermWeights {
  const textsByTerm = new Map<string, number>([...(known?.columns.keys() ?? [])].map((term) => [term, 0]));
  for (const words of texts) {
    for (const term of new Set(termsOf(words))) textsByTerm.set(term, (textsByTerm.get(term) ?? 0) + 1);
  }
  const byFrequency = [...textsByTerm]
    .filter(([term, count]) => count >= Math.min(minimumTexts, texts.length) || known?.columns.has(term))
    .sort(([one, ofOne], [other, ofOther]) => ofOther - ofOne || (one < other ? -1 : 1));
  const ofWords = byFrequency.filter(([term]) => !isOfLetters(term)).slice(0, mostTerms.words);
  const ofLetters = byFrequency.filter(([term]) => isOfLetters(term)).slice(0, mostTerms.letters);
  const terms = [...ofWords, ...ofLetters];
  return {
    columns: new Map(terms.map(([term], column) => [term, column])),
    inverseFrequencies: Float32Array.from(terms, ([term, count]) => {
      const column = known?.columns.get(term);
      return (
        (column === undefined ? undefined : known?.inverseFrequencies[column]) ??
        Math.log((1 + texts.length) / (1 + count)) + 1
      );
    }),
  };
}

/**
 * The vector of each text: (1 + ln count) · inverse frequency by term; that of its words has length 1, and that of its letters too. Zero
 * where no term is known.
 */
export function vectorise(texts: readonly (readonly string[])[], weights: TermWeights): SparseRows {
  const starts = new Uint32Array(texts.length + 1);
  const columns: number[] = [];
  const values: number[] = [];
  for (const [row, words] of texts.entries()) {
    const counts = { words: new Map<number, number>(), letters: new Map<number, number>() };
    for (const term of termsOf(words)) {
      const column = weights.columns.get(term);
      if (column === undefined) continue;
      const ofKind = isOfLetters(term) ? counts.letters : counts.words;
      ofKind.set(column, (ofKind.get(column) ?? 0) + 1);
    }
    const weighted = [...weigh(counts.words, weights), ...weigh(counts.letters, weights)];
    for (const { column, value } of weighted.sort((one, other) => one.column - other.column)) {
      columns.push(column);
      values.push(value);
    }
    starts[row + 1] = columns.length;
  }
  return {
    rowCount: texts.length,
    columnCount: weights.columns.size,
    starts,
    columns: Uint32Array.from(columns),
    values: Float32Array.from(values),
  };
}

function weigh(
  counts: ReadonlyMap<number, number>,
  { inverseFrequencies }: TermWeights,
): { column: number; value: number }[] {
  const weighted = [...counts].map(([column, count]) => ({
    column,
    value: (1 + Math.log(count)) * (inverseFrequencies[column] ?? 0),
  }));
  const length = Math.sqrt(weighted.reduce((sum, { value }) => sum + value * value, 0));
  return weighted.map(({ column, value }) => ({ column, value: value / length }));
}

/** Precedes a group of letters in its name; no word begins with it. */
const lettersMark = '~';
const groupLengths = [2, 3, 4];

function isOfLetters(term: string): boolean {
  return term.startsWith(lettersMark);
}

/**
 * Words of at least two letters or digits, in lower case, and each two that follow one another; then all groups of two to four
 * characters within a word, of which the space before it and after it is one.
 */
function termsOf(words: readonly string[]): string[] {
  const lower = words.map((word) => word.toLowerCase());
  const tokens = lower.flatMap((word) => word.match(/[\p{L}\p{N}_]{2,}/gu) ?? []);
  const pairs = tokens.slice(1).map((token, index) => `${tokens[index]} ${token}`);
  const groups = lower.flatMap((word) => word.split(/\s+/u)).flatMap(groupsOf);
  return [...tokens, ...pairs, ...groups];
}

function groupsOf(word: string): string[] {
  if (word === '') return [];
  // By whole characters: half of one could not be written to a file.
  const characters = [' ', ...word, ' '];
  return groupLengths.flatMap((length) =>
    Array.from(
      { length: Math.max(0, characters.length - length + 1) },
      (_, from) => lettersMark + characters.slice(from, from + length).join(''),
    ),
  );
}
