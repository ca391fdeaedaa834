/** Starts a process that measures itself and asks it. Processes are apart so that each has its memory and threads to itself. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Answers, Request } from './protocol.js';

export type MeasuredProcess = {
  /** @throws Error if the process ends instead of answering, with the end of what it printed */
  ask<R extends Request>(request: R): Promise<Answers[R['op']]>;
  /** Ends the process. */
  stop(): Promise<void>;
};

/** The same number of threads for every library that might compute. */
const threadVariables = (threads: number): Record<string, string> => ({
  OMP_NUM_THREADS: String(threads),
  MKL_NUM_THREADS: String(threads),
  TF_NUM_INTRAOP_THREADS: String(threads),
});

/** Classeur on one of its engines. */
export function startClasseur(engine: string, threads: number): MeasuredProcess {
  // Compiled files, on a machine without the tools, are run by Node itself.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const script = fileURLToPath(new URL(`./classeur.${extension}`, import.meta.url));
  const loader = extension === 'ts' ? ['--import', 'tsx'] : [];
  return startProcess(process.execPath, [...loader, '--expose-gc', script, engine], threads);
}

/** Hugging Face's LayoutLMv2 on torch. */
export function startTorch(
  python: string,
  threads: number,
  device: 'cpu' | 'cuda' = 'cpu',
  precision: 'fp32' | 'tf32' | 'bf16' = 'fp32',
): MeasuredProcess {
  const script = fileURLToPath(new URL('./torch/peer.py', import.meta.url));
  return startProcess(python, [script, String(threads), device, precision], threads);
}

function startProcess(command: string, args: string[], threads: number): MeasuredProcess {
  const child = spawn(command, args, {
    env: { ...process.env, ...threadVariables(threads) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    // Enough for the end of a stack trace.
    complaints = `${complaints}${chunk}`.slice(-4000);
  });
  const ended = new Promise<never>((_, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      reject(new Error(`${command} ended (${signal ?? code}). ${complaints.trim()}`));
    });
  });
  // Only of interest to whoever waits for an answer.
  ended.catch(() => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask<R extends Request>(request: R) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      for (;;) {
        const { value } = await Promise.race([lines.next(), ended]);
        // Libraries print to standard output as they like; answers are JSON objects.
        if (typeof value === 'string' && value.startsWith('{')) return JSON.parse(value) as Answers[R['op']];
        if (value === undefined) await ended;
      }
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}
