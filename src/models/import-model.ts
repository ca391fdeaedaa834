/** Asks for a checkpoint of the hub or of a folder to become a model version; the work itself is a job (run-model-import.ts). */
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { createId, isId } from '../shared/ids.js';
import { cleanFolderName } from './base-models-folder.js';
import {
  createImportNotCancellableError,
  createInvalidImportError,
  createModelVersionNotFoundError,
} from './model.errors.js';
import { isCommit, type ModelSource } from './model-import.js';
import {
  insertImport,
  listImportsOf,
  lockImportRequests,
  lockModelVersion,
  updateImport,
  updateModelVersion,
} from './model-import.repository.js';
import type { ModelFact, ModelVersion } from './model-version.js';

export type ImportModel = (request: {
  repository: string | null;
  revision: string | null;
  folder: string | null;
  createLabels: boolean;
  requestedBy: string;
}) => Promise<ModelVersion>;

export type CancelModelImport = (id: string) => Promise<ModelVersion>;

// As on the hub: owner/name, or a name alone for the oldest models.
const repositoryPattern = /^([\w-][\w.-]{0,95}\/)?[\w-][\w.-]{0,95}$/;
const revisionPattern = /^[\w-][\w./-]{0,199}$/;

/**
 * @returns a function that answers an IMPORTING version. What is being imported already, or is there from the same commit,
 * is answered instead of made again. It throws INVALID_MODEL_IMPORT and MODEL_FOLDER_REFUSED.
 */
export function createImportModel(dependencies: {
  connection: DatabaseConnection;
  announce: (tx: Transaction, fact: ModelFact) => Promise<void>;
}): ImportModel {
  const { connection, announce } = dependencies;
  return async ({ createLabels, requestedBy, ...request }) => {
    const source = readSource(request);
    return await connection.transaction(async (tx) => {
      await lockImportRequests(tx);
      const isSettled = source.kind === 'hub' && isCommit(source.revision);
      const same = (await listImportsOf(tx, source)).find(({ version, origin }) =>
        version.status === 'IMPORTING'
          ? origin.createLabels === createLabels
          : isSettled && version.unmappedClasses.length === 0,
      );
      if (same) return same.version;
      const version = await insertImport(tx, { id: createId(), source, createLabels, requestedBy });
      await announce(tx, { name: 'modelImportRequested', modelVersionId: version.id });
      return version;
    });
  };
}

/**
 * @returns a function that ends an import; what has arrived stays in the cache. It throws MODEL_VERSION_NOT_FOUND and
 * MODEL_IMPORT_NOT_CANCELLABLE.
 */
export function createCancelModelImport({
  connection,
}: {
  connection: DatabaseConnection;
}): CancelModelImport {
  return (id) =>
    connection.transaction(async (tx) => {
      const version = isId(id) ? await lockModelVersion(tx, id) : null;
      if (version === null) throw createModelVersionNotFoundError(id);
      if (version.status !== 'IMPORTING')
        throw createImportNotCancellableError(version.number, version.status);
      await updateImport(tx, id, { finishedAt: new Date() });
      return await updateModelVersion(tx, id, { status: 'CANCELLED' });
    });
}

function readSource({
  repository,
  revision,
  folder,
}: Omit<Parameters<ImportModel>[0], 'createLabels' | 'requestedBy'>): ModelSource {
  if ((repository === null) === (folder === null)) {
    throw createInvalidImportError('Give either repository or folder.');
  }
  if (folder !== null) {
    if (revision !== null)
      throw createInvalidImportError('Only a repository has revisions, a folder has none.');
    return { kind: 'folder', folder: cleanFolderName(folder) };
  }
  if (repository === null || !repositoryPattern.test(repository)) {
    throw createInvalidImportError(
      `${JSON.stringify(repository?.slice(0, 100))} is no model name; it should look like owner/name, such as microsoft/layoutlmv2-base-uncased.`,
    );
  }
  if (revision !== null && !revisionPattern.test(revision)) {
    throw createInvalidImportError(`${JSON.stringify(revision.slice(0, 100))} is no branch, tag or commit.`);
  }
  return { kind: 'hub', repository, revision: revision ?? 'main' };
}
