/**
 * A folder with a model of any architecture, from outside or our own: what it is, told by its files, and how it is taken over. An
 * average is a network, a text classifier and perhaps a classifier of looks that can say the same, each whole in a folder inside
 * (average-folder.ts).
 */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import {
  type OpenCheckpoint,
  openCheckpoint,
  type ReadCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from '../layoutlmv2/checkpoints/checkpoint.js';
import { describeFolder } from '../layoutlmv2/checkpoints/hub.js';
import { isJsonObject, parseJson } from '../layoutlmv2/checkpoints/json.js';
import type { LayoutLMv2Config } from '../layoutlmv2/config.js';
import type { MemberWeights } from '../linear-classifiers/average/choose-classifier.js';
import {
  readLookModel,
  type SavedLookModel,
  writeLookModel,
} from '../linear-classifiers/look/look-model-folder.js';
import {
  readTextModel,
  type SavedTextModel,
  textModelType,
  writeTextModel,
} from '../linear-classifiers/text/text-model-folder.js';
import type { ArchitectureName } from './architecture.js';
import {
  averageModelType,
  memberFolders,
  memberFoldersOf,
  readAverage,
  writeAverage,
} from './average-folder.js';

/** What a model can be by itself: a classifier of looks serves only in an average. */
type WholeArchitecture = Exclude<ArchitectureName, 'HOG'>;

/** All that lies in a folder, with its network as `Network` has it. */
type Content<Network> =
  | { architecture: 'LayoutLMv2'; network: Network }
  | { architecture: 'TF-IDF'; text: SavedTextModel }
  | {
      architecture: 'average';
      network: Network;
      text: SavedTextModel;
      /** Null where it has no weight. */
      look: SavedLookModel | null;
      weights: MemberWeights;
      temperature: number | null;
    };

/** A model in memory, weights and all. */
export type ReadModel = Content<ReadCheckpoint>;

/** What is told of a model without the numbers that it has learnt. */
export type ModelDescription = {
  architecture: ArchitectureName;
  /** Of its network; null of a text classifier. */
  config: LayoutLMv2Config | null;
  /** By class; null of a base model, which has no classifier. */
  labels: readonly string[] | null;
  /** How many weights its text classifier has; 0 of a network. */
  textParameterCount: number;
  /** Of the whole. */
  temperature: number | null;
  /** What reading it found besides, in sentences. */
  warnings: readonly string[];
  /** Of an average; null of any other architecture. */
  weights: MemberWeights | null;
};

/** The architecture that a `config.json` names; what names none of the others is read as a network, and says what is wrong with it. */
export function architectureOfConfig(config: unknown): WholeArchitecture {
  const modelType = isJsonObject(config) ? config.model_type : null;
  if (modelType === averageModelType) return 'average';
  return modelType === textModelType ? 'TF-IDF' : 'LayoutLMv2';
}

/** The folders inside that of a model in which its members lie; none of what is no average. @throws Error as {@link readModel}. */
export async function listMemberFolders(folder: string): Promise<string[]> {
  if ((await readArchitecture(folder)) !== 'average') return [];
  return (await readAverage(folder)).members.map((member) => relative(folder, member.folder));
}

/** Reads a model whole. @throws Error that names the file, tensor or setting at fault. */
export function readModel(folder: string): Promise<ReadModel> {
  return readContent(folder, readCheckpoint);
}

/** Looks at a model without reading the weights of its network. @throws Error as {@link readModel}. */
export async function describeModelFolder(folder: string): Promise<ModelDescription> {
  return describeModel(await readContent(folder, openAndClose));
}

/** Writes a model as a folder of our own format; there may be nothing at that place yet. */
export async function writeModel(folder: string, model: ReadModel): Promise<void> {
  switch (model.architecture) {
    case 'LayoutLMv2':
      await writeCheckpoint(folder, model.network);
      break;
    case 'TF-IDF':
      await writeText(folder, model.text);
      break;
    case 'average': {
      const { network, text, look, weights, temperature } = model;
      const members = memberFoldersOf(folder);
      await writeCheckpoint(members.network, network);
      await writeText(members.text, text);
      if (look) await writeLookModel(members.look, look, look.labels);
      await writeAverage(folder, { weights, labels: text.labels, temperature });
      break;
    }
    default:
      model satisfies never;
  }
}

function writeText(folder: string, { labels, temperature, ...text }: SavedTextModel): Promise<void> {
  return writeTextModel(folder, text, labels, { temperature });
}

/** What a model that was read is. */
export function describeModel(
  model: Content<Pick<ReadCheckpoint, 'config' | 'labels' | 'warnings' | 'temperature'>>,
): ModelDescription {
  const { architecture } = model;
  const network = architecture === 'TF-IDF' ? null : model.network;
  const text = architecture === 'LayoutLMv2' ? null : model.text;
  return {
    architecture,
    config: network?.config ?? null,
    labels: (network ?? text)?.labels ?? null,
    textParameterCount: text?.regression.weights.length ?? 0,
    temperature: architecture === 'average' ? model.temperature : ((network ?? text)?.temperature ?? null),
    warnings: network?.warnings ?? [],
    weights: architecture === 'average' ? model.weights : null,
  };
}

/** The licence that the files of a model state, those of the whole before those of its network; null where none does. */
export async function findLicenceOfFolder(folder: string): Promise<string | null> {
  const { config, licence } = await describeFolder(folder);
  if (licence !== null || architectureOfConfig(config) !== 'average') return licence;
  return (await describeFolder(memberFoldersOf(folder).network)).licence;
}

/** Where the network in a folder lies: in an average it is a member. @throws Error for a text classifier, which has none. */
export async function getNetworkFolder(folder: string): Promise<string> {
  switch (await readArchitecture(folder)) {
    case 'LayoutLMv2':
      return folder;
    case 'average':
      return memberFoldersOf(folder).network;
    case 'TF-IDF':
      throw new Error(`${folder} is a text classifier, which has no network.`);
  }
}

async function readArchitecture(folder: string): Promise<WholeArchitecture> {
  const path = join(folder, 'config.json');
  return architectureOfConfig(parseJson(await readFile(path, 'utf8'), path));
}

async function readContent<Network extends Pick<ReadCheckpoint, 'labels'>>(
  folder: string,
  readNetwork: (folder: string) => Promise<Network>,
): Promise<Content<Network>> {
  const architecture = await readArchitecture(folder);
  switch (architecture) {
    case 'LayoutLMv2':
      return { architecture, network: await readNetwork(folder) };
    case 'TF-IDF':
      return { architecture, text: await readTextModel(folder) };
    case 'average': {
      const { members, labels, temperature } = await readAverage(folder);
      const weights = weightsOf(members, folder);
      const folders = memberFoldersOf(folder);
      const network = await readNetwork(folders.network);
      const text = await readTextModel(folders.text);
      if (network.labels === null)
        throw new Error(`${folders.network} has no classifier, so it cannot be a member of an average.`);
      const look = weights.look > 0 ? await readLookModel(folders.look) : null;
      requireSameLabels(network.labels, {
        [memberFolders.text]: text.labels,
        ...(look && { [memberFolders.look]: look.labels }),
        [folder]: labels,
      });
      return { architecture, network, text, look, weights, temperature };
    }
  }
}

/** The weights of the members that an average may have here. */
function weightsOf(
  members: Awaited<ReturnType<typeof readAverage>>['members'],
  folder: string,
): MemberWeights {
  const folders = memberFoldersOf(folder);
  const find = (architecture: ArchitectureName, place: string) =>
    members.find((one) => one.architecture === architecture && one.folder === place);
  const network = find('LayoutLMv2', folders.network);
  const text = find('TF-IDF', folders.text);
  const look = find('HOG', folders.look);
  if (!network || !text || members.length !== (look ? 3 : 2))
    throw new Error(
      `${join(folder, 'config.json')} should name a LayoutLMv2 network in "${memberFolders.network}" and a TF-IDF text classifier in "${memberFolders.text}", and may name a HOG classifier of looks in "${memberFolders.look}"; found ${members.map((one) => one.architecture).join(', ')}.`,
    );
  return { network: network.weight, text: text.weight, look: look?.weight ?? 0 };
}

/** @throws Error that names the network, who differs from it, and where. */
function requireSameLabels(
  expected: readonly string[],
  others: Readonly<Record<string, readonly string[] | null>>,
): void {
  for (const [name, labels] of Object.entries(others)) {
    if (labels === null) continue;
    const rows = Math.max(expected.length, labels.length);
    const row = Array.from({ length: rows }, (_, index) => index).find((at) => expected[at] !== labels[at]);
    if (row === undefined) continue;
    const shown = (label: string | undefined) => (label === undefined ? 'nothing' : JSON.stringify(label));
    throw new Error(
      `The members of an average must have the same labels in the same order: class ${row} is ${shown(expected[row])} in ${memberFolders.network}, but ${shown(labels[row])} in ${name}.`,
    );
  }
}

async function openAndClose(folder: string): Promise<OpenCheckpoint> {
  const checkpoint = await openCheckpoint(folder);
  await checkpoint.close();
  return checkpoint;
}
