/**
 * Decides whether what a run has made may serve, from what candidate and serving model say of the same holdout documents. Pure.
 *
 * The rules, in their order:
 * 1. An empty holdout, a score that is no number, or fewer holdout documents than the policy's minimum (of its two: there is one for
 *    where a model serves, and a smaller one for where none does) decide nothing: REFUSED.
 * 2. Where nothing serves, the candidate serves if it is right more often than always giving the most frequent class of the
 *    holdout would be, beyond chance (exact binomial test at the policy's level): else KEPT.
 * 3. Else its macro-F1 must be better, and beyond chance by the policy's test: the paired bootstrap's interval of the difference
 *    lies above 0, or McNemar's exact p-value is below 1 - confidenceLevel with more documents that only the candidate has right.
 * 4. No class may lose more of recall or F1 than the policy allows, and none that the serving model knows may be unknown.
 *
 * A document whose label a model does not know counts as wrong for that model: it cannot say it. Macro-F1 is the mean over the
 * labels that the holdout's documents have, for both models, so that neither gains or loses by answers nobody asked for.
 */
import { accuracyOf, type ClassScore, classScores, confusionMatrix } from '../layoutlmv2/metrics.js';
import {
  binomialTail,
  macroF1OfTruth,
  mcnemarExact,
  pairedBootstrapMacroF1,
} from '../layoutlmv2/paired-tests.js';
import type { PromotionPolicy } from './promotion-policy.js';

export const gateVerdicts = ['PROMOTED', 'KEPT', 'REFUSED'] as const;
export type GateVerdict = (typeof gateVerdicts)[number];

/** What a model says of a document: a label, and its confidence, which is no number where the network gave none. */
export type HoldoutAnswer = { labelId: string; confidence: number };

/** A document of the holdout, and what each model says of it; `serving` is null where nothing serves. */
export type HoldoutRow = {
  documentId: string;
  labelId: string;
  candidate: HoldoutAnswer;
  serving: HoldoutAnswer | null;
};

/** A model in the comparison: the labels it can say, as they count today. */
type GateModel = { knownLabelIds: readonly string[] };

export type GateClassChange = {
  labelId: string;
  support: number;
  recall: number | null;
  f1: number | null;
  servingRecall: number | null;
  servingF1: number | null;
  /** Whether the candidate, and whether the serving model can say it. */
  isKnown: boolean;
  isServingKnown: boolean;
  /** Whether it loses more than the policy allows. */
  exceedsMaximum: boolean;
};

/** What the gate has found; null is what was not measured. */
export type GateFindings = {
  verdict: GateVerdict;
  /** Why, as a code that stays. */
  code: GateCode;
  reason: string;
  support: number;
  accuracy: number | null;
  macroF1: number | null;
  servingAccuracy: number | null;
  servingMacroF1: number | null;
  difference: number | null;
  differenceLow: number | null;
  differenceHigh: number | null;
  bootstrapPValue: number | null;
  mcnemarPValue: number | null;
  onlyCandidateHits: number | null;
  onlyServingHits: number | null;
  majorityShare: number | null;
  majorityPValue: number | null;
  resamples: number;
  classes: GateClassChange[];
};

type GateCode =
  | 'FIRST_MODEL'
  | 'BETTER'
  | 'NOT_BEYOND_CHANCE'
  | 'NOT_BETTER'
  | 'CLASS_LOSS'
  | 'LABEL_UNKNOWN'
  | 'AUTOMATIC_OFF'
  | 'EMPTY_HOLDOUT'
  | 'NOT_A_NUMBER'
  | 'SMALL_HOLDOUT'
  | 'SERVING_UNUSABLE'
  | 'SERVING_CHANGED'
  | 'LICENCE_REFUSED';

// Enough for the 0.5 % point of an interval of 99 % to stand on ten resamples; a second of work for a thousand documents.
const resamples = 2000;

