/**
 * Everything a run tells of what it has reached: the figures of the holdout and of its slices, how each document of holdout and
 * validation fared, labels that may be wrong, and beside them what a text baseline reaches that has learnt the same documents.
 */
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { mostLikely } from '../layoutlmv2/probability.js';
import type { UnitPrediction } from '../layoutlmv2/training/evaluate.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { trainTextClassifier } from '../text-classifier/text-classifier.js';
import { slicesOf } from './document-slices.js';
import type { Evaluation } from './evaluation.repository.js';
import { suspectLabels } from './label-errors.js';
import type { SnapshotDocument } from './load-examples.js';
import { isMeasurable, measureHoldout, resultsOf } from './measure-holdout.js';
import { type ReadDocument, readSnapshotDocuments } from './read-snapshot-documents.js';
import type {
  BaselineMetrics,
  DatasetSplit,
  EvaluationMetrics,
  SuspectedLabelError,
} from './training-run.js';

/** Of a holdout that is empty, or for which the network gives scores that are no numbers, there are no figures. */
export async function measureRun(options: {
  connection: DatabaseConnection;
  /** All of the snapshot. */
  documents: readonly SnapshotDocument[];
  labelIds: readonly string[];
  seed: number;
  /** What the network says of documents that it has not learnt. */
  validation: readonly UnitPrediction[];
  holdout: readonly UnitPrediction[];
  checkCancelled: () => Promise<void>;
}): Promise<Evaluation> {
  const { connection, documents, labelIds, seed, validation, holdout, checkCancelled } = options;
  const read = (split: DatasetSplit) =>
    readSnapshotDocuments(
      connection,
      documents.filter(({ item }) => item.split === split),
      checkCancelled,
    );
  const holdoutTexts = await read('HOLDOUT');
  const slices = new Map(
    [...holdoutTexts, ...(await read('VALIDATION'))].map(({ documentId, traits }) => [
      documentId,
      slicesOf(traits),
    ]),
  );
  const figures = isMeasurable(holdout)
    ? measureHoldout(holdout, labelIds, seed, { slices })
    : { metrics: null, classes: [], confusion: [], results: [], calibration: [], slices: [] };
  const ofValidation = isMeasurable(validation)
    ? resultsOf('VALIDATION', validation, labelIds, { slices })
    : [];
  const pause = async () => {
    await letOthersRun();
    await checkCancelled();
  };
  const baseline = await measureBaseline(await read('TRAIN'), holdoutTexts, { labelIds, seed, pause });
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

/** Null where nothing of either part is left. */
async function measureBaseline(
  training: readonly ReadDocument[],
  holdout: readonly ReadDocument[],
  options: { labelIds: readonly string[]; seed: number; pause: () => Promise<void> },
) {
  const { labelIds, seed, pause } = options;
  if (training.length === 0 || holdout.length === 0) return null;
  const startedAt = performance.now();
  const classifier = await trainTextClassifier(
    training.map(({ words, labelId }) => ({ words, label: labelIds.indexOf(labelId) })),
    labelIds.length,
    pause,
  );
  const durationMs = performance.now() - startedAt;
  const probabilities = classifier.predict(holdout.map(({ words }) => words));
  const predictions = holdout.flatMap(({ documentId, labelId }, index) => {
    const row = probabilities[index];
    if (row === undefined) return [];
    const label = labelIds.indexOf(labelId);
    return [{ unit: documentId, label, probabilities: row, predicted: mostLikely(row) }];
  });
  return { ...measureHoldout(predictions, labelIds, seed), features: classifier.features, durationMs };
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
