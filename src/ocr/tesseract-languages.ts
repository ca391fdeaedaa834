/**
 * Where Tesseract's language data lies on this machine: in a folder of the user's, or in the npm package
 * `@tesseract.js-data/<language>`. Nothing is ever fetched from a network.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInvalidLanguageError, createLanguageMissingError } from './ocr.errors.js';

/**
 * A language's data: the folder, whether the file in it is `<code>.traineddata.gz` or plain, and the first eight hex
 * digits of that file's SHA-256, so that pages read with other data can be told apart.
 */
export type LanguageData = { code: string; folder: string; isGzipped: boolean; fingerprint: string };

// Tesseract's own names: eng, chi_sim, jpn_vert, deu_latf. Anything else must not become part of a path.
const LANGUAGE_CODE = /^[a-z]{3}(_[a-z]{2,10}){0,2}$/;

// Those of Tesseract's languages that are written in Arabic, Hebrew, Syriac or Thaana letters.
const FROM_THE_RIGHT = new Set([
  'ara',
  'fas',
  'kur_ara',
  'pus',
  'snd',
  'uig',
  'urd',
  'heb',
  'yid',
  'syr',
  'div',
]);
const DOWNWARDS = /_vert$/;

// The packages hold several models; the integer one made from the "best" floats is what tesseract.js runs by default.
const PACKAGE_MODEL_FOLDER = '4.0.0_best_int';

const require = createRequire(import.meta.url);

// Files of some megabytes, hashed once in the life of the process.
const fingerprints = new Map<string, string>();

/**
 * The data of each language, in the order given. `folder` (may be null) is looked into first.
 * Throws OCR_LANGUAGE_INVALID or OCR_LANGUAGE_MISSING, which names the npm package to install.
 */
export async function getLanguageData(
  languages: readonly string[],
  folder: string | null,
): Promise<LanguageData[]> {
  return Promise.all(
    languages.map(async (code) => {
      if (!LANGUAGE_CODE.test(code)) throw createInvalidLanguageError(code);
      const found = await findLanguageData(code, folder);
      if (found === null) throw createLanguageMissingError(code);
      return found;
    }),
  );
}

/** Whether lines run from left to right, and so columns follow one another, as far as the language tells. */
export function isWrittenFromTheLeft(code: string): boolean {
  return !FROM_THE_RIGHT.has(code) && !DOWNWARDS.test(code);
}

async function findLanguageData(code: string, folder: string | null): Promise<LanguageData | null> {
  for (const candidate of [folder, findPackageFolder(code)]) {
    if (candidate === null) continue;
    for (const isGzipped of [true, false]) {
      const file = path.join(candidate, `${code}.traineddata${isGzipped ? '.gz' : ''}`);
      const fingerprint = await findFingerprint(file);
      if (fingerprint !== null) return { code, folder: candidate, isGzipped, fingerprint };
    }
  }
  return null;
}

/** The model folder of the language's npm package, found as Node finds packages; null if it is not installed. */
function findPackageFolder(code: string): string | null {
  try {
    const manifest = require.resolve(`@tesseract.js-data/${code}/package.json`);
    return path.join(path.dirname(manifest), PACKAGE_MODEL_FOLDER);
  } catch {
    // Not resolvable is the answer "not installed", not a fault.
    return null;
  }
}

/** The file's fingerprint; null if there is no such file. */
async function findFingerprint(file: string): Promise<string | null> {
  const known = fingerprints.get(file);
  if (known !== undefined) return known;
  try {
    const fingerprint = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
      .slice(0, 8);
    fingerprints.set(file, fingerprint);
    return fingerprint;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
