/**
 * The job that makes a model version of a checkpoint or of an average: fetches it, checks it whole, writes it as a folder of our own format
 * and finds the labels that its classes are called. A try that was killed is gone on with where its download ended.
 */
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { type JobHandler, jobDone, jobSkipped } from '../platform/jobs/job.js';
import type { Log } from '../platform/log.js';
import { AppError } from '../shared/errors.js';
import { storableText } from '../shared/storable-text.js';
import { completeImport } from './complete-import.js';
import {
  type CheckpointSources,
  fetchCheckpoint,
  readFetchedModel,
  recogniseFullDisk,
} from './fetch-checkpoint.js';
import { createImportProgress } from './import-progress.js';
import type { RequireLicence } from './licence.js';
import { importModelJob } from './model.jobs.js';
import { describeModel, listMemberFolders, writeModel } from './model-folder.js';
import { type ModelImport, nameOfSource, sourceOf } from './model-import.js';
import {
  findImports,
  lockModelVersion,
  updateImport,
  updateModelVersion,
} from './model-import.repository.js';
import type { ModelStore } from './model-store.js';
import type { ModelVersion } from './model-version.js';
import { findModelVersion } from './model-version.repository.js';

export function createRunModelImport(dependencies: {
  connection: DatabaseConnection;
  store: ModelStore;
  sources: CheckpointSources;
  requireLicence: RequireLicence;
  log: Log;
}): JobHandler<{ modelVersionId: string }> {
  const { connection, store, sources, requireLicence, log } = dependencies;

  /** Changes a version that is still being imported; says whether it was. */
  const change = (
    id: string,
    work: (tx: Transaction) => Promise<Partial<Omit<ModelVersion, 'id' | 'number'>>>,
  ): Promise<boolean> =>
    connection.transaction(async (tx) => {
      const version = await lockModelVersion(tx, id);
      if (version?.status !== 'IMPORTING') return false;
      await updateModelVersion(tx, id, await work(tx));
      return true;
    });

  const importFrom = async (origin: ModelImport, outer: AbortSignal): Promise<boolean> => {
    const { modelVersionId: id } = origin;
    const source = sourceOf(origin);
    const progress = createImportProgress({ id, source: nameOfSource(source), change, log });
    const signal = AbortSignal.any([outer, progress.stopped]);
    try {
      const fetched = await fetchCheckpoint(source, {
        sources,
        requireLicence,
        signal,
        onOrigin: progress.keepOrigin,
        onProgress: progress.keepBytes,
      });
      const model = await readFetchedModel(source, fetched.folder);
      signal.throwIfAborted();
      await writeModel(await store.prepareFolder(id), model);
      await store.copyModelCards(id, fetched.folder, await listMemberFolders(fetched.folder));
      await progress.end();
      const isDone = await change(id, (tx) => completeImport(tx, origin, describeModel(model), fetched));
      if (isDone)
        log.info(
          {
            modelVersionId: id,
            source: nameOfSource(source),
            licence: fetched.licence,
            commit: fetched.commit,
          },
          'imported a model',
        );
      else await store.removeFolder(id);
      return isDone;
    } catch (error) {
      outer.throwIfAborted();
      if (progress.wasCancelled()) return false;
      throw progress.fault() ?? recogniseFullDisk(error);
    } finally {
      await progress.end();
    }
  };

  const keepFailure = (id: string, error: unknown, status: 'IMPORTING' | 'FAILED') =>
    change(id, async (tx) => {
      if (status === 'FAILED') await updateImport(tx, id, { finishedAt: new Date() });
      return { status, ...describeFailure(error) };
    });

  return {
    definition: importModelJob,
    async run({ modelVersionId }, { signal }) {
      const version = await findModelVersion(connection.database, modelVersionId);
      const [origin = null] = await findImports(connection.database, [modelVersionId]);
      if (version?.status !== 'IMPORTING' || origin === null) {
        return jobSkipped(`the model version is ${version?.status ?? 'gone'}`);
      }
      try {
        return (await importFrom(origin, signal)) ? jobDone : jobSkipped('the import was cancelled');
      } catch (error) {
        // Whoever watches learns why it takes longer; the queue tries again.
        if (error instanceof AppError && error.retryable)
          await keepFailure(modelVersionId, error, 'IMPORTING');
        throw error;
      }
    },
    async giveUp({ modelVersionId }, error) {
      if (await keepFailure(modelVersionId, error, 'FAILED')) await store.removeFolder(modelVersionId);
    },
  };
}

function describeFailure(error: unknown) {
  const isPublic = error instanceof AppError && error.isPublic;
  return {
    failureCode: isPublic ? error.code : 'INTERNAL_ERROR',
    failureMessage: isPublic
      ? storableText(error.message)
      : 'Failed on our side, at every try; the log has the details',
    failureRetryable: isPublic && error.retryable,
  };
}
