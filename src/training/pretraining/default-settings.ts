/** The settings of a pre-training run that nobody has touched. */
import { pretrainingHyperparameters } from '../../layoutlmv2/pretraining/pretrain.js';
import { noAugmentation } from '../../layoutlmv2/training/augmentation/augmentation-settings.js';
import { fineTuningHyperparameters } from '../../layoutlmv2/training/hyperparameters.js';
import type { ReadyModelVersion } from '../../models/model-version.js';
import { fitRun, isSmall } from '../default-hyperparameters.js';
import type { RunHyperparameters } from '../training-run.js';

// Passes over an archive after which a published network gains little (Gururangan et al. 2020, Don't Stop Pretraining).
const usualEpochs = 5;
// Their rate for networks of the published sizes; a small one goes on at a third of the rate it began with.
const learningRateOfLarge = 1e-4;
const learningRateOfSmall = pretrainingHyperparameters.learningRate / 3;
// As for fine-tuning: fewer steps an epoch teach too little, fewer pages a step are mostly noise.
const leastStepsPerEpoch = 6;
const smallestBatch = 4;

/**
 * All that the run has a use for is said here; settings of labels (class weights, early stopping) and augmentation, which masking stands
 * for, do nothing. Batch norms stay as they are, so that the network can go on where the base is.
 */
export function pretrainingDefaults(options: {
  base: Pick<ReadyModelVersion, 'size' | 'parameterCount'>;
  modelSize: RunHyperparameters['modelSize'];
  pages: number;
  maxBytes?: number;
}): RunHyperparameters {
  const { base, modelSize, pages } = options;
  const isSmallBase = isSmall(base.parameterCount);
  const fittingBatch = 2 ** Math.floor(Math.log2(Math.max(1, pages / leastStepsPerEpoch)));
  const { freezing: _whole, corruption: _corruption, ...usual } = pretrainingHyperparameters;
  const settings: RunHyperparameters = {
    ...fineTuningHyperparameters,
    ...usual,
    epochs: usualEpochs,
    batchSize: Math.min(usual.batchSize, Math.max(smallestBatch, fittingBatch)),
    learningRate: isSmallBase ? learningRateOfSmall : learningRateOfLarge,
    headLearningRateMultiplier: 1,
    freezing: { freezeAt: 0, trainRelativePosition: true },
    earlyStoppingPatience: null,
    augmentation: noAugmentation,
    modelSize,
  };
  const { maxBytes } = options;
  const fitting = fitRun(settings, {
    ...{ baseSize: base.size, isSmallBase, modelSize },
    ...(maxBytes !== undefined && { maxBytes }),
  });
  // Nothing is recomputed here: where it would have to be, one page at a time is the least there is.
  return { ...settings, microBatchSize: fitting.gradientCheckpointing ? 1 : fitting.microBatchSize };
}
