/**
 * Runs the jobs of one lane with graphile-worker. A failure that trying again cannot mend is given up at once, any
 * other after its last try; either way the handler makes it visible. Jobs whose process died are found by their lease
 * (see worker-lease.ts) and taken up again.
 */
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Logger as GraphileLogger,
  type JobHelpers,
  parseCronItems,
  type Runner,
  run,
  runMigrations,
} from 'graphile-worker';
import pg from 'pg';
import { AppError, createAppError, messageOf } from '../../shared/errors.js';
import type { Log } from '../log.js';
import type { JobDefinition, JobHandler, Lane } from './job.js';
import { createWorkerLease, type WorkerLease } from './worker-lease.js';

export type JobRunner = {
  /** Settles when the runner has ended by itself; rejects when it lost its database. */
  ended: Promise<void>;
  /** Takes no new job, aborts the running ones' signals, waits a while for them and puts back what has not ended. */
  stop(): Promise<void>;
};

// A dead process's jobs must be taken up within 30 s: this, the lease's grace and a start-up stay well below.
const sweepIntervalMs = 5_000;
const pollIntervalMs = 2_000;
// Jobs are told to stop at once; what has not stopped after this is left to the next process.
const shutdownGraceMs = 5_000;
// Who wonders why a document was passed over does so within days.
const skippedJobsKeptDays = 30;
const forgetIntervalMs = 24 * 60 * 60 * 1000;

/** Makes or updates the queue's own tables; safe when several processes start at once. */
export async function migrateJobQueue(databaseUrl: string): Promise<void> {
  await runMigrations({ connectionString: databaseUrl, logger: new GraphileLogger(() => () => {}) });
}

/**
 * Checks that every job has exactly one handler and no handler is left without a job.
 * @throws AppError JOB_WIRING saying what to write, so that a forgotten handler stops the start and not a document.
 */
export function checkJobWiring(
  definitions: readonly Pick<JobDefinition<never>, 'name'>[],
  handlers: readonly JobHandler<never>[],
): void {
  const faults: string[] = [];
  for (const { name } of definitions) {
    const count = handlers.filter((handler) => handler.definition.name === name).length;
    if (count !== 1)
      faults.push(`job ${name} has ${count} handlers: give buildHandlers in app.ts exactly one`);
  }
  for (const { definition } of handlers) {
    if (!definitions.some(({ name }) => name === definition.name)) {
      faults.push(`the handler of ${definition.name} has no job: add it to the jobs of pipeline.ts`);
    }
  }
  if (faults.length > 0)
    throw createAppError({ code: 'JOB_WIRING', message: faults.join('; '), isPublic: false });
}

/** Starts doing the jobs of a lane. */
export async function startJobRunner(options: {
  databaseUrl: string;
  lane: Lane;
  concurrency: number;
  handlers: readonly JobHandler[];
  log: Log;
}): Promise<JobRunner> {
  const { databaseUrl, lane, concurrency, log } = options;
  const handlers = new Map(
    options.handlers
      .filter(({ definition }) => definition.lane === lane)
      .map((handler) => [handler.definition.name, handler]),
  );
  const pool = new pg.Pool({ connectionString: databaseUrl, max: concurrency + 2 });
  const noteBreak = (error: Error) =>
    log.error({ error: error.message }, 'a connection of the job queue broke');
  pool.on('error', noteBreak);
  // A client that is checked out reports on itself, not through its pool.
  pool.on('connect', (client) => void client.on('error', noteBreak));
  const lease = await createWorkerLease(databaseUrl, log);
  const stopping = new AbortController();
  let isOver = false;

  const events = new EventEmitter();
  // Jobs are taken in the name of the pool, not of the worker in it that does them.
  const workerIds: string[] = [];
  events.on('pool:create', ({ workerPool }: { workerPool: { id: string } }) => {
    workerIds.push(workerPool.id);
  });

  const runner: Runner = await run({
    pgPool: pool,
    concurrency,
    noHandleSignals: true,
    pollInterval: pollIntervalMs,
    events,
    parsedCronItems: parseCronItems(
      [...handlers.values()].flatMap(({ definition: { name, schedule, queue, maxAttempts } }) =>
        schedule === undefined
          ? []
          : [
              {
                task: name,
                match: schedule,
                identifier: name,
                // One that waits already is enough.
                options: {
                  maxAttempts,
                  jobKey: name,
                  jobKeyMode: 'preserve_run_at',
                  ...(queue && { queueName: queue }),
                },
              },
            ],
      ),
    ),
    logger: new GraphileLogger((scope) => (level, message) => {
      // What a job threw is logged below, with its error; graphile's own lines are of interest to who debugs the queue.
      if (level === 'error' && !message.startsWith('Failed task')) log.error({ scope }, message);
      else log.debug({ scope }, message);
    }),
    taskList: Object.fromEntries(
      [...handlers].map(([name, handler]) => [
        name,
        async (payload: unknown, helpers: JobHelpers) => {
          try {
            await runTask(handler, payload, helpers, { lease, signal: stopping.signal, log });
          } finally {
            // Its job has been put back: the queue must hear no more of it.
            if (isOver) await new Promise(() => {});
          }
        },
      ]),
    ),
  });
  await lease.register(workerIds);

  const sweeper = startSweeping({ lease, pool, handlers, log });
  const ended = Promise.race([runner.promise, lease.lost]);
  // Whoever awaits `ended` hears of it; until then a rejection must not end the process as unhandled.
  ended.catch(() => {});

  return {
    ended,
    async stop() {
      stopping.abort();
      await sweeper.stop();
      const stopped = runner.stop();
      // What it throws after the grace is of jobs that others do by then.
      stopped.catch(() => {});
      await Promise.race([stopped, sleep(shutdownGraceMs, undefined, { ref: false })]);
      isOver = true;
      await lease.returnJobs();
      await lease.release();
      await pool.end();
    },
  };
}

