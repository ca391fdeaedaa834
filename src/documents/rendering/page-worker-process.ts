/**
 * One process of page-worker.ts as its owner sees it: a question, an answer, and a time limit after which the process is
 * killed. A process, not a thread: a decoder in native code can hang or crash where no thread could be stopped.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type AppError, createAppError } from '../../shared/errors.js';
import {
  createReaderCrashedError,
  createReadingTimeoutError,
  createRendererUnavailableError,
} from '../document.errors.js';
import {
  MEMORY_LIMIT_VARIABLE,
  type PageWorkerReply,
  type PageWorkerRequest,
} from './page-worker-protocol.js';

/** The reply that a request gets when all is well. */
type ReplyTo<Request extends PageWorkerRequest> = Extract<
  PageWorkerReply,
  { kind: { open: 'opened'; render: 'rendered'; copy: 'copied'; close: 'closed' }[Request['kind']] }
>;

export type PageWorkerProcess = {
  isAlive(): boolean;
  /**
   * Asks one thing at a time. `task` says in an error what was under way, as in "reading page 3".
   * @throws the file's public error; public READING_TIMEOUT or UNREADABLE_FILE (then the process is gone).
   */
  ask<Request extends PageWorkerRequest>(
    request: Request,
    options: { task: string; timeoutMs: number },
  ): Promise<ReplyTo<Request>>;
  /** Ends the process; a question still open fails with `reason`. */
  kill(reason: AppError): void;
};

type OpenQuestion = {
  task: string;
  resolve: (reply: PageWorkerReply) => void;
  reject: (error: AppError) => void;
};

// A worker's JavaScript holds a few page images; pixels and WebAssembly are not counted here.
const MAX_HEAP_MEGABYTES = 512;

const KEPT_STDERR_CHARACTERS = 2000;

// Starting takes a quarter of a second; a machine that needs a minute for it is not going to read files either.
const START_TIMEOUT_MS = 60_000;

/**
 * Starts a process and waits until it can be asked.
 * @throws internal and retryable RENDERER_UNAVAILABLE.
 */
export async function startPageWorkerProcess(options: {
  maxMemoryBytes: number;
}): Promise<PageWorkerProcess> {
  const child = forkWorker(options.maxMemoryBytes);
  let question: OpenQuestion | null = null;
  let isAlive = true;
  let stderr = '';

  const settle = (act: (open: OpenQuestion) => void) => {
    const open = question;
    question = null;
    if (open !== null) act(open);
  };
  const end = (error: (open: OpenQuestion) => AppError) => {
    isAlive = false;
    child.kill('SIGKILL');
    settle((open) => open.reject(error(open)));
  };
  const crash = (cause: unknown) => end(({ task }) => createReaderCrashedError(task, cause));

  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_STDERR_CHARACTERS);
  });
  child.on('error', crash);
  // 'close', not 'exit': by then everything it wrote has arrived.
  child.on('close', (code, signal) => crash(new Error(`ended by ${signal ?? code}: ${stderr}`)));
  child.on('message', (reply: PageWorkerReply) => {
    if (reply.kind === 'refused') settle(({ reject }) => reject(createAppError(reply)));
    else if (reply.kind === 'crashed') crash(new Error(reply.reason));
    else settle(({ resolve }) => resolve(reply));
  });

  /** Waits for the next reply, and no longer than the limit. */
  const waitForReply = (task: string, timeoutMs: number) =>
    new Promise<PageWorkerReply>((resolve, reject) => {
      const timer = setTimeout(() => end(() => createReadingTimeoutError(task, timeoutMs)), timeoutMs);
      question = {
        task,
        resolve: (reply) => {
          clearTimeout(timer);
          resolve(reply);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      if (!isAlive) crash(new Error(`The process is gone: ${stderr}`));
    });

  try {
    await waitForReply('starting', START_TIMEOUT_MS);
  } catch (error) {
    throw createRendererUnavailableError(error);
  }
  return {
    isAlive: () => isAlive,
    async ask(request, { task, timeoutMs }) {
      const reply = waitForReply(task, timeoutMs);
      if (isAlive) child.send(request, (error) => error !== null && crash(error));
      // The worker answers each request with its own kind of reply or not at all.
      return (await reply) as ReplyTo<typeof request>;
    },
    kill: (reason) => end(() => reason),
  };
}

function forkWorker(maxMemoryBytes: number): ChildProcess {
  // Compiled, the worker lies beside this file; run from source (tests, development), tsx translates it.
  const isSource = import.meta.url.endsWith('.ts');
  const path = fileURLToPath(new URL(isSource ? './page-worker.ts' : './page-worker.js', import.meta.url));
  return fork(path, [], {
    execArgv: [`--max-old-space-size=${MAX_HEAP_MEGABYTES}`, ...(isSource ? ['--import', 'tsx'] : [])],
    // Settings and secrets are no business of a process that reads strangers' files.
    env: { [MEMORY_LIMIT_VARIABLE]: String(maxMemoryBytes) },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}
