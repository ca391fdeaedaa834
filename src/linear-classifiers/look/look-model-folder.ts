/**
 * A classifier of looks as a folder: `config.json` names architecture and labels, `model.safetensors` has all numbers. Of those in
 * float32, what is read back gives the very same probabilities; in half precision the folder is half as large and they differ in the
 * third digit.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject, parseJson } from '../../layoutlmv2/checkpoints/json.js';
import { writeSafetensors } from '../../layoutlmv2/checkpoints/safetensors.js';
import { labelsOf } from '../../layoutlmv2/config.js';
import { readModelTensors, readRegressions, regressionTensors } from '../model-tensors.js';
import { LOOK_LENGTH } from './gradient-histograms.js';
import type { LookModel } from './look-classifier.js';

/** A look model with what is kept beside it. */
export type SavedLookModel = LookModel & {
  /** By class. */
  labels: readonly string[];
};

/** The `model_type` in its `config.json`. */
const lookModelType = 'hog';
const [configName, weightsName] = ['config.json', 'model.safetensors'];

/** Writes a look model into a folder that is not there yet, or empty; `config.json` comes last. */
export async function writeLookModel(
  folder: string,
  model: LookModel,
  labels: readonly string[],
  { type = 'F32' }: { type?: 'F32' | 'F16' } = {},
): Promise<void> {
  const { fourier } = model;
  const { columnCount, classCount } = model.regression;
  if (labels.length !== classCount)
    throw new Error(`There are ${labels.length} labels for a look model of ${classCount} classes.`);
  await mkdir(folder, { recursive: true });
  await writeSafetensors(
    join(folder, weightsName),
    new Map([
      ...regressionTensors(model),
      ['deviations', { shape: [LOOK_LENGTH], data: fourier.deviations }],
      ['frequencies', { shape: [columnCount, LOOK_LENGTH], data: fourier.frequencies }],
      ['means', { shape: [LOOK_LENGTH], data: fourier.means }],
      ['phases', { shape: [columnCount], data: fourier.phases }],
    ]),
    { type },
  );
  const config = {
    model_type: lookModelType,
    id2label: Object.fromEntries(labels.entries()),
    features: columnCount,
  };
  await writeFile(join(folder, configName), `${JSON.stringify(config, null, 2)}\n`);
}

/** @throws Error that names the file at fault. */
export async function readLookModel(folder: string): Promise<SavedLookModel> {
  const configPath = join(folder, configName);
  const config = parseJson(await readFile(configPath, 'utf8'), configPath);
  if (!isJsonObject(config) || config.model_type !== lookModelType)
    throw new Error(`${configPath} is not that of a look model: its model_type is not "${lookModelType}".`);
  const labels = labelsOf(config) ?? [];
  const { features } = config;
  if (typeof features !== 'number' || !Number.isInteger(features) || features < 1)
    throw new Error(`${configPath} has ${JSON.stringify(features)} features.`);
  const classCount = labels.length;
  return await readModelTensors(join(folder, weightsName), async (read) => {
    return {
      ...(await readRegressions(read, { columnCount: features, classCount })),
      fourier: {
        means: await read('means', LOOK_LENGTH),
        deviations: await read('deviations', LOOK_LENGTH),
        frequencies: await read('frequencies', features * LOOK_LENGTH),
        phases: await read('phases', features),
      },
      labels,
    };
  });
}
