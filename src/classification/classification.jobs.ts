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

export const settleLabelJob: JobDefinition<{ labelId: string; after: string }> = {
  name: 'settle-label',
  lane: 'worker',
  payload: z.object({ labelId: z.uuid(), after: z.uuid() }),
  maxAttempts: 5,
};

export const scoreInShadowJob: JobDefinition<{ documentId: string; modelVersionId: string }> = {
  name: 'score-in-shadow',
  lane: 'worker',
  payload: z.object({ documentId: z.uuid(), modelVersionId: z.uuid() }),
  maxAttempts: 3,
  // One at a time, so that it takes little from those who wait for their uploads.
  queue: 'shadow',
};

export const reclassifyJob: JobDefinition<{ reclassificationId: string }> = {
  name: 'reclassify',
  lane: 'worker',
  payload: z.object({ reclassificationId: z.uuid() }),
  // A try goes on after the last document that is done.
  maxAttempts: 10,
  queue: 'reclassify',
};
