/** Puts jobs into the queue inside the caller's transaction: row and job are kept together or not at all. */
import type { Transaction } from '../database/database.js';
import type { Job } from './job.js';

/** @throws when the payload does not fit the job's schema. */
export async function enqueueJobs(tx: Transaction, jobs: readonly Job[]): Promise<void> {
  for (const { definition, payload } of jobs) {
    const json = JSON.stringify(definition.payload.parse(payload));
    await tx.$executeRaw`select graphile_worker.add_job(
      ${definition.name}, ${json}::json,
      queue_name => ${definition.queue ?? null}::text,
      max_attempts => ${definition.maxAttempts}::int
    )`;
  }
}
