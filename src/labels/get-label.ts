/** How the other features come to labels, and to the set as a whole. */
import type { Database, Transaction } from '../platform/database/database.js';
import { isId } from '../shared/ids.js';
import { addLabel } from './create-label.js';
import { createLabelNotFoundError, createLabelRetiredError } from './label.errors.js';
import { cleanLabelName, type Label, type LabelSet } from './label.js';
import {
  findLabel,
  findLabelByName,
  findLabels,
  listChanges,
  readLabelSet,
  shareLabelSet,
} from './label.repository.js';

/** @throws AppError LABEL_NOT_FOUND; LABEL_RETIRED for one that takes no more documents. */
export async function getUsableLabel(database: Database, id: string): Promise<Label> {
  const label = isId(id) ? await findLabel(database, id) : null;
  if (label === null) throw createLabelNotFoundError(id);
  return await requireUsable(database, label);
}

/**
 * The label of a name, in whatever case, made if there is none.
 * @throws AppError LABEL_RETIRED, INVALID_LABEL_NAME.
 */
export async function getOrCreateLabel(tx: Transaction, sentName: string, createdBy: string): Promise<Label> {
  const name = cleanLabelName(sentName);
  await shareLabelSet(tx);
  const label =
    (await findLabelByName(tx, name)) ?? (await addLabel(tx, { name, description: null, createdBy }));
  // Null when another transaction made it in between.
  const found = label ?? (await findLabelByName(tx, name));
  if (found === null) throw new Error(`label ${name} is neither new nor there`);
  return await requireUsable(tx, found);
}

/** Labels in the order of the ids. @throws when one is missing: rows never point to a label that is gone. */
export async function getLabels(database: Database, ids: readonly string[]): Promise<Label[]> {
  const labels = await findLabels(database, ids);
  return labels.map((label, index) => {
    if (label === null) throw createLabelNotFoundError(ids[index] ?? '');
    return label;
  });
}

/** The label set as it is now. */
export async function getLabelSet(database: Database): Promise<LabelSet> {
  return await readLabelSet(database);
}

/** The label set, which nobody changes until the transaction ends. To be called before any document is held. */
export async function holdLabelSet(tx: Transaction): Promise<LabelSet> {
  await shareLabelSet(tx);
  return await readLabelSet(tx);
}

/** What each label was called at its time: metrics keep the names they were measured under. */
export async function listLabelNamesAt(
  database: Database,
  wanted: readonly { labelId: string; at: Date }[],
): Promise<string[]> {
  const labelIds = wanted.map(({ labelId }) => labelId);
  const labels = await getLabels(database, labelIds);
  const changes = await listChanges(database, labelIds);
  return wanted.map(({ at }, index) => {
    const renamedLater = (changes[index] ?? []).filter(
      ({ kind, createdAt }) => kind === 'RENAMED' && createdAt > at,
    );
    return renamedLater.at(-1)?.before ?? labels[index]?.name ?? '';
  });
}

async function requireUsable(database: Database, label: Label): Promise<Label> {
  if (label.retiredAt === null) return label;
  const target = label.mergedIntoId === null ? null : await findLabel(database, label.mergedIntoId);
  throw createLabelRetiredError(label.name, target?.name ?? null);
}
