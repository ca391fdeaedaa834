/** What a model in the shadow has said, beside the serving one, in PostgreSQL. */
import type { Database, Transaction } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import type { Prediction } from './prediction.js';

/** Of a whole document. `serving…` is what the model that labelled it said of it. */
export type ShadowPrediction = Omit<Prediction, 'pageId' | 'noneOfTheseScore'> & {
  servingModelId: string;
  servingLabelId: string;
  servingConfidence: number;
};

/** How often one label of the serving model meets one of the model in the shadow; merged labels count for their targets. */
export type ShadowPair = { servingLabelId: string; labelId: string; count: number };

/** Keeps a prediction; one that is there already stays. */
export async function insertShadowPrediction(
  tx: Transaction,
  prediction: Omit<ShadowPrediction, 'createdAt'>,
): Promise<void> {
  await tx.shadowPrediction.createMany({ data: [prediction], skipDuplicates: true });
}

export async function hasShadowPrediction(
  database: Database,
  documentId: string,
  modelVersionId: string,
): Promise<boolean> {
  return (await database.shadowPrediction.count({ where: { documentId, modelVersionId } })) > 0;
}

/** All pairs, also those that agree. */
export async function countShadowPairs(database: Database, modelVersionId: string): Promise<ShadowPair[]> {
  const rows = await database.$queryRaw<{ servingLabelId: string; labelId: string; count: bigint }[]>`
    select coalesce(s.merged_into_id, s.id) as "servingLabelId", coalesce(l.merged_into_id, l.id) as "labelId",
           count(*) as count
    from shadow_predictions as p
    join labels as s on s.id = p.serving_label_id join labels as l on l.id = p.label_id
    where p.model_version_id = ${modelVersionId}::uuid
    group by 1, 2 order by 3 desc, 1, 2`;
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

/** The documents of a pair, oldest first. */
export async function pageShadowPredictions(
  database: Database,
  { modelVersionId, servingLabelId, labelId }: Omit<ShadowPair, 'count'> & { modelVersionId: string },
  { first, after }: { first: number; after: string | null },
): Promise<{ rows: ShadowPrediction[]; hasNextPage: boolean }> {
  const rows = await database.shadowPrediction.findMany({
    where: {
      modelVersionId,
      servingLabel: { OR: [{ id: servingLabelId }, { mergedIntoId: servingLabelId }] },
      label: { OR: [{ id: labelId }, { mergedIntoId: labelId }] },
      ...(after === null ? {} : { id: { gt: after } }),
    },
    orderBy: { id: 'asc' },
    take: first + 1,
  });
  return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
}

/** By every model that has been in the shadow, newest first. */
export async function listShadowPredictions(
  database: Database,
  documentIds: readonly string[],
): Promise<ShadowPrediction[][]> {
  const rows = await database.shadowPrediction.findMany({
    where: { documentId: { in: [...documentIds] } },
    orderBy: { id: 'desc' },
  });
  const byDocument = groupBy(rows, ({ documentId }) => documentId);
  return documentIds.map((id) => byDocument.get(id) ?? []);
}
