/** The version that scores uploads only to be compared with the serving one: nothing it says labels a document. */
import type { Database, DatabaseConnection } from '../platform/database/database.js';
import { isId } from '../shared/ids.js';
import { isReadyWithFiles } from './get-model-version.js';
import type { RequireLicence } from './licence.js';
import { createModelVersionNotFoundError, createShadowServesError } from './model.errors.js';
import { type ReadyModelVersion, servingAlias, shadowAlias } from './model-version.js';
import {
  deleteAlias,
  findByAlias,
  findModelVersion,
  lockAlias,
  setAlias,
} from './model-version.repository.js';
import { requireServable } from './promote-model.js';

/** @param id null for none. */
export type SetShadowModel = (id: string | null) => Promise<ReadyModelVersion | null>;

export async function findShadowModel(database: Database): Promise<ReadyModelVersion | null> {
  const version = await findByAlias(database, shadowAlias);
  return version && isReadyWithFiles(version) ? version : null;
}

/** @returns a function that throws SHADOW_MODEL_SERVES, and what promoting the version would throw. */
export function createSetShadowModel(dependencies: {
  connection: DatabaseConnection;
  requireLicence: RequireLicence;
}): SetShadowModel {
  const { connection, requireLicence } = dependencies;
  return (id) =>
    connection.transaction(async (tx) => {
      // The serving alias too, and first: the same order as whoever gives up files or promotes.
      await lockAlias(tx, servingAlias);
      await lockAlias(tx, shadowAlias);
      if (id === null) {
        await deleteAlias(tx, shadowAlias);
        return null;
      }
      const version = isId(id) ? await findModelVersion(tx, id) : null;
      if (version === null) throw createModelVersionNotFoundError(id);
      const usable = requireServable(version, requireLicence);
      if ((await findByAlias(tx, servingAlias))?.id === usable.id)
        throw createShadowServesError(usable.number);
      await setAlias(tx, shadowAlias, usable.id);
      return usable;
    });
}
