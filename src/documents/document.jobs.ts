/** The jobs of the documents feature. */
import { z } from 'zod';
import type { JobDefinition } from '../platform/jobs/job.js';

export const renderDocumentJob: JobDefinition<{ documentId: string }> = {
  name: 'render-document',
  lane: 'worker',
  payload: z.object({ documentId: z.uuid() }),
  maxAttempts: 3,
};

export const extractPartJob: JobDefinition<{ documentId: string }> = {
  name: 'extract-part',
  lane: 'worker',
  payload: z.object({ documentId: z.uuid() }),
  maxAttempts: 3,
};

export const groupDuplicatesJob: JobDefinition<{ documentId: string }> = {
  name: 'group-duplicates',
  lane: 'worker',
  payload: z.object({ documentId: z.uuid() }),
  maxAttempts: 3,
};
