/** What people have decided, for the features to the right. */
import type { Database } from '../platform/database/database.js';
import {
  countDecisionsSince,
  listNewestDecisions as listNewest,
  type NewDecisions,
} from './decision.repository.js';

/** The newest decision on every document that has one. */
export async function listNewestDecisions(
  database: Database,
): Promise<{ decisionId: string; documentId: string; labelId: string }[]> {
  return await listNewest(database);
}

/** Documents decided, decided anew or no longer decided since a time. */
export async function countNewDecisions(database: Database, since: Date): Promise<NewDecisions> {
  return await countDecisionsSince(database, since);
}
