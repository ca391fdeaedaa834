/** How the features to the right come to model versions. */
import type { Database, Transaction } from '../platform/database/database.js';
import { isId } from '../shared/ids.js';
import { createModelVersionNotFoundError } from './model.errors.js';
import type { ModelVersion } from './model-version.js';
import {
  findModelVersion,
  findModelVersions,
  insertModelVersion,
  listLabelIds,
} from './model-version.repository.js';

/** @throws AppError MODEL_VERSION_NOT_FOUND. */
export async function getModelVersion(database: Database, id: string): Promise<ModelVersion> {
  const version = isId(id) ? await findModelVersion(database, id) : null;
  if (version === null) throw createModelVersionNotFoundError(id);
  return version;
}

/** Versions in the order of the ids. @throws when one is missing: rows never point to a version that is gone. */
export async function getModelVersions(database: Database, ids: readonly string[]): Promise<ModelVersion[]> {
  const versions = await findModelVersions(database, ids);
  return versions.map((version, index) => {
    if (version === null) throw createModelVersionNotFoundError(ids[index] ?? '');
    return version;
  });
}

/** Ids of the labels a version can say, in the order of its classifier's rows. */
export async function getLabelIdsOfModel(database: Database, modelVersionId: string): Promise<string[]> {
  const [labelIds = []] = await listLabelIds(database, [modelVersionId]);
  return labelIds;
}

/** Ids of the labels each version can say, in the order of its classifier's rows. */
export async function listLabelIdsOfModels(database: Database, ids: readonly string[]): Promise<string[][]> {
  return await listLabelIds(database, ids);
}

/** Writes down a version whose folder is complete. */
export async function registerModelVersion(
  tx: Transaction,
  version: Omit<ModelVersion, 'number' | 'createdAt'>,
  labelIds: readonly string[],
): Promise<ModelVersion> {
  return await insertModelVersion(tx, version, labelIds);
}
