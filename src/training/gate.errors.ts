/** The errors of the promotion gate. */
import { createAppError } from '../shared/errors.js';

export const createInvalidPolicyError = (fault: string) =>
  createAppError({ code: 'INVALID_PROMOTION_POLICY', message: `${fault}.` });
