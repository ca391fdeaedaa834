/** The errors of sweeps. */
import { createAppError } from '../../shared/errors.js';
import type { SweepStatus } from './sweep.js';

export const createSweepNotFoundError = (id: string) =>
  createAppError({ code: 'SWEEP_NOT_FOUND', message: `There is no sweep ${JSON.stringify(id)}.` });

export const createSweepOverError = (number: number, status: SweepStatus) =>
  createAppError({
    code: 'SWEEP_OVER',
    message: `Sweep ${number} is ${status}: only a running one can be cancelled.`,
  });

export const createInvalidSweepError = (fault: string) =>
  createAppError({ code: 'INVALID_SWEEP', message: fault });
