/** What a change of the label set means for documents, in the transaction of the change. */
import {
  listDocumentsLabelledByModel,
  moveDocumentsToLabel,
  unlabelModelDocuments,
} from '../documents/relabel-documents.js';
import { getLabelSet } from '../labels/get-label.js';
import { currentLabelId, type FollowLabelChange } from '../labels/label.js';
import { findServingModel } from '../models/promote-model.js';
import type { Transaction } from '../platform/database/database.js';
import type { AssignLabels } from './assign-labels.js';
import { listWaitingByLabels } from './review-queue.repository.js';

/**
 * @returns a function that lets the documents of a merged label be those of its target, those to which only a model has given
 * a retired label wait for a person, and those of which a model says a label whose rules have changed follow the new ones.
 */
export function createFollowLabelChange({ assignLabels }: { assignLabels: AssignLabels }): FollowLabelChange {
  return async (tx, { kind, labelId, mergedId }) => {
    if (kind === 'RETIRED') {
      await unlabelModelDocuments(tx, labelId);
      return;
    }
    if (mergedId !== null) await moveDocumentsToLabel(tx, mergedId, labelId);
    const labelled = await listDocumentsLabelledByModel(tx, labelId);
    await assignLabels(tx, [...labelled, ...(await listWaitingFor(tx, labelId))]);
  };
}

/** Documents that wait although the serving model calls them by a label, or by one that has been merged into it. */
async function listWaitingFor(tx: Transaction, labelId: string): Promise<string[]> {
  const serving = await findServingModel(tx);
  if (serving === null) return [];
  const labels = await getLabelSet(tx);
  const members = [...labels.keys()].filter((id) => currentLabelId(labels, id) === labelId);
  return await listWaitingByLabels(tx, serving.id, members);
}
