/**
 * One Tesseract in one worker thread: tesseract.js's own worker script, spoken to in its own messages.
 * Its `createWorker` is not used, because it neither gives out the thread before the start has succeeded nor
 * listens to its death: a start that hangs could not be stopped, and a thread that crashes would take the process
 * along. Who waits for what, and for how long, is the pool's matter.
 */

import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { LanguageData } from './tesseract-languages.js';

/** A thread that has been started; it answers one request after another until it has ended. */
export type TesseractThread = {
  /** Loads the engine and the languages; once, before the first page. Rejects with a plain Error. */
  load(languages: readonly LanguageData[]): Promise<void>;
  /** Reads a page given as a PGM file, whose buffer is handed over. Rejects with a plain Error. */
  recognise(pgm: Uint8Array<ArrayBuffer>, dpi: number): Promise<Recognition>;
  hasEnded(): boolean;
  /** Ends the thread at once, pending requests reject; resolves when it is gone. */
  end(): Promise<void>;
};

/** Tesseract's table of what it found (see `tesseract-tsv.ts`) and the version of the engine itself. */
export type Recognition = { tsv: string; engineVersion: string };

type Reply = { status: 'resolve' | 'reject' | 'progress'; jobId: number; data: unknown };

type Pending = { resolve: (data: unknown) => void; reject: (error: Error) => void };

// Tesseract's OEM_LSTM_ONLY: the neural engine alone; the language packages hold nothing else.
const LSTM_ONLY = 1;

/** Page segmentation mode 3: find columns, blocks and lines automatically, assume an upright page. */
export const PAGE_SEGMENTATION_MODE = 3;

const workerScript = createRequire(import.meta.url).resolve('tesseract.js/src/worker-script/node/index.js');

/** Starts a thread. It never throws into the process: its death shows in {@link TesseractThread.hasEnded} and in pending requests. */
export function startTesseractThread(): TesseractThread {
  // The engine prints remarks for every page ("Estimating resolution as 176"): they are read and dropped.
  const worker = new Worker(workerScript, { stdout: true, stderr: true });
  worker.stdout.resume();
  worker.stderr.resume();

  const pending = new Map<number, Pending>();
  let requests = 0;
  let hasEnded = false;
  let fault: unknown;

  worker.on('message', ({ status, jobId, data }: Reply) => {
    const request = pending.get(jobId);
    if (status === 'progress' || request === undefined) return;
    pending.delete(jobId);
    if (status === 'resolve') request.resolve(data);
    else request.reject(new Error(String(data)));
  });
  worker.on('error', (error) => {
    fault = error;
  });
  worker.on('exit', (exitCode) => {
    hasEnded = true;
    for (const { reject } of pending.values()) {
      reject(new Error(`the thread ended with code ${exitCode}`, { cause: fault }));
    }
    pending.clear();
  });

  async function request(action: string, payload: object, transfer: ArrayBuffer[] = []): Promise<unknown> {
    if (hasEnded) throw new Error('the thread has ended before the request', { cause: fault });
    return new Promise((resolve, reject) => {
      requests += 1;
      pending.set(requests, { resolve, reject });
      worker.postMessage({ workerId: 'classeur', jobId: requests, action, payload }, transfer);
    });
  }

  return {
    async load(languages) {
      await request('load', { options: { lstmOnly: LSTM_ONLY, logging: false } });
      for (const { code, folder, isGzipped } of languages) {
        // cacheMethod none: neither look for nor leave a copy of the data in the working directory.
        const options = { langPath: folder, gzip: isGzipped, cacheMethod: 'none', lstmOnly: true };
        await request('loadLanguage', { langs: [code], options });
      }
      const langs = languages.map(({ code }) => code).join('+');
      await request('initialize', { langs, oem: LSTM_ONLY, config: {} });
      await request('setParameters', { params: { tessedit_pageseg_mode: String(PAGE_SEGMENTATION_MODE) } });
    },

    async recognise(pgm, dpi) {
      const options = { user_defined_dpi: String(Math.round(dpi)) };
      const output = { text: false, tsv: true };
      return readRecognition(await request('recognize', { image: pgm, options, output }, [pgm.buffer]));
    },

    hasEnded: () => hasEnded,

    async end() {
      await worker.terminate();
    },
  };
}

function readRecognition(data: unknown): Recognition {
  if (typeof data === 'object' && data !== null && 'tsv' in data && 'version' in data) {
    const { tsv, version } = data;
    if (typeof tsv === 'string' && typeof version === 'string') return { tsv, engineVersion: version };
  }
  throw new Error('tesseract.js answered without a word table or a version');
}
