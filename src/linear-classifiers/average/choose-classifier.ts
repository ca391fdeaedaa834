/**
 * Which serves best: a network, a text classifier, or the average of both, with a classifier of looks as a third member where that helps.
 * Told by rows that none has learnt, and fairly: the weights of the average and the temperatures of each alone are fitted on four fifths of
 * the rows and judged on the fifth left out, five times, as an average fitted on the rows it is judged on would always seem to win. Pure
 * numbers.
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
const pairNames = ['network', 'text'] as const satisfies readonly Member[];

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
  /** Of the average: fitted on all rows, or those that all went on from. */
  weights: MemberWeights;
  /** On rows left out of the fit; null where there were too few to tell, or not all are numbers. */
  figures: Record<Member | 'average', RowFigures> | null;
};

/** With fewer, the paired difference of two losses would be mostly chance. */
export const leastRowsToChoose = 30;

/**
 * With fewer, weights are fitted to chance as much as to the members: of 500 real scans with five labels 75 were kept back, and with
 * weights fitted to them three averages were right no more often than their text classifiers alone.
 */
const leastRowsToFit = 100;

/** A member that serves alone. */
export function alone(name: Member): MemberWeights {
  return { ...forMembers(() => 0), [name]: 1 };
}

const folds = 5;

/** What is judged on rows that it was not fitted on. */
type Candidate = Member | 'pair' | 'all' | 'kept';

/**
 * The text classifier takes the network's place where its loss is clearly lower and it is not clearly less often right, labels of few
 * documents counting as much as others; the average takes the place of the better of the two where the same holds, and the classifier of
 * looks joins the average where the same holds again. Where they are equal, it is what is simpler, the network first. (That the macro-F1
 * must be no lower would be too much to ask: of a few hundred rows it is a matter of one or two.)
 *
 * @param options.network probabilities by class, a row a document; `text` and `look` of the same documents
 * @param options.unmeasured the weights where there are too few rows to tell by, or, of an average, too few to fit its weights anew; a text
 * classifier alone gives way to a network that even so is clearly more often right
 */
export function chooseClassifier(
  options: Record<Member, readonly ArrayLike<number>[]> & {
    labels: readonly number[];
    classCount: number;
    unmeasured: MemberWeights;
  },
): ClassifierChoice {
  const { labels, classCount, unmeasured } = options;
  const rows = labels.length;
  const isNumeric = memberNames.every((name) =>
    options[name].every((row) => Array.from(row).every(Number.isFinite)),
  );
  if (!isNumeric) return { chosen: 'network', rows, isNumeric, weights: alone('network'), figures: null };
  if (rows < leastRowsToChoose) {
    const rightOf = (name: Member) =>
      labels.map((label, row) => Number(mostLikely(options[name][row] ?? []) === label));
    // Documents without words, say: even a few show that words tell nothing of them. Not by losses, which without a temperature
    // tell who is surer.
    const isRefuted =
      kindOf(unmeasured) === 'text' && isClearlyLower(rightOf('text'), rightOf('network'), errorsOfFewRows);
    const weights = isRefuted ? alone('network') : unmeasured;
    return { chosen: kindOf(weights), rows, isNumeric, weights, figures: null };
  }

  const left: Record<Candidate, Float32Array[]> = {
    network: [],
    text: [],
    look: [],
    pair: [],
    all: [],
    kept: [],
  };
  const isKept = kindOf(unmeasured) === 'average' && rows < leastRowsToFit;
  const keptOf = (index: number) =>
    averageOf(
      forMembers((name) => options[name][index] ?? []),
      unmeasured,
    );
  const order: number[] = [];
  for (let fold = 0; fold < folds; fold += 1) {
    const indices = [...labels.keys()];
    const fitted = indices.filter((index) => index % folds !== fold);
    const pick = (name: Member) => fitted.map((index): ArrayLike<number> => options[name][index] ?? []);
    const fittedLabels = fitted.map((index) => labels[index] ?? -1);
    const temperatures = forMembers((name) => fitTemperature(pick(name).map(logitsOf), fittedLabels));
    const [pair, all] = [
      fitMembers(pairNames, pick, fittedLabels),
      fitMembers(memberNames, pick, fittedLabels),
    ];
    const keptTemperature = isKept
      ? fitTemperature(
          fitted.map((index) => logitsOf(keptOf(index))),
          fittedLabels,
        )
      : 1;
    for (const index of indices.filter((other) => other % folds === fold)) {
      const said = forMembers((name) => options[name][index] ?? []);
      order.push(index);
      for (const name of memberNames) left[name].push(applyTemperature(said[name], temperatures[name]));
      left.pair.push(averageOf(said, pair));
      left.all.push(averageOf(said, all));
      if (isKept) left.kept.push(applyTemperature(keptOf(index), keptTemperature));
    }
  }
  const actual = order.map((index) => labels[index] ?? -1);
  const figuresIn = (of: Candidate) => figuresOf(left[of], actual, classCount);
  const losses = (of: Candidate) => left[of].map((row, at) => lossOf(row, actual[at] ?? -1));
  const shares = shareOfEach(actual);
  const hits = (of: Candidate) =>
    left[of].map((row, at) => (mostLikely(row) === actual[at] ? (shares[at] ?? 0) : 0));
  const isBetter = (one: Candidate, other: Candidate) =>
    isClearlyLower(losses(one), losses(other)) && !isClearlyLower(hits(one), hits(other), errorsOfHits);
  const single = isBetter('text', 'network') ? 'text' : 'network';
  const fittedAnew = isBetter('all', 'pair') ? 'all' : 'pair';
  const average = isKept ? 'kept' : fittedAnew;
  const weights = isKept
    ? unmeasured
    : fitMembers(average === 'all' ? memberNames : pairNames, (name) => options[name], labels);
  const isAverage = kindOf(weights) === 'average' && isBetter(average, single);
  return {
    chosen: isAverage ? 'average' : single,
    rows,
    isNumeric,
    weights,
    figures: { ...forMembers(figuresIn), average: figuresIn(average) },
  };
}

/** An average of which but one member has weight is that member. */
function kindOf(weights: MemberWeights): ClassifierChoice['chosen'] {
  if (memberNames.filter((name) => weights[name] > 0).length > 1) return 'average';
  return weights.text > 0 ? 'text' : 'network';
}

function forMembers<Value>(of: (name: Member) => Value): Record<Member, Value> {
  return { network: of('network'), text: of('text'), look: of('look') };
}

/** The weights of some members; those of the others are 0. */
function fitMembers(
  names: readonly Member[],
  rowsOf: (name: Member) => readonly ArrayLike<number>[],
  labels: readonly number[],
): MemberWeights {
  const weights = fitWeights(names.map(rowsOf), labels);
  return forMembers((name) => weights[names.indexOf(name)] ?? 0);
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
