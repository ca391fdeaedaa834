/** What a change of the label set means for documents, in the transaction of the change. */
import {
  listDocumentsLabelledByModel,
  moveDocumentsToLabel,
  unlabelModelDocuments,
} from '../documents/relabel-documents.js';
import { getLabelSet } from '../labels/get-label.js';
import { currentLabelId, type FollowLabelChange, type LabelSet } from '../labels/label.js';
import { findServingModel } from '../models/promote-model.js';
import type { Transaction } from '../platform/database/database.js';
import type { AssignLabels } from './assign-labels.js';
import { listWaitingByLabels } from './review-queue.repository.js';

/**
 * @returns a function that lets the documents of a merged label be those of its target, those to which only a model has given
 * a retired label wait for a person, and those of which a model says a label whose rules have changed follow the new ones.
 */
export function createFollowLabelChange(dependencies: {
  assignLabels: AssignLabels;
  /** For labels that have none of their own. */
  threshold: number;
}): FollowLabelChange {
  const { assignLabels, threshold } = dependencies;
  return async (tx, { kind, labelId, mergedId }) => {
    if (kind === 'RETIRED') {
      await unlabelModelDocuments(tx, labelId);
      return;
    }
    const waiting = await listWaitingFor(tx, labelId);
    if (mergedId === null) {
      await assignLabels(tx, [...(await listDocumentsLabelledByModel(tx, labelId)), ...waiting]);
      return;
    }
    const moved = await moveDocumentsToLabel(tx, mergedId, labelId);
    // The sum of two scores is no less than either: only stricter rules take a label away.
    const labels = await getLabelSet(tx);
    const isStricter = strictnessOf(labels, labelId, threshold) > strictnessOf(labels, mergedId, threshold);
    await assignLabels(tx, [...(isStricter ? moved : []), ...waiting]);
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

/** The confidence from which a model may assign a label; more than any where it never may. */
function strictnessOf(labels: LabelSet, labelId: string, threshold: number): number {
  const label = labels.get(labelId);
  return label?.neverAssignAutomatically ? Number.POSITIVE_INFINITY : (label?.threshold ?? threshold);
}
