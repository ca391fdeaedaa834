/** The errors of model versions and of bringing in checkpoints. */
import { createAppError } from '../shared/errors.js';
import type { ModelVersionStatus } from './model-version.js';

export const createModelVersionNotFoundError = (id: string) =>
  createAppError({
    code: 'MODEL_VERSION_NOT_FOUND',
    message: `There is no model version ${JSON.stringify(id)}.`,
  });

export const createModelVersionNotReadyError = (number: number, status: ModelVersionStatus) =>
  createAppError({
    code: 'MODEL_VERSION_NOT_READY',
    message: `Model version ${number} is ${status}: only a READY one can be used.`,
  });

export const createFilesCollectedError = (number: number) =>
  createAppError({
    code: 'MODEL_FILES_COLLECTED',
    message: `The files of model version ${number} have been given up to make room, so it can neither serve nor be fine-tuned; the setting KEPT_MODEL_VERSIONS says how many versions keep theirs. Its figures stay.`,
  });

export const createNothingToRollBackError = (steps: number, possible: number) =>
  createAppError({
    code: 'NOTHING_TO_ROLL_BACK',
    message:
      possible === 0
        ? 'No model version served before the present one, so there is none to go back to.'
        : `Only ${possible} promotions can be taken back, not ${steps}.`,
  });

export const createInvalidStepsError = (steps: number) =>
  createAppError({ code: 'BAD_USER_INPUT', message: `steps must be at least 1, not ${steps}` });

export const createShadowServesError = (number: number) =>
  createAppError({
    code: 'SHADOW_MODEL_SERVES',
    message: `Model version ${number} serves: only another one can be compared with it in the shadow.`,
  });

export const createNoClassifierError = (number: number) =>
  createAppError({
    code: 'MODEL_HAS_NO_CLASSIFIER',
    message: `Model version ${number} is a base model without a classifier, so it cannot serve. Fine-tune it: startTrainingRun(input: { baseModelId: … }), and promote what the run makes.`,
  });

export const createNeedsFineTuningError = (number: number) =>
  createAppError({
    code: 'MODEL_NEEDS_FINE_TUNING',
    message: `Model version ${number} has learnt on without labels, and its classifier no longer fits what it has become, so it cannot serve. Fine-tune it: startTrainingRun(input: { baseModelId: … }), and promote what the run makes.`,
  });

export const createNoNetworkError = (number: number) =>
  createAppError({
    code: 'MODEL_HAS_NO_NETWORK',
    message: `Model version ${number} is a text classifier (TF-IDF), which each run learns anew: it has no network that a run could go on from. Give another baseModelId, or fromScratch: true.`,
  });

export const createUnmappedClassesError = (number: number, classes: readonly string[]) =>
  createAppError({
    code: 'MODEL_CLASSES_UNMAPPED',
    message: `Model version ${number} cannot serve: no label stands for its ${classes.map((name) => JSON.stringify(name)).join(', ')}. Import it again with createLabels: true, create labels of these names and import it again, or fine-tune it.`,
  });

export const createLicenceRefusedError = (what: string, licence: string) =>
  createAppError({
    code: 'LICENCE_REFUSED',
    message: `${what} is under the licence ${JSON.stringify(licence)}, which does not allow commercial use or leaves it open. This installation refuses such weights: the setting ALLOW_NONCOMMERCIAL_WEIGHTS is false.`,
  });

export const createInvalidImportError = (fault: string) =>
  createAppError({ code: 'INVALID_MODEL_IMPORT', message: fault });

export const createFolderRefusedError = (folder: string, fault: string) =>
  createAppError({
    code: 'MODEL_FOLDER_REFUSED',
    message: `The folder ${JSON.stringify(folder)} ${fault}. Give the path of a folder inside the directory that the setting BASE_MODELS_DIR names, relative to it.`,
  });

export const createFolderNotFoundError = (folder: string) =>
  createAppError({
    code: 'MODEL_FOLDER_NOT_FOUND',
    message: `There is no folder ${JSON.stringify(folder)} in the directory that the setting BASE_MODELS_DIR names.`,
  });

export const createImportNotCancellableError = (number: number, status: ModelVersionStatus) =>
  createAppError({
    code: 'MODEL_IMPORT_NOT_CANCELLABLE',
    message: `Model version ${number} is ${status}: only the import of an IMPORTING one can be cancelled.`,
  });

export const createHubModelNotFoundError = (fault: string, cause: unknown) =>
  createAppError({ code: 'HUB_MODEL_NOT_FOUND', message: fault, cause });

export const createHubAccessRefusedError = (fault: string, cause: unknown) =>
  createAppError({ code: 'HUB_ACCESS_REFUSED', message: fault, cause });

export const createHubUnreachableError = (fault: string, cause: unknown) =>
  createAppError({
    code: 'HUB_UNREACHABLE',
    message: `${fault} What has arrived is kept, and the download goes on from there.`,
    retryable: true,
    cause,
  });

export const createDownloadDamagedError = (fault: string, cause: unknown) =>
  createAppError({ code: 'DOWNLOAD_DAMAGED', message: fault, cause });

export const createDownloadFailedError = (fault: string, cause: unknown) =>
  createAppError({ code: 'DOWNLOAD_FAILED', message: fault, cause });

export const createModelFilesUnusableError = (number: number, fault: string, cause: unknown) =>
  createAppError({
    code: 'MODEL_FILES_UNUSABLE',
    message: `The files of model version ${number} cannot be used: ${fault} Put its folder in DATA_DIR/models back from a backup, or start from another version: baseModelId, or fromScratch: true for a training run.`,
    cause,
  });

export const createDiskFullError = (cause: unknown) =>
  createAppError({
    code: 'DISK_FULL',
    message:
      'The disk is full. Make room in DATA_DIR or HF_HUB_CACHE and import the model again: what has arrived is kept.',
    cause,
  });

export const createCheckpointUnusableError = (source: string, fault: string, cause: unknown) =>
  createAppError({
    code: 'CHECKPOINT_UNUSABLE',
    message: `${source} is no checkpoint that can be used. ${fault}`,
    cause,
  });

export const createStarterUnusableError = (folder: string, fault: string, cause: unknown) =>
  createAppError({
    code: 'STARTER_MODEL_UNUSABLE',
    message: `The starter model in ${folder} cannot be installed: ${fault} Set STARTER_MODEL to the folder of a checkpoint with a classifier or of an average, or to none`,
    cause,
  });