type Figures = Omit<GateFindings, 'verdict' | 'code' | 'reason'>;
type Judgement = Pick<GateFindings, 'verdict' | 'code' | 'reason'>;

/**
 * @param options.nameOf names a label in the reason.
 * @param options.serving null where nothing serves.
 */
export function judgeCandidate(options: {
  rows: readonly HoldoutRow[];
  candidate: GateModel;
  serving: GateModel | null;
  policy: PromotionPolicy;
  seed: number;
  nameOf: (labelId: string) => string;
}): GateFindings {
  const { rows, serving, policy } = options;
  const refusal = refuse(rows, serving !== null, policy);
  if (refusal) return { ...nothingMeasured(rows.length), ...refusal };
  const figures = serving === null ? measureFirst(rows) : measurePair({ ...options, serving });
  const judgement =
    serving === null ? judgeFirst(figures, policy) : judgePair(figures, policy, options.nameOf);
  if (judgement.verdict === 'PROMOTED' && !policy.automatic) {
    return {
      ...figures,
      verdict: 'KEPT',
      code: 'AUTOMATIC_OFF',
      reason: `${judgement.reason}; it is kept all the same, as automatic promotion is off`,
    };
  }
  return { ...figures, ...judgement };
}

/** Findings where nothing could be measured. */
export function nothingMeasured(support: number): Figures {
  return {
    support,
    accuracy: null,
    macroF1: null,
    servingAccuracy: null,
    servingMacroF1: null,
    difference: null,
    differenceLow: null,
    differenceHigh: null,
    bootstrapPValue: null,
    mcnemarPValue: null,
    onlyCandidateHits: null,
    onlyServingHits: null,
    majorityShare: null,
    majorityPValue: null,
    resamples,
    classes: [],
  };
}

function refuse(
  rows: readonly HoldoutRow[],
  isComparison: boolean,
  policy: PromotionPolicy,
): Judgement | null {
  const verdict = 'REFUSED';
  if (rows.length === 0) {
    return { verdict, code: 'EMPTY_HOLDOUT', reason: 'The holdout is empty: there is nothing to measure on' };
  }
  for (const name of ['candidate', 'serving'] as const) {
    const broken = rows.filter((row) => row[name] && !Number.isFinite(row[name].confidence)).length;
    if (broken === 0) continue;
    const model = name === 'candidate' ? 'new' : 'serving';
    const reason = `The ${model} model gives scores that are no numbers for ${broken} of ${rows.length} holdout documents`;
    return { verdict, code: 'NOT_A_NUMBER', reason };
  }
  const setting = isComparison ? 'minimumHoldout' : 'minimumHoldoutForFirstModel';
  if (rows.length < policy[setting]) {
    const minimum = `${policy[setting]}${isComparison ? '' : ' for a first model'}`;
    const reason = `The holdout has ${rows.length} documents, fewer than the minimum of ${minimum}: label more, or lower ${setting}`;
    return { verdict, code: 'SMALL_HOLDOUT', reason };
  }
  return null;
}

function measureFirst(rows: readonly HoldoutRow[]): Figures {
  const labels = numberLabels(rows);
  const matrix = confusionMatrix(labels.actual, labels.candidate, labels.classCount);
  const hits = rows.filter(({ labelId, candidate }) => candidate.labelId === labelId).length;
  const scores = classScores(matrix);
  const majorityShare = Math.max(...scores.map(({ support }) => support)) / rows.length;
  return {
    ...nothingMeasured(rows.length),
    accuracy: accuracyOf(matrix),
    macroF1: macroF1OfTruth(matrix),
    majorityShare,
    majorityPValue: binomialTail(hits, rows.length, majorityShare),
    classes: labels.ids.map((labelId, index) => ({
      labelId,
      support: scores[index]?.support ?? 0,
      recall: scores[index]?.recall ?? null,
      f1: scores[index]?.f1 ?? null,
      servingRecall: null,
      servingF1: null,
      isKnown: true,
      isServingKnown: false,
      exceedsMaximum: false,
    })),
  };
}

