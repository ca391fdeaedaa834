/**
 * Lets one process at a time write into a folder, also across machines that share a disk: a lock file whose holder shows
 * every few seconds that it lives. The lock of a process that died is taken over.
 */
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a lock may show no life before it counts as left behind; that is only for other machines and hung processes. */
const DEFAULT_STALE_AFTER_MS = 30_000;
// Several signs of life before a lock counts as dead, as a busy machine may be late.
const SIGNS_OF_LIFE = 6;
const POLL_MS = 250;
const LOCK_NAME = 'lock.json';

/** What a lock file says of its holder. */
type Holder = { readonly id: string; readonly host: string; readonly pid: number };

/** The locks that this process holds: its own number in a lock file that is not among them is of an earlier process. */
const heldHere = new Set<string>();

/**
 * Runs `work` while holding the lock of a folder, which must be there; waits for whoever holds it.
 *
 * @param work gets a signal that fires when the caller's does, or when the lock was lost to another process
 * @throws what `work` throws; the reason of `signal`
 */
export async function withFolderLock<T>(
  folder: string,
  options: { readonly signal?: AbortSignal; readonly staleAfterMs?: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, staleAfterMs = DEFAULT_STALE_AFTER_MS } = options;
  const path = join(folder, LOCK_NAME);
  const holder: Holder = { id: randomUUID(), host: hostname(), pid: process.pid };
  heldHere.add(holder.id);
  const lost = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    await acquire(path, holder, staleAfterMs, signal);
    const showLife = async (): Promise<void> => {
      if ((await findHolder(path))?.id !== holder.id)
        throw new Error(`${path} was taken by another process.`);
      const now = new Date();
      await utimes(path, now, now);
    };
    timer = setInterval(() => {
      showLife().catch((error: unknown) => lost.abort(error));
    }, staleAfterMs / SIGNS_OF_LIFE);
    return await work(signal ? AbortSignal.any([signal, lost.signal]) : lost.signal);
  } finally {
    clearInterval(timer);
    if ((await findHolder(path))?.id === holder.id) await rm(path, { force: true });
    heldHere.delete(holder.id);
  }
}

async function acquire(
  path: string,
  holder: Holder,
  staleAfterMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let seen = { life: '', sinceMs: performance.now() };
  for (;;) {
    signal?.throwIfAborted();
    if (await create(path, holder)) return;
    const other = await findHolder(path);
    const life = `${other?.id} ${await lastChangeOf(path)}`;
    // The time since it changed is taken by this machine's clock alone: the clocks of others may be wrong.
    if (life !== seen.life) seen = { life, sinceMs: performance.now() };
    if ((other !== null && isDead(other)) || performance.now() - seen.sinceMs > staleAfterMs) {
      await removeLockOf(path, other);
    } else await sleep(POLL_MS, undefined, signal ? { signal } : {});
  }
}

async function create(path: string, holder: Holder): Promise<boolean> {
  // Written beside and linked, so that nobody ever reads half of it.
  const draft = `${path}.${holder.id}`;
  await writeFile(draft, JSON.stringify(holder));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes a lock that was left behind, unless another process has done so and holds one of its own by now. */
async function removeLockOf(path: string, dead: Holder | null): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const removed = await findHolder(aside);
  if (removed?.id !== dead?.id) {
    // Where a third one was quicker, the holder of this lock notices at its next sign of life, and stops.
    await link(aside, path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
  await rm(aside, { force: true });
}

async function findHolder(path: string): Promise<Holder | null> {
  try {
    const found = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder> | null;
    const { id, host, pid } = found ?? {};
    return typeof id === 'string' && typeof host === 'string' && typeof pid === 'number'
      ? { id, host, pid }
      : null;
  } catch (error) {
    // Gone, or damaged by a full disk: either way nobody is known to hold it.
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Whether the holder was a process of this machine that is no more. */
function isDead({ id, host, pid }: Holder): boolean {
  if (host !== hostname()) return false;
  if (pid === process.pid) return !heldHere.has(id);
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

async function lastChangeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
