/**
 * Fetches a checkpoint by name from a model hub (Hugging Face's address scheme, so any mirror of it works) into a local
 * folder that checkpoint.ts reads. All files are of one commit.
 */
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DownloadedFile, type DownloadProgress, downloadFile } from './hub-download.js';
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
};

const DEFAULT_MAX_BYTES = 20 * 2 ** 30;
// Vocabularies and settings; the largest known tokenizer.json has 17 MB.
const MAX_SMALL_FILE_BYTES = 64 * 2 ** 20;
/** Written last: a folder that has it is complete. */
const RECEIPT_NAME = 'download.json';
const CONFIG_NAME = 'config.json';
const MODEL_CARD_NAME = 'README.md';
/** What may be missing; a vocabulary in one of two forms must be there, which reading the checkpoint checks. */
const OPTIONAL_FILES = [
  'vocab.txt',
  'tokenizer.json',
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
 * where the hub gives them.
 *
 * @throws Error that names the file and what to do: a name or revision that does not exist, access refused, a damaged file,
 * a hub that stays out of reach.
 */
export async function downloadCheckpoint(options: CheckpointDownload): Promise<DownloadedCheckpoint> {
  const { repository, revision = 'main', cacheFolder } = options;
  checkNames(options);
  const repositoryFolder = join(cacheFolder, repository.replaceAll('/', '--'));
  const pinned = isCommit(revision) ? await readReceipt(join(repositoryFolder, revision)) : null;
  if (pinned !== null) return pinned;

  // The first file tells the commit; all others are then asked for by it.
  const arrivals = join(repositoryFolder, 'arriving');
  await mkdir(arrivals, { recursive: true });
  const first = await downloadNamed(options, revision, CONFIG_NAME, arrivals, MAX_SMALL_FILE_BYTES).catch(
    (error: unknown) => {
      if (!(error instanceof HubFileNotFoundError)) throw error;
      throw new Error(
        `${options.endpoint} has no model "${repository}" with a ${CONFIG_NAME} at revision "${revision}", or needs a token (HF_TOKEN) to show it.`,
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
    await downloadIfThere(options, exactRevision, fileName, folder, MAX_SMALL_FILE_BYTES);
  }
  const isVerified = await downloadWeights(options, exactRevision, folder);
  const licence = findLicence(await readTextIfThere(join(folder, MODEL_CARD_NAME)));
  const receipt = { commit: first.commit, licence, isVerified };
  const text = `${JSON.stringify({ repository, revision, ...receipt }, null, 2)}\n`;
  await writeFileAtomically(join(folder, RECEIPT_NAME), (append) => append(Buffer.from(text)));
  return { folder, ...receipt };
}

/** The weights in the best form the hub has; whether all of them could be verified. */
async function downloadWeights(
  options: CheckpointDownload,
  revision: string,
  folder: string,
): Promise<boolean> {
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  for (const fileName of WEIGHT_FILES) {
    const isIndex = fileName.endsWith('.json');
    const limit = isIndex ? MAX_SMALL_FILE_BYTES : maxBytes;
    const found = await downloadIfThere(options, revision, fileName, folder, limit);
    if (found === null) continue;
    if (!isIndex) return found.isVerified;
    const path = join(folder, fileName);
    let isVerified = true;
    for (const shard of shardFileNames(parseJson(await readFile(path, 'utf8'), path), path)) {
      const downloaded = await downloadNamed(options, revision, shard, folder, maxBytes);
      isVerified &&= downloaded.isVerified;
    }
    return isVerified;
  }
  throw new Error(
    `${options.endpoint} has no weights for "${options.repository}" at "${revision}": none of ${WEIGHT_FILES.join(', ')}.`,
  );
}

async function downloadIfThere(
  options: CheckpointDownload,
  revision: string,
  fileName: string,
  folder: string,
  maxBytes: number,
): Promise<DownloadedFile | null> {
  try {
    return await downloadNamed(options, revision, fileName, folder, maxBytes);
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
  maxBytes: number,
): Promise<DownloadedFile> {
  const { endpoint, repository, onProgress = () => {} } = options;
  const url = fileUrl(endpoint, repository, revision, fileName);
  return downloadFile({ url, path: join(folder, fileName), fileName, maxBytes, onProgress }, options);
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
  const { commit = null, licence = null, isVerified = false } = isJsonObject(receipt) ? receipt : {};
  return {
    folder,
    commit: typeof commit === 'string' ? commit : null,
    licence: typeof licence === 'string' ? licence : null,
    isVerified: isVerified === true,
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
