/** Waits for what happens by itself. */
import { setTimeout as sleep } from 'node:timers/promises';

// The machine of a test may do many things at once: only a hang takes longer.
const longestWaitMs = 90_000;
const pollMs = 25;

/** Asks until the answer is neither null, undefined nor false. @throws when that takes too long, saying what for. */
export async function waitFor<Value>(
  what: string,
  find: () => Promise<Value | null | undefined | false>,
): Promise<Value> {
  const deadline = Date.now() + longestWaitMs;
  for (;;) {
    const found = await find();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(pollMs);
  }
}
