import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findServerProcess,
  makeDataDir,
  runClasseur,
  startClasseur,
  waitFor,
  waitUntilSettled,
} from '../support/classeur.js';
import { makeDocument } from '../support/make-documents.js';

let dataDir: Awaited<ReturnType<typeof makeDataDir>>;

beforeEach(async () => {
  dataDir = await makeDataDir();
});

afterEach(() => dataDir.remove());

describe('starting and stopping', () => {
  it('keeps what it was given: a second start finds it, and Ctrl-C leaves nothing running', async () => {
    const first = await startClasseur({ DATA_DIR: dataDir.path });
    const letter = await makeDocument({ kind: 'letter', seed: 3, as: 'pdf' });
    await first.upload([letter], 'letter');
    await waitUntilSettled(first, 60_000);
    expect(await first.stop()).toBe(0);
    expect(await findServerProcess(dataDir.path)).toBeNull();

    const second = await startClasseur({ DATA_DIR: dataDir.path });
    const { documents } = await second.ask<{ documents: { edges: { node: Record<string, string> }[] } }>(
      '{ documents { edges { node { filename status labelSource downloadUrl } } } }',
    );
    expect(documents.edges).toMatchObject([
      { node: { filename: 'letter-3.pdf', status: 'READY', labelSource: 'HUMAN' } },
    ]);
    const original = await fetch(documents.edges[0]?.node.downloadUrl ?? '');
    expect(Buffer.from(await original.arrayBuffer()).equals(letter.bytes)).toBe(true);
    const [again] = await second.upload([{ ...letter, filename: 'another name.pdf' }]);
    expect(again).toMatchObject({ duplicate: true, error: null });
    expect(await second.stop()).toBe(0);
  });

  it('says that it is ready only when all its parts are', async () => {
    const classeur = await startClasseur({ DATA_DIR: dataDir.path });
    expect(await (await fetch(`${classeur.url}/readyz`)).json()).toEqual({
      status: 'ready',
      worker: 'ready',
      trainer: 'ready',
    });
    expect(await classeur.stop()).toBe(0);
  });

  it('takes up what was under way when it was killed', async () => {
    const first = await startClasseur({ DATA_DIR: dataDir.path });
    await first.upload([await makeDocument({ kind: 'form', seed: 4, as: 'png' })]);
    first.child.kill('SIGKILL');
    await first.exited;
    const second = await startClasseur({ DATA_DIR: dataDir.path });
    await waitUntilSettled(second, 90_000);
    const { documents } = await second.ask<{
      documents: { edges: { node: { status: string; text: string } }[] };
    }>('{ documents { edges { node { status text } } } }');
    expect(documents.edges).toMatchObject([{ node: { status: 'READY' } }]);
    expect(documents.edges[0]?.node.text.length).toBeGreaterThan(50);
    expect(await second.stop()).toBe(0);
  });

  it('refuses a port that is taken, in one line', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const run = runClasseur({ DATA_DIR: dataDir.path, PORT: String(port) });
    expect(await run.exited).toBe(1);
    expect(run.errors()).toBe(
      `classeur: Port ${port} of 127.0.0.1 is taken by another program. Stop that program, or choose another port with PORT\n`,
    );
    expect(await findServerProcess(dataDir.path)).toBeNull();
    other.close();
  });

  it('refuses a database that cannot be reached, without showing its password', async () => {
    const run = runClasseur({
      DATA_DIR: dataDir.path,
      DATABASE_URL: 'postgresql://someone:secret@127.0.0.1:1/none',
    });
    expect(await run.exited).toBe(1);
    expect(run.errors()).toMatch(
      /^classeur: The database at 127\.0\.0\.1:1\/none cannot be reached: .*ECONNREFUSED.*\n$/,
    );
    expect(run.errors()).not.toContain('secret');
  });

  it('refuses a data directory that cannot be written to', async () => {
    // Root may write anywhere, but not make a folder inside a file.
    const file = join(dataDir.path, 'file');
    await writeFile(file, '');
    const run = runClasseur({ DATA_DIR: join(file, 'data') });
    expect(await run.exited).toBe(1);
    expect(run.errors()).toMatch(/^classeur: The data directory .* cannot be written to: .* DATA_DIR\n$/);
  });

  it('refuses settings that cannot be used, all of them at once', async () => {
    const run = runClasseur({ DATA_DIR: dataDir.path, PORT: 'four', LABEL_THRESHOLD: '2' });
    expect(await run.exited).toBe(1);
    expect(run.errors()).toMatch(
      /^classeur: Settings that cannot be used: PORT=four: .*; LABEL_THRESHOLD=2: .*\n$/,
    );
  });

  it('refuses a data directory that another Classeur uses, and leaves that one alone', async () => {
    const first = await startClasseur({ DATA_DIR: dataDir.path });
    const second = runClasseur({ DATA_DIR: dataDir.path });
    expect(await second.exited).toBe(1);
    expect(second.errors()).toMatch(/^classeur: Another Classeur is running in .*\n$/);
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    expect(await first.stop()).toBe(0);
  });

  it('runs in a folder that only root may enter', async () => {
    const closed = join(dataDir.path, 'closed');
    await mkdir(closed);
    await chmod(closed, 0o700);
    const classeur = await startClasseur({ DATA_DIR: join(closed, 'data') });
    expect((await fetch(`${classeur.url}/healthz`)).status).toBe(200);
    expect(await classeur.stop()).toBe(0);
  });

  it('uses the database it is told to and starts none', async () => {
    const host = await startClasseur({ DATA_DIR: dataDir.path });
    const password = await readFile(join(dataDir.path, 'postgres.password'), 'utf8');
    const [, , , port] = (await readFile(join(dataDir.path, 'postgres', 'postmaster.pid'), 'utf8')).split(
      '\n',
    );
    const other = await makeDataDir();
    const guest = await startClasseur({
      DATA_DIR: other.path,
      DATABASE_URL: `postgresql://classeur:${password}@127.0.0.1:${port}/classeur`,
      ROLE: 'api',
    });
    expect(await findServerProcess(other.path)).toBeNull();
    const { labels } = await guest.ask<{ labels: unknown[] }>('{ labels { name } }');
    expect(labels).toEqual([]);
    expect(await guest.stop()).toBe(0);
    expect((await fetch(`${host.url}/readyz`)).status).toBe(200);
    await host.stop();
    await other.remove();
  });
});

