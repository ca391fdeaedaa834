/**
 * The job that gives up the files of old model versions: of those that runs have made, the newest keep theirs, and so does what
 * serves, what served before it, what is in the shadow, and what a run or a reclassification is at work with. What was imported
 * is never given up. The version stays with all its figures, and says that its files are gone.
 */
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { type JobHandler, jobDone } from '../platform/jobs/job.js';
import type { Log } from '../platform/log.js';
import { messageOf } from '../shared/errors.js';
import { collectModelFilesJob } from './model.jobs.js';
import type { ModelStore } from './model-store.js';
import { servingAlias, shadowAlias } from './model-version.js';
import { lockAlias } from './model-version.repository.js';
import { listStandingPromotions } from './promote-model.js';
import {
  holdOldVersions,
  listAliasedVersions,
  listCollected,
  markCollected,
} from './promotion.repository.js';

/** Ids of the versions that a feature to the right is at work with. */
type ListVersionsInUse = (tx: Transaction) => Promise<string[]>;

export function createCollectModelFiles(dependencies: {
  connection: DatabaseConnection;
  store: ModelStore;
  /** How many of the newest versions keep their files. */
  keptVersions: number;
  usedElsewhere: readonly ListVersionsInUse[];
  log: Log;
}): JobHandler<Record<string, never>> {
  const { connection, store, keptVersions, usedElsewhere, log } = dependencies;
  return {
    definition: collectModelFilesJob,
    async run() {
      await connection.transaction(async (tx) => {
        await lockAlias(tx, servingAlias);
        await lockAlias(tx, shadowAlias);
        const old = await holdOldVersions(tx, keptVersions);
        if (old.length === 0) return;
        // Asked once the old versions are held: nobody can begin with one of them any more.
        const inUse = new Set([
          ...(await listAliasedVersions(tx)),
          ...(await listStandingPromotions(tx)).slice(-2),
        ]);
        for (const listVersionsInUse of usedElsewhere) {
          for (const id of await listVersionsInUse(tx)) inUse.add(id);
        }
        await markCollected(
          tx,
          old.filter((id) => !inUse.has(id)),
        );
      });
      // Also those that a killed job has marked and left.
      const gone = await listCollected(connection.database, await store.listFolders());
      for (const id of gone) await store.removeFolder(id);
      if (gone.length > 0) log.info({ modelVersionIds: gone }, 'gave up the files of old model versions');
      return jobDone;
    },
    // Disk space is all that is lost; the next promotion or run tries again.
    async giveUp(_, error) {
      log.error({ error: messageOf(error) }, 'the files of old model versions could not be given up');
    },
  };
}
