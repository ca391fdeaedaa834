/**
 * Lets a new installation begin with a model: the starter becomes its first version, its classes the first labels, and it
 * serves. An installation that has anything already never gets it by itself; `importModel` brings it there.
 */
import { access } from 'node:fs/promises';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import type { Log } from '../platform/log.js';
import { messageOf } from '../shared/errors.js';
import { createId } from '../shared/ids.js';
import { completeImport } from './complete-import.js';
import { recogniseFullDisk } from './fetch-checkpoint.js';
import { type RequireLicence, unknownLicence } from './licence.js';
import { createStarterUnusableError } from './model.errors.js';
import { describeModelFolder, findLicenceOfFolder, listMemberFolders } from './model-folder.js';
import {
  insertImport,
  isNewInstallation,
  lockImportRequests,
  updateModelVersion,
} from './model-import.repository.js';
import type { ModelStore } from './model-store.js';
import type { ModelFact, ReadyModelVersion } from './model-version.js';
import { requireServable, serveInsteadOf } from './promote-model.js';
import { starterAuthor, starterFolderName } from './starter-model.js';

/** Answers the version that was made, null where the installation is not new or there is no starter. */
export type InstallStarterModel = () => Promise<ReadyModelVersion | null>;

const reason = 'Comes with Classeur, so that the first upload is classified';

/**
 * @param dependencies.folder of the starter model, a checkpoint with a classifier or an average; null for none
 * @returns a function for the start of every process: of those that start at once, one installs, and the others wait and see
 * that. It throws STARTER_MODEL_UNUSABLE, and LICENCE_REFUSED.
 */
export function createInstallStarterModel(dependencies: {
  connection: DatabaseConnection;
  store: ModelStore;
  folder: string | null;
  requireLicence: RequireLicence;
  announce: (tx: Transaction, fact: ModelFact) => Promise<void>;
  log: Log;
}): InstallStarterModel {
  const { connection, store, folder, requireLicence, announce, log } = dependencies;

  const install = async (tx: Transaction, id: string, from: string): Promise<ReadyModelVersion> => {
    const { licence, ...model } = await describeStarter(from);
    const source = { kind: 'folder', folder: starterFolderName } as const;
    const origin = {
      modelVersionId: id,
      folder: source.folder,
      createLabels: true,
      requestedBy: starterAuthor,
    };
    await insertImport(tx, { id, source, ...origin });
    const fetched = { licence, commit: null, isVerified: null, byteSize: null };
    const change = await completeImport(tx, origin, model, fetched);
    const version = requireServable(await updateModelVersion(tx, id, change), requireLicence);
    await store.copyFolder(id, from, await listMemberFolders(from));
    await serveInsteadOf(tx, version, { expectedId: null, reason }, announce);
    return version;
  };

  return async () => {
    if (folder === null || !(await isNewInstallation(connection.database))) return null;
    if (!(await isThere(folder))) {
      log.warn({ folder }, 'there is no starter model: nothing is classified before the first training run');
      return null;
    }
    const id = createId();
    try {
      const version = await connection.transaction(async (tx) => {
        await lockImportRequests(tx);
        return (await isNewInstallation(tx)) ? await install(tx, id, folder) : null;
      });
      if (version) log.info({ modelVersionId: id, licence: version.licence }, 'installed the starter model');
      return version;
    } catch (error) {
      await store.removeFolder(id);
      throw recogniseFullDisk(error);
    }
  };
}

/** What the files of a starter say of it, without the weights of its network. @throws AppError STARTER_MODEL_UNUSABLE. */
async function describeStarter(folder: string) {
  try {
    const licence = (await findLicenceOfFolder(folder)) ?? unknownLicence;
    const model = await describeModelFolder(folder);
    if (model.labels === null) throw new Error('It has no classifier.');
    return { ...model, licence };
  } catch (error) {
    throw createStarterUnusableError(folder, messageOf(error), error);
  }
}

async function isThere(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
