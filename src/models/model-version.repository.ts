/** Model versions, their labels and aliases in PostgreSQL. */
import type { Database, Transaction } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import type { ModelMember, ModelVersion, ReadyModelVersion } from './model-version.js';

/** A version that is complete when it is written down. */
export type NewModelVersion = Pick<
  ReadyModelVersion,
  | 'id'
  | 'architecture'
  | 'size'
  | 'parameterCount'
  | 'maxTokens'
  | 'licence'
  | 'hasClassifier'
  | 'baseModelId'
> &
  Partial<Pick<ReadyModelVersion, 'temperature' | 'unmappedClasses' | 'isPretrainedBase'>>;

/** What is known of a version that a run has made. */
export type VersionOrigin = {
  runId?: string;
  architectureReason?: string | null;
  members?: readonly ModelMember[];
};

export async function insertModelVersion(
  tx: Transaction,
  version: NewModelVersion,
  labelIds: readonly string[],
  origin: VersionOrigin = {},
): Promise<ModelVersion> {
  const labels = { create: labelIds.map((labelId, index) => ({ index, labelId })) };
  const { runId, architectureReason = null, members: memberRows = [] } = origin;
  const members = { create: memberRows.map((member, index) => ({ index, ...member })) };
  const madeBy = runId === undefined ? {} : { madeBy: { create: { runId } } };
  return await tx.modelVersion.create({
    data: { ...version, architectureReason, labels, members, ...madeBy },
  });
}

/** The members of each average, none of any other version. */
export async function listMembers(
  database: Database,
  modelVersionIds: readonly string[],
): Promise<ModelMember[][]> {
  const rows = await database.modelMember.findMany({
    where: { modelVersionId: { in: [...modelVersionIds] } },
    orderBy: { index: 'asc' },
  });
  const byVersion = groupBy(rows, ({ modelVersionId }) => modelVersionId);
  return modelVersionIds.map((id) => byVersion.get(id) ?? []);
}

export async function findModelVersion(database: Database, id: string): Promise<ModelVersion | null> {
  return await database.modelVersion.findUnique({ where: { id } });
}

/** Versions in the order of the ids, null where there is none. */
export async function findModelVersions(
  database: Database,
  ids: readonly string[],
): Promise<(ModelVersion | null)[]> {
  const rows = await database.modelVersion.findMany({ where: { id: { in: [...ids] } } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Newest first. */
export async function listModelVersions(
  database: Database,
  { first, after }: { first: number; after: string | null },
): Promise<{ rows: ModelVersion[]; hasNextPage: boolean }> {
  const rows = await database.modelVersion.findMany({
    ...(after === null ? {} : { where: { number: { lt: Number(after) } } }),
    orderBy: { number: 'desc' },
    take: first + 1,
  });
  return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
}

export async function countModelVersions(database: Database): Promise<number> {
  return await database.modelVersion.count();
}

/** The ids of what each version can say, in the order of its classifier's rows. */
export async function listLabelIds(
  database: Database,
  modelVersionIds: readonly string[],
): Promise<string[][]> {
  const rows = await database.modelVersionLabel.findMany({
    where: { modelVersionId: { in: [...modelVersionIds] } },
    orderBy: { index: 'asc' },
  });
  const byVersion = groupBy(rows, ({ modelVersionId }) => modelVersionId);
  return modelVersionIds.map((id) => (byVersion.get(id) ?? []).map(({ labelId }) => labelId));
}

export async function listAliases(
  database: Database,
  modelVersionIds: readonly string[],
): Promise<string[][]> {
  const rows = await database.modelAlias.findMany({
    where: { modelVersionId: { in: [...modelVersionIds] } },
  });
  const byVersion = groupBy(rows, ({ modelVersionId }) => modelVersionId);
  return modelVersionIds.map((id) => (byVersion.get(id) ?? []).map(({ alias }) => alias));
}

export async function findByAlias(database: Database, alias: string): Promise<ModelVersion | null> {
  const row = await database.modelAlias.findUnique({ where: { alias }, include: { modelVersion: true } });
  return row?.modelVersion ?? null;
}

/** Serialises moves of an alias, also of one that does not exist yet, until the transaction ends. */
export async function lockAlias(tx: Transaction, alias: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`model-alias ${alias}`}, 0))`;
}

/** Points an alias to a version. */
export async function setAlias(tx: Transaction, alias: string, modelVersionId: string): Promise<void> {
  await tx.modelAlias.upsert({
    where: { alias },
    create: { alias, modelVersionId },
    update: { modelVersionId, since: new Date() },
  });
}

/** Takes an alias away, from any version or only from one. */
export async function deleteAlias(tx: Transaction, alias: string, modelVersionId?: string): Promise<void> {
  await tx.modelAlias.deleteMany({
    where: { alias, ...(modelVersionId === undefined ? {} : { modelVersionId }) },
  });
}
