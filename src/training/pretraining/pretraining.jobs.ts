/** The job of learning on without labels. */
import type { JobDefinition } from '../../platform/jobs/job.js';
import { runTrainingJob } from '../training.jobs.js';

/** Waits its turn among the other runs, and goes on from its last epoch as they do. */
export const runPretrainingJob: JobDefinition<{ runId: string }> = {
  ...runTrainingJob,
  name: 'run-pretraining',
};
