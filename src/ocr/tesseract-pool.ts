/**
 * A fixed number of lanes, each with at most one Tesseract thread at a time: threads start when a page needs
 * them, are replaced after so many pages, after a crash, after a page that took too long or when a page is in another
 * language, and end when idle for a while. Pages wait for a lane in the order they came. A page has a lane of its own; lanes that nobody
 * waits for help it with its parts.
 */

import { AppError, messageOf } from '../shared/errors.js';
import { createPageTimedOutError, createPoolClosedError, createWorkerLostError } from './ocr.errors.js';
import type { LanguageData } from './tesseract-languages.js';
import { type Recognition, startTesseractThread, type TesseractThread } from './tesseract-thread.js';

export type TesseractPoolOptions = {
  /** How many pages are read at once; each worker is one thread of full load. */
  workers: number;
  /** A thread is replaced after this many pages: WebAssembly memory grows and never shrinks. */
  recycleAfterPages: number;
  /** A page of which a part takes longer is stopped and fails with OCR_PAGE_TIMED_OUT. */
  pageTimeoutMs: number;
  /** A thread without work ends after this long and gives its memory back. */
  idleTimeoutMs: number;
};

/** What a thread is given at a time: a page or a part of one, as a PGM file. */
type Part = { pgm: Uint8Array<ArrayBuffer>; dpi: number };

/** Reads one page with what recognises its parts: each on its own, at once where there are threads for it. */
type Read<T> = (recognise: (parts: readonly Part[]) => Promise<Recognition[]>) => Promise<T>;

export type TesseractPool = {
  /**
   * Runs `read` when a lane is free, with threads that have the languages loaded. Rejects with what `read` throws, or
   * OCR_WORKER_LOST, OCR_PAGE_TIMED_OUT, OCR_CLOSED.
   */
  withThreads<T>(languages: readonly LanguageData[], read: Read<T>): Promise<T>;
  /** Ends every thread; pages still waiting or being read fail with OCR_CLOSED. Resolves when all are gone. */
  close(): Promise<void>;
};

type Lane = {
  thread: TesseractThread | null;
  languages: string;
  pages: number;
  isBusy: boolean;
  idleTimer: NodeJS.Timeout | undefined;
};

type Waiter = { resolve: (lane: Lane) => void; reject: (error: AppError) => void };

// Starting takes a third of a second; a machine that needs a minute is not going to read pages either.
const START_TIMEOUT_MS = 60_000;

