/**
 * Fetches a checkpoint by name from a model hub (Hugging Face's address scheme, so any mirror of it works) into a local
 * folder that checkpoint.ts reads. All files are of one commit.
 */
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withFolderLock } from '../../shared/folder-lock.js';
import { type DownloadedFile, downloadFile, type FileProgress } from './hub-download.js';
import { fileUrl, type HubAccess, HubFileNotFoundError } from './hub-request.js';
import { isJsonObject, parseJson } from './json.js';
import { findLicence } from './model-card.js';
import { writeFileAtomically } from './positioned-file.js';
import { shardFileNames } from './sharded-checkpoint.js';

export type CheckpointDownload = HubAccess & {
  /** `owner/name`, e.g. `microsoft/layoutlmv2-base-uncased`. */
  readonly repository: string;
  /** Branch, tag or commit; default `main`. A commit is fetched once and never asked for again. */
  readonly revision?: string;
  readonly cacheFolder: string;
  /** For each weight file. Default 20 GiB: beyond any model of this kind. */
  readonly maxBytes?: number;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Is told what the checkpoint is before its weights are asked for; what it throws ends the download. */
  readonly beforeWeights?: (found: CheckpointDescription) => void;
};

/** Of all files of the checkpoint together, those that were here already included. */
export type DownloadProgress = {
  /** The one that is arriving. */
  readonly fileName: string;
  readonly receivedBytes: number;
  /** Null until the size of the last file is known. */
  readonly totalBytes: number | null;
};

export type CheckpointDescription = {
  /** The content of its config.json. */
  readonly config: unknown;
  readonly commit: string | null;
  readonly licence: string | null;
};

export type DownloadedCheckpoint = {
  /** A folder for `readCheckpoint`. */
  readonly folder: string;
  /** The commit the files are of; null on hubs that do not say. */
  readonly commit: string | null;
  /** As the model card states it; null where it does not. */
  readonly licence: string | null;
  /** Whether every weight file was compared with a hash from the hub. */
  readonly isVerified: boolean;
  /** Of all its files. */
  readonly byteSize: number;
};

/** The hub has no such model or revision, or none with the files that a checkpoint needs. */
export class HubModelNotFoundError extends Error {}

const DEFAULT_MAX_BYTES = 20 * 2 ** 30;
// Vocabularies and settings; the largest known tokenizer.json has 17 MB.
const MAX_SMALL_FILE_BYTES = 64 * 2 ** 20;
/** Written last: a folder that has it is complete. */
const RECEIPT_NAME = 'download.json';
const CONFIG_NAME = 'config.json';
const MODEL_CARD_NAME = 'README.md';
/** What may be missing; a tokenizer in one of three forms must be there, which reading the checkpoint checks. */
const OPTIONAL_FILES = [
  'vocab.txt',
  'tokenizer.json',
  'sentencepiece.bpe.model',
  'tokenizer_config.json',
  'preprocessor_config.json',
  MODEL_CARD_NAME,
];
/** In order of preference: a whole file or the index of its shards. */
const WEIGHT_FILES = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];

/**
 * Downloads a checkpoint, or finds it in the cache. An interrupted download is continued; sizes are checked always, hashes
 * where the hub gives them. Of several processes that want the same model, one downloads and the others wait.
 *
 * @throws HubModelNotFoundError, HubAccessError, PassingHubError (a hub that stays out of reach), DamagedDownloadError; any
 * Error names the file and what to do.
 */
export async function downloadCheckpoint(options: CheckpointDownload): Promise<DownloadedCheckpoint> {
  const { repository, revision = 'main', cacheFolder, signal } = options;
  checkNames(options);
  const folder = join(cacheFolder, repository.replaceAll('/', '--'));
  const pinned = isCommit(revision) ? await readReceipt(join(folder, revision)) : null;
  if (pinned !== null) return pinned;
  await mkdir(folder, { recursive: true });
  return await withFolderLock(folder, signal ? { signal } : {}, (heldSignal) =>
    downloadInto(folder, revision, { ...options, signal: heldSignal }, createTally(options.onProgress)),
  );
}

async function downloadInto(
  repositoryFolder: string,
  revision: string,
  options: CheckpointDownload,
  tally: Tally,
): Promise<DownloadedCheckpoint> {
  // The first file tells the commit; all others are then asked for by it.
  const arrivals = join(repositoryFolder, 'arriving');
  await mkdir(arrivals, { recursive: true });
  const small = { maxBytes: MAX_SMALL_FILE_BYTES, tally };
  const first = await downloadNamed(options, revision, CONFIG_NAME, arrivals, small).catch(
    (error: unknown) => {
      if (!(error instanceof HubFileNotFoundError)) throw error;
      throw new HubModelNotFoundError(
        `${options.endpoint} has no model "${options.repository}" with a ${CONFIG_NAME} at revision "${revision}", or needs a token (HF_TOKEN) to show it.`,
        { cause: error },
      );
    },
  );
  const exactRevision = first.commit ?? revision;
  const folder = join(repositoryFolder, encodeURIComponent(exactRevision));
  const known = first.commit === null ? null : await readReceipt(folder);
  if (known !== null) {
    await rm(join(arrivals, CONFIG_NAME));
    return known;
  }
  await mkdir(folder, { recursive: true });
  await rename(join(arrivals, CONFIG_NAME), join(folder, CONFIG_NAME));
  for (const fileName of OPTIONAL_FILES) {
    await downloadIfThere(options, exactRevision, fileName, folder, small);
  }
  const description = { commit: first.commit, ...(await describeFolder(folder)) };
  options.beforeWeights?.(description);
  const isVerified = await downloadWeights(options, exactRevision, folder, tally);
  const { commit, licence } = description;
  const receipt = { commit, licence, isVerified, byteSize: tally.doneBytes() };
  const text = `${JSON.stringify({ repository: options.repository, revision, ...receipt }, null, 2)}\n`;
  await writeFileAtomically(join(folder, RECEIPT_NAME), (append) => append(Buffer.from(text)));
  return { folder, ...receipt };
}

