/**
 * The limits of a run: how long it may learn and how much memory its process may take. Where one is reached a run ends with its best
 * epoch so far, and fails where none is done.
 */

export type RunLimits = { maxMinutes: number | null; maxMemoryMib: number | null };

export type LimitReached = { code: 'TIME_LIMIT' | 'MEMORY_LIMIT'; reason: string };

export const bytesPerMib = 1024 * 1024;

/** What makes limits unusable, in a sentence; null when nothing does. */
export function findLimitFault({ maxMinutes, maxMemoryMib }: RunLimits): string | null {
  if (maxMinutes !== null && !(maxMinutes > 0 && Number.isFinite(maxMinutes)))
    return `maxMinutes is ${maxMinutes}, but must be above 0.`;
  if (maxMemoryMib !== null && !(Number.isInteger(maxMemoryMib) && maxMemoryMib > 0))
    return `maxMemoryMib is ${maxMemoryMib}, but must be a whole number above 0.`;
  return null;
}

/** Watches the limits of a run that has learnt for `spentMs` before; answers the one that has been reached, if any. */
export function watchLimits(limits: RunLimits, spentMs: number): () => LimitReached | null {
  const startedAt = performance.now();
  return () =>
    findLimitReached(limits, {
      milliseconds: spentMs + performance.now() - startedAt,
      // Of this process, the trainer; what lies in the memory of a graphics card is not counted.
      bytes: process.memoryUsage.rss(),
    });
}

/** The limit that has been reached; of two, that of time. */
export function findLimitReached(
  { maxMinutes, maxMemoryMib }: RunLimits,
  used: { milliseconds: number; bytes: number },
): LimitReached | null {
  if (maxMinutes !== null && used.milliseconds >= 60_000 * maxMinutes) {
    return { code: 'TIME_LIMIT', reason: `the time limit of ${maxMinutes} minutes was reached` };
  }
  if (maxMemoryMib !== null && used.bytes > bytesPerMib * maxMemoryMib) {
    const mib = Math.round(used.bytes / bytesPerMib);
    return {
      code: 'MEMORY_LIMIT',
      reason: `the memory limit of ${maxMemoryMib} MiB was reached: the process had ${mib} MiB`,
    };
  }
  return null;
}
