/**
 * Which serves best: the average of a network, a text classifier and a classifier of looks, or one of the first two alone. Told by rows that
 * none has learnt, and fairly: the weights of the average and the temperatures of each alone are fitted on four fifths of the rows and judged
 * on the fifth left out, five times, as an average fitted on the rows it is judged on would always seem to win. Pure numbers.
 */
import { applyTemperature, fitTemperature, logitsOf } from '../../layoutlmv2/calibration/temperature.js';
import { confusionMatrix, macroF1Of, meanCrossEntropy } from '../../layoutlmv2/metrics.js';
import { mostLikely } from '../../layoutlmv2/probability.js';
import { averageLogarithms } from './averaging.js';
import { fitWeights } from './fit-averaging.js';

export type RowFigures = { loss: number; macroF1: number };

/** Of an average; 0 for what is none of its members. */
export type MemberWeights = { network: number; text: number; look: number };

type Member = keyof MemberWeights;

/** Their order wherever numbers of them stand side by side. */
const memberNames = ['network', 'text', 'look'] as const satisfies readonly Member[];

/** The average of what a row's members say. */
export function averageOf(said: Record<Member, ArrayLike<number>>, weights: MemberWeights): Float32Array {
  return averageLogarithms(
    memberNames
      .filter((name) => weights[name] > 0)
      .map((name) => ({ probabilities: said[name], weight: weights[name] })),
  );
}

export type ClassifierChoice = {
  chosen: 'network' | 'text' | 'average';
  /** How many rows told. */
  rows: number;
  /** Whether all that was said of them are numbers. */
  isNumeric: boolean;
  /** Of the average: fitted on all rows near those that it began with, or just those where there were too few rows. */
  weights: MemberWeights;
  /** On rows left out of the fit; null where there were too few to tell, or not all are numbers. */
  figures: Record<Member | 'average', RowFigures> | null;
};

/** With fewer, the paired difference of two losses would be mostly chance. */
export const leastRowsToChoose = 30;

/** How much lower the loss of an average must be, in nats, for that it asks all its members: a per cent of a confidence. */
const leastGain = 0.01;

/** A member that serves alone. */
export function alone(name: Member): MemberWeights {
  return { ...forMembers(() => 0), [name]: 1 };
}

const folds = 5;

/** What is judged on rows that it was not fitted on. */
type Candidate = Member | 'average';

/**
 * It is the average, unless the network or the text classifier alone is clearly more often right, labels of few documents counting as much as
 * others, or has clearly as low a loss and is not clearly less often right. An average that begins with good weights is hardly ever worse than its
 * members, and rows enough to show that it is better are many: of 560 scans with five labels that no member had learnt, 30 to 265 drawn
 * to choose by and the others to judge by, this rule had 92.1 to 92.5 % right, and one that asked the average, and the classifier of looks in
 * it, to be clearly better 91.3 to 92.0 %.
 *
 * @param options.network probabilities by class, a row a document; `text` and `look` of the same documents
 * @param options.prior the weights that an average begins with: with few rows it stays near them, with too few to choose by it has just them
 */
export function chooseClassifier(
  options: Record<Member, readonly ArrayLike<number>[]> & {
    labels: readonly number[];
    classCount: number;
    prior: MemberWeights;
  },
): ClassifierChoice {
  const { labels, classCount, prior } = options;
  const rows = labels.length;
  const isNumeric = memberNames.every((name) =>
    options[name].every((row) => Array.from(row).every(Number.isFinite)),
  );
  if (!isNumeric) return { chosen: 'network', rows, isNumeric, weights: alone('network'), figures: null };
  if (rows < leastRowsToChoose) {
    const weights = findClearlyMoreOftenRight(options) ?? prior;
    return { chosen: kindOf(weights), rows, isNumeric, weights, figures: null };
  }

  const { left, actual } = judgeFairly(options);
  const losses = (of: Candidate) => left[of].map((row, at) => lossOf(row, actual[at] ?? -1));
  const shares = shareOfEach(actual);
  const hits = (of: Candidate) =>
    left[of].map((row, at) => (mostLikely(row) === actual[at] ? (shares[at] ?? 0) : 0));
  const isMoreOftenRight = (one: Candidate, other: Candidate) =>
    isClearlyLower(hits(other), hits(one), errorsOfHits);
  const isBetter = (one: Candidate, other: Candidate, by = 0) =>
    isClearlyLower(
      losses(one),
      losses(other).map((loss) => loss + by),
    ) && !isMoreOftenRight(other, one);
  const single = isBetter('text', 'network') ? 'text' : 'network';
  const weights = fitMembers((name) => options[name], labels, prior);
  const kind = kindOf(weights);
  const isSingle = isBetter(single, 'average', leastGain) || isMoreOftenRight(single, 'average');
  const figuresIn = (of: Candidate) => figuresOf(left[of], actual, classCount);
  return {
    chosen: kind === 'average' && isSingle ? single : kind,
    rows,
    isNumeric,
    weights,
    figures: { ...forMembers(figuresIn), average: figuresIn('average') },
  };
}

