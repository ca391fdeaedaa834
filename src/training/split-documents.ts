/** Which documents a run learns from, is stopped by, and is measured on: decided once per document and never again. */
import { seedOf } from '../layoutlmv2/random.js';
import { groupBy } from '../shared/group-by.js';
import type { DatasetSplit } from './training-run.js';

// A fifth for the figures people trust, about a seventh to choose the epoch: the rest teaches.
const holdoutShare = 0.2;
const validationShare = 0.15;

export type DecidedDocument = { documentId: string; labelId: string; split: DatasetSplit | null };

/**
 * Gives a split to each document that has none. Per label, the holdout is filled to its share first, then validation,
 * each at least with one document, the rest trains; who goes where is drawn by a hash of the document's id, so it
 * depends on nobody's order. A document keeps its split when its label changes.
 */
export function assignSplits(
  documents: readonly DecidedDocument[],
): { documentId: string; split: DatasetSplit }[] {
  const assigned: { documentId: string; split: DatasetSplit }[] = [];
  for (const ofLabel of groupBy(documents, ({ labelId }) => labelId).values()) {
    const countOf = (split: DatasetSplit) => ofLabel.filter((document) => document.split === split).length;
    const missing = (split: DatasetSplit, share: number) =>
      Math.max(1, Math.round(share * ofLabel.length)) - countOf(split);
    let holdout = missing('HOLDOUT', holdoutShare);
    let validation = missing('VALIDATION', validationShare);
    const drawn = ofLabel
      .filter(({ split }) => split === null)
      .map(({ documentId }) => ({ documentId, lot: seedOf('split', documentId) }))
      .sort((left, right) => left.lot - right.lot || (left.documentId < right.documentId ? -1 : 1));
    for (const { documentId } of drawn) {
      if (holdout > 0) {
        holdout -= 1;
        assigned.push({ documentId, split: 'HOLDOUT' });
      } else if (validation > 0) {
        validation -= 1;
        assigned.push({ documentId, split: 'VALIDATION' });
      } else assigned.push({ documentId, split: 'TRAIN' });
    }
  }
  return assigned;
}

/** What keeps a set of decided documents from being learnt from, in a sentence; null when nothing does. */
export function findObstacle(options: {
  /** Documents that can be learnt from, by the name of their label. */
  countsByLabel: ReadonlyMap<string, number>;
  /** Documents decided by people that have not been read yet. */
  unreadCount: number;
  minimumPerLabel: number;
}): string | null {
  const { countsByLabel, unreadCount, minimumPerLabel } = options;
  const total = [...countsByLabel.values()].reduce((sum, count) => sum + count, 0);
  const waiting =
    unreadCount > 0
      ? ` (${unreadCount} more are decided but could not be used: not read yet, or failed)`
      : '';
  if (total === 0) return `No document has been labelled by a person${waiting}`;
  if (countsByLabel.size === 1) {
    const [only] = countsByLabel.keys();
    return `All ${total} labelled documents are ${only}: a classifier needs at least two labels${waiting}`;
  }
  const usable = [...countsByLabel.values()].filter((count) => count >= minimumPerLabel);
  if (usable.length >= 2) return null;
  const found = [...countsByLabel].map(([name, count]) => `${name} ${count}`).join(', ');
  return `Too few labelled documents: at least two labels need ${minimumPerLabel} each, there are ${found}${waiting}`;
}
