/** What a trained network reaches on documents that it has not seen. Pure once the predictions are there. */
import {
  accuracyOf,
  adaptiveCalibrationErrorOf,
  bootstrapMacroF1,
  calibrationOf,
  classScores,
  confusionMatrix,
  type Interval,
  macroF1Of,
  meanCrossEntropy,
  wilsonInterval,
} from '../layoutlmv2/metrics.js';
import type { UnitPrediction } from '../layoutlmv2/training/evaluate.js';
import { measureSlices } from './document-slices.js';
import type { HoldoutFigures } from './evaluation.repository.js';
import { intervalsOf } from './metric-intervals.js';
import type { CalibrationBin, CalibrationStage, DatasetSplit, DocumentResult } from './training-run.js';

/** What a classifier says of one document: of a network, or of the text baseline. */
type Prediction = Pick<UnitPrediction, 'unit' | 'label' | 'predicted' | 'probabilities'>;

/** What is measured beside the figures themselves. */
type Surroundings = {
  /** The slices each document stands in. */
  slices?: ReadonlyMap<string, readonly string[]> | undefined;
  /** The same documents as the classifier would have it without its temperature. */
  uncalibrated?: readonly Prediction[] | undefined;
};

/** Whether there are documents, and all that is said of them are numbers. */
export function isMeasurable(predictions: readonly Pick<Prediction, 'probabilities'>[]): boolean {
  return (
    predictions.length > 0 &&
    predictions.every(({ probabilities }) => Array.from(probabilities).every(Number.isFinite))
  );
}

/** @throws when there is nothing to measure: a number that was not measured is not made up. */
export function measureHoldout(
  predictions: readonly Prediction[],
  labelIds: readonly string[],
  seed: number,
  { slices, uncalibrated }: Surroundings = {},
): HoldoutFigures {
  const classCount = labelIds.length;
  const actual = predictions.map(({ label }) => label);
  const predicted = predictions.map((prediction) => prediction.predicted);
  const matrix = confusionMatrix(actual, predicted, classCount);
  const calibration = calibrationAt('AFTER', predictions);
  const before = uncalibrated && calibrationAt('BEFORE', uncalibrated);
  const judged = predictions.map((prediction) => ({
    actual: prediction.label,
    predicted: prediction.predicted,
    confidence: measured(prediction.probabilities[prediction.predicted] ?? null),
    loss: measured(meanCrossEntropy([prediction.probabilities], [prediction.label])),
  }));
  const hits = judged.filter((unit) => unit.actual === unit.predicted).length;
  const intervals = measured(intervalsOf(judged, classCount, seed));
  const results = resultsOf('HOLDOUT', predictions, labelIds, { slices });
  return {
    metrics: {
      accuracy: measured(accuracyOf(matrix)),
      ...endsOf('accuracy', measured(wilsonInterval(hits, judged.length))),
      macroF1: measured(macroF1Of(matrix)),
      ...endsOf('macroF1', measured(bootstrapMacroF1({ actual, predicted, classCount, seed }))),
      loss: calibration.loss,
      ...endsOf('loss', intervals.loss),
      ece: calibration.ece,
      ...endsOf('ece', intervals.ece),
      adaptiveEce: calibration.adaptiveEce,
      lossBefore: before?.loss ?? null,
      eceBefore: before?.ece ?? null,
      adaptiveEceBefore: before?.adaptiveEce ?? null,
      support: predictions.length,
    },
    classes: classScores(matrix).map(({ precision, recall, f1, support, predicted: given }, row) => {
      const own = matrix[row]?.[row] ?? 0;
      return {
        labelId: idOf(labelIds, row),
        precision,
        ...optionalEndsOf('precision', wilsonInterval(own, given)),
        recall,
        ...optionalEndsOf('recall', wilsonInterval(own, support)),
        f1,
        ...optionalEndsOf('f1', f1 === null ? null : (intervals.f1[row] ?? null)),
        baselineF1: null,
        support,
      };
    }),
    confusion: matrix.flatMap((row, actualRow) =>
      row.flatMap((count, predictedRow) =>
        count === 0
          ? []
          : [{ actualId: idOf(labelIds, actualRow), predictedId: idOf(labelIds, predictedRow), count }],
      ),
    ),
    results,
    calibration: [...(before?.bins ?? []), ...calibration.bins],
    slices: measureSlices(
      results.map(({ actualId, predictedId, slices: own }) => ({
        isCorrect: actualId === predictedId,
        slices: own,
      })),
    ),
  };
}

/** How well the confidences of predictions stand for how often they are right. */
function calibrationAt(
  stage: CalibrationStage,
  predictions: readonly Prediction[],
): { loss: number; ece: number; adaptiveEce: number; bins: CalibrationBin[] } {
  const actual = predictions.map(({ label }) => label);
  const probabilities = predictions.map((prediction) => prediction.probabilities);
  const { expectedCalibrationError, bins } = calibrationOf(probabilities, actual);
  return {
    loss: measured(meanCrossEntropy(probabilities, actual)),
    ece: measured(expectedCalibrationError),
    adaptiveEce: measured(adaptiveCalibrationErrorOf(probabilities, actual)),
    bins: bins.map((bin, index) => ({ stage, number: index + 1, ...bin })),
  };
}

/** Document by document: what was said of it, and how surely. */
export function resultsOf(
  split: DatasetSplit,
  predictions: readonly Prediction[],
  labelIds: readonly string[],
  { slices }: Surroundings = {},
): DocumentResult[] {
  return predictions.map(({ unit, label, predicted, probabilities }) => ({
    documentId: unit,
    split,
    actualId: idOf(labelIds, label),
    predictedId: idOf(labelIds, predicted),
    confidence: measured(probabilities[predicted] ?? null),
    baselineId: null,
    slices: [...(slices?.get(unit) ?? [])],
  }));
}

type Ends<Name extends string, Value> = Record<`${Name}Low` | `${Name}High`, Value>;

function endsOf<Name extends string>(name: Name, { low, high }: Interval): Ends<Name, number> {
  return { [`${name}Low`]: low, [`${name}High`]: high } as Ends<Name, number>;
}

function optionalEndsOf<Name extends string>(
  name: Name,
  interval: Interval | null,
): Ends<Name, number | null> {
  return { [`${name}Low`]: interval?.low ?? null, [`${name}High`]: interval?.high ?? null } as Ends<
    Name,
    number | null
  >;
}

function measured<Value>(value: Value | null): Value {
  if (value === null) throw new Error('the holdout is empty: there is nothing to measure');
  return value;
}

function idOf(labelIds: readonly string[], row: number): string {
  const id = labelIds[row];
  if (id === undefined) throw new Error(`no label stands for row ${row} of the classifier`);
  return id;
}
