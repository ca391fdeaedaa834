/** Adds a label to the set. */
import type { DatabaseConnection } from '../platform/database/database.js';
import { createId } from '../shared/ids.js';
import { storableText } from '../shared/storable-text.js';
import { createLabelExistsError } from './label.errors.js';
import { cleanLabelName, type Label } from './label.js';
import { insertLabel } from './label.repository.js';

export type CreateLabel = (input: { name: string; description: string | null }) => Promise<Label>;

/** @returns a function that throws LABEL_EXISTS when there is one of that name, in any case, and INVALID_LABEL_NAME. */
export function createCreateLabel({ connection }: { connection: DatabaseConnection }): CreateLabel {
  return async ({ name: sentName, description: sentDescription }) => {
    const name = cleanLabelName(sentName);
    const description = sentDescription && storableText(sentDescription);
    const label = await connection.transaction((tx) =>
      insertLabel(tx, { id: createId(), name, description }),
    );
    if (label === null) throw createLabelExistsError(name);
    return label;
  };
}
