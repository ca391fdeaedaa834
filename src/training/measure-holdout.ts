/** What a trained network reaches on documents that it has not seen. Pure once the predictions are there. */
import {
  accuracyOf,
  bootstrapMacroF1,
  calibrationOf,
  classScores,
  confusionMatrix,
  macroF1Of,
  meanCrossEntropy,
  wilsonInterval,
} from '../layoutlmv2/metrics.js';
import type { UnitPrediction } from '../layoutlmv2/training/evaluate.js';
import type { Evaluation } from './evaluation.repository.js';

/** @throws when there is nothing to measure: a number that was not measured is not made up. */
export function measureHoldout(
  predictions: readonly UnitPrediction[],
  labelIds: readonly string[],
  seed: number,
): Evaluation {
  const classCount = labelIds.length;
  const actual = predictions.map(({ label }) => label);
  const predicted = predictions.map((prediction) => prediction.predicted);
  const probabilities = predictions.map((prediction) => prediction.probabilities);
  const matrix = confusionMatrix(actual, predicted, classCount);
  const hits = predictions.filter((prediction) => prediction.label === prediction.predicted).length;
  const accuracyInterval = measured(wilsonInterval(hits, predictions.length));
  const macroF1Interval = measured(bootstrapMacroF1({ actual, predicted, classCount, seed }));
  return {
    metrics: {
      accuracy: measured(accuracyOf(matrix)),
      accuracyLow: accuracyInterval.low,
      accuracyHigh: accuracyInterval.high,
      macroF1: measured(macroF1Of(matrix)),
      macroF1Low: macroF1Interval.low,
      macroF1High: macroF1Interval.high,
      loss: measured(meanCrossEntropy(probabilities, actual)),
      ece: measured(calibrationOf(probabilities, actual).expectedCalibrationError),
      support: predictions.length,
    },
    classes: classScores(matrix).map(({ precision, recall, f1, support }, row) => ({
      labelId: idOf(labelIds, row),
      precision,
      recall,
      f1,
      support,
    })),
    confusion: matrix.flatMap((row, actualRow) =>
      row.flatMap((count, predictedRow) =>
        count === 0
          ? []
          : [{ actualId: idOf(labelIds, actualRow), predictedId: idOf(labelIds, predictedRow), count }],
      ),
    ),
    results: predictions.map((prediction) => ({
      documentId: prediction.unit,
      actualId: idOf(labelIds, prediction.label),
      predictedId: idOf(labelIds, prediction.predicted),
      confidence: measured(prediction.probabilities[prediction.predicted] ?? null),
    })),
  };
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
