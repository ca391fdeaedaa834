import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { superviseChild } from '../../src/platform/process/supervisor.js';
import { silentLog } from '../support/log.js';
import { waitFor } from '../support/wait-for.js';

describe('a supervised process', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'supervisor-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Supervises a process that runs `code`; `readPids` gives the ids of all that have been started. */
  async function supervise(name: string, code: string) {
    const modulePath = join(folder, `${name}.mjs`);
    const pidsPath = join(folder, `${name}.pids`);
    await writeFile(pidsPath, '');
    await writeFile(
      modulePath,
      `import { appendFileSync, readFileSync } from 'node:fs';
       appendFileSync(process.env.PIDS_PATH, process.pid + '\\n');
       const starts = readFileSync(process.env.PIDS_PATH, 'utf8').trim().split('\\n').length;
       process.on('disconnect', () => process.exit());
       ${code}`,
    );
    const environment = { ...process.env, PIDS_PATH: pidsPath };
    const child = superviseChild({ name, modulePath, environment, log: silentLog });
    onTestFinished(() => child.stop());
    const readPids = async () => (await readFile(pidsPath, 'utf8')).trim().split('\n').map(Number);
    return { child, readPids };
  }

  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it('is ready when it says so, and stopped when asked', async () => {
    const { child, readPids } = await supervise(
      'worker',
      `process.send('ready'); process.on('SIGTERM', () => process.exit(0));`,
    );
    expect(child.isReady()).toBe(false);
    await child.firstReady;
    expect(child.isReady()).toBe(true);
    const [pid = 0] = await readPids();
    expect(isAlive(pid)).toBe(true);
    await child.stop();
    expect(isAlive(pid)).toBe(false);
    expect(child.isReady()).toBe(false);
    await expect(child.stop()).resolves.toBeUndefined();
  });

  it('is started again whenever it ends by itself', async () => {
    const { child, readPids } = await supervise(
      'crashing',
      `if (starts === 1) process.exit(1);
       if (starts === 2) process.kill(process.pid, 'SIGKILL');
       process.send('ready');
       setInterval(() => {}, 1000);`,
    );
    await waitFor('the third to be ready', async () => child.isReady());
    const pids = await readPids();
    expect(pids.map(isAlive)).toEqual([false, false, true]);
    await child.stop();
    expect(isAlive(pids.at(-1) ?? 0)).toBe(false);
  });

  it('is not started again when it is stopped while it waits for that', async () => {
    const { child, readPids } = await supervise('gone', 'process.exit(1);');
    await waitFor('it to end', async () => {
      const [pid = 0] = await readPids();
      return pid > 0 && !isAlive(pid);
    });
    await child.stop();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await readPids()).toHaveLength(1);
  });
});
