/**
 * A text classifier as a folder: `config.json` names architecture and labels, `vocabulary.txt` has a term a line in the order of
 * the columns, `model.safetensors` has their weights. Of those in float32, what is read back gives the very same probabilities; in half
 * precision the folder is half as large and they differ in the fourth digit.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeTemperature, temperatureOf } from '../../layoutlmv2/calibration/stored-temperature.js';
import { isJsonObject, parseJson } from '../../layoutlmv2/checkpoints/json.js';
import { writeSafetensors } from '../../layoutlmv2/checkpoints/safetensors.js';
import { labelsOf } from '../../layoutlmv2/config.js';
import { readModelTensors, readRegressions, regressionTensors } from '../model-tensors.js';
import type { TextModel } from './text-classifier.js';

/** A text model with what is kept beside it. */
export type SavedTextModel = TextModel & {
  /** By class. */
  labels: readonly string[];
  /** What its logits are divided by before they become confidences; null where none was fitted. */
  temperature: number | null;
};

/** The `model_type` in its `config.json`. */
export const textModelType = 'tf-idf';
const [configName, vocabularyName, weightsName] = ['config.json', 'vocabulary.txt', 'model.safetensors'];
/** Of the weights of terms [terms], beside the tensors of the regression. */
const frequenciesName = 'inverse_frequencies';

/** Writes a text model into a folder that is not there yet, or empty; `config.json` comes last. */
export async function writeTextModel(
  folder: string,
  model: TextModel,
  labels: readonly string[],
  { type = 'F32', temperature = null }: { type?: 'F32' | 'F16'; temperature?: number | null } = {},
): Promise<void> {
  const { terms } = model;
  const { columnCount, classCount } = model.regression;
  if (labels.length !== classCount)
    throw new Error(`There are ${labels.length} labels for a text model of ${classCount} classes.`);
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, vocabularyName),
    [...terms.columns.keys()].map((term) => `${term}\n`).join(''),
  );
  const tensors = new Map([
    ...regressionTensors(model),
    [frequenciesName, { shape: [columnCount], data: terms.inverseFrequencies }],
  ]);
  // A tensor of nothing is no tensor.
  await writeSafetensors(
    join(folder, weightsName),
    new Map([...tensors].filter(([, { data }]) => data.length > 0)),
    { type },
  );
  const config = {
    model_type: textModelType,
    id2label: Object.fromEntries(labels.entries()),
    ngram_range: [1, 2],
    char_wb_ngram_range: [2, 4],
    sublinear_tf: true,
    ...describeTemperature(temperature),
  };
  await writeFile(join(folder, configName), `${JSON.stringify(config, null, 2)}\n`);
}

/** @throws Error that names the file at fault. */
export async function readTextModel(folder: string): Promise<SavedTextModel> {
  const configPath = join(folder, configName);
  const config = parseJson(await readFile(configPath, 'utf8'), configPath);
  if (!isJsonObject(config) || config.model_type !== textModelType)
    throw new Error(`${configPath} is not that of a text model: its model_type is not "${textModelType}".`);
  const labels = labelsOf(config) ?? [];
  const classCount = labels.length;
  const temperature = temperatureOf(config);
  const terms = (await readFile(join(folder, vocabularyName), 'utf8')).split('\n').slice(0, -1);
  const columns = new Map(terms.map((term, column) => [term, column]));
  const columnCount = columns.size;
  return await readModelTensors(join(folder, weightsName), async (read) => {
    const inverseFrequencies = await read(frequenciesName, columnCount);
    return {
      terms: { columns, inverseFrequencies },
      ...(await readRegressions(read, { columnCount, classCount })),
      labels,
      temperature,
    };
  });
}
