/**
 * Everything a run tells of what it has reached: the figures of the holdout and of its slices, how each document of holdout and
 * validation fared, labels that may be wrong, and beside them what a text baseline reaches that has learnt the same documents.
 */
import type { UnitPrediction } from '../layoutlmv2/training/evaluate.js';
import { slicesOf } from './document-slices.js';
import type { Evaluation } from './evaluation.repository.js';
import { suspectLabels } from './label-errors.js';
import type { LearntText, TextsOfRun } from './learn-text.js';
import { isMeasurable, measureHoldout, resultsOf } from './measure-holdout.js';
import type { BaselineMetrics, EvaluationMetrics, SuspectedLabelError } from './training-run.js';

/** Of a holdout that is empty, or for which the classifier gives scores that are no numbers, there are no figures. */
export function measureRun(options: {
  labelIds: readonly string[];
  seed: number;
  /** What the classifier that may serve says of documents that it has not learnt. */
  validation: readonly UnitPrediction[];
  holdout: readonly UnitPrediction[];
  /** The holdout as it would be without the temperature. */
  uncalibrated?: readonly UnitPrediction[];
  texts: TextsOfRun;
}): Evaluation {
  const { labelIds, seed, validation, holdout, uncalibrated, texts } = options;
  const slices = new Map(texts.unlearnt.map(({ documentId, traits }) => [documentId, slicesOf(traits)]));
  const figures = isMeasurable(holdout)
    ? measureHoldout(holdout, labelIds, seed, { slices, uncalibrated })
    : { metrics: null, classes: [], confusion: [], results: [], calibration: [], slices: [] };
  const ofValidation = isMeasurable(validation)
    ? resultsOf('VALIDATION', validation, labelIds, { slices })
    : [];
  const baseline = texts.text && measureBaseline(texts.text, labelIds, seed);
  const saidByBaseline = new Map(baseline?.results.map((result) => [result.documentId, result.predictedId]));
  const f1OfBaseline = new Map(baseline?.classes.map(({ labelId, f1 }) => [labelId, f1]));
  return {
    ...figures,
    classes: figures.classes.map((row) => ({ ...row, baselineF1: f1OfBaseline.get(row.labelId) ?? null })),
    results: [...figures.results, ...ofValidation].map((result) => ({
      ...result,
      baselineId: saidByBaseline.get(result.documentId) ?? null,
    })),
    suspects: suspectsOf(validation, holdout, labelIds),
    baseline: baseline && toBaselineMetrics(baseline),
  };
}

function toBaselineMetrics(baseline: {
  metrics: EvaluationMetrics;
  features: number;
  durationMs: number;
}): BaselineMetrics {
  const { metrics, features, durationMs } = baseline;
  const { accuracy, accuracyLow, accuracyHigh, macroF1, macroF1Low, macroF1High, loss, ece, support } =
    metrics;
  return {
    ...{ accuracy, accuracyLow, accuracyHigh, macroF1, macroF1Low, macroF1High },
    ...{ loss, ece, support, features, durationMs },
  };
}

/** Null where nothing of the holdout is left. */
function measureBaseline(
  { holdout, classifier, durationMs }: LearntText,
  labelIds: readonly string[],
  seed: number,
) {
  if (holdout.length === 0) return null;
  return { ...measureHoldout(holdout, labelIds, seed), features: classifier.features, durationMs };
}

/** Thresholds are those of both parts together: each alone has few documents of a label. */
function suspectsOf(
  validation: readonly UnitPrediction[],
  holdout: readonly UnitPrediction[],
  labelIds: readonly string[],
): SuspectedLabelError[] {
  const isInHoldout = new Set(holdout.map(({ unit }) => unit));
  const scored = [validation, holdout]
    .filter(isMeasurable)
    .flat()
    .map(({ unit, label, probabilities }) => ({ documentId: unit, label, probabilities }));
  return suspectLabels(scored, labelIds.length).map(({ label, suggested, ...doubt }) => ({
    ...doubt,
    split: isInHoldout.has(doubt.documentId) ? 'HOLDOUT' : 'VALIDATION',
    labelId: labelIds[label] ?? '',
    suggestedId: labelIds[suggested] ?? '',
  }));
}
