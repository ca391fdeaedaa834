/**
 * Texts as sparse vectors of their words and pairs of neighbouring words, as scikit-learn's
 * `TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)` makes them. It learns which terms there are; it classifies nothing.
 */

/** A matrix of which most is zero: the terms of text `r` are those from `starts[r]` up to `starts[r + 1]`. */
export type SparseRows = {
  rowCount: number;
  columnCount: number;
  /** [rowCount + 1] */
  starts: Uint32Array;
  /** [terms], rising within a row. */
  columns: Uint32Array;
  /** [terms] */
  values: Float32Array;
};

export type TermWeights = {
  /** Column of each term, in the order of the columns. */
  columns: ReadonlyMap<string, number>;
  /** ln((1 + texts) / (1 + texts with the term)) + 1, by column: rare terms weigh more, and none is divided by zero. */
  inverseFrequencies: Float32Array;
};

// A term of one text alone teaches nothing about the others, and nine of ten pairs are such: without them the fit is several
// times as fast and equally right.
const minimumTexts = 2;
// The optimiser remembers twenty vectors of terms times labels: at ten labels these are 160 MB.
const mostTermsByDefault = 200_000;

/** Learns terms and their weights. Of too many, those of the most texts stay. */
export function learnTermWeights(
  texts: readonly (readonly string[])[],
  mostTerms = mostTermsByDefault,
): TermWeights {
  const textsByTerm = new Map<string, number>();
  for (const words of texts) {
    for (const term of new Set(termsOf(words))) textsByTerm.set(term, (textsByTerm.get(term) ?? 0) + 1);
  }
  const byFrequency = [...textsByTerm]
    .filter(([, count]) => count >= Math.min(minimumTexts, texts.length))
    .sort(([one, ofOne], [other, ofOther]) => ofOther - ofOne || (one < other ? -1 : 1))
    .slice(0, mostTerms);
  return {
    columns: new Map(byFrequency.map(([term], column) => [term, column])),
    inverseFrequencies: Float32Array.from(
      byFrequency,
      ([, count]) => Math.log((1 + texts.length) / (1 + count)) + 1,
    ),
  };
}

/** The vector of each text: (1 + ln count) · inverse frequency by term, of length 1; zero where no term is known. */
export function vectorise(texts: readonly (readonly string[])[], weights: TermWeights): SparseRows {
  const starts = new Uint32Array(texts.length + 1);
  const columns: number[] = [];
  const values: number[] = [];
  for (const [row, words] of texts.entries()) {
    const counts = new Map<number, number>();
    for (const term of termsOf(words)) {
      const column = weights.columns.get(term);
      if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
    }
    const weighted = [...counts]
      .sort(([one], [other]) => one - other)
      .map(([column, count]) => ({
        column,
        value: (1 + Math.log(count)) * (weights.inverseFrequencies[column] ?? 0),
      }));
    const length = Math.sqrt(weighted.reduce((sum, { value }) => sum + value * value, 0));
    for (const { column, value } of weighted) {
      columns.push(column);
      values.push(value / length);
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

/** Words of at least two letters or digits, in lower case, and each two that follow one another. */
function termsOf(words: readonly string[]): string[] {
  const tokens = words.flatMap((word) => word.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? []);
  const pairs = tokens.slice(1).map((token, index) => `${tokens[index]} ${token}`);
  return [...tokens, ...pairs];
}
