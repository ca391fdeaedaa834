/** How the other features come to a label. */
import type { Database, Transaction } from '../platform/database/database.js';
import { createId, isId } from '../shared/ids.js';
import { createLabelNotFoundError, createLabelRetiredError } from './label.errors.js';
import { cleanLabelName, type Label } from './label.js';
import { findLabel, findLabelByName, findLabels, insertLabel } from './label.repository.js';

/** @throws AppError LABEL_NOT_FOUND; LABEL_RETIRED for one that takes no more documents. */
export async function getUsableLabel(database: Database, id: string): Promise<Label> {
  const label = isId(id) ? await findLabel(database, id) : null;
  if (label === null) throw createLabelNotFoundError(id);
  if (label.retiredAt !== null) throw createLabelRetiredError(label.name);
  return label;
}

/**
 * The label of a name, in whatever case, made if there is none.
 * @throws AppError LABEL_RETIRED, INVALID_LABEL_NAME.
 */
export async function getOrCreateLabel(tx: Transaction, sentName: string): Promise<Label> {
  const name = cleanLabelName(sentName);
  const label =
    (await findLabelByName(tx, name)) ?? (await insertLabel(tx, { id: createId(), name, description: null }));
  // Null when another transaction made it in between.
  const found = label ?? (await findLabelByName(tx, name));
  if (found === null) throw new Error(`label ${name} is neither new nor there`);
  if (found.retiredAt !== null) throw createLabelRetiredError(found.name);
  return found;
}

/** Labels in the order of the ids. @throws when one is missing: rows never point to a label that is gone. */
export async function getLabels(database: Database, ids: readonly string[]): Promise<Label[]> {
  const labels = await findLabels(database, ids);
  return labels.map((label, index) => {
    if (label === null) throw createLabelNotFoundError(ids[index] ?? '');
    return label;
  });
}
