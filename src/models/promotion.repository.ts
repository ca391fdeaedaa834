/** Which versions have served, and whose files are kept, in PostgreSQL. */
import type { Database, Transaction } from '../platform/database/database.js';
import { type PromotionEvent, servingAlias } from './model-version.js';

export async function insertPromotion(
  tx: Transaction,
  promotion: Omit<PromotionEvent, 'createdAt'>,
): Promise<void> {
  await tx.modelPromotion.create({ data: { ...promotion, alias: servingAlias } });
}

/** All changes of the serving version, oldest first. */
export async function listPromotions(
  database: Database,
): Promise<Pick<PromotionEvent, 'kind' | 'modelVersionId' | 'steps'>[]> {
  return await database.modelPromotion.findMany({
    where: { alias: servingAlias },
    orderBy: { id: 'asc' },
    select: { kind: true, modelVersionId: true, steps: true },
  });
}

/** Newest first. */
export async function pagePromotions(
  database: Database,
  { first, after }: { first: number; after: string | null },
): Promise<{ rows: PromotionEvent[]; hasNextPage: boolean }> {
  const rows = await database.modelPromotion.findMany({
    where: { alias: servingAlias, ...(after === null ? {} : { id: { lt: after } }) },
    orderBy: { id: 'desc' },
    take: first + 1,
    omit: { alias: true },
  });
  return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
}

export async function countPromotions(database: Database): Promise<number> {
  return await database.modelPromotion.count({ where: { alias: servingAlias } });
}

/**
 * Versions made by runs that have their files, but for the newest ones; text classifiers, of which each run makes one beside its
 * network, are counted apart. Holds them: whoever begins a run from one waits until the transaction ends.
 */
export async function holdOldVersions(tx: Transaction, kept: number): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id from model_versions
    where id in (
      select made.id from (
        select v.id, row_number() over (partition by v.architecture = 'TF-IDF' order by v.number desc) as age
        from model_versions as v
        where v.status = 'READY' and not exists (select from model_imports as i where i.model_version_id = v.id)
      ) as made where made.age > ${kept}::int
    ) and files_collected_at is null
    order by id for update`;
  return rows.map(({ id }) => id);
}

/** Ids of the versions that any alias stands for. */
export async function listAliasedVersions(database: Database): Promise<string[]> {
  const rows = await database.modelAlias.findMany({ select: { modelVersionId: true } });
  return rows.map(({ modelVersionId }) => modelVersionId);
}

export async function markCollected(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.modelVersion.updateMany({
    where: { id: { in: [...ids] } },
    data: { filesCollectedAt: new Date() },
  });
}

/** Which of the versions have given up their files. */
export async function listCollected(database: Database, ids: readonly string[]): Promise<string[]> {
  const rows = await database.modelVersion.findMany({
    where: { id: { in: [...ids] }, filesCollectedAt: { not: null } },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}
