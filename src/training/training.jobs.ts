/** The jobs of the training feature. */
import { z } from 'zod';
import type { JobDefinition } from '../platform/jobs/job.js';

export const runTrainingJob: JobDefinition<{ runId: string }> = {
  name: 'run-training',
  lane: 'trainer',
  payload: z.object({ runId: z.uuid() }),
  // A run goes on from its last epoch, so each try may be a step forward.
  maxAttempts: 10,
  queue: 'training',
};

export const checkTrainingJob: JobDefinition<Record<string, never>> = {
  name: 'check-training',
  lane: 'worker',
  // What the queue adds about the time is of no interest.
  payload: z.object({}) as z.ZodType<Record<string, never>>,
  maxAttempts: 3,
  // One after the other, so that two do not both begin a run.
  queue: 'check-training',
  schedule: '*/5 * * * *',
  // A hundred decisions in ten seconds are looked at once, and whoever waits for a run does not notice.
  gatherMs: 10_000,
};
