/** The settings of a run that nobody has touched. */
import { fineTuningHyperparameters } from '../layoutlmv2/training/hyperparameters.js';
import type { RunHyperparameters } from './training-run.js';

/** Defaults by where a run starts: a network of our own sizes learns everything, a checkpoint only adapts. */
export function defaultHyperparameters(options: {
  isFromScratch: boolean;
  modelSize: RunHyperparameters['modelSize'];
}): RunHyperparameters {
  const defaults = options.isFromScratch ? fineTuningHyperparameters : fineTuningHyperparameters;
  return { ...defaults, modelSize: options.modelSize };
}
