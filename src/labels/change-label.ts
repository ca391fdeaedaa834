/**
 * The life of a label: renamed, described, retired, restored, merged, and how far the model may assign it. Each change is
 * written down with who made it. It holds for whatever is classified or decided from then on; of the documents it concerns, some
 * hundreds have their labels by it when the transaction ends, the rest soon after.
 */
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { createId, isId } from '../shared/ids.js';
import { storableText } from '../shared/storable-text.js';
import {
  createInvalidMergeError,
  createInvalidThresholdError,
  createLabelExistsError,
  createLabelMergedError,
  createLabelNotFoundError,
  createLabelRetiredError,
} from './label.errors.js';
import {
  cleanLabelName,
  type FollowLabelChange,
  type Label,
  type LabelChangeKind,
  type LabelFact,
} from './label.js';
import {
  findLabel,
  findLabelByName,
  insertChange,
  lockLabelSet,
  updateLabel,
  updateMergeTargets,
} from './label.repository.js';

type Dependencies = {
  connection: DatabaseConnection;
  announce: (tx: Transaction, fact: LabelFact) => Promise<void>;
  followLabelChange: FollowLabelChange;
};

type Request = { id: string; changedBy: string };

export type RenameLabel = (request: Request & { name: string }) => Promise<Label>;
export type DescribeLabel = (request: Request & { description: string | null }) => Promise<Label>;
export type RetireLabel = (request: Request) => Promise<Label>;
/** Answers them in the order of the ids. */
export type RetireLabels = (request: { ids: readonly string[]; changedBy: string }) => Promise<Label[]>;
export type RestoreLabel = (request: Request) => Promise<Label>;
/** Answers the target. */
export type MergeLabels = (request: {
  sourceId: string;
  targetId: string;
  changedBy: string;
}) => Promise<Label>;
/** What is undefined stays as it is. */
export type SetLabelPolicy = (
  request: Request & { threshold?: number | null; neverAssignAutomatically?: boolean },
) => Promise<Label>;

/** @returns a function that throws LABEL_NOT_FOUND, INVALID_LABEL_NAME, and LABEL_EXISTS for the name of any other label. */
export function createRenameLabel({ connection }: Pick<Dependencies, 'connection'>): RenameLabel {
  return ({ id, name: sentName, changedBy }) =>
    connection.transaction(async (tx) => {
      const name = cleanLabelName(sentName);
      await lockLabelSet(tx);
      const label = await getLabel(tx, id);
      const other = await findLabelByName(tx, name);
      if (other !== null && other.id !== label.id) {
        throw createLabelExistsError(other.name, { isRetired: other.retiredAt !== null });
      }
      if (name === label.name) return label;
      await writeDown(tx, label, { kind: 'RENAMED', before: label.name, after: name, changedBy });
      return await updateLabel(tx, label.id, { name });
    });
}

/** @returns a function that throws LABEL_NOT_FOUND. */
export function createDescribeLabel({ connection }: Pick<Dependencies, 'connection'>): DescribeLabel {
  return ({ id, description: sent, changedBy }) =>
    connection.transaction(async (tx) => {
      const description = sent && storableText(sent);
      await lockLabelSet(tx);
      const label = await getLabel(tx, id);
      if (description === label.description) return label;
      const words = { before: label.description, after: description };
      await writeDown(tx, label, { kind: 'DESCRIBED', ...words, changedBy });
      return await updateLabel(tx, label.id, { description });
    });
}

/**
 * @returns a function after which the label takes no more documents: it is masked wherever a model classifies, and what
 * only a model has called so needs review. What people have decided stays. Retiring twice changes nothing.
 * It throws LABEL_NOT_FOUND.
 */
export function createRetireLabel(dependencies: Omit<Dependencies, 'announce'>): RetireLabel {
  return ({ id, changedBy }) =>
    dependencies.connection.transaction(async (tx) => {
      await lockLabelSet(tx);
      return await retire(tx, { id, changedBy }, dependencies);
    });
}

/** @returns a function that does so with many labels, or where it throws, with none. It throws LABEL_NOT_FOUND. */
export function createRetireLabels(dependencies: Omit<Dependencies, 'announce'>): RetireLabels {
  return ({ ids, changedBy }) =>
    dependencies.connection.transaction(async (tx) => {
      await lockLabelSet(tx);
      const retired: Label[] = [];
      for (const id of ids) retired.push(await retire(tx, { id, changedBy }, dependencies));
      return retired;
    });
}

/**
 * @returns a function after which the label takes documents again, and predictions for it from before it was retired count.
 * It throws LABEL_NOT_FOUND, and LABEL_MERGED for one whose documents are another's.
 */
