/** Puts jobs into the queue inside the caller's transaction: row and job are kept together or not at all. */
import type { Transaction } from '../database/database.js';
import type { Job, JobDefinition } from './job.js';

/**
 * Adds all of them in one statement, however many they are.
 * @throws when a payload does not fit its job's schema; then none is added.
 */
export async function enqueueJobs(tx: Transaction, jobs: readonly Job[]): Promise<void> {
  const specs: { name: string; payload: unknown; queue: string | null; maxAttempts: number }[] = [];
  const gathered = new Map<string, JobDefinition<unknown>>();
  for (const { definition, payload: given } of jobs) {
    const payload = definition.payload.parse(given);
    const { name, queue = null, maxAttempts } = definition;
    if (definition.gatherMs === undefined) specs.push({ name, payload, queue, maxAttempts });
    else gathered.set(name, definition);
  }
  if (specs.length > 0) {
    await tx.$executeRaw`select count(*) from graphile_worker.add_jobs(array(
      select (name, payload, queue, null, "maxAttempts", null, null, null)::graphile_worker.job_spec
      from json_to_recordset(${JSON.stringify(specs)}::json) as spec (name text, payload json, queue text, "maxAttempts" int)
    ))`;
  }
  for (const { name, queue = null, maxAttempts, gatherMs = 0 } of gathered.values()) {
    // Asked first: adding it again would make every transaction that does wait for the one before.
    await tx.$executeRaw`select graphile_worker.add_job(
      ${name}, '{}'::json,
      queue_name => ${queue}::text,
      run_at => now() + ${gatherMs}::int * interval '1 millisecond',
      max_attempts => ${maxAttempts}::int,
      job_key => ${name}, job_key_mode => 'preserve_run_at'
    ) where not exists (
      select from graphile_worker.jobs where key = ${name} and locked_at is null
    )`;
  }
}
