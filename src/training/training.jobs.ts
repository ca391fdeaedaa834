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
