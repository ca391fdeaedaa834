/**
 * Brings the checkpoint of a source to a folder of this machine and reads it; a folder, but not the hub, may as well hold an average or
 * a text classifier. What the library says of a fault becomes an error that a client may see; the paths of this machine do not.
 */
import {
  type DownloadProgress,
  describeFolder,
  downloadCheckpoint,
  HubModelNotFoundError,
} from '../layoutlmv2/checkpoints/hub.js';
import { DamagedDownloadError } from '../layoutlmv2/checkpoints/hub-download.js';
import { HubAccessError, PassingHubError } from '../layoutlmv2/checkpoints/hub-request.js';
import { parseConfig } from '../layoutlmv2/config.js';
import { AppError, systemCodeOf } from '../shared/errors.js';
import { findBaseModelFolder } from './base-models-folder.js';
import { type RequireLicence, unknownLicence } from './licence.js';
import {
  createCheckpointUnusableError,
  createDiskFullError,
  createDownloadDamagedError,
  createDownloadFailedError,
  createHubAccessRefusedError,
  createHubModelNotFoundError,
  createHubUnreachableError,
} from './model.errors.js';
import {
  architectureOfConfig,
  findLicenceOfFolder,
  listMemberFolders,
  type ReadModel,
  readModel,
} from './model-folder.js';
import { type ModelSource, nameOfSource } from './model-import.js';
import { starterFolderName } from './starter-model.js';

// Of the identifiers that hubs know, the longest has 40 characters; several may be listed.
const longestLicence = 500;

/** Where checkpoints come from. */
export type CheckpointSources = {
  /** Base address of the hub. */
  endpoint: string;
  /** For private and gated models; null without one. */
  token: string | null;
  cacheFolder: string;
  /** The directory whose folders may be imported. */
  baseModelsFolder: string;
  /** Of the starter model; null or not given where there is none. */
  starterFolder?: string | null;
  /** Waiting time before the second try of a request; the library's own when not given. */
  retryDelayMs?: number;
};

/** What is known before the weights are there. */
export type CheckpointOrigin = { commit: string | null; licence: string };

export type FetchedCheckpoint = CheckpointOrigin & {
  folder: string;
  isVerified: boolean | null;
  /** Of the download; null for a folder. */
  byteSize: number | null;
};

/**
 * Downloads a checkpoint, or finds it. Its configuration and licence are checked before its weights are asked for.
 *
 * @throws AppError HUB_MODEL_NOT_FOUND, HUB_ACCESS_REFUSED, HUB_UNREACHABLE (which may pass), DOWNLOAD_DAMAGED,
 * DOWNLOAD_FAILED, DISK_FULL, LICENCE_REFUSED, CHECKPOINT_UNUSABLE, MODEL_FOLDER_NOT_FOUND, MODEL_FOLDER_REFUSED
 */
export async function fetchCheckpoint(
  source: ModelSource,
  options: {
    sources: CheckpointSources;
    requireLicence: RequireLicence;
    signal: AbortSignal;
    onOrigin: (origin: CheckpointOrigin) => void;
    onProgress: (progress: DownloadProgress) => void;
  },
): Promise<FetchedCheckpoint> {
  const { sources, requireLicence, signal, onOrigin, onProgress } = options;
  const checkLicence = (commit: string | null, stated: string | null) => {
    const licence = stated?.slice(0, longestLicence) ?? unknownLicence;
    requireLicence(licence, nameOfSource(source));
    onOrigin({ commit, licence });
    return licence;
  };
  const check = (config: unknown, commit: string | null, stated: string | null) => {
    const licence = checkLicence(commit, stated);
    try {
      parseConfig(config);
    } catch (error) {
      throw toUnusable(source, null, error);
    }
    return licence;
  };
  if (source.kind === 'folder') {
    const { folder, config, licence } = await findModelFolder(source, sources);
    const found = { folder, commit: null, isVerified: null, byteSize: null };
    // Of an average or a text classifier, reading it tells whether it can be used.
    const isNetwork = architectureOfConfig(config) === 'LayoutLMv2';
    return { ...found, licence: isNetwork ? check(config, null, licence) : checkLicence(null, licence) };
  }
  const { endpoint, token, cacheFolder, retryDelayMs } = sources;
  const { repository, revision } = source;
  try {
    const download = { endpoint, token, cacheFolder, repository, revision, signal, onProgress };
    const found = await downloadCheckpoint({
      ...download,
      ...(retryDelayMs !== undefined && { retryDelayMs }),
      beforeWeights: ({ config, commit, licence }) => void check(config, commit, licence),
    });
    // In the cache already, nobody has looked at it yet.
    const { config } = await describeFolder(found.folder);
    return { ...found, licence: check(config, found.commit, found.licence) };
  } catch (error) {
    signal.throwIfAborted();
    throw toDownloadError(cacheFolder, error);
  }
}

/** Where a folder of this machine is, and what its small files say of the model in it. */
async function findModelFolder(
  source: Extract<ModelSource, { kind: 'folder' }>,
  { starterFolder, baseModelsFolder }: CheckpointSources,
): Promise<{ folder: string; config: unknown; licence: string | null }> {
  const isStarter = source.folder === starterFolderName && starterFolder;
  const folder = isStarter ? starterFolder : await findBaseModelFolder(baseModelsFolder, source.folder);
  try {
    const { config } = await describeFolder(folder);
    if (!isStarter) {
      // A member may be no link to a place outside either.
      for (const member of await listMemberFolders(folder))
        await findBaseModelFolder(baseModelsFolder, `${source.folder}/${member}`);
    }
    return { folder, config, licence: await findLicenceOfFolder(folder) };
  } catch (error) {
    throw toUnusable(source, folder, error);
  }
}

/** Reads what was fetched. @throws AppError CHECKPOINT_UNUSABLE naming the file, tensor or setting at fault. */
export async function readFetchedModel(source: ModelSource, folder: string): Promise<ReadModel> {
  try {
    return await readModel(folder);
  } catch (error) {
    throw toUnusable(source, folder, error);
  }
}

/** The same error, or DISK_FULL where that is what it is about: what to do is said by `createError`, of an import without it. */
export function recogniseFullDisk(error: unknown, createError = createDiskFullError): unknown {
  const code = systemCodeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT' ? createError(error) : error;
}

function toDownloadError(cacheFolder: string, error: unknown): unknown {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? error.message.replaceAll(cacheFolder, 'the cache') : '';
  if (error instanceof HubModelNotFoundError) return createHubModelNotFoundError(message, error);
  if (error instanceof HubAccessError) return createHubAccessRefusedError(message, error);
  if (error instanceof PassingHubError) return createHubUnreachableError(message, error);
  if (error instanceof DamagedDownloadError) return createDownloadDamagedError(message, error);
  if (isDeliberate(error)) return createDownloadFailedError(message, error);
  return recogniseFullDisk(error);
}

function toUnusable(source: ModelSource, folder: string | null, error: unknown): unknown {
  const isMissingFile = ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemCodeOf(error) ?? '');
  if (!(error instanceof Error) || !(isDeliberate(error) || isMissingFile)) return recogniseFullDisk(error);
  const shown = source.kind === 'hub' ? source.repository : source.folder;
  const message = folder === null ? error.message : error.message.replaceAll(folder, shown);
  return createCheckpointUnusableError(nameOfSource(source), message, error);
}

/** Whether the library threw it to say something: not a fault of the system or of the program. */
function isDeliberate(error: unknown): error is Error {
  return error instanceof Error && error.name === 'Error' && systemCodeOf(error) === null;
}