export function createTesseractPool(options: TesseractPoolOptions): TesseractPool {
  const lanes = Array.from({ length: Math.max(1, options.workers) }, createLane);
  const waiters: Waiter[] = [];
  const inFlight = new Set<Promise<unknown>>();
  let isClosed = false;

  function takeLane(languages: string): Lane | undefined {
    const idle = lanes.filter(({ isBusy }) => !isBusy);
    return (
      idle.find((lane) => lane.thread !== null && lane.languages === languages) ??
      idle.find((lane) => lane.thread === null) ??
      idle[0]
    );
  }

  async function acquire(languages: string): Promise<Lane> {
    const lane = takeLane(languages);
    if (lane === undefined) {
      return new Promise((resolve, reject) => waiters.push({ resolve, reject }));
    }
    occupy(lane);
    return lane;
  }

  /** Lanes that have nothing to do, without sending a thread of other languages away. */
  function acquireHelpers(languages: string, most: number): Lane[] {
    const helpers = lanes
      .filter((lane) => !lane.isBusy && (lane.thread === null || lane.languages === languages))
      .slice(0, most);
    for (const lane of helpers) occupy(lane);
    return helpers;
  }

  function release(lane: Lane): void {
    const next = waiters.shift();
    if (next !== undefined) {
      // The lane stays busy: it passes from hand to hand.
      next.resolve(lane);
      return;
    }
    lane.isBusy = false;
    if (lane.thread !== null) {
      lane.idleTimer = setTimeout(() => void endThread(lane), options.idleTimeoutMs).unref();
    }
  }

  async function threadOf(lane: Lane, languages: readonly LanguageData[]): Promise<TesseractThread> {
    const key = keyOf(languages);
    if (lane.thread !== null && !lane.thread.hasEnded() && lane.languages === key) return lane.thread;
    await endThread(lane);
    if (isClosed) throw createPoolClosedError();
    const thread = startTesseractThread();
    Object.assign(lane, { thread, languages: key, pages: 0 });
    await guarded(lane, thread.load(languages), START_TIMEOUT_MS, () =>
      createWorkerLostError(`it did not start within ${START_TIMEOUT_MS} ms`),
    );
    return thread;
  }

  /**
   * Waits for the lane's thread, no longer than `limitMs`. Whatever fails in there may leave the engine in a state that
   * nobody knows, so a failed thread is ended and the next page gets a new one.
   */
  async function guarded<T>(
    lane: Lane,
    work: Promise<T>,
    limitMs: number,
    createTimeoutError: () => AppError,
  ): Promise<T> {
    try {
      return await withinTime(work, limitMs, createTimeoutError);
    } catch (error) {
      await endThread(lane);
      if (isClosed) throw createPoolClosedError();
      throw error instanceof AppError ? error : createWorkerLostError(messageOf(error), error);
    }
  }

  /** In the lane, and in others as long as there are parts left for them. */
  async function recogniseParts(
    lane: Lane,
    languages: readonly LanguageData[],
    parts: readonly Part[],
  ): Promise<Recognition[]> {
    const recognised: Recognition[] = [];
    const left = [...parts.entries()];
    const work = async (own: Lane) => {
      try {
        for (let next = left.shift(); next !== undefined; next = left.shift()) {
          const [at, { pgm, dpi }] = next;
          const thread = await threadOf(own, languages);
          recognised[at] = await guarded(own, thread.recognise(pgm, dpi), options.pageTimeoutMs, () =>
            createPageTimedOutError(options.pageTimeoutMs),
          );
        }
      } catch (error) {
        // Where one part fails, the page does.
        left.length = 0;
        throw error;
      }
      own.pages += 1;
      if (own.pages >= options.recycleAfterPages) await endThread(own);
    };
    const helpers = acquireHelpers(keyOf(languages), parts.length - 1);
    const workings = [work(lane), ...helpers.map((helper) => work(helper).finally(() => release(helper)))];
    // Nobody may hold the lane while its thread still works.
    await Promise.allSettled(workings);
    await Promise.all(workings);
    return recognised;
  }

  async function withThreads<T>(languages: readonly LanguageData[], read: Read<T>): Promise<T> {
    if (isClosed) throw createPoolClosedError();
    const lane = await acquire(keyOf(languages));
    try {
      return await read((parts) => recogniseParts(lane, languages, parts));
    } finally {
      release(lane);
    }
  }

  return {
    async withThreads(languages, read) {
      const reading = withThreads(languages, read);
      inFlight.add(reading);
      try {
        return await reading;
      } finally {
        inFlight.delete(reading);
      }
    },

    async close() {
      isClosed = true;
      for (const { reject } of waiters.splice(0)) reject(createPoolClosedError());
      for (const { idleTimer } of lanes) clearTimeout(idleTimer);
      await Promise.all(lanes.map(endThread));
      await Promise.allSettled(inFlight);
    },
  };
}

function occupy(lane: Lane): void {
  clearTimeout(lane.idleTimer);
  lane.isBusy = true;
}

function createLane(): Lane {
  return { thread: null, languages: '', pages: 0, isBusy: false, idleTimer: undefined };
}

function keyOf(languages: readonly LanguageData[]): string {
  return languages.map(({ code, folder }) => `${code}:${folder}`).join('+');
}

/** Ends the lane's thread if it has one; the lane is without a thread at once, the thread is gone when it resolves. */
async function endThread(lane: Lane): Promise<void> {
  const { thread } = lane;
  lane.thread = null;
  await thread?.end();
}

async function withinTime<T>(
  work: Promise<T>,
  limitMs: number,
  createTimeoutError: () => AppError,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(createTimeoutError()), limitMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
