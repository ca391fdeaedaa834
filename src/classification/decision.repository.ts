/** What people have decided, in PostgreSQL. */
import type { Database, Transaction } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import type { LabelDecision } from './prediction.js';

export async function insertDecision(
  tx: Transaction,
  decision: Omit<LabelDecision, 'createdAt'>,
): Promise<void> {
  await tx.labelDecision.create({ data: decision });
}

export async function findNewestDecision(
  database: Database,
  documentId: string,
): Promise<LabelDecision | null> {
  return await database.labelDecision.findFirst({ where: { documentId }, orderBy: { id: 'desc' } });
}

/** Decisions on each document, newest first. */
export async function listDecisions(
  database: Database,
  documentIds: readonly string[],
): Promise<LabelDecision[][]> {
  const rows = await database.labelDecision.findMany({
    where: { documentId: { in: [...documentIds] } },
    orderBy: { id: 'desc' },
  });
  const byDocument = groupBy(rows, (row) => row.documentId);
  return documentIds.map((id) => byDocument.get(id) ?? []);
}

/** The newest decision on every document that has one. */
export async function listNewestDecisions(
  database: Database,
): Promise<{ decisionId: string; documentId: string; labelId: string }[]> {
  return await database.$queryRaw`
    select distinct on (document_id) id as "decisionId", document_id as "documentId", label_id as "labelId"
    from label_decisions order by document_id, id desc`;
}
