/**
 * Gives the documents of a label the labels they have after a change of it: the first ones in the transaction of the change, so
 * that what is small is done at once, and the rest in a job, batch by batch, by what the label is by then.
 */
import {
  listDocumentsLabelledByModel,
  moveDocumentsToLabel,
  unlabelModelDocuments,
} from '../documents/relabel-documents.js';
import { holdLabelSet } from '../labels/get-label.js';
import { currentLabelId, type LabelSet } from '../labels/label.js';
import { findServingModel } from '../models/promote-model.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { type JobHandler, jobDone } from '../platform/jobs/job.js';
import type { Log } from '../platform/log.js';
import { messageOf } from '../shared/errors.js';
import type { AssignLabels } from './assign-labels.js';
import { settleLabelJob } from './classification.jobs.js';
import { listWaitingByLabels } from './review-queue.repository.js';

export type SettleLabelFact = { name: 'labelSettlingContinues'; labelId: string; after: string };

/** A part of a label's documents: at most `limit` by id, after a given one. */
type LabelPart = { labelId: string; after: string | null; limit: number };

/** Does a part of a label's documents. Answers the last document done, or null when there are no more. */
type SettleLabel = (tx: Transaction, part: LabelPart) => Promise<string | null>;

type Dependencies = {
  assignLabels: AssignLabels;
  /** For labels that have none of their own. */
  threshold: number;
};

// Of one transaction: a second of work, and whoever decides one of them waits no longer.
const documentsAtOnce = 1000;

/**
 * @returns a function that goes by what the label is now: the documents of a merged label become those of its target, those to
 * which only a model has given a retired label wait for a person, those of a label in use follow its rules.
 */
export function createSettleLabel({ assignLabels, threshold }: Dependencies): SettleLabel {
  return async (tx, part) => {
    const labels = await holdLabelSet(tx);
    const label = labels.get(part.labelId);
    if (label === undefined) return null;
    if (label.mergedIntoId !== null) {
      const { mergedIntoId: targetId } = label;
      const moved = await moveDocumentsToLabel(tx, part, targetId);
      // The sum of two scores is no less than either: only stricter rules take a label away.
      const isStricter =
        strictnessOf(labels, targetId, threshold) > strictnessOf(labels, label.id, threshold);
      if (isStricter) await assignLabels(tx, moved);
      return lastOfFull(moved, part.limit);
    }
    if (label.retiredAt !== null) return lastOfFull(await unlabelModelDocuments(tx, part), part.limit);
    const labelled = await listDocumentsLabelledByModel(tx, part);
    const upTo = lastOfFull(labelled, part.limit);
    const waiting = await listWaiting(tx, labels, { ...part, upTo });
    const last = lastOfFull(waiting, part.limit) ?? upTo;
    await assignLabels(
      tx,
      [...labelled, ...waiting].filter((id) => last === null || id <= last),
    );
    return last;
  };
}

/** The job that does the rest. */
export function createSettleLabelJob(
  dependencies: Dependencies & {
    connection: DatabaseConnection;
    announce: (tx: Transaction, fact: SettleLabelFact) => Promise<void>;
    log: Log;
  },
): JobHandler<{ labelId: string; after: string }> {
  const { connection, announce, log } = dependencies;
  const settleLabel = createSettleLabel(dependencies);
  return {
    definition: settleLabelJob,
    async run({ labelId, after }) {
      await connection.transaction(async (tx) => {
        const last = await settleLabel(tx, { labelId, after, limit: documentsAtOnce });
        if (last !== null) await announce(tx, { name: 'labelSettlingContinues', labelId, after: last });
      });
      return jobDone;
    },
    // The documents keep the labels they had: the next change of the label, prediction or decision works them out.
    async giveUp({ labelId, after }, error) {
      log.error(
        { labelId, after, error: messageOf(error) },
        'documents could not follow the change of a label',
      );
    },
  };
}

/** Documents that wait although the serving model calls them by a label, or by one that has been merged into it. */
export async function listWaiting(
  tx: Transaction,
  labels: LabelSet,
  part: LabelPart & { upTo: string | null },
): Promise<string[]> {
  const serving = await findServingModel(tx);
  if (serving === null) return [];
  const members = [...labels.keys()].filter((id) => currentLabelId(labels, id) === part.labelId);
  return await listWaitingByLabels(tx, serving.id, members, part);
}

/** The confidence from which a model may assign a label; more than any where it never may. */
function strictnessOf(labels: LabelSet, labelId: string, threshold: number): number {
  const label = labels.get(labelId);
  const isForPeople = label?.neverAssignAutomatically || (label?.retiredAt && label.mergedIntoId === null);
  return isForPeople ? Number.POSITIVE_INFINITY : (label?.threshold ?? threshold);
}

function lastOfFull(ids: readonly string[], limit: number): string | null {
  return ids.length < limit ? null : (ids.at(-1) ?? null);
}
