/**
 * A classifier on several threads, each with an engine and the weights of its own: for the engines that compute in one thread,
 * several pages at once. The first thread starts with the classifier, each other one when a page finds all of them busy.
 */
import { BATCH_SIZE, type PageResult, type ReadWeight } from '../classifier.js';
import type { LayoutLMv2Config } from '../config.js';
import type { EncodedPage } from '../encoded-page.js';
import { createPageQueue, type PageQueue } from '../page-queue.js';
import { type ClassifierThread, startClassifierThread, ThreadDiedError } from './classifier-thread.js';
import type { ThreadEngine } from './thread-messages.js';

export type ParallelClassifier = PageQueue & {
  /** Ends the threads; what they are computing fails. Resolves when they are gone. */
  dispose(): Promise<void>;
};

/** A page whose thread dies is computed once more by another; if that one dies too, the page is the likely cause. */
const MOST_ATTEMPTS = 2;

/**
 * Starts a classifier of at most `threads` threads.
 *
 * @param options.readWeight gives each weight whenever a thread starts; what it gives is handed over to the thread
 * @throws Error if a weight cannot be read, or is of another shape than the configuration demands
 */
export async function createParallelClassifier(options: {
  config: LayoutLMv2Config;
  readWeight: ReadWeight;
  labelCount: number;
  engine: ThreadEngine;
  threads: number;
  /** How a thread is started. */
  startThread?: typeof startClassifierThread;
}): Promise<ParallelClassifier> {
  const { threads, startThread = startClassifierThread, ...ofThread } = options;
  const { config, engine } = ofThread;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new Error(`The number of threads must be a whole number from 1, found ${threads}.`);
  }
  const all = new Set<ClassifierThread>();
  const idle: ClassifierThread[] = [];
  let isDisposed = false;

  const start = async (): Promise<ClassifierThread> => {
    const thread = await startThread(ofThread);
    all.add(thread);
    if (isDisposed) await thread.end();
    return thread;
  };
  const takeThread = async (): Promise<ClassifierThread> => {
    for (let thread = idle.pop(); thread; thread = idle.pop()) {
      if (!thread.hasEnded()) return thread;
      all.delete(thread);
    }
    return start();
  };

  async function compute(pages: readonly EncodedPage[], attempt = 1): Promise<PageResult[]> {
    if (isDisposed) throw new Error('The classifier has been disposed.');
    let thread: ClassifierThread | undefined;
    try {
      thread = await takeThread();
      return await thread.classify(pages);
    } catch (error) {
      if (!(error instanceof ThreadDiedError) || isDisposed) throw error;
      if (attempt === MOST_ATTEMPTS) {
        const message = `${error.message} So did the one before it, on the same page: memory may not suffice for a thread.`;
        throw new Error(message, { cause: error });
      }
    } finally {
      if (thread?.hasEnded()) all.delete(thread);
      else if (thread) idle.push(thread);
    }
    return compute(pages, attempt + 1);
  }

  idle.push(await start());
  const queue = createPageQueue({ config, lanes: threads, batchSize: BATCH_SIZE[engine], compute });
  return {
    classify: queue.classify,
    async dispose() {
      isDisposed = true;
      await Promise.all([...all].map((thread) => thread.end()));
      all.clear();
    },
  };
}
