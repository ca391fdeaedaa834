/**
 * The job that lets a model which has begun to serve score the documents that nobody has decided. Those it has scored
 * before, when it served already, get their label by that score again.
 */
import { findServingModel } from '../models/promote-model.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { type JobHandler, jobDone, jobSkipped } from '../platform/jobs/job.js';
import type { Log } from '../platform/log.js';
import { messageOf } from '../shared/errors.js';
import { classifyBacklogJob } from './classification.jobs.js';
import { listUndecidedDocuments } from './classification.repository.js';

export type BacklogFact =
  | { name: 'backlogListed'; documentIds: readonly string[] }
  | { name: 'backlogContinues'; modelVersionId: string; after: string };

// Ids of one transaction: few enough to be quick, and a new upload waits behind no more than these.
const documentsAtOnce = 200;

export function createClassifyBacklog(dependencies: {
  connection: DatabaseConnection;
  announce: (tx: Transaction, fact: BacklogFact) => Promise<void>;
  log: Log;
}): JobHandler<{ modelVersionId: string; after: string | null }> {
  const { connection, announce, log } = dependencies;
  return {
    definition: classifyBacklogJob,
    async run({ modelVersionId, after }) {
      const serving = await findServingModel(connection.database);
      if (serving?.id !== modelVersionId) return jobSkipped('another model serves by now');
      await connection.transaction(async (tx) => {
        const documentIds = await listUndecidedDocuments(tx, { after, limit: documentsAtOnce });
        await announce(tx, { name: 'backlogListed', documentIds });
        const last = documentIds.at(-1);
        if (last !== undefined && documentIds.length === documentsAtOnce) {
          await announce(tx, { name: 'backlogContinues', modelVersionId, after: last });
        }
      });
      return jobDone;
    },
    // Nothing of the user's is lost: the documents keep what the model before has made of them, until the next promotion.
    async giveUp({ modelVersionId }, error) {
      log.error({ modelVersionId, error: messageOf(error) }, 'the backlog could not be scored');
    },
  };
}