function judgeFirst(
  { accuracy, majorityShare, majorityPValue }: Figures,
  policy: PromotionPolicy,
): Judgement {
  const figures = `accuracy ${share(accuracy)} where always giving the most frequent label reaches ${share(majorityShare)} (p = ${pValue(majorityPValue)})`;
  if (majorityPValue !== null && majorityPValue < 1 - policy.confidenceLevel) {
    return {
      verdict: 'PROMOTED',
      code: 'FIRST_MODEL',
      reason: `Nothing served, and it is no guess: ${figures}`,
    };
  }
  return {
    verdict: 'KEPT',
    code: 'NOT_BEYOND_CHANCE',
    reason: `It is not better than guessing beyond chance: ${figures}`,
  };
}

function measurePair(options: {
  rows: readonly HoldoutRow[];
  candidate: GateModel;
  serving: GateModel;
  policy: PromotionPolicy;
  seed: number;
}): Figures {
  const { rows, candidate, serving, policy, seed } = options;
  const labels = numberLabels(rows);
  const { classCount } = labels;
  const matrix = confusionMatrix(labels.actual, labels.candidate, classCount);
  const servingMatrix = confusionMatrix(labels.actual, labels.serving, classCount);
  const paired = pairedBootstrapMacroF1({
    actual: labels.actual,
    first: labels.candidate,
    second: labels.serving,
    classCount,
    seed,
    confidenceLevel: policy.confidenceLevel,
    resamples,
  });
  const isHit = (row: HoldoutRow, answer: HoldoutAnswer | null) => answer?.labelId === row.labelId;
  const only = (name: 'candidate' | 'serving', other: 'candidate' | 'serving') =>
    rows.filter((row) => isHit(row, row[name]) && !isHit(row, row[other])).length;
  const onlyCandidateHits = only('candidate', 'serving');
  const onlyServingHits = only('serving', 'candidate');
  const [scores, servingScores] = [classScores(matrix), classScores(servingMatrix)];
  const known = new Set(candidate.knownLabelIds);
  const servingKnown = new Set(serving.knownLabelIds);
  // A label that only the serving model knows has no row in the holdout of the run, and must be told all the same.
  const unmeasured = serving.knownLabelIds.filter((id) => !labels.ids.includes(id));
  return {
    ...nothingMeasured(rows.length),
    accuracy: accuracyOf(matrix),
    macroF1: macroF1OfTruth(matrix),
    servingAccuracy: accuracyOf(servingMatrix),
    servingMacroF1: macroF1OfTruth(servingMatrix),
    difference: paired?.difference ?? null,
    differenceLow: paired?.interval.low ?? null,
    differenceHigh: paired?.interval.high ?? null,
    bootstrapPValue: paired?.pValue ?? null,
    mcnemarPValue: mcnemarExact(onlyCandidateHits, onlyServingHits),
    onlyCandidateHits,
    onlyServingHits,
    classes: [...labels.ids, ...unmeasured].map((labelId, index) => {
      const isMeasured = index < labels.ids.length;
      const [now, before] = isMeasured ? [scores[index], servingScores[index]] : [];
      return {
        labelId,
        support: now?.support ?? 0,
        recall: now?.recall ?? null,
        f1: now?.f1 ?? null,
        servingRecall: before?.recall ?? null,
        servingF1: before?.f1 ?? null,
        isKnown: known.has(labelId),
        isServingKnown: servingKnown.has(labelId),
        exceedsMaximum: losesTooMuch(now, before, policy.maximumClassLoss),
      };
    }),
  };
}

// Shares of documents are counts divided: their differences are off by rounding, never by so much as one document.
const rounding = 1e-9;