/**
 * Documents without words, say: even a few rows show that words tell nothing of them. Not by losses, which without a temperature tell who is
 * surer.
 */
function findClearlyMoreOftenRight(options: Parameters<typeof chooseClassifier>[0]): MemberWeights | null {
  const { labels, prior } = options;
  const hits = (rows: readonly ArrayLike<number>[]) =>
    labels.map((label, row) => Number(mostLikely(rows[row] ?? []) === label));
  const average = labels.map((_, row) =>
    averageOf(
      forMembers((name) => options[name][row] ?? []),
      prior,
    ),
  );
  const found = (['network', 'text'] as const).find((name) =>
    isClearlyLower(hits(average), hits(options[name]), errorsOfFewRows),
  );
  return found === undefined ? null : alone(found);
}

/** What each candidate says of each row when that row was left out of the fit; the rows in the order of `actual`. */
function judgeFairly(options: Parameters<typeof chooseClassifier>[0]): {
  left: Record<Candidate, Float32Array[]>;
  actual: number[];
} {
  const { labels, prior } = options;
  const left: Record<Candidate, Float32Array[]> = { network: [], text: [], look: [], average: [] };
  const actual: number[] = [];
  for (let fold = 0; fold < folds; fold += 1) {
    const indices = [...labels.keys()];
    const fitted = indices.filter((index) => index % folds !== fold);
    const pick = (name: Member) => fitted.map((index): ArrayLike<number> => options[name][index] ?? []);
    const fittedLabels = fitted.map((index) => labels[index] ?? -1);
    const temperatures = forMembers((name) => fitTemperature(pick(name).map(logitsOf), fittedLabels));
    const weights = fitMembers(pick, fittedLabels, prior);
    for (const index of indices.filter((other) => other % folds === fold)) {
      const said = forMembers((name) => options[name][index] ?? []);
      for (const name of memberNames) left[name].push(applyTemperature(said[name], temperatures[name]));
      left.average.push(averageOf(said, weights));
      actual.push(labels[index] ?? -1);
    }
  }
  return { left, actual };
}

/** An average of which but one member has weight is that member; but looks never serve alone. */
function kindOf({ network, text, look }: MemberWeights): ClassifierChoice['chosen'] {
  if (look > 0 || (network > 0 && text > 0)) return 'average';
  return text > 0 ? 'text' : 'network';
}

function forMembers<Value>(of: (name: Member) => Value): Record<Member, Value> {
  return { network: of('network'), text: of('text'), look: of('look') };
}

function fitMembers(
  rowsOf: (name: Member) => readonly ArrayLike<number>[],
  labels: readonly number[],
  prior: MemberWeights,
): MemberWeights {
  const weights = fitWeights(
    memberNames.map(rowsOf),
    labels,
    memberNames.map((name) => prior[name]),
  );
  return forMembers((name) => weights[memberNames.indexOf(name)] ?? 0);
}

function lossOf(row: Float32Array, label: number): number {
  return meanCrossEntropy([row], [label]) ?? Number.NaN;
}

/** How much each row counts where all labels count the same: in sum over a label's rows one. */
function shareOfEach(labels: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return labels.map((label) => 1 / (counts.get(label) ?? 1));
}

// A choice of what is simpler, as it is as good, is made by one standard error of a loss (Breiman et al. 1984). Which rows are right tells
// far less than how likely each was: by one, two rows lost would outweigh any loss, by two it takes five to none.
const errorsOfHits = 2;
// The standard error of a handful of rows is itself a guess: 2 of them would be passed by chance once in twenty times at five rows, 3 once in
// fifty (Student's t).
const errorsOfFewRows = 3;

/** Whether the paired difference is more than so many of its standard errors. */
function isClearlyLower(numbers: readonly number[], others: readonly number[], errors = 1): boolean {
  const gains = numbers.map((number, row) => (others[row] ?? Number.NaN) - number);
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (gains.length - 1);
  return mean > errors * Math.sqrt(variance / gains.length);
}

function figuresOf(rows: readonly Float32Array[], actual: readonly number[], classCount: number): RowFigures {
  const matrix = confusionMatrix(actual, rows.map(mostLikely), classCount);
  return {
    loss: meanCrossEntropy(rows, actual) ?? Number.NaN,
    macroF1: macroF1Of(matrix) ?? Number.NaN,
  };
}
