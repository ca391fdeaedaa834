/** Keeps how far an import is, in the log and on its model version, and hears that it has been cancelled. */
import type { DownloadProgress } from '../layoutlmv2/checkpoints/hub.js';
import type { Transaction } from '../platform/database/database.js';
import type { Log } from '../platform/log.js';
import type { CheckpointOrigin } from './fetch-checkpoint.js';
import { updateImport } from './model-import.repository.js';
import type { ModelVersion } from './model-version.js';

export type ImportProgress = {
  keepOrigin(origin: CheckpointOrigin): void;
  keepBytes(progress: DownloadProgress): void;
  /** Fires when the import has been cancelled, or its progress cannot be kept. */
  stopped: AbortSignal;
  wasCancelled(): boolean;
  /** Why the progress could not be kept; undefined as long as it could. */
  fault(): unknown;
  /** Writes what has not been written yet. */
  end(): Promise<void>;
};

// Whoever watches sees a bar move and whoever cancels waits no longer; a log is read later.
const keepIntervalMs = 1_000;
const logIntervalMs = 5_000;

export function createImportProgress(options: {
  id: string;
  source: string;
  change: (
    id: string,
    work: (tx: Transaction) => Promise<Partial<Omit<ModelVersion, 'id' | 'number'>>>,
  ) => Promise<boolean>;
  log: Log;
}): ImportProgress {
  const { id, source, change, log } = options;
  const stop = new AbortController();
  let origin: CheckpointOrigin | null = null;
  let bytes: DownloadProgress | null = null;
  let loggedAt = Number.NEGATIVE_INFINITY;
  let isCancelled = false;
  let fault: unknown;
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    if (stop.signal.aborted) return;
    try {
      const isImporting = await change(id, async (tx) => {
        await updateImport(tx, id, {
          ...(origin && { commit: origin.commit }),
          ...(bytes && { downloadedBytes: bytes.receivedBytes, totalBytes: bytes.totalBytes }),
        });
        return origin ? { licence: origin.licence } : {};
      });
      if (isImporting) return;
      isCancelled = true;
      stop.abort(new Error('The import was cancelled.'));
    } catch (error) {
      fault = error;
      stop.abort(error);
    }
  };
  const timer = setInterval(() => {
    writing = writing.then(write);
  }, keepIntervalMs);

  return {
    stopped: stop.signal,
    wasCancelled: () => isCancelled,
    fault: () => fault,
    keepOrigin(found) {
      origin = found;
    },
    keepBytes(progress) {
      bytes = progress;
      const now = performance.now();
      if (now - loggedAt < logIntervalMs) return;
      loggedAt = now;
      const { fileName, receivedBytes, totalBytes } = progress;
      log.info({ modelVersionId: id, source, fileName, receivedBytes, totalBytes }, 'downloading a model');
    },
    async end() {
      clearInterval(timer);
      writing = writing.then(write);
      await writing;
    },
  };
}
