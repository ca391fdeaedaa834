/** Imports of model versions in PostgreSQL: the rows of versions that are on their way, and where they come from. */
import type { Database, Transaction } from '../platform/database/database.js';
import type { ImportedModelVersion, ModelImport, ModelSource } from './model-import.js';
import type { ModelMember, ModelVersion } from './model-version.js';

/** Serialises requests, so that asking twice makes one version, until the transaction ends. */
export async function lockImportRequests(tx: Transaction): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('model-imports', 0))`;
}

/** Whether nothing has been kept here yet: no document, no label, no model version. */
export async function isNewInstallation(database: Database): Promise<boolean> {
  const [row] = await database.$queryRaw<{ isNew: boolean }[]>`select not exists (select from model_versions)
    and not exists (select from labels) and not exists (select from documents) as "isNew"`;
  return row?.isNew === true;
}

/** Writes down a version that is to be imported. */
export async function insertImport(
  tx: Transaction,
  wanted: { id: string; source: ModelSource; createLabels: boolean; requestedBy: string },
): Promise<ModelVersion> {
  const { id, source, createLabels, requestedBy } = wanted;
  return await tx.modelVersion.create({
    data: {
      id,
      status: 'IMPORTING',
      architecture: 'LayoutLMv2',
      hasClassifier: null,
      import: { create: { ...columnsOf(source), createLabels, requestedBy } },
    },
  });
}

/** Versions of a source that are being imported or complete, newest first. */
export async function listImportsOf(
  database: Database,
  source: ModelSource,
): Promise<ImportedModelVersion[]> {
  const rows = await database.modelImport.findMany({
    where: { ...columnsOf(source), modelVersion: { status: { in: ['IMPORTING', 'READY'] } } },
    include: { modelVersion: true },
    orderBy: { modelVersionId: 'desc' },
  });
  return rows.map(({ modelVersion, ...origin }) => ({ version: modelVersion, origin }));
}

/** Imports in the order of the versions' ids; null for a version that was not imported. */
export async function findImports(
  database: Database,
  modelVersionIds: readonly string[],
): Promise<(ModelImport | null)[]> {
  const rows = await database.modelImport.findMany({
    where: { modelVersionId: { in: [...modelVersionIds] } },
  });
  const byId = new Map(rows.map((row) => [row.modelVersionId, row]));
  return modelVersionIds.map((id) => byId.get(id) ?? null);
}

/** Holds a version's row until the transaction ends. */
export async function lockModelVersion(tx: Transaction, id: string): Promise<ModelVersion | null> {
  await tx.$queryRaw`select id from model_versions where id = ${id}::uuid for update`;
  return await tx.modelVersion.findUnique({ where: { id } });
}

export async function updateModelVersion(
  tx: Transaction,
  id: string,
  change: Partial<Omit<ModelVersion, 'id' | 'number'>>,
): Promise<ModelVersion> {
  return await tx.modelVersion.update({ where: { id }, data: change });
}

export async function updateImport(
  database: Database,
  modelVersionId: string,
  change: Partial<Omit<ModelImport, 'modelVersionId'>>,
): Promise<void> {
  await database.modelImport.update({ where: { modelVersionId }, data: change });
}

/** Writes down what the classifier of an imported version can say, in the order of its rows. */
export async function insertLabelsOfModel(
  tx: Transaction,
  modelVersionId: string,
  labelIds: readonly string[],
): Promise<void> {
  const data = labelIds.map((labelId, index) => ({ modelVersionId, index, labelId }));
  await tx.modelVersionLabel.createMany({ data });
}

/** Writes down what an imported average consists of. */
export async function insertMembersOfModel(
  tx: Transaction,
  modelVersionId: string,
  members: readonly ModelMember[],
): Promise<void> {
  const data = members.map((member, index) => ({ modelVersionId, index, ...member }));
  await tx.modelMember.createMany({ data });
}

function columnsOf(source: ModelSource) {
  return source.kind === 'hub'
    ? { repository: source.repository, revision: source.revision, folder: null }
    : { repository: null, revision: null, folder: source.folder };
}
