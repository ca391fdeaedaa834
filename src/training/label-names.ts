/** What labels were called when a run measured them: figures stay readable when labels are renamed or merged. */
import { listLabelNamesAt } from '../labels/get-label.js';
import type { Database } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import { findRun } from './training.repository.js';

/** A label in the figures of a run, as one text to load by. */
export function labelOfRunKey(runId: string, labelId: string): string {
  return `${runId} ${labelId}`;
}

/** The names in the order of the keys. */
export async function loadLabelNames(database: Database, keys: readonly string[]): Promise<string[]> {
  const names = new Map<string, string>();
  const wanted = keys.map((key) => ({
    key,
    runId: key.split(' ')[0] ?? '',
    labelId: key.split(' ')[1] ?? '',
  }));
  for (const [runId, ofRun] of groupBy(wanted, (label) => label.runId)) {
    const run = await findRun(database, runId);
    const at = run?.finishedAt ?? new Date();
    const labelIds = ofRun.map(({ labelId }) => labelId);
    const found = await listLabelNamesAt(database, labelIds, at);
    for (const [index, { key }] of ofRun.entries()) names.set(key, found[index] ?? '');
  }
  return keys.map((key) => names.get(key) ?? '');
}
