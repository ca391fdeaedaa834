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

/** Makes all documents of a label those of another. */
export async function updateLabelOfDocuments(
  tx: Transaction,
  fromId: string,
  toId: string,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    update documents set label_id = ${toId}::uuid, updated_at = now()
    where label_id = ${fromId}::uuid returning id`;
  return rows.map(({ id }) => id);
}

/** Lets a person look at what only a model has given a label. */
export async function clearModelLabel(tx: Transaction, labelId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    update documents set label_id = null, label_source = null, needs_review = true, updated_at = now()
    where label_id = ${labelId}::uuid and label_source = 'MODEL' returning id`;
  return rows.map(({ id }) => id);
}

/** Ids of the documents to which a model has given a label. */
export async function listModelLabelled(tx: Transaction, labelId: string): Promise<string[]> {
  const rows = await tx.document.findMany({ where: { labelId, labelSource: 'MODEL' }, select: { id: true } });
  return rows.map(({ id }) => id);
}
