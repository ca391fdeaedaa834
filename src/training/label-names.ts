/** What labels were called when a run measured them: figures stay readable when labels are renamed or merged. */
import { listLabelNamesAt } from '../labels/get-label.js';
import type { Database } from '../platform/database/database.js';
import { findEndsOfRuns } from './training.repository.js';

/** A label in the figures of a run, as one text to load by. */
export function labelOfRunKey(runId: string, labelId: string): string {
  return `${runId} ${labelId}`;
}

/** The names in the order of the keys. */
export async function loadLabelNames(database: Database, keys: readonly string[]): Promise<string[]> {
  const wanted = keys.map((key) => {
    const [runId = '', labelId = ''] = key.split(' ');
    return { runId, labelId };
  });
  const ends = await findEndsOfRuns(database, [...new Set(wanted.map(({ runId }) => runId))]);
  const now = new Date();
  return await listLabelNamesAt(
    database,
    wanted.map(({ runId, labelId }) => ({ labelId, at: ends.get(runId) ?? now })),
  );
}
