/** The errors of model versions. */
import { createAppError } from '../shared/errors.js';

export const createModelVersionNotFoundError = (id: string) =>
  createAppError({
    code: 'MODEL_VERSION_NOT_FOUND',
    message: `There is no model version ${JSON.stringify(id)}.`,
  });

export const createNothingToRollBackError = () =>
  createAppError({
    code: 'NOTHING_TO_ROLL_BACK',
    message: 'No model version served before the present one, so there is none to go back to.',
  });
