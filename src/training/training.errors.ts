/** The errors of training. */
import { createAppError } from '../shared/errors.js';
import type { LimitReached } from './run-limits.js';
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

export const createInvalidLimitError = (fault: string) =>
  createAppError({ code: 'INVALID_LIMIT', message: fault });

export const createInvalidComparisonError = (runs: number, most: number) =>
  createAppError({
    code: 'INVALID_COMPARISON',
    message: `2 to ${most} different runs can be compared, not ${runs}.`,
  });

export const createInvalidTagError = (fault: string) =>
  createAppError({ code: 'INVALID_TAG', message: fault });

export const createLimitReachedError = ({ code, reason }: LimitReached) =>
  createAppError({
    code,
    message: `Before the first epoch was done, ${reason}: raise the limit, or take fewer documents or a smaller network.`,
  });

export const createInvalidPolicyError = (fault: string) =>
  createAppError({ code: 'INVALID_TRAINING_POLICY', message: fault });

export const createTrainingFailedError = (fault: string, cause: unknown) =>
  createAppError({ code: 'TRAINING_FAILED', message: fault, cause });

/** Tried again: a run goes on from its last epoch, and others may have given memory back. */
export const createOutOfMemoryError = (cause: unknown) =>
  createAppError({
    code: 'OUT_OF_MEMORY',
    message:
      'Memory did not suffice, at every try. Take a smaller network (MODEL_SIZE), fewer tokens a page (maxTokens) or fewer pages at once (microBatchSize), or give the trainer more memory.',
    retryable: true,
    cause,
  });

/** Tried again: a run goes on from its last epoch once there is room. */
export const createDiskFullForRunError = (cause: unknown) =>
  createAppError({
    code: 'DISK_FULL',
    message: 'The disk is full. Make room in DATA_DIR, then start the run again.',
    retryable: true,
    cause,
  });

export const createInvalidPrecisionError = (targetPrecision: number) =>
  createAppError({
    code: 'INVALID_PRECISION',
    message: `targetPrecision is a share above 0 and at most 1, not ${targetPrecision}.`,
  });
