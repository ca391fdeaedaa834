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

export const collectBlobsJob: JobDefinition<Record<string, never>> = {
  name: 'collect-blobs',
  lane: 'worker',
  // What the queue adds about the time is of no interest.
  payload: z.object({}) as z.ZodType<Record<string, never>>,
  maxAttempts: 2,
  queue: 'blobs',
  // Also where a machine is off at night. It only looks at each file's name and time.
  schedule: '40 */6 * * *',
};

export const groupDuplicatesJob: JobDefinition<{ documentId: string }> = {
  name: 'group-duplicates',
  lane: 'worker',
  payload: z.object({ documentId: z.uuid() }),
  maxAttempts: 3,
};
