/**
 * The folder of a model version that is an average: `config.json` names the members with their weights, and each member lies whole
 * in a folder inside, as it would lie alone. It needs no other version, so none that is given up takes anything from it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeTemperature, temperatureOf } from '../layoutlmv2/calibration/stored-temperature.js';
import { isJsonObject, parseJson } from '../layoutlmv2/checkpoints/json.js';
import { labelsOf } from '../layoutlmv2/config.js';
import type { MemberWeights } from '../linear-classifiers/average/choose-classifier.js';
import { type ArchitectureName, architectureNameOf, hasNetwork } from './architecture.js';
import { createNoNetworkError } from './model.errors.js';

/** Its folder, and the weight of the logarithm of its probabilities: see linear-classifiers/average/averaging.ts. */
type AverageMember = { architecture: ArchitectureName; weight: number; folder: string };

type Average = {
  members: AverageMember[];
  /** As its own configuration names them; null where that names none. */
  labels: readonly string[] | null;
  /** What the logarithms of what it says are divided by before they become confidences; null where none was fitted. */
  temperature: number | null;
};

/** The `model_type` in its `config.json`. */
export const averageModelType = 'average';
const configName = 'config.json';
/** Of the members by what they are, the names of the folders inside that of the average. */
export const memberFolders = { network: 'network', text: 'text', look: 'look' };

/** Where the network of a version lies. @throws AppError MODEL_HAS_NO_NETWORK. */
export function networkFolderOf(version: { architecture: string; number: number }, folder: string): string {
  if (!hasNetwork(version)) throw createNoNetworkError(version.number);
  return architectureNameOf(version.architecture) === 'average' ? memberFoldersOf(folder).network : folder;
}

/** Where the text classifier of a version lies; null where it has none. */
export function findTextFolderOf(version: { architecture: string }, folder: string): string | null {
  switch (architectureNameOf(version.architecture)) {
    case 'average':
      return memberFoldersOf(folder).text;
    case 'TF-IDF':
      return folder;
    case 'LayoutLMv2':
    case 'HOG':
      return null;
  }
}

/** Where the classifier of looks of a version lies; null where it has none. @throws Error that names the file at fault. */
export async function findLookFolderOf(
  version: { architecture: string },
  folder: string,
): Promise<string | null> {
  if (architectureNameOf(version.architecture) !== 'average') return null;
  const { members } = await readAverage(folder);
  return members.find(({ architecture }) => architecture === 'HOG')?.folder ?? null;
}

/** Writes what joins a network, a text classifier and, where it has weight, a classifier of looks, in the folders that {@link memberFoldersOf} gives. */
export async function writeAverage(
  folder: string,
  average: {
    weights: MemberWeights;
    labels: readonly string[];
    temperature?: number | null;
  },
): Promise<void> {
  const { weights, labels, temperature } = average;
  const config = {
    model_type: averageModelType,
    members: [
      { architecture: 'LayoutLMv2', folder: memberFolders.network, weight: weights.network },
      { architecture: 'TF-IDF', folder: memberFolders.text, weight: weights.text },
      ...(weights.look > 0
        ? [{ architecture: 'HOG', folder: memberFolders.look, weight: weights.look }]
        : []),
    ],
    id2label: Object.fromEntries(labels.entries()),
    ...describeTemperature(temperature),
  };
  await writeFile(join(folder, configName), `${JSON.stringify(config, null, 2)}\n`);
}

export function memberFoldersOf(folder: string): typeof memberFolders {
  const { network, text, look } = memberFolders;
  return { network: join(folder, network), text: join(folder, text), look: join(folder, look) };
}

/** Reads what joins the members, not the members themselves. @throws Error that names the file at fault. */
export async function readAverage(folder: string): Promise<Average> {
  const path = join(folder, configName);
  const config = parseJson(await readFile(path, 'utf8'), path);
  const members = isJsonObject(config) && config.model_type === averageModelType ? config.members : null;
  if (!Array.isArray(members) || members.length === 0)
    throw new Error(`${path} names no members of an average.`);
  const read = members.map((member: unknown) => {
    const { architecture, folder: name, weight } = isJsonObject(member) ? member : {};
    // Nothing outside the version's own folder is ever read.
    if (typeof name !== 'string' || !/^[a-z]+$/.test(name))
      throw new Error(`${path} has a member whose folder is ${JSON.stringify(name)}.`);
    if (typeof weight !== 'number' || !(weight >= 0) || weight === Number.POSITIVE_INFINITY)
      throw new Error(`${path} has a member whose weight is ${JSON.stringify(weight)}.`);
    return {
      architecture: architectureNameOf(String(architecture)),
      weight,
      folder: join(folder, name),
    };
  });
  if (read.every(({ weight }) => weight === 0))
    throw new Error(`${path} has no member with a weight above 0.`);
  return { members: read, labels: labelsOf(config) ?? null, temperature: temperatureOf(config) };
}