/** What the small files of a checkpoint folder say of it: the content of its config.json and its licence, if it states one. */
export async function describeFolder(folder: string): Promise<Omit<CheckpointDescription, 'commit'>> {
  const path = join(folder, CONFIG_NAME);
  const config = parseJson(await readFile(path, 'utf8'), path);
  const stated = findLicence(await readTextIfThere(join(folder, MODEL_CARD_NAME)));
  const configured = isJsonObject(config) && typeof config.license === 'string' ? config.license : null;
  const licence = (stated ?? configured ?? '')
    .toLowerCase()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return { config, licence: licence === '' ? null : licence };
}

/** Adds up the progress of the files of a checkpoint. */
type Tally = ReturnType<typeof createTally>;

function createTally(onProgress: CheckpointDownload['onProgress'] = () => {}) {
  let doneBytes = 0;
  return {
    doneBytes: () => doneBytes,
    arriving(fileName: string, { receivedBytes, totalBytes }: FileProgress, isLast: boolean): void {
      onProgress({
        fileName,
        receivedBytes: doneBytes + receivedBytes,
        totalBytes: isLast && totalBytes !== null ? doneBytes + totalBytes : null,
      });
    },
    arrived(size: number): void {
      doneBytes += size;
    },
  };
}

/** The weights in the best form the hub has; whether all of them could be verified. */
async function downloadWeights(
  options: CheckpointDownload,
  revision: string,
  folder: string,
  tally: Tally,
): Promise<boolean> {
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  for (const fileName of WEIGHT_FILES) {
    const isIndex = fileName.endsWith('.json');
    const limits = { maxBytes: isIndex ? MAX_SMALL_FILE_BYTES : maxBytes, tally, isLast: !isIndex };
    const found = await downloadIfThere(options, revision, fileName, folder, limits);
    if (found === null) continue;
    if (!isIndex) return found.isVerified;
    const path = join(folder, fileName);
    const shards = shardFileNames(parseJson(await readFile(path, 'utf8'), path), path);
    let isVerified = true;
    for (const shard of shards) {
      const isLast = shard === shards.at(-1);
      const downloaded = await downloadNamed(options, revision, shard, folder, { maxBytes, tally, isLast });
      isVerified &&= downloaded.isVerified;
    }
    return isVerified;
  }
  throw new HubModelNotFoundError(
    `${options.endpoint} has no weights for "${options.repository}" at "${revision}": none of ${WEIGHT_FILES.join(', ')}.`,
  );
}

/** How a file is taken: its largest size, who counts its bytes, and whether it is the last. */
type FileLimits = { readonly maxBytes: number; readonly tally: Tally; readonly isLast?: boolean };

async function downloadIfThere(
  options: CheckpointDownload,
  revision: string,
  fileName: string,
  folder: string,
  limits: FileLimits,
): Promise<DownloadedFile | null> {
  try {
    return await downloadNamed(options, revision, fileName, folder, limits);
  } catch (error) {
    if (error instanceof HubFileNotFoundError) return null;
    throw error;
  }
}

async function downloadNamed(
  options: CheckpointDownload,
  revision: string,
  fileName: string,
  folder: string,
  { maxBytes, tally, isLast = false }: FileLimits,
): Promise<DownloadedFile> {
  const url = fileUrl(options.endpoint, options.repository, revision, fileName);
  const onProgress = (progress: FileProgress) => tally.arriving(fileName, progress, isLast);
  const path = join(folder, fileName);
  const file = await downloadFile({ url, path, fileName, maxBytes, onProgress }, options);
  tally.arrived(file.size);
  return file;
}

function checkNames({ repository, revision = 'main', endpoint }: CheckpointDownload): void {
  const parts = repository.split('/');
  if (parts.length > 2 || !parts.every((part) => /^[\w-][\w.-]*$/.test(part))) {
    throw new Error(`"${repository}" is no model name; it should look like owner/name.`);
  }
  if (!/^[\w-][\w./-]*$/.test(revision)) throw new Error(`"${revision}" is no branch, tag or commit.`);
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
    throw new Error(`The hub's address "${endpoint}" should start with https:// (setting HF_ENDPOINT).`);
  }
}

function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

async function readReceipt(folder: string): Promise<DownloadedCheckpoint | null> {
  const path = join(folder, RECEIPT_NAME);
  const text = await readTextIfThere(path);
  if (text === '') return null;
  const receipt = parseJson(text, path);
  const { commit, licence, isVerified, byteSize } = isJsonObject(receipt) ? receipt : {};
  return {
    folder,
    commit: typeof commit === 'string' ? commit : null,
    licence: typeof licence === 'string' ? licence : null,
    isVerified: isVerified === true,
    byteSize: typeof byteSize === 'number' ? byteSize : 0,
  };
}

/** The text of a file; empty where there is none. */
async function readTextIfThere(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere ? readFile(path, 'utf8') : '';
}
