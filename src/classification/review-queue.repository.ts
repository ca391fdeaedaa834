/** The review queue and its claims in PostgreSQL. Each list is a walk along an index: nothing is sorted. */
import type { Database, Transaction } from '../platform/database/database.js';
import { Prisma } from '../platform/database/generated/client.js';

/** By what the uncertainty of a model is told. */
export type Uncertainty = 'ENTROPY' | 'MARGIN';

/** A place in one of the two lists that the queue is made of: the key it is ordered by, and the document. */
export type ListPlace = { key: number; documentId: string };

type ListOptions = { after: ListPlace | null; limit: number; notClaimedFrom: string | null };

/** Documents that wait for a person, the most uncertain first; of equal ones the older. */
export async function listWaiting(
  database: Database,
  options: ListOptions & { uncertainty: Uncertainty },
): Promise<ListPlace[]> {
  const { uncertainty, after, limit, notClaimedFrom } = options;
  const key = uncertainty === 'ENTROPY' ? Prisma.sql`d.review_by_entropy` : Prisma.sql`d.review_by_margin`;
  const place = after
    ? Prisma.sql`and (- ${key}, d.id) > (${-after.key}::float8, ${after.documentId}::uuid)`
    : Prisma.empty;
  return await database.$queryRaw`
    select ${key} as key, d.id as "documentId" from documents as d
    where d.needs_review and d.status = 'READY' ${place} ${unclaimed(notClaimedFrom)}
    order by - ${key}, d.id limit ${limit}::int`;
}

/** Documents that a model has labelled and whose lot is below the share, by lot. */
export async function listSample(
  database: Database,
  options: ListOptions & { share: number },
): Promise<ListPlace[]> {
  const { share, after, limit, notClaimedFrom } = options;
  const place = after
    ? Prisma.sql`and (d.review_draw, d.id) > (${after.key}::float8, ${after.documentId}::uuid)`
    : Prisma.empty;
  return await database.$queryRaw`
    select d.review_draw as key, d.id as "documentId" from documents as d
    where d.label_source = 'MODEL' and not d.needs_review and d.status = 'READY'
      and d.review_draw < ${share}::float8 ${place} ${unclaimed(notClaimedFrom)}
    order by d.review_draw, d.id limit ${limit}::int`;
}

/** How many stand in the queue. */
export async function countReviewQueue(database: Database, share: number): Promise<number> {
  const [row] = await database.$queryRaw<{ count: bigint }[]>`
    select (select count(*) from documents where needs_review and status = 'READY')
         + (select count(*) from documents
            where label_source = 'MODEL' and not needs_review and status = 'READY'
              and review_draw < ${share}::float8) as count`;
  return Number(row?.count ?? 0);
}

/** The lot of a document, from 0 to 1. */
export async function findReviewDraw(database: Database, documentId: string): Promise<number> {
  const { reviewDraw } = await database.document.findUniqueOrThrow({
    where: { id: documentId },
    select: { reviewDraw: true },
  });
  return reviewDraw;
}

export async function findEmbedding(database: Database, predictionId: string): Promise<Uint8Array | null> {
  const row = await database.prediction.findUnique({
    where: { id: predictionId },
    select: { embedding: true },
  });
  return row?.embedding ?? null;
}

// Copies arrive together: so many neighbours in the order of upload are compared, and few later ones that were quicker.
const olderNeighbours = 256;
const laterNeighbours = 16;

/** Embeddings of the documents uploaded around this one that wait too, and that the model scored before it. */
export async function listWaitingEmbeddings(
  database: Database,
  options: { documentId: string; modelVersionId: string; before: string },
): Promise<Uint8Array[]> {
  const { documentId, modelVersionId, before } = options;
  const rows = await database.$queryRaw<{ embedding: Uint8Array }[]>`
    select p.embedding from (
      (select id from documents where needs_review and status not in ('SPLIT', 'WITHDRAWN') and id < ${documentId}::uuid
       order by id desc limit ${olderNeighbours}::int)
      union all
      (select id from documents where needs_review and status not in ('SPLIT', 'WITHDRAWN') and id > ${documentId}::uuid
       order by id limit ${laterNeighbours}::int)
    ) as neighbour
    join predictions as p on p.document_id = neighbour.id and p.page_id is null
      and p.model_version_id = ${modelVersionId}::uuid
    where p.embedding is not null and p.id < ${before}::uuid`;
  return rows.map(({ embedding }) => embedding);
}

