/** The settings of a run that nobody has touched. */
import { totalmem } from 'node:os';
import { modelConfig } from '../layoutlmv2/model-sizes.js';
import {
  fineTuningHyperparameters,
  fineTuningSmallHyperparameters,
  fromScratchHyperparameters,
} from '../layoutlmv2/training/hyperparameters.js';
import { fitToMemory } from '../layoutlmv2/training/memory-estimate.js';
import type { RunHyperparameters } from './training-run.js';

type Size = RunHyperparameters['modelSize'];

// Fewer than six steps an epoch teach too little in the epochs there are; fewer than four pages a step are mostly noise.
const leastStepsPerEpoch = 6;
const smallestBatch = 4;
// A network that starts with nothing needs some hundred steps, however few documents there are; but seeing the same ones
// more than sixty times only teaches them by heart.
const leastStepsFromScratch = 250;
const mostEpochs = 60;
// What a small pre-trained network is shown, all epochs together: about a quarter of an hour of two cores, whatever there is to
// learn from; but no page more often than teaches anything, and each often enough for changes of it to be seen.
const pagesShownToSmall = 9000;
const epochsOfSmall = { least: 6, most: 20 };
// Of the published network; that a run has fewer words or other labels changes its memory by a few per cent at most.
const usualVocabulary = 30_522;
const usualLabels = 16;
// Far from both: the starter model has fewer than 12 million, the smallest that was published 200 million.
const mostParametersOfSmall = 40e6;

/**
 * Defaults by where a run starts and how much there is to learn from. From scratch everything is learnt; a large
 * pre-trained network only adapts, a small one such as the starter model learns faster; our own small ones, which have seen no
 * more than this archive, learn on at a third of the rate they were made with.
 */
export function defaultHyperparameters(options: {
  /** Size of the base model; null from scratch. */
  baseSize: string | null;
  /** Parameters of the base model, where they are known. */
  baseParameterCount?: number | null;
  /** Size of a network from scratch. */
  modelSize: Size;
  trainingDocuments: number;
  /** Bytes a run may take; by default a share of the machine's. */
  maxBytes?: number;
}): RunHyperparameters {
  const { baseSize, modelSize } = options;
  const isSmallBase = isSmall(options.baseParameterCount);
  const trainingDocuments = Math.max(1, options.trainingDocuments);
  const defaults = defaultsFor(baseSize, isSmallBase, modelSize);
  const fittingBatch = 2 ** Math.floor(Math.log2(trainingDocuments / leastStepsPerEpoch));
  const batchSize = Math.min(defaults.batchSize, Math.max(smallestBatch, fittingBatch));
  const stepsPerEpoch = Math.ceil(trainingDocuments / batchSize);
  const epochsFromScratch = Math.min(mostEpochs, Math.ceil(leastStepsFromScratch / stepsPerEpoch));
  const fitting = fitRun({ ...defaults, batchSize }, { ...options, isSmallBase });
  return {
    ...defaults,
    batchSize,
    ...fitting,
    epochs: epochsFor(),
  };

  function epochsFor(): number {
    if (baseSize === null) return Math.max(defaults.epochs, epochsFromScratch);
    if (!isSmallBase || isOwnSize(baseSize)) return defaults.epochs;
    const { least, most } = epochsOfSmall;
    return Math.max(least, Math.min(most, Math.round(pagesShownToSmall / trainingDocuments)));
  }
}

/** Whether a base model is as small as those that are made here; one of unknown size is not. */
export function isSmall(parameterCount: number | null | undefined): boolean {
  return (parameterCount ?? Number.POSITIVE_INFINITY) <= mostParametersOfSmall;
}

/** How many pages go through the network at once within `maxBytes`, by default a share of the machine's memory. */
export function fitRun(
  hyperparameters: Parameters<typeof fitToMemory>[2],
  start: { baseSize: string | null; isSmallBase: boolean; modelSize: Size; maxBytes?: number },
): ReturnType<typeof fitToMemory> {
  const { baseSize, isSmallBase, modelSize, maxBytes } = start;
  const network = modelConfig(sizeFor(baseSize, isSmallBase, modelSize), usualVocabulary);
  return fitToMemory(network, usualLabels, hyperparameters, maxBytes ?? budget());
}

/** Half of the memory there is, or the 12 GB that suffice for the base size where that is more; but never nearly all of it. */
function budget(): number {
  const limit = process.constrainedMemory() ?? 0;
  const machine = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.min(0.75 * machine, Math.max(12e9, machine / 2));
}

/** The size of our own whose memory is nearest to what a run needs. */
function sizeFor(baseSize: string | null, isSmallBase: boolean, modelSize: Size): Size {
  if (baseSize === null) return modelSize;
  if (isOwnSize(baseSize)) return baseSize;
  return isSmallBase ? 'small' : 'base';
}

function isOwnSize(size: string): size is 'tiny' | 'small' {
  return size === 'tiny' || size === 'small';
}

function defaultsFor(baseSize: string | null, isSmallBase: boolean, modelSize: Size): RunHyperparameters {
  if (baseSize === null) return { ...fromScratchHyperparameters, modelSize };
  // Whatever is not of our own small sizes was pre-trained elsewhere, on more than this archive has.
  if (!isOwnSize(baseSize)) {
    return { ...(isSmallBase ? fineTuningSmallHyperparameters : fineTuningHyperparameters), modelSize };
  }
  const learningRate = fromScratchHyperparameters.learningRate / 3;
  return { ...fromScratchHyperparameters, learningRate, modelSize };
}
