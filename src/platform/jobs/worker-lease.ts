/**
 * Tells dead workers from busy ones. A process holds an advisory lock on a connection of its own for as long as it
 * lives: PostgreSQL frees the lock the moment the process is gone, however it went, and a long computation that keeps
 * the event loop busy changes nothing. (A heartbeat would declare a busy trainer dead; graphile-worker alone keeps a
 * dead worker's jobs for four hours.)
 */
import { randomInt } from 'node:crypto';
import pg from 'pg';
import { createAppError } from '../../shared/errors.js';
import type { Log } from '../log.js';

export type WorkerLease = {
  /** Rejects when the connection that carries the lease is lost: the process must then end, others will take its jobs. */
  lost: Promise<never>;
  register(workerIds: readonly string[]): Promise<void>;
  /** @returns how many dead workers' jobs were freed. */
  freeJobsOfTheDead(): Promise<number>;
  /** Jobs of these names that have no try left and nobody works on. */
  takeExhaustedJobs(
    names: readonly string[],
  ): Promise<{ id: string; name: string; payload: unknown; attempts: number }[]>;
  removeJob(id: string): Promise<void>;
  /** Puts jobs that this process has begun back as they were, or only the given one: others may take them at once. */
  returnJobs(id?: string): Promise<void>;
  release(): Promise<void>;
};

// First key of the two-key advisory locks used as leases: any fixed number, one for all of Classeur.
const leaseClass = 0x1ea5e;
// A worker takes its first job before its registration is written; nobody is that slow.
const registrationGraceSeconds = 10;

export async function createWorkerLease(databaseUrl: string, log: Log): Promise<WorkerLease> {
  const client = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
  let isReleased = false;
  let isLost = false;
  let onLost: (error: Error) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    onLost = reject;
  });
  lost.catch(() => {});
  client.on('error', (error) =>
    log.error({ error: error.message }, 'the connection that holds the worker lease broke'),
  );
  client.on('end', () => {
    if (isReleased) return;
    isLost = true;
    onLost(
      createAppError({
        code: 'LEASE_LOST',
        message: 'The connection to the database was lost',
        isPublic: false,
      }),
    );
  });
  await client.connect();
  // A machine that vanishes without a word is noticed by the server after 10 + 3 x 5 seconds.
  await client.query(
    'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3',
  );
  // Any number that nobody else holds: a collision is tried again.
  let lease = 0;
  let ownIds: readonly string[] = [];
  for (let isHeld = false; !isHeld; ) {
    lease = randomInt(1, 2 ** 31 - 1);
    const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as held', [leaseClass, lease]);
    isHeld = rows[0].held;
  }

  return {
    lost,
    async register(workerIds) {
      ownIds = workerIds;
      await client.query('insert into job_workers (worker_id, lease) select unnest($1::text[]), $2', [
        workerIds,
        lease,
      ]);
    },
    async freeJobsOfTheDead() {
      const { rows } = await client.query(
        `with held as (
           select objid::bigint as lease from pg_locks
           where locktype = 'advisory' and classid = $1 and objsubid = 2
             and database = (select oid from pg_database where datname = current_database())
         ), dead as (
           select distinct job.locked_by from graphile_worker._private_jobs as job
           left join job_workers as worker on worker.worker_id = job.locked_by
           where job.locked_by is not null
             and job.locked_at < now() - make_interval(secs => $2)
             and not exists (select from held where held.lease = worker.lease)
         ), freed as (
           select locked_by, graphile_worker.force_unlock_workers(array[locked_by]) from dead
         )
         select count(*)::int as count from freed`,
        [leaseClass, registrationGraceSeconds],
      );
      await client.query(
        `delete from job_workers as worker
         where created_at < now() - make_interval(secs => $2)
           and not exists (select from graphile_worker._private_jobs where locked_by = worker.worker_id)
           and not exists (
             select from pg_locks where locktype = 'advisory' and classid = $1 and objid::bigint = worker.lease and objsubid = 2
           )`,
        [leaseClass, registrationGraceSeconds],
      );
      return rows[0].count;
    },
    async takeExhaustedJobs(names) {
      const { rows } = await client.query(
        `select job.id::text, task.identifier as name, job.payload, job.attempts
         from graphile_worker._private_jobs as job
         join graphile_worker._private_tasks as task on task.id = job.task_id
         where job.attempts >= job.max_attempts and job.locked_at is null and task.identifier = any($1)`,
        [names],
      );
      return rows;
    },
    async removeJob(id) {
      await client.query('select graphile_worker.complete_jobs(array[$1::bigint])', [id]);
    },
    async returnJobs(id) {
      // Others find the jobs of a lease that is lost.
      if (isLost) return;
      await client.query(
        `with returned as (
           update graphile_worker._private_jobs
           set attempts = greatest(0, attempts - 1), locked_by = null, locked_at = null
           where locked_by = any($1) and ($2::bigint is null or id = $2)
           returning job_queue_id
         )
         update graphile_worker._private_job_queues as queue set locked_by = null, locked_at = null
         from returned where queue.id = returned.job_queue_id and queue.locked_by = any($1)`,
        [ownIds, id ?? null],
      );
    },
    async release() {
      isReleased = true;
      if (isLost) return;
      await client.query('delete from job_workers where lease = $1', [lease]);
      await client.end();
    },
  };
}
