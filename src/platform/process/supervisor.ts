/** Keeps child processes running: started, started again with back-off when they end by themselves, stopped in order. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Log } from '../log.js';

export type SupervisedChild = {
  /** Whether it has said that it is ready and has not ended since. */
  isReady(): boolean;
  /** Fulfilled once it has said so for the first time: never, if it cannot start. */
  firstReady: Promise<void>;
  /** Asks it to stop, insists after a while, and waits until it is gone. */
  stop(): Promise<void>;
};

const firstDelayMs = 500;
// Below what a dead worker's jobs may wait (30 s), start-up included.
const longestDelayMs = 10_000;
// After this long it is taken to be healthy, and its next end to be another matter.
const healthyAfterMs = 60_000;
// A worker waits five seconds for its jobs; what is not gone then never will be.
const stopTimeoutMs = 15_000;

/** What a child sends when it can do its work, and as fast as ever. */
export const readyMessage = 'ready';

/** Starts the program again in another role and keeps it running. */
export function superviseChild(options: {
  name: string;
  modulePath: string;
  environment: Record<string, string | undefined>;
  log: Log;
}): SupervisedChild {
  const { name, modulePath, environment, log } = options;
  let child: ChildProcess | null = null;
  let isReady = false;
  let isStopping = false;
  let delayMs = firstDelayMs;
  let timer: NodeJS.Timeout | undefined;
  let onGone: () => void = () => {};
  let onReady: () => void = () => {};
  const firstReady = new Promise<void>((done) => {
    onReady = done;
  });

  const start = () => {
    const startedAt = Date.now();
    // In a group of its own: a Ctrl-C in the terminal reaches only the parent, which stops its children in order.
    child = fork(modulePath, {
      env: environment,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.on('message', (message) => {
      if (message !== readyMessage) return;
      isReady = true;
      onReady();
    });
    child.on('error', (error) =>
      log.error({ child: name, error: error.message }, 'a child process has trouble'),
    );
    child.once('exit', (code, signal) => {
      child = null;
      isReady = false;
      onGone();
      if (isStopping) return;
      if (Date.now() - startedAt > healthyAfterMs) delayMs = firstDelayMs;
      log.error({ child: name, code, signal, delayMs }, 'a child process ended; starting it again');
      timer = setTimeout(start, delayMs);
      delayMs = Math.min(longestDelayMs, delayMs * 2);
    });
  };
  start();

  return {
    isReady: () => isReady,
    firstReady,
    async stop() {
      isStopping = true;
      clearTimeout(timer);
      const running = child;
      if (running === null) return;
      const gone = new Promise<void>((done) => {
        onGone = done;
      });
      running.kill('SIGTERM');
      const insist = setTimeout(() => {
        log.warn({ child: name }, 'a child process does not stop; ending it by force');
        running.kill('SIGKILL');
      }, stopTimeoutMs);
      await gone;
      clearTimeout(insist);
    },
  };
}
