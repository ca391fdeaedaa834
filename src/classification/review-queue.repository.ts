/** The review queue in PostgreSQL. */
import type { Database } from '../platform/database/database.js';
import { Prisma } from '../platform/database/generated/client.js';

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
