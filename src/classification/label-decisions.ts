/** What people have decided, for the features to the right. */
import type { Database } from '../platform/database/database.js';
import { listNewestDecisions as listNewest } from './decision.repository.js';

/** The newest decision on every document that has one. */
export async function listNewestDecisions(
  database: Database,
): Promise<{ decisionId: string; documentId: string; labelId: string }[]> {
  return await listNewest(database);
}
