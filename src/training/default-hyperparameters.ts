/** The settings of a run that nobody has touched. */
import {
  fineTuningHyperparameters,
  fromScratchHyperparameters,
} from '../layoutlmv2/training/hyperparameters.js';
import type { RunHyperparameters } from './training-run.js';

type Size = RunHyperparameters['modelSize'];

// Fewer than six steps an epoch teach too little in the epochs there are; fewer than four pages a step are mostly noise.
const leastStepsPerEpoch = 6;
const smallestBatch = 4;
// A network that starts with nothing needs some hundred steps, however few documents there are; but seeing the same ones
// more than sixty times only teaches them by heart.
const leastStepsFromScratch = 250;
const mostEpochs = 60;

/**
 * Defaults by where a run starts and how much there is to learn from. From scratch everything is learnt; a large
 * pre-trained network only adapts; our own small ones, which have seen no more than this archive, learn on at a third of
 * the rate they were made with.
 */
export function defaultHyperparameters(options: {
  /** Size of the base model; null from scratch. */
  baseSize: string | null;
  /** Size of a network from scratch. */
  modelSize: Size;
  trainingDocuments: number;
}): RunHyperparameters {
  const { baseSize, modelSize } = options;
  const trainingDocuments = Math.max(1, options.trainingDocuments);
  const defaults = defaultsFor(baseSize, modelSize);
  const fittingBatch = 2 ** Math.floor(Math.log2(trainingDocuments / leastStepsPerEpoch));
  const batchSize = Math.min(defaults.batchSize, Math.max(smallestBatch, fittingBatch));
  const stepsPerEpoch = Math.ceil(trainingDocuments / batchSize);
  const epochsFromScratch = Math.min(mostEpochs, Math.ceil(leastStepsFromScratch / stepsPerEpoch));
  return {
    ...defaults,
    batchSize,
    microBatchSize: Math.min(defaults.microBatchSize, batchSize),
    epochs: baseSize === null ? Math.max(defaults.epochs, epochsFromScratch) : defaults.epochs,
  };
}

function defaultsFor(baseSize: string | null, modelSize: Size): RunHyperparameters {
  if (baseSize === null) return { ...fromScratchHyperparameters, modelSize };
  // Whatever is not of our own small sizes was pre-trained elsewhere, on more than this archive has.
  if (baseSize !== 'tiny' && baseSize !== 'small') return { ...fineTuningHyperparameters, modelSize };
  const learningRate = fromScratchHyperparameters.learningRate / 3;
  return { ...fromScratchHyperparameters, learningRate, modelSize };
}
