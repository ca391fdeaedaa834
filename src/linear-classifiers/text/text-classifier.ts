/**
 * Tells the kind of a text by nothing but its words and their letters: TF-IDF and logistic regression, learnt in seconds. Pure: it knows
 * no documents. How it is kept on disk is text-model-folder.ts.
 */
import {
  fitLogisticRegression,
  type LogisticRegression,
  predictRows,
  type Refittable,
  regressionToGoOnFrom,
} from '../logistic-regression.js';
import { type FitFrom, priorOf, type Start, usefulStart } from '../start.js';
import { learnTermWeights, type MostTerms, type TermWeights, vectorise } from './tf-idf.js';

export type LabelledText = { words: readonly string[]; label: number };

/** All that has been learnt. */
export type TextModel = Refittable & { terms: TermWeights };

export type TextClassifier = {
  model: TextModel;
  /** Words, pairs of words and groups of letters it counts. */
  features: number;
  /** Probabilities of the classes by text. */
  predict(texts: readonly (readonly string[])[]): Float32Array[];
};

// Of 1, 10, 30 and 100 the least with which threefold cross-validation over 1,750 scans of five kinds is within a tenth of a per
// cent of its best: 86.9 % (85.0 % with 1, scikit-learn's default).
const inverseRegularisation = 10;

/**
 * @param pause awaited now and then: lets others run, and throws to stop.
 * @param options.mostTerms how much it may count, of each that of the most texts; by default as much as memory allows
 * @param options.start what it goes on from: its terms are counted too, and its weights are what is likely before any text was read.
 * Where it knows fewer than two of the classes it says nothing of them.
 */
export async function trainTextClassifier(
  training: readonly LabelledText[],
  classCount: number,
  pause: () => Promise<void>,
  { mostTerms, start }: { mostTerms?: MostTerms; start?: Start<TextModel> | undefined } = {},
): Promise<TextClassifier> {
  const useful = usefulStart(start);
  const terms = learnTermWeights(wordsOf(training), {
    ...(mostTerms && { mostTerms }),
    ...(useful && { known: useful.model.terms }),
  });
  const regression = await fitRegression(training, terms, { classCount, start: useful, pause });
  return createTextClassifier({ terms, regression });
}

/**
 * Fits it once more, by the same terms: of all texts, those by which it was judged included.
 *
 * @param options.start what it went on from
 */
export async function refitTextClassifier(
  { model: { terms, regression: judged } }: TextClassifier,
  training: readonly LabelledText[],
  pause: () => Promise<void>,
  { start }: { start?: Start<TextModel> | undefined } = {},
): Promise<TextClassifier> {
  const { classCount } = judged;
  const from = { start: usefulStart(start), from: judged };
  const regression = await fitRegression(training, terms, { classCount, pause, ...from });
  return createTextClassifier({ terms, regression, start: judged });
}

function fitRegression(
  training: readonly LabelledText[],
  terms: TermWeights,
  { start, ...options }: FitFrom<TextModel>,
): Promise<LogisticRegression> {
  return fitLogisticRegression(
    vectorise(wordsOf(training), terms),
    training.map(({ label }) => label),
    { ...options, inverseRegularisation, ...(start && { prior: priorFor(start, terms) }) },
  );
}

const wordsOf = (texts: readonly LabelledText[]) => texts.map(({ words }) => words);

function priorFor({ model, classes }: Start<TextModel>, terms: TermWeights): Float64Array {
  const columns = sharedColumns(model.terms, terms);
  return priorOf(regressionToGoOnFrom(model), classes, { columns, columnCount: terms.columns.size });
}

/** Terms of an earlier classifier that are counted again: from which column, to which. */
function* sharedColumns(earlier: TermWeights, terms: TermWeights): Generator<[number, number]> {
  for (const [term, column] of terms.columns) {
    const from = earlier.columns.get(term);
    if (from !== undefined) yield [from, column];
  }
}

export function createTextClassifier(model: TextModel): TextClassifier {
  const { terms, regression } = model;
  return {
    model,
    features: terms.columns.size,
    predict: (texts) => predictRows(regression, vectorise(texts, terms)),
  };
}
