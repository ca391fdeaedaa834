/** The errors of learning on without labels. */
import { createAppError } from '../../shared/errors.js';

export const createNoBaseModelError = () =>
  createAppError({
    code: 'NO_BASE_MODEL',
    message:
      'No model with a network serves that could learn on. Import one (importModel) and give it as baseModelId, or let startTrainingRun make one first.',
  });

export const createTextBaseError = (number: number) =>
  createAppError({
    code: 'MODEL_HAS_NO_NETWORK',
    message: `Model version ${number} is a text classifier (TF-IDF): it has no network that could learn on. Give another baseModelId.`,
  });

export const createNothingReadError = () =>
  createAppError({
    code: 'NOTHING_READ',
    message:
      'There is no page to learn from: upload documents and wait until they have been read. Those of the holdout, and what is nearly the same, are kept out.',
  });

export const createInvalidPretrainingError = (fault: string) =>
  createAppError({ code: 'INVALID_PRETRAINING', message: fault });
