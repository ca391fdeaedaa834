/**
 * The job that removes the blobs nobody names: a blob is written before the transaction that makes its row, and stays where that
 * fails. What was written within the last day is left alone, as its transaction may still be under way.
 */
import type { BlobStorage } from '../platform/blob-storage.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { type JobHandler, jobDone } from '../platform/jobs/job.js';
import type { Log } from '../platform/log.js';
import { messageOf } from '../shared/errors.js';
import { listUnnamedBlobs } from './blob.repository.js';
import { collectBlobsJob } from './document.jobs.js';

// Rendering a document of the most pages, or sending a file over a slow line, takes hours at the very most.
const untouchedForMs = 24 * 60 * 60 * 1000;
// Names looked up at once, 1.3 MB of them: each time the pages are read through.
const namesAtOnce = 20_000;

export function createCollectBlobs(dependencies: {
  connection: DatabaseConnection;
  blobs: BlobStorage;
  log: Log;
}): JobHandler<Record<string, never>> {
  const { connection, blobs, log } = dependencies;

  const removeUnnamed = async (names: readonly string[]) => {
    let removed = 0;
    for (const sha256 of await listUnnamedBlobs(connection.database, names)) {
      if (await blobs.removeStale(sha256, untouchedForMs)) removed += 1;
    }
    return removed;
  };

  return {
    definition: collectBlobsJob,
    async run(_, { signal }) {
      const unfinished = await blobs.removeStaleTemporaryFiles(untouchedForMs);
      let removed = 0;
      let names: string[] = [];
      for await (const name of blobs.listStale(untouchedForMs)) {
        signal.throwIfAborted();
        names.push(name);
        if (names.length < namesAtOnce) continue;
        removed += await removeUnnamed(names);
        names = [];
      }
      removed += await removeUnnamed(names);
      if (removed + unfinished > 0) log.info({ removed, unfinished }, 'removed files that nobody names');
      return jobDone;
    },
    // Disk space is all that is lost; the next time tries again.
    async giveUp(_, error) {
      log.error({ error: messageOf(error) }, 'files that nobody names could not be removed');
    },
  };
}
