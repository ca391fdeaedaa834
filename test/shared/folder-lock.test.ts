import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withFolderLock } from '../../src/shared/folder-lock.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const leaveBehind = (holder: object | string) =>
  writeFile(join(folder, 'lock.json'), typeof holder === 'string' ? holder : JSON.stringify(holder));
const someoneElse = { id: 'someone', host: 'elsewhere', pid: 1 };
// Above every number that a system gives to a process.
const deadPid = 2 ** 30;

describe('the lock of a folder', () => {
  it('is held by one at a time, and nothing of it stays', async () => {
    let holders = 0;
    const work = async (result: number) => {
      holders += 1;
      expect(holders).toBe(1);
      await sleep(5);
      holders -= 1;
      return result;
    };
    const results = [1, 2, 3].map((result) => withFolderLock(folder, {}, () => work(result)));
    expect(await Promise.all(results)).toEqual([1, 2, 3]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is given back when the work fails', async () => {
    const failing = withFolderLock(folder, {}, async () => {
      throw new Error('no luck');
    });
    await expect(failing).rejects.toThrow('no luck');
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['a process of this machine that is no more', { id: 'gone', host: hostname(), pid: deadPid }],
    ['an earlier process with the number of this one', { id: 'gone', host: hostname(), pid: process.pid }],
  ])('is taken at once from %s', async (_whose, holder) => {
    await leaveBehind(holder);
    expect(await withFolderLock(folder, { staleAfterMs: 1_000_000 }, async () => 'done')).toBe('done');
  });

  it.each([
    ['a machine that shows no life', someoneElse],
    ['whoever wrote half of it', '{"id":'],
  ])('is taken after a while from %s', async (_whose, holder) => {
    await leaveBehind(holder);
    expect(await withFolderLock(folder, { staleAfterMs: 1 }, async () => 'done')).toBe('done');
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not waited for when the waiting is called off', async () => {
    await leaveBehind(someoneElse);
    const controller = new AbortController();
    const waiting = withFolderLock(folder, { signal: controller.signal }, async () => 'done');
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow(/enough|aborted/);
  });

  it('stops the work of a holder that has lost it', async () => {
    const working = withFolderLock(
      folder,
      { staleAfterMs: 30 },
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          void leaveBehind(someoneElse);
        }),
    );
    await expect(working).rejects.toThrow('taken by another process');
    expect(await readdir(folder)).toEqual(['lock.json']);
  });
});