async function runTask(
  handler: JobHandler,
  rawPayload: unknown,
  helpers: JobHelpers,
  { lease, signal, log }: { lease: WorkerLease; signal: AbortSignal; log: Log },
): Promise<void> {
  const { definition } = handler;
  const { attempts, max_attempts: maxAttempts } = helpers.job;
  const parsed = definition.payload.safeParse(rawPayload);
  if (!parsed.success) {
    // A payload of another version of the program: nobody can do it, and it names nothing to fail.
    log.error(
      { job: definition.name, payload: rawPayload, fault: parsed.error.message },
      'a job has an unreadable payload',
    );
    throw parsed.error;
  }
  const startedAt = performance.now();
  try {
    const outcome = await handler.run(parsed.data, { signal, attempt: attempts });
    const durationMs = Math.round(performance.now() - startedAt);
    if (outcome.status === 'skipped') {
      await helpers.query('insert into skipped_jobs (job, payload, reason) values ($1, $2, $3)', [
        definition.name,
        JSON.stringify(parsed.data),
        outcome.reason,
      ]);
    }
    log.info({ job: definition.name, ...(parsed.data as object), durationMs, ...outcome }, 'job ended');
  } catch (error) {
    // The process is stopping: the job goes back as it was, without a back-off, and is done by the next one.
    if (signal.aborted) {
      await lease.returnJobs(helpers.job.id);
      throw error;
    }
    const isFinal = attempts >= maxAttempts || (error instanceof AppError && !error.retryable);
    log.error(
      {
        job: definition.name,
        ...(parsed.data as object),
        attempt: attempts,
        maxAttempts,
        isFinal,
        err: error,
      },
      'job failed',
    );
    if (!isFinal) throw error;
    await handler.giveUp(parsed.data, error);
  }
}

/**
 * Frees the jobs of dead processes, and gives up those that have killed their process at every try. At the start and once a
 * day, forgets what was skipped long ago.
 */
function startSweeping(options: {
  lease: WorkerLease;
  pool: pg.Pool;
  handlers: ReadonlyMap<string, JobHandler>;
  log: Log;
}) {
  const { lease, pool, handlers, log } = options;
  let forgotAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;

  const sweep = async () => {
    try {
      const freed = await lease.freeJobsOfTheDead();
      if (freed > 0) log.warn({ workers: freed }, 'freed the jobs of workers that died');
      for (const job of await lease.takeExhaustedJobs([...handlers.keys()])) {
        const handler = handlers.get(job.name);
        const payload = handler?.definition.payload.safeParse(job.payload);
        if (!handler || !payload?.success) continue;
        const error = createAppError({
          code: 'PROCESS_DIED',
          message: `The process that did this ended ${job.attempts} times without an answer, the last time by force; it is not tried again`,
        });
        await handler.giveUp(payload.data, error);
        await lease.removeJob(job.id);
        log.error(
          { job: job.name, ...(payload.data as object) },
          'gave up a job that ended its process at every try',
        );
      }
      if (performance.now() - forgotAt > forgetIntervalMs) {
        await pool.query('delete from skipped_jobs where skipped_at < now() - make_interval(days => $1)', [
          skippedJobsKeptDays,
        ]);
        forgotAt = performance.now();
      }
    } catch (error) {
      log.error({ error: messageOf(error) }, 'could not look for jobs of dead workers; trying again');
    }
  };
  const schedule = () => {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = sweep().then(schedule);
    }, sweepIntervalMs);
  };
  running = sweep().then(schedule);
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
