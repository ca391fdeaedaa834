/**
 * The job that makes a model version of a checkpoint: fetches it, checks it whole, writes it as a folder of our own format
 * and finds the labels that its classes are called. A try that was killed is gone on with where its download ended.
 */
import { findLabelsByName } from '../labels/find-labels-by-name.js';
import { getOrCreateLabel } from '../labels/get-label.js';
import { writeCheckpoint } from '../layoutlmv2/checkpoints/checkpoint.js';
import type { LayoutLMv2Config } from '../layoutlmv2/config.js';
import { parameterCount } from '../layoutlmv2/parameters.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { type JobHandler, jobDone, jobSkipped } from '../platform/jobs/job.js';
import type { Log } from '../platform/log.js';
import { AppError } from '../shared/errors.js';
import { storableText } from '../shared/storable-text.js';
import {
  type CheckpointSources,
  fetchCheckpoint,
  readFetchedCheckpoint,
  recogniseFullDisk,
} from './fetch-checkpoint.js';
import { createImportProgress } from './import-progress.js';
import type { RequireLicence } from './licence.js';
import { importModelJob } from './model.jobs.js';
import { type ModelImport, nameOfSource, sourceOf } from './model-import.js';
import {
  findImports,
  insertLabelsOfModel,
  lockModelVersion,
  updateImport,
  updateModelVersion,
} from './model-import.repository.js';
import type { ModelStore } from './model-store.js';
import type { ModelVersion } from './model-version.js';
import { findModelVersion } from './model-version.repository.js';

// Positions beyond were trained by no published model, whatever their tables hold.
const mostTokens = 512;

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
      const checkpoint = await readFetchedCheckpoint(source, fetched.folder);
      signal.throwIfAborted();
      const { config, labels, warnings } = checkpoint;
      await writeCheckpoint(await store.prepareFolder(id), checkpoint);
      await store.copyModelCard(id, fetched.folder);
      await progress.end();
      const { licence, commit, isVerified, byteSize } = fetched;
      const isDone = await change(id, async (tx) => {
        const unmappedClasses = await mapClasses(tx, origin, (labels ?? []).map(storableText));
        const bytes = byteSize === null ? {} : { downloadedBytes: byteSize, totalBytes: byteSize };
        const finishedAt = new Date();
        await updateImport(tx, id, {
          commit,
          isVerified,
          warnings: warnings.map(storableText),
          ...bytes,
          finishedAt,
        });
        return {
          status: 'READY',
          ...noFailure,
          size: sizeOf(config),
          parameterCount: parameterCount(config, labels?.length ?? 0),
          maxTokens: Math.min(mostTokens, config.maxPositionEmbeddings),
          licence,
          hasClassifier: labels !== null,
          unmappedClasses,
        };
      });
      if (isDone)
        log.info({ modelVersionId: id, source: nameOfSource(source), licence, commit }, 'imported a model');
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

const noFailure = { failureCode: null, failureMessage: null, failureRetryable: null };

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

/** Finds a label for each class of a classifier, or makes it; gives the classes that have none. */
async function mapClasses(
  tx: Transaction,
  { modelVersionId, createLabels, requestedBy }: ModelImport,
  classes: readonly string[],
): Promise<string[]> {
  const known = await findLabelsByName(tx, classes);
  const labelIds: (string | null)[] = [];
  for (const [row, name] of classes.entries()) {
    const label = known[row] ?? (createLabels ? await getOrCreateLabel(tx, name, requestedBy) : null);
    // Two classes whose names differ by case would be one label: it stands for the first of them.
    labelIds.push(label === null || labelIds.includes(label.id) ? null : label.id);
  }
  const unmapped = classes.filter((_, row) => labelIds[row] === null);
  if (unmapped.length === 0) {
    await insertLabelsOfModel(
      tx,
      modelVersionId,
      labelIds.filter((id) => id !== null),
    );
  }
  return unmapped;
}

/** The name of a configuration: that of a published one whose encoder has its width and depth. */
function sizeOf({ hiddenSize, numHiddenLayers }: LayoutLMv2Config): string {
  if (hiddenSize === 768 && numHiddenLayers === 12) return 'base';
  if (hiddenSize === 1024 && numHiddenLayers === 24) return 'large';
  return 'custom';
}
