/** Sets confidences right: a temperature for what a classifier says of documents, from those of the validation alone. Pure. */
import { applyTemperature, fitTemperature, logitsOf } from '../layoutlmv2/calibration/temperature.js';
import type { UnitPrediction } from '../layoutlmv2/training/evaluate.js';

/** The temperature that makes the confidences of validation documents most plausible; 1 without any. */
export function fitDocumentTemperature(
  validation: readonly Pick<UnitPrediction, 'label' | 'probabilities'>[],
): number {
  // What is no number has no logarithm to speak of; the fit leaves it out.
  return fitTemperature(
    validation.map(({ probabilities }) => logitsOf(probabilities)),
    validation.map(({ label }) => label),
  );
}

/** Predictions as they are when the version serves. */
export function calibrate<Prediction extends Pick<UnitPrediction, 'probabilities'>>(
  predictions: readonly Prediction[],
  temperature: number,
): Prediction[] {
  return predictions.map((prediction) => ({
    ...prediction,
    probabilities: applyTemperature(prediction.probabilities, temperature),
  }));
}
