/**
 * What a run can learn from: documents that people have decided, that have been read and compared with the others, each
 * with its split.
 */
import { listNewestDecisions } from '../classification/label-decisions.js';
import {
  groupNewDocuments,
  holdDuplicateGroups,
  listDuplicateGroups,
  listGroupMembers,
} from '../documents/group-duplicates.js';
import { getLabels } from '../labels/get-label.js';
import { listOcrVersionsOfDocuments } from '../ocr/words-of-pages.js';
import type { Database, DatabaseConnection, Transaction } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import { findHoldoutVersion, insertSplits, listSplits } from './dataset.repository.js';
import { assignSplits, findObstacle, withoutStraddlers } from './split-documents.js';
import type { DatasetItem, DatasetSplit } from './training-run.js';

type Dataset = {
  items: DatasetItem[];
  /** Why there is nothing to learn, in a sentence. */
  obstacle: string | null;
  holdoutVersion: number;
  /** Documents that would have brought a group of near-duplicates into two splits. */
  leftOut: number;
  /** Labels that have enough documents and take no part all the same, each with the reason in a sentence. */
  labelsLeftOut: string[];
};

// With one, there is nothing to tell apart.
const leastLabels = 2;

/** Compares decided documents that have not been compared yet: each in a transaction of its own, before the run's. */
export async function prepareDataset(connection: DatabaseConnection): Promise<void> {
  const { readable } = await listReadable(connection.database);
  await groupNewDocuments(connection, [...readable.keys()]);
}

/** Gives a split to what has none. The caller holds the splits. */
export async function collectDataset(tx: Transaction, minimumPerLabel: number): Promise<Dataset> {
  const { decisions, readable } = await listReadable(tx);
  await holdDuplicateGroups(tx);
  const groups = await listDuplicateGroups(tx, [...readable.keys()]);
  const decided = decisions.filter(({ documentId }) => readable.has(documentId) && groups.has(documentId));
  const labels = await getLabels(tx, [...new Set(decided.map(({ labelId }) => labelId))]);
  const usableLabels = labels.filter(({ retiredAt }) => retiredAt === null);
  const byLabel = groupBy(decided, ({ labelId }) => labelId);
  const countsByLabel = new Map(usableLabels.map(({ id, name }) => [name, byLabel.get(id)?.length ?? 0]));
  const unreadCount = decisions.length - decided.length;
  const obstacle = findObstacle({ countsByLabel, unreadCount, minimumPerLabel });
  if (obstacle !== null) {
    return {
      items: [],
      obstacle,
      holdoutVersion: await findHoldoutVersion(tx),
      leftOut: 0,
      labelsLeftOut: [],
    };
  }
  const taking = usableLabels.filter(({ id }) => (byLabel.get(id)?.length ?? 0) >= minimumPerLabel);
  const chosen = taking
    .flatMap(({ id }) => byLabel.get(id) ?? [])
    .map((decision) => ({ ...decision, groupId: groups.get(decision.documentId) ?? decision.documentId }));
  const splits = await splitDocuments(tx, chosen);
  const all = chosen.map(({ documentId, labelId, decisionId, groupId }) => ({
    documentId,
    labelId,
    decisionId,
    groupId,
    split: splits.get(documentId) ?? 'TRAIN',
    ocrVersions: readable.get(documentId) ?? [],
  }));
  const kept = withoutStraddlers(all);
  const lacking = taking.flatMap((label) => {
    const reason = findEmptySplit(kept, label);
    return reason === null ? [] : [{ id: label.id, reason }];
  });
  // One label without a document on one side keeps the others from nothing, as long as there are two to tell apart.
  const isLacking = new Set(lacking.map(({ id }) => id));
  const canGoOn = taking.length - lacking.length >= leastLabels;
  return {
    items: canGoOn ? kept.filter(({ labelId }) => !isLacking.has(labelId)) : kept,
    obstacle: canGoOn ? null : (lacking[0]?.reason ?? null),
    holdoutVersion: await findHoldoutVersion(tx),
    leftOut: all.length - kept.length,
    labelsLeftOut: canGoOn ? lacking.map(({ reason }) => reason) : [],
  };
}

/** What people have decided, and the OCR versions of those documents that have been read. */
async function listReadable(database: Database) {
  const decisions = await listNewestDecisions(database);
  const ids = decisions.map(({ documentId }) => documentId);
  return { decisions, readable: await listOcrVersionsOfDocuments(database, ids) };
}

/** The split of each document; those that had none get theirs now, and for ever. */
async function splitDocuments(
  tx: Transaction,
  chosen: readonly { documentId: string; labelId: string; groupId: string }[],
): Promise<Map<string, DatasetSplit>> {
  const members = await listGroupMembers(tx, [...new Set(chosen.map(({ groupId }) => groupId))]);
  const splits = await listSplits(
    tx,
    members.map(({ documentId }) => documentId),
  );
  const isChosen = new Set(chosen.map(({ documentId }) => documentId));
  // A document whose decision has been taken back still stands for its group.
  const others = members.flatMap(({ documentId, groupId }) => {
    const split = splits.get(documentId);
    return split && !isChosen.has(documentId) ? [{ groupId, split }] : [];
  });
  const assigned = assignSplits(
    chosen.map(({ documentId, labelId, groupId }) => ({
      documentId,
      labelId,
      groupId,
      split: splits.get(documentId) ?? null,
    })),
    new Map(others.map(({ groupId, split }) => [groupId, split])),
  );
  await insertSplits(tx, assigned);
  for (const { documentId, split } of assigned) splits.set(documentId, split);
  return splits;
}

/** Corrections move documents between labels but never between splits: a label may end up without one to train on. */
function findEmptySplit(
  items: readonly DatasetItem[],
  { id, name }: { id: string; name: string },
): string | null {
  for (const split of ['TRAIN', 'HOLDOUT'] as const) {
    if (items.some((item) => item.labelId === id && item.split === split)) continue;
    const purpose = split === 'TRAIN' ? 'learn from' : 'measure on';
    return `No document of ${name} is left to ${purpose}, since documents keep their split when corrected and near-duplicates share one: label more of them`;
  }
  return null;
}
