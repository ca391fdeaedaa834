/** Walks over the documents of a filter, for the features to the right. Only those that are READY. */
import type { Database } from '../platform/database/database.js';
import type { Document } from './document.js';
import { countDocuments, type DocumentFilter, listDocuments } from './document.repository.js';

export type { DocumentFilter };

/** The oldest after a given one, at most `limit`. */
export async function listReadyDocuments(
  database: Database,
  options: { filter: DocumentFilter; after: string | null; limit: number },
): Promise<Document[]> {
  const { filter, after, limit } = options;
  const { rows } = await listDocuments(database, {
    filter: readyOf(filter),
    order: 'OLDEST_FIRST',
    first: limit,
    after,
  });
  return [...rows];
}

export async function countReadyDocuments(database: Database, filter: DocumentFilter): Promise<number> {
  return await countDocuments(database, readyOf(filter));
}

function readyOf(filter: DocumentFilter): DocumentFilter {
  const isWanted = filter.statuses === undefined || filter.statuses.includes('READY');
  return { ...filter, statuses: isWanted ? ['READY'] : [] };
}
