/** The errors of classification and review. */
import { createAppError } from '../shared/errors.js';

export const createNothingToConfirmError = () =>
  createAppError({
    code: 'NOTHING_TO_CONFIRM',
    message: 'The document has neither a prediction nor a label to confirm. Give it one with correctLabel.',
  });

export const createNothingToUndoError = () =>
  createAppError({
    code: 'NOTHING_TO_UNDO',
    message: 'No decision stands on the document, so there is none to take back.',
  });

export const createDecisionChangedError = () =>
  createAppError({
    code: 'DECISION_CHANGED',
    message: 'That decision is not the newest one that stands on the document. Look at its decisions again.',
  });

export const createTooManyDocumentsError = (most: number, found: number) =>
  createAppError({
    code: 'TOO_MANY_DOCUMENTS',
    message: `At most ${most} documents in one request, not ${found}. Send more requests.`,
  });

export const createModelUnusableError = (number: number, cause: unknown) =>
  createAppError({
    code: 'MODEL_UNUSABLE',
    message: `Model version ${number} cannot be loaded. Promote another one, or train it again`,
    // With another model the same document can be classified.
    retryable: true,
    cause,
  });

export const createInvalidClaimError = (fault: string) =>
  createAppError({ code: 'INVALID_CLAIM', message: `This cannot be claimed: ${fault}.` });

export const createNoModelServesError = () =>
  createAppError({
    code: 'NO_MODEL_SERVES',
    message: 'No model serves yet. Give modelVersionId with dryRun: true, or promote a model first.',
  });

export const createNotServingError = (number: number) =>
  createAppError({
    code: 'MODEL_NOT_SERVING',
    message: `Model version ${number} does not serve, so no document can be labelled by it. Ask with dryRun: true what it would change, or promote it first.`,
  });

export const createReclassificationNotFoundError = (id: string) =>
  createAppError({
    code: 'RECLASSIFICATION_NOT_FOUND',
    message: `There is no reclassification ${JSON.stringify(id)}.`,
  });

export const createReclassificationOverError = (number: number, status: string) =>
  createAppError({
    code: 'RECLASSIFICATION_OVER',
    message: `Reclassification ${number} is ${status}: only a QUEUED or RUNNING one can be cancelled.`,
  });
