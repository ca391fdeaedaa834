/** The file in a checkpoint folder that keeps what none-of-these compares with. Hugging Face's library does not look at it. */

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.js';
import type { Weight } from '../parameters.js';
import type { ClassDistance } from './class-distance.js';
import { KNOWN_NAMES, type OutlierModel, PART_NAMES } from './outlier-score.js';

const FILE_NAME = 'outlier.safetensors';

/** Puts the file into a folder, in whole or not at all. */
export async function writeOutlierModel(folder: string, { distances, known }: OutlierModel): Promise<void> {
  const tensors = new Map<string, Weight>([
    ...PART_NAMES.flatMap((name) => tensorsOf(name, distances[name])),
    ...KNOWN_NAMES.map((name): [string, Weight] => {
      const data = known[name];
      return [`known.${name}`, { shape: [data.length], data }];
    }),
  ]);
  await writeSafetensors(join(folder, FILE_NAME), tensors);
}

/** What a folder keeps; null when it keeps nothing of the kind. @throws Error that names the tensor at fault. */
export async function findOutlierModel(folder: string): Promise<OutlierModel | null> {
  const path = join(folder, FILE_NAME);
  const isThere = await access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  if (!isThere) return null;
  const file = await openSafetensors(path);
  try {
    const read = async (name: string, dimensions: number): Promise<Weight> => {
      const weight = await file.readTensor(name);
      if (weight.shape.length !== dimensions)
        throw new Error(
          `"${name}" of ${path} has the shape [${weight.shape}], but must have ${dimensions} dimensions.`,
        );
      return weight;
    };
    const readDistance = async (name: string): Promise<ClassDistance> => {
      const whitening = await read(`${name}.whitening`, 2);
      const means = await read(`${name}.means`, 2);
      const size = whitening.shape[0] ?? 0;
      if (whitening.shape[1] !== size || means.shape[1] !== size)
        throw new Error(`"${name}" of ${path} has the shapes [${whitening.shape}] and [${means.shape}].`);
      return { whitening: whitening.data, means: means.data, size };
    };
    const readKnown = async (name: string) => (await read(`known.${name}`, 1)).data;
    return {
      distances: await readEach(PART_NAMES, readDistance),
      known: await readEach(KNOWN_NAMES, readKnown),
    };
  } finally {
    await file.close();
  }
}

function tensorsOf(name: string, { whitening, means, size }: ClassDistance): [string, Weight][] {
  return [
    [`${name}.whitening`, { shape: [size, size], data: whitening }],
    [`${name}.means`, { shape: [means.length / size, size], data: means }],
  ];
}

async function readEach<Name extends string, Value>(
  names: readonly Name[],
  read: (name: string) => Promise<Value>,
): Promise<Record<Name, Value>> {
  const entries: [Name, Value][] = [];
  for (const name of names) entries.push([name, await read(name)]);
  return Object.fromEntries(entries) as Record<Name, Value>;
}
