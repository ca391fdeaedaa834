/** How the features to the right come to model versions. */
import type { Database, Transaction } from '../platform/database/database.js';
import { isId } from '../shared/ids.js';
import {
  createFilesCollectedError,
  createModelVersionNotFoundError,
  createModelVersionNotReadyError,
} from './model.errors.js';
import { isReady, type ModelMember, type ModelVersion, type ReadyModelVersion } from './model-version.js';
import {
  findModelVersion,
  findModelVersions,
  insertModelVersion,
  listLabelIds,
  listMembers,
  type NewModelVersion,
  type VersionOrigin,
} from './model-version.repository.js';

/** @throws AppError MODEL_VERSION_NOT_FOUND. */
export async function getModelVersion(database: Database, id: string): Promise<ModelVersion> {
  const version = isId(id) ? await findModelVersion(database, id) : null;
  if (version === null) throw createModelVersionNotFoundError(id);
  return version;
}

/**
 * @throws AppError MODEL_VERSION_NOT_FOUND; MODEL_VERSION_NOT_READY for one that is being imported or could not be;
 * MODEL_FILES_COLLECTED.
 */
export async function getReadyModelVersion(database: Database, id: string): Promise<ReadyModelVersion> {
  return requireReady(await getModelVersion(database, id));
}

/** @throws AppError MODEL_VERSION_NOT_READY; MODEL_FILES_COLLECTED for one whose folder is given up. */
export function requireReady(version: ModelVersion): ReadyModelVersion {
  if (!isReady(version)) throw createModelVersionNotReadyError(version.number, version.status);
  if (version.filesCollectedAt !== null) throw createFilesCollectedError(version.number);
  return version;
}

/** Whether a version can be loaded. */
export function isReadyWithFiles(version: ModelVersion): version is ReadyModelVersion {
  return isReady(version) && version.filesCollectedAt === null;
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

/** The members of an average; none of any other version. */
export async function listMembersOfModel(database: Database, modelVersionId: string): Promise<ModelMember[]> {
  const [members = []] = await listMembers(database, [modelVersionId]);
  return members;
}

/** Ids of the labels each version can say, in the order of its classifier's rows. */
export async function listLabelIdsOfModels(database: Database, ids: readonly string[]): Promise<string[][]> {
  return await listLabelIds(database, ids);
}

/** Writes down a version whose folder is complete. */
export async function registerModelVersion(
  tx: Transaction,
  version: NewModelVersion,
  labelIds: readonly string[],
  origin: VersionOrigin = {},
): Promise<ReadyModelVersion> {
  return requireReady(await insertModelVersion(tx, version, labelIds, origin));
}