/** A class without documents in the holdout loses nothing that could be measured. */
function losesTooMuch(now: ClassScore | undefined, before: ClassScore | undefined, maximum: number): boolean {
  if (!now || !before || now.support === 0) return false;
  const lossOf = (name: 'recall' | 'f1') => (before[name] ?? 0) - (now[name] ?? 0);
  return Math.max(lossOf('recall'), lossOf('f1')) > maximum + rounding;
}

function judgePair(
  figures: Figures,
  policy: PromotionPolicy,
  nameOf: (labelId: string) => string,
): Judgement {
  const { macroF1, servingMacroF1, difference, differenceLow, differenceHigh, mcnemarPValue } = figures;
  const { onlyCandidateHits, onlyServingHits, classes } = figures;
  const kept = (code: GateCode, reason: string): Judgement => ({ verdict: 'KEPT', code, reason });
  const scores = `macro-F1 ${share(macroF1)} against ${share(servingMacroF1)} of the serving model`;
  const unknown = classes.filter(({ isKnown, isServingKnown }) => isServingKnown && !isKnown);
  if (unknown.length > 0) {
    const names = unknown.map(({ labelId }) => nameOf(labelId)).join(', ');
    return kept('LABEL_UNKNOWN', `It does not know ${names}, which the serving model does; ${scores}`);
  }
  const interval = `${signed(differenceLow)} to ${signed(differenceHigh)}`;
  const evidence =
    policy.test === 'MCNEMAR'
      ? `McNemar: ${onlyCandidateHits} documents only it has right, ${onlyServingHits} only the serving one, p = ${pValue(mcnemarPValue)}`
      : `difference ${signed(difference)}, ${interval} at ${share(policy.confidenceLevel)} confidence`;
  if (difference === null || !(difference > 0)) return kept('NOT_BETTER', `It is not better: ${scores}`);
  const isProven =
    policy.test === 'MCNEMAR'
      ? (onlyCandidateHits ?? 0) > (onlyServingHits ?? 0) && (mcnemarPValue ?? 1) < 1 - policy.confidenceLevel
      : (differenceLow ?? 0) > 0;
  if (!isProven) return kept('NOT_BEYOND_CHANCE', `It is not better beyond chance: ${scores}; ${evidence}`);
  const losers = classes.filter(({ exceedsMaximum }) => exceedsMaximum);
  if (losers.length > 0) {
    const losses = losers.map(
      ({ labelId, recall, servingRecall, f1, servingF1 }) =>
        `${nameOf(labelId)} (recall ${share(servingRecall)} to ${share(recall)}, F1 ${share(servingF1)} to ${share(f1)})`,
    );
    const most = share(policy.maximumClassLoss);
    return kept(
      'CLASS_LOSS',
      `It loses more than ${most} in ${losses.join(', ')}, though better on the whole: ${scores}`,
    );
  }
  return {
    verdict: 'PROMOTED',
    code: 'BETTER',
    reason: `It is better beyond chance: ${scores}; ${evidence}`,
  };
}

/** The labels of the truth as class numbers; every other answer is one class more, which is wrong whatever it is. */
function numberLabels(rows: readonly HoldoutRow[]) {
  const ids = [...new Set(rows.map(({ labelId }) => labelId))].sort();
  const numbers = new Map(ids.map((id, index) => [id, index]));
  const numberOf = (id: string) => numbers.get(id) ?? ids.length;
  return {
    ids,
    classCount: ids.length + 1,
    actual: rows.map(({ labelId }) => numberOf(labelId)),
    candidate: rows.map(({ candidate }) => numberOf(candidate.labelId)),
    serving: rows.map(({ serving }) => (serving === null ? ids.length : numberOf(serving.labelId))),
  };
}

function share(value: number | null): string {
  return value === null ? 'unknown' : value.toFixed(3);
}

function signed(value: number | null): string {
  return value === null ? 'unknown' : `${value >= 0 ? '+' : ''}${value.toFixed(3)}`;
}

function pValue(value: number | null): string {
  if (value === null) return 'unknown';
  return value < 0.001 ? 'less than 0.001' : value.toFixed(3);
}
