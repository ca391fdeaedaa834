/** Hyper-parameters as a run's row has them, completed by what runs of earlier versions of the program did without. */
import { z } from 'zod';
import type { RunHyperparameters } from './training-run.js';

// Written by us and checked before: only that it is an object is told again.
const stored = z.custom<RunHyperparameters>((value) => typeof value === 'object' && value !== null);

const beforeThereWereSuch = { wordLearningRateMultiplier: 1, examplesPerEpoch: null, labelSmoothing: 0 };

/** @throws ZodError if it is no object. */
export function readStoredHyperparameters(json: unknown): RunHyperparameters {
  return { ...beforeThereWereSuch, ...stored.parse(json) };
}
