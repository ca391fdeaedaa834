/** The errors of classification and review. */
import { createAppError } from '../shared/errors.js';

export const createNothingToConfirmError = () =>
  createAppError({
    code: 'NOTHING_TO_CONFIRM',
    message: 'The document has neither a prediction nor a label to confirm. Give it one with correctLabel.',
  });

export const createModelUnusableError = (number: number, cause: unknown) =>
  createAppError({
    code: 'MODEL_UNUSABLE',
    message: `Model version ${number} cannot be loaded. Promote another one, or train it again`,
    // With another model the same document can be classified.
    retryable: true,
    cause,
  });
