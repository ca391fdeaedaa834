/** Finds labels by what they are called, for who brings names from elsewhere: a checkpoint, a folder tree. */
import type { Database } from '../platform/database/database.js';
import type { Label } from './label.js';
import { findLabelByName } from './label.repository.js';

/** The label of each name, in whatever case, retired ones included; null where there is none. In the order of the names. */
export async function findLabelsByName(
  database: Database,
  names: readonly string[],
): Promise<(Label | null)[]> {
  const labels: (Label | null)[] = [];
  for (const name of names) labels.push(await findLabelByName(database, name));
  return labels;
}
