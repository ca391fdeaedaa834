/** The jobs of the models feature. */
import { z } from 'zod';
import type { JobDefinition } from '../platform/jobs/job.js';

export const importModelJob: JobDefinition<{ modelVersionId: string }> = {
  name: 'import-model',
  lane: 'worker',
  payload: z.object({ modelVersionId: z.uuid() }),
  // The download goes on where it broke off; with the queue's waits in between, a hub may be away for half an hour.
  maxAttempts: 8,
  // A base model needs 1.5 GB of memory while it is checked: one at a time.
  queue: 'model-import',
};

export const collectModelFilesJob: JobDefinition<Record<string, never>> = {
  name: 'collect-model-files',
  lane: 'worker',
  // What the queue adds about the time is of no interest.
  payload: z.object({}) as z.ZodType<Record<string, never>>,
  maxAttempts: 3,
  queue: 'model-files',
  // Every night too: what was in use at the last promotion may no longer be.
  schedule: '30 3 * * *',
};
