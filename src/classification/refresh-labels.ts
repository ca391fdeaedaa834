/**
 * The job that works out the labels of all undecided documents anew after labels have been merged: added up, their scores may
 * reach a threshold that none of them reached.
 */
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { type JobHandler, jobDone } from '../platform/jobs/job.js';
import type { Log } from '../platform/log.js';
import { messageOf } from '../shared/errors.js';
import type { AssignLabels } from './assign-labels.js';
import { refreshLabelsJob } from './classification.jobs.js';
import { listUndecidedDocuments } from './classification.repository.js';

export type RefreshLabelsFact = { name: 'labelRefreshContinues'; after: string };

// Of one transaction: a second of work, and whoever decides one of them waits no longer.
const documentsAtOnce = 1000;

export function createRefreshLabels(dependencies: {
  connection: DatabaseConnection;
  assignLabels: AssignLabels;
  announce: (tx: Transaction, fact: RefreshLabelsFact) => Promise<void>;
  log: Log;
}): JobHandler<{ after: string | null }> {
  const { connection, assignLabels, announce, log } = dependencies;
  return {
    definition: refreshLabelsJob,
    async run({ after }) {
      await connection.transaction(async (tx) => {
        const documentIds = await listUndecidedDocuments(tx, { after, limit: documentsAtOnce });
        await assignLabels(tx, documentIds);
        const last = documentIds.at(-1);
        if (last !== undefined && documentIds.length === documentsAtOnce) {
          await announce(tx, { name: 'labelRefreshContinues', after: last });
        }
      });
      return jobDone;
    },
    // The documents keep the labels they had, and wait where they waited: the next prediction works them out again.
    async giveUp({ after }, error) {
      log.error({ after, error: messageOf(error) }, 'labels could not be worked out after a merge');
    },
  };
}
