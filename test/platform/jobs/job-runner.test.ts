import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type JobHandler, jobDone, jobOf, jobSkipped } from '../../../src/platform/jobs/job.js';
import { enqueueJobs } from '../../../src/platform/jobs/job-queue.repository.js';
import { checkJobWiring, type JobRunner, startJobRunner } from '../../../src/platform/jobs/job-runner.js';
import { createAppError } from '../../../src/shared/errors.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { silentLog } from '../../support/log.js';
import { noteJob } from '../../support/note-job.js';
import { waitFor } from '../../support/wait-for.js';

type JobRow = { attempts: number; isLocked: boolean; isDue: boolean };

describe('the job queue', () => {
  let database: TestDatabase;
  const runners: JobRunner[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const runner of runners.splice(0)) await runner.stop();
    await database.query('delete from graphile_worker._private_jobs');
  });
  afterAll(() => database.close());

  const enqueue = (text: string) =>
    database.connection.transaction((tx) => enqueueJobs(tx, [jobOf(noteJob, { text })]));

  const listJobs = () =>
    database.query<JobRow>(
      `select attempts, locked_at is not null as "isLocked", run_at <= now() as "isDue"
       from graphile_worker._private_jobs order by id`,
    );

  const noJobIsLeft = () => waitFor('all jobs to be done', async () => (await listJobs()).length === 0);

  /** Does notes with `run`, and keeps what it was asked to give up. */
  async function startRunner(run: JobHandler<{ text: string }>['run'], definition = noteJob) {
    const givenUp: { text: string; error: unknown }[] = [];
    const handler: JobHandler<{ text: string }> = {
      definition,
      run,
      async giveUp({ text }, error) {
        givenUp.push({ text, error });
      },
    };
    const runner = await startJobRunner({
      databaseUrl: database.url,
      lane: 'worker',
      concurrency: 2,
      handlers: [handler as JobHandler],
      log: silentLog,
    });
    runners.push(runner);
    return { runner, givenUp };
  }

  it('takes a job with the transaction that makes it, or not at all', async () => {
    const failing = database.connection.transaction(async (tx) => {
      await enqueueJobs(tx, [jobOf(noteJob, { text: 'lost' })]);
      throw new Error('never mind');
    });
    await expect(failing).rejects.toThrow('never mind');
    expect(await listJobs()).toEqual([]);
    await enqueue('kept');
    expect(await listJobs()).toEqual([{ attempts: 0, isLocked: false, isDue: true }]);
  });

  it('refuses a payload that does not fit its job', async () => {
    const misfit = jobOf(noteJob, { text: 1 } as unknown as { text: string });
    await expect(database.connection.transaction((tx) => enqueueJobs(tx, [misfit]))).rejects.toThrow(/text/);
  });

  it('takes thousands of jobs in one statement, each with its own payload, queue and tries', async () => {
    const gathered = { ...noteJob, name: 'gathered', gatherMs: 60_000, payload: z.object({}) };
    const serial = { ...noteJob, name: 'serial', queue: 'serial', maxAttempts: 7 };
    const notes = Array.from({ length: 2000 }, (_, index) => jobOf(noteJob, { text: `note "${index}" ä` }));
    const sent = vi.spyOn(pg.Client.prototype, 'query');
    await database.connection.transaction((tx) =>
      enqueueJobs(tx, [...notes, jobOf(serial, { text: 'alone' }), jobOf(gathered, {}), jobOf(gathered, {})]),
    );
    // Beginning, all of them at once, the one that waits for others, committing.
    expect(sent.mock.calls.length).toBe(4);
    sent.mockRestore();
    const rows = await database.query<{ name: string; text: string; queue: string | null; tries: number }>(
      `select jobs.task_identifier as name, payload->>'text' as text, jobs.queue_name as queue, jobs.max_attempts as tries
       from graphile_worker.jobs as jobs join graphile_worker._private_jobs as private on private.id = jobs.id order by jobs.id`,
    );
    const ofName = (wanted: string) => rows.filter(({ name }) => name === wanted);
    expect(new Set(ofName(noteJob.name).map(({ text }) => text)).size).toBe(2000);
    expect(ofName(noteJob.name)[0]).toMatchObject({ queue: null, tries: noteJob.maxAttempts });
    expect(ofName('serial')).toMatchObject([{ text: 'alone', queue: 'serial', tries: 7 }]);
    expect(ofName('gathered')).toHaveLength(1);
  });

  it('does a job once, with its payload', async () => {
    const done: { text: string; attempt: number }[] = [];
    await startRunner(async ({ text }, { attempt }) => {
      done.push({ text, attempt });
      return jobDone;
    });
    await enqueue('one');
    await enqueue('two');
    await noJobIsLeft();
    expect(done.sort((left, right) => left.text.localeCompare(right.text))).toEqual([
      { text: 'one', attempt: 1 },
      { text: 'two', attempt: 1 },
    ]);
  });

  it('leaves the jobs of another lane alone', async () => {
    await startRunner(async () => jobDone, { ...noteJob, lane: 'trainer' });
    await enqueue('for workers');
    // Long enough for a runner that did it to have done it.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await listJobs()).toEqual([{ attempts: 0, isLocked: false, isDue: true }]);
  });

  it('never hands a payload on that does not fit', async () => {
    const seen: unknown[] = [];
    await startRunner(async (payload) => {
      seen.push(payload);
      return jobDone;
    });
    await database.query(`select graphile_worker.add_job('note', '{"text": 7}', max_attempts => 1)`);
    await waitFor('the try', async () =>
      (await listJobs()).some(({ attempts, isLocked }) => attempts === 1 && !isLocked),
    );
    expect(seen).toEqual([]);
  });

  it('tries a job that failed again, later, and gives it up once after its last try', async () => {
    let tries = 0;
    const { givenUp } = await startRunner(async () => {
      tries += 1;
      throw new Error(`try ${tries}`);
    });
    await enqueue('hard');
    await waitFor('the first try', async () =>
      (await listJobs()).some(({ attempts, isLocked }) => attempts === 1 && !isLocked),
    );
    expect(await listJobs()).toEqual([{ attempts: 1, isLocked: false, isDue: false }]);
    expect(givenUp).toEqual([]);
    await database.query('update graphile_worker._private_jobs set run_at = now()');
    await noJobIsLeft();
    expect(tries).toBe(2);
    expect(givenUp).toEqual([{ text: 'hard', error: expect.objectContaining({ message: 'try 2' }) }]);
  });

  it('gives a job up at once where trying again cannot help', async () => {
    const error = createAppError({ code: 'BROKEN', message: 'broken for good' });
    let tries = 0;
    const { givenUp } = await startRunner(async () => {
      tries += 1;
      throw error;
    });
    await enqueue('hopeless');
    await noJobIsLeft();
    expect(tries).toBe(1);
    expect(givenUp).toEqual([{ text: 'hopeless', error }]);
  });

  it('forgets at its start what was skipped a month ago, and nothing newer', async () => {
    await database.query(
      `insert into skipped_jobs (job, payload, reason, skipped_at)
       select 'note', '{}', days || ' days ago', now() - make_interval(days => days) from unnest(array[1, 29, 31, 400]) as days`,
    );
    await startRunner(async () => jobDone);
    const listReasons = async () =>
      (await database.query<{ reason: string }>('select reason from skipped_jobs order by skipped_at')).map(
        ({ reason }) => reason,
      );
    await waitFor('the old ones to be forgotten', async () => (await listReasons()).length < 4);
    expect(await listReasons()).toEqual(['29 days ago', '1 days ago']);
    await database.query('delete from skipped_jobs');
  });

  it('keeps why a job was skipped', async () => {
    await startRunner(async ({ text }) => jobSkipped(`${text} is done already`));
    await enqueue('it');
    await noJobIsLeft();
    expect(await database.connection.database.skippedJob.findMany()).toEqual([
      expect.objectContaining({ job: 'note', payload: { text: 'it' }, reason: 'it is done already' }),
    ]);
  });

  it('puts a job back as it was when the process is asked to stop', async () => {
    let hasBegun = false;
    const { runner, givenUp } = await startRunner(
      (_payload, { signal }) =>
        new Promise((_resolve, reject) => {
          hasBegun = true;
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
      { ...noteJob, queue: 'serial' },
    );
    await database.connection.transaction((tx) =>
      enqueueJobs(tx, [jobOf({ ...noteJob, queue: 'serial' }, { text: 'long' })]),
    );
    await waitFor('the job to begin', async () => hasBegun);
    await runner.stop();
    runners.length = 0;
    expect(await listJobs()).toEqual([{ attempts: 0, isLocked: false, isDue: true }]);
    expect(givenUp).toEqual([]);
    const done: string[] = [];
    await startRunner(async ({ text }) => {
      done.push(text);
      return jobDone;
    });
    await noJobIsLeft();
    expect(done).toEqual(['long']);
  });

  it('ends when its lease is lost, so that nobody does its jobs twice for long', async () => {
    const { runner } = await startRunner(async () => jobDone);
    runners.length = 0;
    await database.query(
      `select pg_terminate_backend(pid) from pg_locks
       where locktype = 'advisory' and objsubid = 2
         and database = (select oid from pg_database where datname = current_database())`,
    );
    await expect(runner.ended).rejects.toMatchObject({ code: 'LEASE_LOST', isPublic: false });
    await expect(runner.stop()).resolves.toBeUndefined();
  });
});

describe('the wiring of jobs', () => {
  const handlerOf = (name: string) =>
    ({
      definition: { name },
      run: async () => jobDone,
      giveUp: async () => {},
    }) as unknown as JobHandler<never>;

  it('is complete when every job has one handler', () => {
    expect(() =>
      checkJobWiring([{ name: 'a' }, { name: 'b' }], [handlerOf('b'), handlerOf('a')]),
    ).not.toThrow();
  });

  it('names every job without a handler or with two, and every handler without a job', () => {
    const check = () =>
      checkJobWiring([{ name: 'a' }, { name: 'b' }], [handlerOf('b'), handlerOf('b'), handlerOf('c')]);
    expect(check).toThrow(expect.objectContaining({ code: 'JOB_WIRING', isPublic: false }));
    for (const part of ['job a has 0 handlers', 'job b has 2 handlers', 'handler of c has no job']) {
      expect(check).toThrow(part);
    }
  });
});
