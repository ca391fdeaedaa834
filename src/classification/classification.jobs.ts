/** The jobs of the classification feature. */
import { z } from 'zod';
import type { JobDefinition } from '../platform/jobs/job.js';

export const classifyDocumentJob: JobDefinition<{ documentId: string }> = {
  name: 'classify-document',
  lane: 'worker',
  payload: z.object({ documentId: z.uuid() }),
  maxAttempts: 3,
};

export const classifyBacklogJob: JobDefinition<{ modelVersionId: string; after: string | null }> = {
  name: 'classify-backlog',
  lane: 'worker',
  payload: z.object({ modelVersionId: z.uuid(), after: z.uuid().nullable() }),
  maxAttempts: 5,
};

export const refreshLabelsJob: JobDefinition<{ after: string | null }> = {
  name: 'refresh-labels',
  lane: 'worker',
  payload: z.object({ after: z.uuid().nullable() }),
  maxAttempts: 5,
};
