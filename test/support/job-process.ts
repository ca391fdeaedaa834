/**
 * A process that does jobs, started by tests that let it die: it does jobs named `note` and says over IPC what it does.
 * The payload tells how: `hang` never ends, `die` kills the process, `busy` keeps its event loop busy for that long.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startJobRunner } from '../../src/platform/jobs/job-runner.js';
import { AppError } from '../../src/shared/errors.js';
import { silentLog } from './log.js';
import { noteJob } from './note-job.js';

const databaseUrl = process.env.DATABASE_URL ?? '';

await startJobRunner({
  databaseUrl,
  lane: 'worker',
  concurrency: 1,
  log: silentLog,
  handlers: [
    {
      definition: noteJob,
      async run(payload) {
        const { text, how, busyMs } = noteJob.payload.parse(payload);
        process.send?.(`begins ${text}`);
        // Messages leave the process in the next turn of its event loop.
        await sleep(100);
        if (how === 'die') process.kill(process.pid, 'SIGKILL');
        if (how === 'hang') await new Promise(() => {});
        // Nothing else happens in this thread meanwhile, as in a long computation.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, busyMs ?? 0);
        process.send?.(`ends ${text}`);
        return { status: 'done' };
      },
      async giveUp(payload, error) {
        const { text } = noteJob.payload.parse(payload);
        process.send?.(`gives up ${text}: ${error instanceof AppError ? error.code : error}`);
      },
    },
  ],
});
process.send?.('ready');
