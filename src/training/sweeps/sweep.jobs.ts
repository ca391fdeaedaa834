/** The jobs of sweeps. */
import { z } from 'zod';
import type { JobDefinition } from '../../platform/jobs/job.js';

/** Looks what a sweep does next: after it was asked for, and whenever one of its trials has ended. */
export const advanceSweepJob: JobDefinition<{ sweepId: string }> = {
  name: 'advance-sweep',
  lane: 'worker',
  payload: z.object({ sweepId: z.uuid() }),
  maxAttempts: 5,
};

/** Lets the gate judge the best trial. It computes as a run does, and waits its turn among them. */
export const judgeSweepJob: JobDefinition<{ sweepId: string }> = {
  name: 'judge-sweep',
  lane: 'trainer',
  payload: z.object({ sweepId: z.uuid() }),
  maxAttempts: 5,
  queue: 'training',
};