describe('processes that die', () => {
  it('restarts worker and trainer when they are killed, and loses no document', async () => {
    const classeur = await startClasseur({ DATA_DIR: dataDir.path });
    const readiness = async () =>
      (await (await fetch(`${classeur.url}/readyz`)).json()) as Record<string, string>;
    const isReady = async () => {
      const { worker, trainer } = await readiness();
      return worker === 'ready' && trainer === 'ready' ? true : null;
    };
    await waitFor('worker and trainer to be ready', 60_000, isReady);
    const scans = await Promise.all(
      [1, 2, 3, 4].map((seed) => makeDocument({ kind: 'letter', seed, as: 'png' })),
    );
    await classeur.upload(scans);
    await waitFor('the first page to be read', 60_000, async () => {
      const { documents } = await classeur.ask<{ documents: { totalCount: number } }>(
        '{ documents(filter: { statuses: [READING] }) { totalCount } }',
      );
      return documents.totalCount > 0 ? true : null;
    });
    const { documents: victims } = await classeur.ask<{ documents: { totalCount: number } }>(
      '{ documents { totalCount } }',
    );
    for (const pid of await findChildren(classeur.child.pid ?? 0)) process.kill(pid, 'SIGKILL');
    await waitUntilSettled(classeur, 120_000);
    const { documents } = await classeur.ask<{ documents: { totalCount: number } }>(
      '{ documents(filter: { statuses: [READY] }) { totalCount } }',
    );
    expect(documents.totalCount).toBe(victims.totalCount);
    await waitFor('worker and trainer to be ready again', 60_000, isReady);
    expect(await classeur.stop()).toBe(0);
  }, 300_000);

  it('goes on with a training run whose trainer was killed, on the curve of one that was not', async () => {
    const classeur = await startClasseur({ DATA_DIR: dataDir.path, MODEL_SIZE: 'tiny', ENGINE: 'wasm' });
    for (const kind of ['invoice', 'letter'] as const) {
      const files = await Promise.all([1, 2, 3, 4, 5].map((seed) => makeDocument({ kind, seed, as: 'pdf' })));
      await classeur.upload(files, kind);
    }
    await waitUntilSettled(classeur, 120_000);
    const start = async () => {
      const { startTrainingRun } = await classeur.ask<{ startTrainingRun: { id: string } }>(
        'mutation { startTrainingRun(input: { fromScratch: true, hyperparameters: { epochs: 8, seed: 7 } }) { id } }',
      );
      return startTrainingRun.id;
    };
    const look = async (id: string) => {
      const { trainingRun } = await classeur.ask<{
        trainingRun: {
          status: string;
          epochs: { epoch: number; validationLoss: number | null }[];
          series: { step: number; value: number }[];
        };
      }>(
        'query ($id: ID!) { trainingRun(id: $id) { status epochs { epoch validationLoss } series(metric: "loss") { step value } } }',
        { id },
      );
      return trainingRun;
    };
    const waitForEnd = (id: string) =>
      waitFor('the run to end', 180_000, async () => {
        const run = await look(id);
        return ['QUEUED', 'RUNNING'].includes(run.status) ? null : run;
      });
    const killed = await start();
    await waitFor('three epochs', 120_000, async () =>
      (await look(killed)).epochs.length >= 3 ? true : null,
    );
    for (const pid of await findChildren(classeur.child.pid ?? 0)) process.kill(pid, 'SIGKILL');
    const ended = await waitForEnd(killed);
    expect(ended.status).toBe('SUCCEEDED');
    // No epoch and no step is missing or told twice.
    expect(ended.epochs.map(({ epoch }) => epoch)).toEqual(ended.epochs.map((_, index) => index + 1));
    expect(ended.series.map(({ step }) => step)).toEqual(ended.series.map((_, index) => index + 1));
    // Whoever looks at its losses cannot tell that it was killed.
    expect(ended).toEqual(await waitForEnd(await start()));
    expect(await classeur.stop()).toBe(0);
  }, 600_000);

  it('cancels a run within its step', async () => {
    const classeur = await startClasseur({ DATA_DIR: dataDir.path, MODEL_SIZE: 'tiny', ENGINE: 'wasm' });
    for (const kind of ['invoice', 'letter'] as const) {
      const files = await Promise.all([1, 2, 3, 4, 5].map((seed) => makeDocument({ kind, seed, as: 'pdf' })));
      await classeur.upload(files, kind);
    }
    await waitUntilSettled(classeur, 120_000);
    const { startTrainingRun } = await classeur.ask<{ startTrainingRun: { id: string } }>(
      'mutation { startTrainingRun(input: { hyperparameters: { epochs: 10000 } }) { id } }',
    );
    const { id } = startTrainingRun;
    const statusOf = async () =>
      (
        await classeur.ask<{ trainingRun: { status: string; progress: { step: number } | null } }>(
          'query ($id: ID!) { trainingRun(id: $id) { status progress { step } } }',
          { id },
        )
      ).trainingRun;
    await waitFor('the first step', 120_000, async () => ((await statusOf()).progress ? true : null));
    await classeur.ask('mutation ($id: ID!) { cancelTrainingRun(id: $id) { status } }', { id });
    const cancelled = await waitFor('the run to be cancelled', 60_000, async () => {
      const run = await statusOf();
      return run.status === 'CANCELLED' ? run : null;
    });
    expect(cancelled.status).toBe('CANCELLED');
    const { errors } = await classeur.post('mutation ($id: ID!) { cancelTrainingRun(id: $id) { status } }', {
      id,
    });
    expect(errors?.[0]?.extensions.code).toBe('RUN_NOT_CANCELLABLE');
    const { servingModel } = await classeur.ask<{ servingModel: unknown }>('{ servingModel { id } }');
    expect(servingModel).toBeNull();
    expect(await classeur.stop()).toBe(0);
  }, 400_000);
});

/** The processes of worker and trainer: those children of a process that run the program again. */
async function findChildren(pid: number): Promise<number[]> {
  const tasks = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const children: number[] = [];
  for (const child of tasks.trim().split(' ').map(Number)) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8');
    if (command.includes('main.js')) children.push(child);
  }
  return children;
}
