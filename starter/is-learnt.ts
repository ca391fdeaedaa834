/** Whether a part of the starter model was learnt before. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../src/layoutlmv2/checkpoints/json.js';
import { labelsOf } from '../src/layoutlmv2/config.js';

/** Looks at `config.json`, which is written last. @throws Error where what is there was learnt for other labels. */
export async function isLearnt(folder: string, labels: readonly string[]): Promise<boolean> {
  const path = join(folder, 'config.json');
  const file = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return false;
  const found = labelsOf(parseJson(file, path)) ?? [];
  if (found.join() === labels.join()) return true;
  throw new Error(
    `${folder} tells ${found.join(', ')}; the corpus has ${labels.join(', ')}. Delete it and start again.`,
  );
}
