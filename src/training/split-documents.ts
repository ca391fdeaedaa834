/** Which documents a run learns from, is stopped by, and is measured on: decided once per document and never again. */
import { seedOf } from '../layoutlmv2/random.js';
import { groupBy } from '../shared/group-by.js';
import type { DatasetSplit } from './training-run.js';

// A fifth for the figures people trust, about a seventh to choose the epoch: the rest teaches.
const holdoutShare = 0.2;
const validationShare = 0.15;
// Where a group has got into several splits, what is left of it in a snapshot: figures are never bought with a leak.
const strongestFirst = ['HOLDOUT', 'VALIDATION', 'TRAIN'] as const;

export type DecidedDocument = {
  documentId: string;
  labelId: string;
  /** Documents that are nearly the same have the same. */
  groupId: string;
  split: DatasetSplit | null;
};

type Assigned = { documentId: string; split: DatasetSplit };
type Group = { documents: DecidedDocument[]; labelId: string; lot: number; key: string };

/**
 * Gives a split to each document that has none. Documents that are nearly the same go together: whoever joins a group that
 * has a split gets that one. Of the other groups, by label (the commonest of the group): a label without a document to train
 * on gets one first; then its holdout grows to a fifth of its documents, and its validation to 15 %, each at least to one,
 * by groups that fit in; the rest trains. Who goes where is drawn by a hash, so it depends on nobody's order. A document
 * keeps its split for ever, also when its label changes.
 *
 * @param splitsOfGroups of groups with documents that are not among these.
 */
export function assignSplits(
  documents: readonly DecidedDocument[],
  splitsOfGroups: ReadonlyMap<string, DatasetSplit> = new Map(),
): Assigned[] {
  const known = new Map(splitsOfGroups);
  for (const { groupId, split } of documents) {
    if (split !== null) known.set(groupId, stronger(split, known.get(groupId)));
  }
  const settled = documents.map((document) => ({
    ...document,
    split: document.split ?? known.get(document.groupId) ?? null,
  }));
  const assigned = settled.flatMap(({ documentId, split }, index) =>
    split !== null && documents[index]?.split === null ? [{ documentId, split }] : [],
  );
  const groups = groupBy(drawGroups(settled), ({ labelId }) => labelId);
  const byLabel = groupBy(settled, ({ labelId }) => labelId);
  for (const [labelId, ofLabel] of groups) {
    assigned.push(...assignGroups(ofLabel, byLabel.get(labelId) ?? []));
  }
  return assigned;
}

/** Groups without a split, in the order in which they are drawn. */
function drawGroups(documents: readonly DecidedDocument[]): Group[] {
  const open = groupBy(
    documents.filter(({ split }) => split === null),
    ({ groupId }) => groupId,
  );
  return [...open]
    .map(([groupId, members]) => ({
      documents: members,
      labelId: commonestLabel(members),
      lot: seedOf('split', groupId),
      key: groupId,
    }))
    .sort((left, right) => left.lot - right.lot || (left.key < right.key ? -1 : 1));
}

function commonestLabel(members: readonly DecidedDocument[]): string {
  const counts = [...groupBy(members, ({ labelId }) => labelId)].map(([labelId, { length }]) => ({
    labelId,
    length,
  }));
  counts.sort((left, right) => right.length - left.length || (left.labelId < right.labelId ? -1 : 1));
  return counts[0]?.labelId ?? '';
}

function assignGroups(drawn: readonly Group[], ofLabel: readonly DecidedDocument[]): Assigned[] {
  const assigned: Assigned[] = [];
  const left = [...drawn];
  const sizes = { TRAIN: 0, VALIDATION: 0, HOLDOUT: 0 };
  for (const { split } of ofLabel) if (split !== null) sizes[split] += 1;
  const give = (group: Group | undefined, split: DatasetSplit) => {
    if (group === undefined) return;
    left.splice(left.indexOf(group), 1);
    sizes[split] += group.documents.length;
    assigned.push(...group.documents.map(({ documentId }) => ({ documentId, split })));
  };
  const bySize = () => left.toSorted((one, other) => one.documents.length - other.documents.length);
  const fill = (split: DatasetSplit, share: number) => {
    const wanted = Math.max(1, Math.round(share * ofLabel.length));
    while (sizes[split] < wanted) {
      const fitting = left.find(({ documents }) => documents.length <= wanted - sizes[split]);
      // One that is too large is better than none to measure on.
      const group = fitting ?? (sizes[split] === 0 ? bySize()[0] : undefined);
      if (group === undefined) break;
      give(group, split);
    }
  };
  if (sizes.TRAIN === 0) give(bySize().at(-1), 'TRAIN');
  fill('HOLDOUT', holdoutShare);
  fill('VALIDATION', validationShare);
  for (const group of [...left]) give(group, 'TRAIN');
  return assigned;
}

function stronger(split: DatasetSplit, other: DatasetSplit | undefined): DatasetSplit {
  return strongestFirst.find((candidate) => candidate === split || candidate === other) ?? split;
}

/**
 * Those that may stand in one snapshot. Two groups that got different splits may turn out to be one, by a document that
 * resembles both: then those in its holdout stay, or where it has none those in its validation, and the others are left out.
 */
export function withoutStraddlers<Item extends { groupId: string; split: DatasetSplit }>(
  items: readonly Item[],
): Item[] {
  const strongest = new Map<string, DatasetSplit>();
  for (const { groupId, split } of items) strongest.set(groupId, stronger(split, strongest.get(groupId)));
  return items.filter(({ groupId, split }) => strongest.get(groupId) === split);
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
