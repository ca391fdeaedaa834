/** The errors of training. */
import { createAppError } from '../shared/errors.js';
import type { RunStatus } from './training-run.js';

export const createRunNotFoundError = (id: string) =>
  createAppError({ code: 'RUN_NOT_FOUND', message: `There is no training run ${JSON.stringify(id)}.` });

export const createRunNotCancellableError = (number: number, status: RunStatus) =>
  createAppError({
    code: 'RUN_NOT_CANCELLABLE',
    message: `Run ${number} is ${status}: only a queued or running one can be cancelled.`,
  });

export const createInvalidHyperparameterError = (fault: string) =>
  createAppError({ code: 'INVALID_HYPERPARAMETER', message: fault });

export const createTrainingFailedError = (fault: string, cause: unknown) =>
  createAppError({ code: 'TRAINING_FAILED', message: fault, cause });

export const createInvalidPrecisionError = (targetPrecision: number) =>
  createAppError({
    code: 'INVALID_PRECISION',
    message: `targetPrecision is a share above 0 and at most 1, not ${targetPrecision}.`,
  });
