/** A checkpoint split over several files, and the index that says which tensor is in which. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isJsonObject, parseJson } from './json.js';
import { getEntry, type TensorDescription, type TensorSource } from './tensor-source.js';

/**
 * The distinct files that an index (`{"weight_map": {tensor: file}}`) names. Throws for anything but plain file names: an
 * index from outside must not reach other folders.
 */
export function shardFileNames(indexJson: unknown, what: string): string[] {
  return [...new Set(parseWeightMap(indexJson, what).values())];
}

/**
 * Opens a checkpoint by its index. The shards must lie beside it and hold every tensor it names; `openShard` opens one of
 * them.
 */
export async function openShardedCheckpoint(
  indexPath: string,
  openShard: (path: string) => Promise<TensorSource>,
): Promise<TensorSource> {
  const weightMap = parseWeightMap(parseJson(await readFile(indexPath, 'utf8'), indexPath), indexPath);
  const shards = new Map<string, TensorSource>();
  const close = async (): Promise<void> => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    const sourceOf = new Map<string, TensorSource>();
    const tensors = new Map<string, TensorDescription>();
    for (const [name, fileName] of weightMap) {
      const path = join(dirname(indexPath), fileName);
      const shard = shards.get(fileName) ?? (await openShard(path));
      shards.set(fileName, shard);
      sourceOf.set(name, shard);
      tensors.set(name, getEntry(shard.tensors, name, path));
    }
    return {
      tensors,
      readTensor: async (name) => getEntry(sourceOf, name, indexPath).readTensor(name),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function parseWeightMap(indexJson: unknown, what: string): Map<string, string> {
  const weightMap = isJsonObject(indexJson) ? indexJson.weight_map : undefined;
  if (!isJsonObject(weightMap)) throw new Error(`${what} has no "weight_map".`);
  const files = new Map<string, string>();
  for (const [name, fileName] of Object.entries(weightMap)) {
    if (typeof fileName !== 'string' || !isPlainFileName(fileName)) {
      throw new Error(
        `${what} places tensor "${name}" in ${JSON.stringify(fileName)}, which is no file name.`,
      );
    }
    files.set(name, fileName);
  }
  return files;
}

function isPlainFileName(name: string): boolean {
  return basename(name) === name && !name.includes('\\') && !name.startsWith('.');
}
