/** The jobs of the ocr feature. */
import { z } from 'zod';
import type { JobDefinition } from '../platform/jobs/job.js';

export const readPageJob: JobDefinition<{ documentId: string; pageId: string }> = {
  name: 'read-page',
  lane: 'worker',
  payload: z.object({ documentId: z.uuid(), pageId: z.uuid() }),
  maxAttempts: 3,
};
