/** What takes the queue some seconds to find out: all at once, each in a database of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it, type TestContext } from 'vitest';
import { type JobHandler, jobDone, jobOf } from '../../../src/platform/jobs/job.js';
import { enqueueJobs } from '../../../src/platform/jobs/job-queue.repository.js';
import { startJobRunner } from '../../../src/platform/jobs/job-runner.js';
import { AppError } from '../../../src/shared/errors.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { silentLog } from '../../support/log.js';
import { type Note, noteJob } from '../../support/note-job.js';
import { waitFor } from '../../support/wait-for.js';

const processPath = join(import.meta.dirname, '..', '..', 'support', 'job-process.ts');

/** What a test cleans up after itself: tests that run at the same time must each say so on their own. */
type Cleanup = Pick<TestContext, 'onTestFinished'>;

async function createDatabase({ onTestFinished }: Cleanup): Promise<TestDatabase> {
  const database = await createTestDatabase();
  onTestFinished(() => database.close());
  return database;
}

function enqueue(database: TestDatabase, note: Note, definition = noteJob): Promise<void> {
  return database.connection.transaction((tx) => enqueueJobs(tx, [jobOf(definition, note)]));
}

function countJobs(database: TestDatabase): Promise<number> {
  return database.query('select from graphile_worker._private_jobs').then((rows) => rows.length);
}

/** Starts a process that does notes, and collects what it says. */
function startProcess(database: TestDatabase, { onTestFinished }: Cleanup) {
  const child: ChildProcess = fork(processPath, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, DATABASE_URL: database.url },
  });
  const exited = once(child, 'exit');
  const said: unknown[] = [];
  child.on('message', (message) => said.push(message));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    child,
    said,
    exited,
    says: (text: string) => waitFor(`a process to say "${text}"`, async () => said.includes(text)),
  };
}

/** Does notes in this process. */
async function startRunner(
  database: TestDatabase,
  { onTestFinished }: Cleanup,
  handler: Partial<JobHandler<Note>>,
) {
  const runner = await startJobRunner({
    databaseUrl: database.url,
    lane: 'worker',
    concurrency: 1,
    handlers: [
      { definition: noteJob, run: async () => jobDone, giveUp: async () => {}, ...handler } as JobHandler,
    ],
    log: silentLog,
  });
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= runner.stop();
    return stopped;
  };
  onTestFinished(stop);
  return { stop };
}

// On a busy machine each process takes seconds to start.
describe.concurrent('a job', { timeout: 150_000 }, () => {
  it('is done by another process when the one that did it was killed', async ({ expect, ...test }) => {
    const database = await createDatabase(test);
    const first = startProcess(database, test);
    await enqueue(database, { text: 'page 1', how: 'hang' }, { ...noteJob, queue: 'serial' });
    await first.says('begins page 1');
    first.child.kill('SIGKILL');
    await first.exited;
    const attempts: number[] = [];
    await startRunner(database, test, {
      async run(_note, { attempt }) {
        attempts.push(attempt);
        return jobDone;
      },
    });
    await waitFor('the job to be done', async () => (await countJobs(database)) === 0);
    expect(attempts).toEqual([2]);
    expect(await database.query('select from job_workers')).toHaveLength(1);
  });

  it('is given up in the end when it kills its process at every try', async ({ expect, ...test }) => {
    const database = await createDatabase(test);
    await enqueue(database, { text: 'poison', how: 'die' });
    for (let attempt = 1; attempt <= noteJob.maxAttempts; attempt += 1) {
      const victim = startProcess(database, test);
      await victim.exited;
      expect(victim.said).toContain('begins poison');
    }
    const survivor = startProcess(database, test);
    await survivor.says('gives up poison: PROCESS_DIED');
    await waitFor('the job to go', async () => (await countJobs(database)) === 0);
    expect(survivor.said).not.toContain('begins poison');
  });

  it('stays with a process whose event loop is busy', async ({ expect, ...test }) => {
    const database = await createDatabase(test);
    const busy = startProcess(database, test);
    // Longer than the grace for registrations (10 s) and the interval of sweeps (5 s) together.
    await enqueue(database, { text: 'training', busyMs: 17_000 });
    await busy.says('begins training');
    const others: string[] = [];
    await startRunner(database, test, {
      async run({ text }) {
        others.push(text);
        return jobDone;
      },
    });
    await busy.says('ends training');
    await waitFor('the job to go', async () => (await countJobs(database)) === 0);
    expect(others).toEqual([]);
  });

  it('is given up again when giving it up has failed', async ({ expect, ...test }) => {
    const database = await createDatabase(test);
    const definition = { ...noteJob, maxAttempts: 1 };
    await enqueue(database, { text: 'a' }, definition);
    const errors: unknown[] = [];
    await startRunner(database, test, {
      definition,
      async run() {
        throw new Error('no');
      },
      async giveUp(_note, error) {
        errors.push(error);
        if (errors.length === 1) throw new Error('the database is away');
      },
    });
    await waitFor('the job to go', async () => (await countJobs(database)) === 0);
    expect(errors).toHaveLength(2);
    expect(errors[1]).toBeInstanceOf(AppError);
  });

  it('does not keep a process from stopping when it does not listen', async ({ expect, ...test }) => {
    const database = await createDatabase(test);
    await enqueue(database, { text: 'deaf' });
    let end: (() => void) | null = null;
    const runner = await startRunner(database, test, {
      run: () =>
        new Promise((resolve) => {
          end = () => resolve(jobDone);
        }),
    });
    await waitFor('the job to begin', async () => end !== null);
    await runner.stop();
    const returned = [{ attempts: 0, locked_by: null }];
    const listJobs = () => database.query('select attempts, locked_by from graphile_worker._private_jobs');
    expect(await listJobs()).toEqual(returned);
    // When it ends at last, nobody hears of it.
    (end as (() => void) | null)?.();
    await sleep(200);
    expect(await listJobs()).toEqual(returned);
  });
});
