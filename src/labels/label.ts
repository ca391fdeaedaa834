/** A label: what a document can be called, and what becomes of it in the course of its life. */
import type { Transaction } from '../platform/database/database.js';
import { createAppError } from '../shared/errors.js';

export type Label = {
  id: string;
  name: string;
  description: string | null;
  /** Since when it takes no more documents; a merged label is retired too. */
  retiredAt: Date | null;
  /** What counts as this label's from the merge on; never itself a merged label. */
  mergedIntoId: string | null;
  /** Confidence from which the model's word is enough; null for the setting LABEL_THRESHOLD. */
  threshold: number | null;
  /** Whether a person must look at everything that the model calls so. */
  neverAssignAutomatically: boolean;
  createdAt: Date;
};

export const labelChangeKinds = [
  'CREATED',
  'RENAMED',
  'DESCRIBED',
  'MERGED',
  'RETIRED',
  'RESTORED',
  'POLICY',
] as const;

export type LabelChangeKind = (typeof labelChangeKinds)[number];

/** One step in the life of a label: what it was before and after, in words. */
export type LabelChange = {
  id: string;
  labelId: string;
  kind: LabelChangeKind;
  before: string | null;
  after: string | null;
  changedBy: string;
  createdAt: Date;
};

/** What the labels feature announces: the labels of documents may have to be worked out anew. */
export type LabelFact = { name: 'labelsMerged'; sourceId: string; targetId: string };

/** A change of the set after which other documents have other labels. For a merge, `labelId` is the target. */
type LabelSetChange = {
  kind: 'MERGED' | 'RETIRED' | 'RESTORED' | 'POLICY';
  labelId: string;
  mergedId: string | null;
};

/**
 * Gives the documents that a change concerns the labels they have after it, in the transaction of the change or, where they are
 * many, in jobs that follow. The features to the right know how.
 */
export type FollowLabelChange = (tx: Transaction, change: LabelSetChange) => Promise<void>;

/** All labels by id, as far as scores and decisions depend on them. */
export type LabelSet = ReadonlyMap<
  string,
  Pick<Label, 'id' | 'retiredAt' | 'mergedIntoId' | 'threshold' | 'neverAssignAutomatically'>
>;

/** The label that a label's documents and scores count for: the target of its merge, or itself. */
export function currentLabelId(labels: LabelSet, labelId: string): string {
  return labels.get(labelId)?.mergedIntoId ?? labelId;
}

/**
 * What the rows of a classifier stand for today: a merged label for its target, unless the target has a row of its own.
 */
export function currentRowIds(labels: LabelSet, labelIds: readonly string[]): string[] {
  return labelIds.map((labelId) => {
    const current = currentLabelId(labels, labelId);
    return labelIds.includes(current) ? labelId : current;
  });
}

// A name is shown in lists and stands in a model's config.json: a sentence is a description.
const maxNameCharacters = 100;

/** @throws AppError INVALID_LABEL_NAME for an empty or too long name. */
export function cleanLabelName(sent: string): string {
  const name = sent
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
    .trim();
  const length = [...name].length;
  if (length === 0 || length > maxNameCharacters) {
    throw createAppError({
      code: 'INVALID_LABEL_NAME',
      message: `A label's name has 1 to ${maxNameCharacters} characters; this one has ${length}`,
    });
  }
  return name;
}
