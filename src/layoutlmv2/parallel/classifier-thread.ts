/**
 * One thread of classifier-worker.ts as its owner sees it: it is given the weights as it asks for them, then pages. A thread
 * that dies, by a trap or for want of memory, never takes the process along: its death shows in what it was asked for.
 */
import { Worker } from 'node:worker_threads';
import type { PageResult, ReadWeight } from '../classifier.js';
import type { EncodedPage } from '../encoded-page.js';
import type { ThreadOptions, ThreadReply, ThreadRequest } from './thread-messages.js';

/** Thrown for what a thread was asked when it died; a new thread may well do it. */
export class ThreadDiedError extends Error {
  override name = 'ThreadDiedError';
}

export type ClassifierThread = {
  /**
   * Classifies one batch; the owner asks one thing at a time.
   * @throws ThreadDiedError if the thread ends before its answer; an error of the same message as in the thread
   */
  classify(pages: readonly EncodedPage[]): Promise<PageResult[]>;
  hasEnded(): boolean;
  /** Ends the thread at once; resolves when it is gone. */
  end(): Promise<void>;
};

type Asked = { resolve(reply: ThreadReply): void; reject(error: Error): void };

/**
 * Starts a thread and waits until it has its weights.
 *
 * @throws Error if a weight cannot be read or the network cannot be made of them
 */
export async function startClassifierThread(
  options: ThreadOptions & { readWeight: ReadWeight },
): Promise<ClassifierThread> {
  const { readWeight, ...workerData } = options;
  const worker = startWorker(workerData);
  let asked: Asked | undefined;
  let hasEnded = false;
  let fault: unknown;

  const settle = (act: (open: Asked) => void): void => {
    const open = asked;
    asked = undefined;
    if (open) act(open);
  };
  const diedError = (exitCode?: number): ThreadDiedError => {
    const reason = fault instanceof Error ? fault.message : `exit code ${exitCode ?? 'unknown'}`;
    return new ThreadDiedError(`A thread that classifies pages ended (${reason}).`, { cause: fault });
  };
  const send = (request: ThreadRequest, transfer: ArrayBuffer[] = []): void =>
    worker.postMessage(request, transfer);

  const giveWeight = async (name: string): Promise<void> => {
    try {
      const { shape, data } = await readWeight(name);
      // Handed over, not copied. What is part of a larger buffer, or shared, is not this one's to give.
      const own = data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength;
      send({ kind: 'weight', weight: { shape, data } }, own ? [data.buffer as ArrayBuffer] : []);
    } catch (error) {
      send({ kind: 'noWeight', reason: error instanceof Error ? error.message : String(error) });
    }
  };

  worker.on('message', (reply: ThreadReply) => {
    if (reply.kind === 'needsWeight') void giveWeight(reply.name);
    else if (reply.kind === 'failed') settle(({ reject }) => reject(new Error(reply.message)));
    else settle(({ resolve }) => resolve(reply));
  });
  worker.on('error', (error) => {
    fault = error;
  });
  worker.on('exit', (exitCode) => {
    hasEnded = true;
    settle(({ reject }) => reject(diedError(exitCode)));
  });

  const waitForReply = (): Promise<ThreadReply> =>
    new Promise((resolve, reject) => {
      if (hasEnded) reject(diedError());
      else asked = { resolve, reject };
    });

  try {
    await waitForReply();
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return {
    async classify(pages) {
      // First, as what cannot be sent is never answered. What is sent to a thread that has ended is lost, and said so below.
      send({ kind: 'classify', pages });
      const reply = await waitForReply();
      if (reply.kind !== 'classified') throw new Error(`A thread answered pages with "${reply.kind}".`);
      return reply.results;
    },
    hasEnded: () => hasEnded,
    async end() {
      await worker.terminate();
    },
  };
}

function startWorker(workerData: ThreadOptions): Worker {
  // Compiled, the worker lies beside this file; run from source (tests, development), tsx translates it.
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./classifier-worker.js', import.meta.url), { workerData });
  }
  const source = new URL('./classifier-worker.ts', import.meta.url).href;
  // Told within the thread, as threads do not take over what Node was told to import first.
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import('${source}'); });`;
  return new Worker(start, { eval: true, workerData });
}
