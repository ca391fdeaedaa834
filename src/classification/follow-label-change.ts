/** What a change of the label set means for documents, as far as it is done in the transaction of the change. */
import { getLabelSet } from '../labels/get-label.js';
import type { FollowLabelChange } from '../labels/label.js';
import type { Transaction } from '../platform/database/database.js';
import type { AssignLabels } from './assign-labels.js';
import { createSettleLabel, listWaiting, type SettleLabelFact } from './settle-label.js';

// Done within the time a person waits for a button, so that a small installation never sees anything half done.
const documentsAtOnce = 200;

/**
 * @returns a function that lets the documents of a merged label be those of its target, those to which only a model has given
 * a retired label wait for a person, and those of which a model says a label whose rules have changed follow the new ones: the
 * first of them at once, the rest in jobs.
 */
export function createFollowLabelChange(dependencies: {
  assignLabels: AssignLabels;
  /** For labels that have none of their own. */
  threshold: number;
  announce: (tx: Transaction, fact: SettleLabelFact) => Promise<void>;
}): FollowLabelChange {
  const { assignLabels, announce } = dependencies;
  const settleLabel = createSettleLabel(dependencies);
  return async (tx, { labelId, mergedId }) => {
    const changedId = mergedId ?? labelId;
    const last = await settleLabel(tx, { labelId: changedId, after: null, limit: documentsAtOnce });
    if (last !== null)
      await announce(tx, { name: 'labelSettlingContinues', labelId: changedId, after: last });
    if (mergedId === null) return;
    // The job that follows a merge comes to those beyond, as to all others that nobody has decided.
    const first = { labelId, after: null, upTo: null, limit: documentsAtOnce };
    await assignLabels(tx, await listWaiting(tx, await getLabelSet(tx), first));
  };
}