// Below and above every id.
const [firstId, lastId] = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];

/** The next documents by id that need review although the model calls them by one of these labels. */
export async function listWaitingByLabels(
  database: Database,
  modelVersionId: string,
  labelIds: readonly string[],
  { after, upTo, limit }: { after: string | null; upTo: string | null; limit: number },
): Promise<string[]> {
  const rows = await database.$queryRaw<{ id: string }[]>`
    select d.id from predictions as p join documents as d on d.id = p.document_id
    where p.page_id is null and p.model_version_id = ${modelVersionId}::uuid
      and p.label_id = any(${[...labelIds]}::uuid[]) and d.needs_review
      and d.id > ${after ?? firstId}::uuid and p.document_id > ${after ?? firstId}::uuid
      and d.id <= ${upTo ?? lastId}::uuid and p.document_id <= ${upTo ?? lastId}::uuid
    order by d.id limit ${limit}::int`;
  return rows.map(({ id }) => id);
}

export type ReviewClaim = { documentId: string; reviewer: string; claimedAt: Date; expiresAt: Date };

/** Lets reviewers take documents one after the other, until the transaction ends. */
export async function lockClaims(tx: Transaction): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('review-claims', 0))`;
}

/** The documents a reviewer holds, in the order they were taken. */
export async function listClaimedBy(database: Database, reviewer: string, now: Date): Promise<string[]> {
  const rows = await database.reviewClaim.findMany({
    where: { reviewer, expiresAt: { gt: now } },
    orderBy: [{ claimedAt: 'asc' }, { documentId: 'asc' }],
    select: { documentId: true },
  });
  return rows.map(({ documentId }) => documentId);
}

/** Claims that hold, by document, null where there is none. */
export async function findClaims(
  database: Database,
  documentIds: readonly string[],
  now: Date,
): Promise<(ReviewClaim | null)[]> {
  const rows = await database.reviewClaim.findMany({
    where: { documentId: { in: [...documentIds] }, expiresAt: { gt: now } },
  });
  const byDocument = new Map(rows.map((row) => [row.documentId, row]));
  return documentIds.map((id) => byDocument.get(id) ?? null);
}

/** Takes documents, or keeps them longer. */
export async function upsertClaims(
  tx: Transaction,
  claims: { documentIds: readonly string[]; reviewer: string; now: Date; expiresAt: Date },
): Promise<void> {
  const { documentIds, reviewer, now, expiresAt } = claims;
  await tx.$executeRaw`
    insert into review_claims (document_id, reviewer, claimed_at, expires_at)
    select id, ${reviewer}, ${now}, ${expiresAt} from unnest(${[...documentIds]}::uuid[]) as id
    on conflict (document_id) do update set
      reviewer = excluded.reviewer, expires_at = excluded.expires_at,
      claimed_at = case when review_claims.reviewer = excluded.reviewer then review_claims.claimed_at
                        else excluded.claimed_at end`;
}

/** Lets a document go, whoever holds it. */
export async function deleteClaim(tx: Transaction, documentId: string): Promise<void> {
  await tx.reviewClaim.deleteMany({ where: { documentId } });
}

/** Lets documents of a reviewer go; says how many there were. */
export async function deleteClaimsOf(
  database: Database,
  reviewer: string,
  documentIds: readonly string[],
): Promise<number> {
  const { count } = await database.reviewClaim.deleteMany({
    where: { reviewer, documentId: { in: [...documentIds] } },
  });
  return count;
}

function unclaimed(notClaimedFrom: string | null): Prisma.Sql {
  return notClaimedFrom === null
    ? Prisma.empty
    : Prisma.sql`and not exists (
        select from review_claims as c
        where c.document_id = d.id and c.reviewer <> ${notClaimedFrom} and c.expires_at > now())`;
}
