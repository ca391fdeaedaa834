/** Reads the files of a version that something is to be made of, and says what is wrong with them. */
import { join, relative } from 'node:path';
import { readLookModel, type SavedLookModel } from '../linear-classifiers/look/look-model-folder.js';
import { readTextModel, type SavedTextModel } from '../linear-classifiers/text/text-model-folder.js';
import { systemCodeOf } from '../shared/errors.js';
import { findLookFolderOf, findTextFolderOf, networkFolderOf } from './average-folder.js';
import { createModelFilesUnusableError } from './model.errors.js';
import type { ModelStore } from './model-store.js';
import type { ReadyModelVersion } from './model-version.js';

/** What the system says of a file that is not there, or that may not or cannot be read. */
const FAULTS_OF_FILES = ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'EIO'];

/**
 * Reads the folder of a version's network.
 *
 * @throws AppError MODEL_HAS_NO_NETWORK; MODEL_FILES_UNUSABLE naming the version and the file, tensor or setting at fault
 */
export async function readNetworkFiles<T>(
  version: ReadyModelVersion,
  store: ModelStore,
  read: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = store.folderOf(version.id);
  return readFiles(version, folder, () => read(networkFolderOf(version, folder)));
}

/**
 * The text classifier of a version; null where it has none.
 *
 * @throws AppError MODEL_FILES_UNUSABLE naming the version and the file, tensor or setting at fault
 */
export async function findTextModel(
  version: ReadyModelVersion,
  store: ModelStore,
): Promise<SavedTextModel | null> {
  const folder = store.folderOf(version.id);
  const ofText = findTextFolderOf(version, folder);
  return ofText === null ? null : readFiles(version, folder, () => readTextModel(ofText));
}

/**
 * The classifier of looks in a version that is an average; null where it has none.
 *
 * @throws AppError MODEL_FILES_UNUSABLE naming the version and the file, tensor or setting at fault
 */
export async function findLookModel(
  version: ReadyModelVersion,
  store: ModelStore,
): Promise<SavedLookModel | null> {
  const folder = store.folderOf(version.id);
  return readFiles(version, folder, async () => {
    const ofLook = await findLookFolderOf(version, folder);
    return ofLook === null ? null : await readLookModel(ofLook);
  });
}

async function readFiles<T>(version: ReadyModelVersion, folder: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const fault = describeFault(error, folder);
    throw fault === null ? error : createModelFilesUnusableError(version.number, fault, error);
  }
}

/** A sentence without the path of the folder; null for what is no fault of the files. */
function describeFault(error: unknown, folder: string): string | null {
  if (!(error instanceof Error)) return null;
  const code = systemCodeOf(error);
  if (code === null) {
    // What reading throws to say something; other kinds of errors are faults of the program.
    if (error.name !== 'Error') return null;
    return error.message
      .replaceAll(join(folder, '/'), '')
      .replaceAll(folder, 'its folder')
      .replace(/^its folder/, 'Its folder');
  }
  if (!FAULTS_OF_FILES.includes(code)) return null;
  const path = 'path' in error && typeof error.path === 'string' ? relative(folder, error.path) : '';
  const what = path === '' ? 'Its folder' : path;
  return code === 'ENOENT' ? `${what} is missing.` : `${what} cannot be read (${code}).`;
}
