/** The heads of self-supervised learning beside a checkpoint, in a file of their own that nothing else reads. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.js';
import type { LayoutLMv2Config } from '../config.js';
import type { WeightMap } from '../parameters.js';
import { headSpec } from './heads.js';

const FILE_NAME = 'pretraining-heads.safetensors';

/** Weights parted into those of the network and those of the heads. */
export function partHeads(
  config: LayoutLMv2Config,
  weights: WeightMap,
): { network: WeightMap; heads: WeightMap } {
  const names = new Set(headSpec(config).map(({ name }) => name));
  const all = [...weights];
  return {
    network: new Map(all.filter(([name]) => !names.has(name))),
    heads: new Map(all.filter(([name]) => names.has(name))),
  };
}

export async function writeHeads(folder: string, heads: WeightMap): Promise<void> {
  await writeSafetensors(join(folder, FILE_NAME), heads);
}

/**
 * Reads the heads that lie beside a checkpoint; none where there is no such file.
 *
 * @throws Error for heads of a network of another shape
 */
export async function findHeads(folder: string, config: LayoutLMv2Config): Promise<WeightMap> {
  const path = join(folder, FILE_NAME);
  const heads: WeightMap = new Map();
  if (!existsSync(path)) return heads;
  const file = await openSafetensors(path);
  try {
    for (const { name, shape } of headSpec(config)) {
      const weight = await file.readTensor(name);
      if (weight.shape.join() !== shape.join()) {
        throw new Error(
          `${path}: "${name}" is [${weight.shape.join(', ')}], but the network needs [${shape.join(', ')}].`,
        );
      }
      heads.set(name, weight);
    }
    return heads;
  } finally {
    await file.close();
  }
}
