/** What people have decided, in PostgreSQL. */
import type { Database, Transaction } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import type { DecisionRevocation, LabelDecision } from './prediction.js';

export async function insertDecision(
  tx: Transaction,
  decision: Omit<LabelDecision, 'createdAt'>,
): Promise<void> {
  await tx.labelDecision.create({ data: decision });
}

/** The newest decision that has not been taken back. */
export async function findNewestDecision(
  database: Database,
  documentId: string,
): Promise<LabelDecision | null> {
  return await database.labelDecision.findFirst({
    where: { documentId, revocation: { is: null } },
    orderBy: { id: 'desc' },
  });
}

/** The newest standing decision on each of the documents that has one, by document. */
export async function listStandingDecisions(
  database: Database,
  documentIds: readonly string[],
): Promise<Map<string, { labelId: string }>> {
  const rows = await database.$queryRaw<{ documentId: string; labelId: string }[]>`
    select distinct on (d.document_id) d.document_id as "documentId", d.label_id as "labelId"
    from label_decisions as d
    where d.document_id = any(${[...documentIds]}::uuid[])
      and not exists (select from decision_revocations as r where r.decision_id = d.id)
    order by d.document_id, d.id desc`;
  return new Map(rows.map((row) => [row.documentId, row]));
}

export type DecisionWithRevocation = LabelDecision & { revocation: DecisionRevocation | null };

/** All decisions on each document, newest first, those taken back too. */
export async function listDecisions(
  database: Database,
  documentIds: readonly string[],
): Promise<DecisionWithRevocation[][]> {
  const rows = await database.labelDecision.findMany({
    where: { documentId: { in: [...documentIds] } },
    orderBy: { id: 'desc' },
    include: { revocation: true },
  });
  const byDocument = groupBy(rows, (row) => row.documentId);
  return documentIds.map((id) => byDocument.get(id) ?? []);
}

/**
 * The newest standing decision on every document that has one, but for those for which others stand; a merged label counts
 * as its target.
 */
export async function listNewestDecisions(
  database: Database,
): Promise<{ decisionId: string; documentId: string; labelId: string }[]> {
  return await database.$queryRaw`
    select distinct on (d.document_id) d.id as "decisionId", d.document_id as "documentId",
           coalesce(l.merged_into_id, l.id) as "labelId"
    from label_decisions as d join labels as l on l.id = d.label_id
    join documents as document on document.id = d.document_id
    where document.status not in ('SPLIT', 'WITHDRAWN')
      and not exists (select from decision_revocations as r where r.decision_id = d.id)
    order by d.document_id, d.id desc`;
}

export async function insertRevocation(
  tx: Transaction,
  revocation: { decisionId: string; revokedBy: string; note: string | null },
): Promise<void> {
  await tx.decisionRevocation.create({ data: revocation });
}

/**
 * Decisions in the random share on what models have said since a time: how many there are, and how many agree. What a
 * document is, is its newest standing decision; what the model had said, the label it had before the first.
 */
export async function countSampleAgreement(
  database: Database,
  since: Date | null,
): Promise<{ support: number; correct: number }> {
  const [row] = await database.$queryRaw<{ support: bigint; correct: bigint }[]>`
    select count(*) as support, count(*) filter (where said = truth) as correct
    from (
      select coalesce(said.merged_into_id, said.id) as said, coalesce(truth.merged_into_id, truth.id) as truth
      from label_decisions as d
      join predictions as p on p.id = d.prediction_id
      join labels as said on said.id = d.previous_label_id
      cross join lateral (
        select newest.label_id from label_decisions as newest
        where newest.document_id = d.document_id
          and not exists (select from decision_revocations as r where r.decision_id = newest.id)
        order by newest.id desc limit 1
      ) as standing
      join labels as truth on truth.id = standing.label_id
      where d.is_sample and (${since}::timestamptz is null or p.created_at >= ${since}::timestamptz)
        and not exists (select from decision_revocations as r where r.decision_id = d.id)
    ) as sample`;
  return { support: Number(row?.support ?? 0), correct: Number(row?.correct ?? 0) };
}

export type NewDecisions = { documents: number; oldestAt: Date | null; newestAt: Date | null };

/** Documents decided, decided anew or no longer decided since a time, and when the first and the last of it was. */
export async function countDecisionsSince(database: Database, since: Date): Promise<NewDecisions> {
  const [row] = await database.$queryRaw<
    { documents: bigint; oldestAt: Date | null; newestAt: Date | null }[]
  >`
    select count(distinct document_id) as documents, min(created_at) as "oldestAt", max(created_at) as "newestAt"
    from (
      select document_id, created_at from label_decisions where created_at > ${since}
      union all
      select d.document_id, r.created_at
      from decision_revocations as r join label_decisions as d on d.id = r.decision_id
      where r.created_at > ${since}
    ) as news`;
  return row
    ? { ...row, documents: Number(row.documents) }
    : { documents: 0, oldestAt: null, newestAt: null };
}
