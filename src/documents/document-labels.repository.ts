/** The labels of many documents at once, in PostgreSQL; each function answers the ids of those that it changed. */
import type { Transaction } from '../platform/database/database.js';
import type { EffectiveLabel } from './document.repository.js';

/** Holds documents until the transaction ends, always in the same order. */
export async function lockDocuments(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.$queryRaw`select id from documents where id = any(${[...ids]}::uuid[]) order by id for update`;
}

export async function updateLabels(
  tx: Transaction,
  labels: readonly (EffectiveLabel & { id: string })[],
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    update documents as d
    set label_id = given."labelId", label_source = given."labelSource"::label_source,
        needs_review = given."needsReview", updated_at = now()
    from json_to_recordset(${JSON.stringify(labels)}::json)
      as given (id uuid, "labelId" uuid, "labelSource" text, "needsReview" boolean)
    where d.id = given.id
      and (d.label_id, d.label_source::text, d.needs_review)
        is distinct from (given."labelId", given."labelSource", given."needsReview")
    returning d.id`;
  return rows.map(({ id }) => id);
}

/** The next documents of a label by id, at most `limit`, after a given one: those of a walk over all of them. */
export type NextOfLabel = { labelId: string; after: string | null; limit: number };

// Below every id.
const beforeAll = '00000000-0000-0000-0000-000000000000';

/** Makes the next documents of a label those of another. Answers them by id, as the two below do. */
export async function updateLabelOfDocuments(
  tx: Transaction,
  { labelId, after, limit }: NextOfLabel,
  toId: string,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    with next as materialized (
      select id from documents where label_id = ${labelId}::uuid and id > ${after ?? beforeAll}::uuid
      order by id limit ${limit}::int for update
    ), changed as (
      update documents as d set label_id = ${toId}::uuid, updated_at = now() from next where d.id = next.id returning d.id
    )
    select id from changed order by id`;
  return rows.map(({ id }) => id);
}

/** Lets a person look at the next ones that only a model has given a label. */
export async function clearModelLabel(
  tx: Transaction,
  { labelId, after, limit }: NextOfLabel,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    with next as materialized (
      select id from documents where label_id = ${labelId}::uuid and id > ${after ?? beforeAll}::uuid and label_source = 'MODEL'
      order by id limit ${limit}::int for update
    ), changed as (
      update documents as d set label_id = null, label_source = null, needs_review = true, updated_at = now()
      from next where d.id = next.id returning d.id
    )
    select id from changed order by id`;
  return rows.map(({ id }) => id);
}

/** The next documents to which a model has given a label. */
export async function listModelLabelled(
  tx: Transaction,
  { labelId, after, limit }: NextOfLabel,
): Promise<string[]> {
  const rows = await tx.document.findMany({
    where: { labelId, labelSource: 'MODEL', id: { gt: after ?? beforeAll } },
    orderBy: { id: 'asc' },
    take: limit,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}
