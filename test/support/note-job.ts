/** A job for tests of the queue. */
import { z } from 'zod';
import type { JobDefinition } from '../../src/platform/jobs/job.js';

export type Note = { text: string; how?: 'hang' | 'die' | undefined; busyMs?: number | undefined };

export const noteJob: JobDefinition<Note> = {
  name: 'note',
  lane: 'worker',
  payload: z.object({
    text: z.string(),
    how: z.enum(['hang', 'die']).optional(),
    busyMs: z.number().optional(),
  }),
  maxAttempts: 2,
};
