/**
 * The one directory of this machine whose folders may be imported: a client of the API names a folder in it, and can make
 * the program read nothing outside.
 */
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { createFolderNotFoundError, createFolderRefusedError } from './model.errors.js';

const longestPath = 1000;

/**
 * The name of a folder as it is stored: its parts joined by slashes.
 * @throws AppError MODEL_FOLDER_REFUSED for one that leads elsewhere.
 */
export function cleanFolderName(sent: string): string {
  const shown = sent.slice(0, 100);
  if (isAbsolute(sent) || /^[a-z]:/i.test(sent)) throw createFolderRefusedError(shown, 'is an absolute path');
  if (/[\0\\]/.test(sent)) throw createFolderRefusedError(shown, 'has characters that no path may have here');
  if (sent.length > longestPath)
    throw createFolderRefusedError(shown, `has more than ${longestPath} characters`);
  const parts = sent.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw createFolderRefusedError(shown, 'leads out of that directory by ".."');
  if (parts.length === 0) throw createFolderRefusedError(shown, 'has no name');
  return parts.join('/');
}

/**
 * The true path of a folder of base models.
 * @throws AppError MODEL_FOLDER_REFUSED for one that leads elsewhere, also by a link; MODEL_FOLDER_NOT_FOUND.
 */
export async function findBaseModelFolder(directory: string, sent: string): Promise<string> {
  const name = cleanFolderName(sent);
  const [root, path] = await Promise.all([findRealPath(directory), findRealPath(join(directory, name))]);
  if (root === null || path === null) throw createFolderNotFoundError(name);
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw createFolderRefusedError(name, 'is a link to a place outside that directory');
  }
  if (!(await stat(path)).isDirectory()) throw createFolderRefusedError(name, 'is no folder');
  return path;
}

async function findRealPath(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null;
    throw error;
  }
}
