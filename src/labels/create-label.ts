/** Adds a label to the set. */
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { createId } from '../shared/ids.js';
import { storableText } from '../shared/storable-text.js';
import { createLabelExistsError } from './label.errors.js';
import { cleanLabelName, type Label } from './label.js';
import { findLabelByName, insertChange, insertLabel, shareLabelSet } from './label.repository.js';

type NewLabel = { name: string; description: string | null; createdBy: string };

export type CreateLabel = (input: NewLabel) => Promise<Label>;

/** @returns a function that throws LABEL_EXISTS when there is one of that name, in any case, and INVALID_LABEL_NAME. */
export function createCreateLabel({ connection }: { connection: DatabaseConnection }): CreateLabel {
  return async ({ name: sentName, description: sentDescription, createdBy }) => {
    const name = cleanLabelName(sentName);
    const description = sentDescription && storableText(sentDescription);
    return await connection.transaction(async (tx) => {
      await shareLabelSet(tx);
      const label = await addLabel(tx, { name, description, createdBy });
      if (label !== null) return label;
      const other = await findLabelByName(tx, name);
      throw createLabelExistsError(name, { isRetired: other !== null && other.retiredAt !== null });
    });
  };
}

/** Adds a label of a clean name and writes that down; null when there is one of that name. */
export async function addLabel(tx: Transaction, input: NewLabel): Promise<Label | null> {
  const { name, description, createdBy } = input;
  const label = await insertLabel(tx, { id: createId(), name, description });
  if (label === null) return null;
  await insertChange(tx, {
    id: createId(),
    labelId: label.id,
    kind: 'CREATED',
    before: null,
    after: name,
    changedBy: createdBy,
  });
  return label;
}
