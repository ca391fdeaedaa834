/** Predictions, decisions and the review queue in PostgreSQL. */
import type { Database, Transaction } from '../platform/database/database.js';
import { Prisma } from '../platform/database/generated/client.js';
import { groupBy } from '../shared/group-by.js';
import type { LabelDecision, Prediction } from './prediction.js';

/** Keeps predictions; those a model version has made of the same page or document before stay. */
export async function insertPredictions(
  tx: Transaction,
  predictions: readonly Omit<Prediction, 'createdAt'>[],
): Promise<void> {
  await tx.prediction.createMany({ data: [...predictions], skipDuplicates: true });
}

/** The prediction of the whole document by a model version. */
export async function findDocumentPrediction(
  database: Database,
  documentId: string,
  modelVersionId: string,
): Promise<Prediction | null> {
  return await database.prediction.findFirst({ where: { documentId, modelVersionId, pageId: null } });
}

/** All predictions of each document as a whole, newest first. */
export async function listDocumentPredictions(
  database: Database,
  documentIds: readonly string[],
): Promise<Prediction[][]> {
  const rows = await database.prediction.findMany({
    where: { documentId: { in: [...documentIds] }, pageId: null },
    orderBy: { id: 'desc' },
  });
  const byDocument = groupBy(rows, (row) => row.documentId);
  return documentIds.map((id) => byDocument.get(id) ?? []);
}

/** The predictions of pages by one model version, null where there is none. */
export async function findPagePredictions(
  database: Database,
  pageIds: readonly string[],
  modelVersionId: string,
): Promise<(Prediction | null)[]> {
  const rows = await database.prediction.findMany({
    where: { pageId: { in: [...pageIds] }, modelVersionId },
  });
  const byPage = new Map(rows.map((row) => [row.pageId, row]));
  return pageIds.map((id) => byPage.get(id) ?? null);
}

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

/** Where a document stands in the review queue: the larger the entropy the sooner, then the older the sooner. */
export type ReviewPlace = { entropy: number; documentId: string };

// Beyond any entropy: what no model has scored comes first.
const unscored = Number.MAX_VALUE;

/** Documents that need review, those of which the model is least certain first. */
export async function listReviewQueue(
  database: Database,
  options: { modelVersionId: string | null; first: number; after: ReviewPlace | null },
): Promise<{ rows: ReviewPlace[]; hasNextPage: boolean }> {
  const { modelVersionId, first, after } = options;
  const place = after
    ? Prisma.sql`where entropy < ${after.entropy} or (entropy = ${after.entropy} and "documentId" > ${after.documentId}::uuid)`
    : Prisma.empty;
  const rows = await database.$queryRaw<ReviewPlace[]>`
    select * from (
      select d.id as "documentId", coalesce(p.entropy, ${unscored})::float8 as entropy
      from documents as d
      left join predictions as p
        on p.document_id = d.id and p.page_id is null and p.model_version_id = ${modelVersionId}::uuid
      where d.needs_review and d.status = 'READY'
    ) as queue ${place}
    order by entropy desc, "documentId" asc
    limit ${first + 1}`;
  return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
}

export async function countReviewQueue(database: Database): Promise<number> {
  return await database.document.count({ where: { needsReview: true, status: 'READY' } });
}

/** Ids of documents, after a given one, that have been read and that nobody has decided. */
export async function listUndecidedDocuments(
  database: Database,
  options: { after: string | null; limit: number },
): Promise<string[]> {
  const { after, limit } = options;
  const rows = await database.document.findMany({
    where: {
      // Those being classified too: perhaps by the model that served before.
      status: { in: ['CLASSIFYING', 'READY'] },
      decisions: { none: {} },
      ...(after === null ? {} : { id: { gt: after } }),
    },
    orderBy: { id: 'asc' },
    take: limit,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}
