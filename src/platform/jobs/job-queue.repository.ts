/** Puts jobs into the queue inside the caller's transaction: row and job are kept together or not at all. */
import type { Transaction } from '../database/database.js';
import type { Job } from './job.js';

/** @throws when the payload does not fit the job's schema. */
export async function enqueueJobs(tx: Transaction, jobs: readonly Job[]): Promise<void> {
  for (const { definition, payload } of jobs) {
    const json = JSON.stringify(definition.payload.parse(payload));
    const { gatherMs } = definition;
    if (gatherMs !== undefined) {
      // Asked first: adding it again would make every transaction that does wait for the one before.
      await tx.$executeRaw`select graphile_worker.add_job(
        ${definition.name}, ${json}::json,
        queue_name => ${definition.queue ?? null}::text,
        run_at => now() + ${gatherMs}::int * interval '1 millisecond',
        max_attempts => ${definition.maxAttempts}::int,
        job_key => ${definition.name}, job_key_mode => 'preserve_run_at'
      ) where not exists (
        select from graphile_worker.jobs where key = ${definition.name} and locked_at is null
      )`;
      continue;
    }
    await tx.$executeRaw`select graphile_worker.add_job(
      ${definition.name}, ${json}::json,
      queue_name => ${definition.queue ?? null}::text,
      max_attempts => ${definition.maxAttempts}::int
    )`;
  }
}