export function createRestoreLabel(dependencies: Omit<Dependencies, 'announce'>): RestoreLabel {
  const { connection, followLabelChange } = dependencies;
  return ({ id, changedBy }) =>
    connection.transaction(async (tx) => {
      await lockLabelSet(tx);
      const label = await getLabel(tx, id);
      if (label.mergedIntoId !== null) throw createLabelMergedError(label.name);
      if (label.retiredAt === null) return label;
      await writeDown(tx, label, { kind: 'RESTORED', before: null, after: null, changedBy });
      const restored = await updateLabel(tx, label.id, { retiredAt: null });
      await followLabelChange(tx, { kind: 'RESTORED', labelId: label.id, mergedId: null });
      return restored;
    });
}

/**
 * @returns a function after which everything of the source counts as the target's: documents, decisions, and the scores of
 * models that know the source, which are added to the target's. The source stays, retired, so that history can be read.
 * It throws LABEL_NOT_FOUND, LABEL_RETIRED for a retired target, LABEL_MERGED for a source that has been merged already,
 * and INVALID_MERGE for one label given twice.
 */
export function createMergeLabels(dependencies: Dependencies): MergeLabels {
  const { connection, announce, followLabelChange } = dependencies;
  return ({ sourceId, targetId, changedBy }) =>
    connection.transaction(async (tx) => {
      await lockLabelSet(tx);
      const source = await getLabel(tx, sourceId);
      const target = await getLabel(tx, targetId);
      if (source.id === target.id) throw createInvalidMergeError(source.name);
      if (source.mergedIntoId !== null) throw createLabelMergedError(source.name);
      if (target.retiredAt !== null) throw createLabelRetiredError(target.name, null);
      await writeDown(tx, source, { kind: 'MERGED', before: source.name, after: target.name, changedBy });
      await writeDown(tx, target, { kind: 'MERGED', before: source.name, after: target.name, changedBy });
      await updateMergeTargets(tx, source.id, target.id);
      const retiredAt = source.retiredAt ?? new Date();
      await updateLabel(tx, source.id, { mergedIntoId: target.id, retiredAt });
      await followLabelChange(tx, { kind: 'MERGED', labelId: target.id, mergedId: source.id });
      await announce(tx, { name: 'labelsMerged', sourceId: source.id, targetId: target.id });
      return await getLabel(tx, target.id);
    });
}

/**
 * @returns a function that says from which confidence on the model's word is enough for a label, or that it never is; the
 * documents have their labels by it at once, or soon where they are many. It throws LABEL_NOT_FOUND and INVALID_THRESHOLD.
 */
export function createSetLabelPolicy(dependencies: Omit<Dependencies, 'announce'>): SetLabelPolicy {
  const { connection, followLabelChange } = dependencies;
  return ({ id, threshold, neverAssignAutomatically, changedBy }) =>
    connection.transaction(async (tx) => {
      if (typeof threshold === 'number' && !(threshold >= 0 && threshold <= 1)) {
        throw createInvalidThresholdError(threshold);
      }
      await lockLabelSet(tx);
      const label = await getLabel(tx, id);
      const policy = {
        threshold: threshold === undefined ? label.threshold : threshold,
        neverAssignAutomatically: neverAssignAutomatically ?? label.neverAssignAutomatically,
      };
      const [before, after] = [describePolicy(label), describePolicy(policy)];
      if (before === after) return label;
      await writeDown(tx, label, { kind: 'POLICY', before, after, changedBy });
      const changed = await updateLabel(tx, label.id, policy);
      await followLabelChange(tx, { kind: 'POLICY', labelId: label.id, mergedId: null });
      return changed;
    });
}

async function retire(
  tx: Transaction,
  { id, changedBy }: Request,
  { followLabelChange }: Pick<Dependencies, 'followLabelChange'>,
): Promise<Label> {
  const label = await getLabel(tx, id);
  if (label.retiredAt !== null) return label;
  await writeDown(tx, label, { kind: 'RETIRED', before: null, after: null, changedBy });
  const retired = await updateLabel(tx, label.id, { retiredAt: new Date() });
  await followLabelChange(tx, { kind: 'RETIRED', labelId: label.id, mergedId: null });
  return retired;
}

async function getLabel(tx: Transaction, id: string): Promise<Label> {
  const label = isId(id) ? await findLabel(tx, id) : null;
  if (label === null) throw createLabelNotFoundError(id);
  return label;
}

async function writeDown(
  tx: Transaction,
  label: Label,
  change: { kind: LabelChangeKind; before: string | null; after: string | null; changedBy: string },
): Promise<void> {
  await insertChange(tx, { id: createId(), labelId: label.id, ...change });
}

function describePolicy(policy: Pick<Label, 'threshold' | 'neverAssignAutomatically'>): string {
  const threshold = policy.threshold === null ? 'the default threshold' : `threshold ${policy.threshold}`;
  return policy.neverAssignAutomatically ? `${threshold}, never assigned automatically` : threshold;
}
