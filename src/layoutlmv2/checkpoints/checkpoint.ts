/**
 * A checkpoint folder in Hugging Face's layout: configuration, weights and tokenizer, as their library writes and reads
 * them. Finding one on a hub is hub.ts.
 */
import { randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findOutlierModel, writeOutlierModel } from '../calibration/outlier-file.js';
import type { OutlierModel } from '../calibration/outlier-score.js';
import { describeTemperature, temperatureOf } from '../calibration/stored-temperature.js';
import { type LayoutLMv2Config, labelsOf, parseConfig, serializeConfig } from '../config.js';
import { parameterSpec, type WeightMap } from '../parameters.js';
import type { TokenizerModel } from '../tokenizer/tokenizer.js';
import { type CheckedWeights, checkSource, checkWeights } from './checkpoint-weights.js';
import { parseJson } from './json.js';
import { openSafetensors, writeSafetensors } from './safetensors.js';
import { openShardedCheckpoint } from './sharded-checkpoint.js';
import type { TensorSource } from './tensor-source.js';
import { checkTokenizer, readTokenizer, writeTokenizer } from './tokenizer-files.js';
import { openTorchCheckpoint } from './torch-checkpoint.js';

export type Checkpoint = {
  readonly config: LayoutLMv2Config;
  /** By classifier row; null when the checkpoint has no classifier (then `weights` has none either). */
  readonly labels: readonly string[] | null;
  readonly weights: WeightMap;
  readonly tokenizer: TokenizerModel;
  /** What its logits are divided by before they become confidences; null or missing where none was fitted. */
  readonly temperature?: number | null;
  /** What documents of none of its classes are told by; null or missing where nothing was fitted. */
  readonly outlier?: OutlierModel | null;
};

/** What reading a checkpoint found besides: in sentences, for the person who chose it. */
export type ReadCheckpoint = Required<Checkpoint> & { readonly warnings: readonly string[] };

/** A checkpoint whose weights are read one at a time, until whoever opened it closes it. */
export type OpenCheckpoint = Omit<ReadCheckpoint, 'weights'> &
  Pick<CheckedWeights, 'names' | 'readWeight'> & { readonly close: () => Promise<void> };

/** The weight files in order of preference, and how each is opened. */
const WEIGHT_FILES: readonly [string, (path: string) => Promise<TensorSource>][] = [
  ['model.safetensors', openSafetensors],
  ['model.safetensors.index.json', (path) => openShardedCheckpoint(path, openSafetensors)],
  ['pytorch_model.bin', openTorchCheckpoint],
  ['pytorch_model.bin.index.json', (path) => openShardedCheckpoint(path, openTorchCheckpoint)],
];

/**
 * Opens a checkpoint folder: `config.json`, the weights (safetensors before PyTorch's format, whole or in shards) and the
 * tokenizer (tokenizer-files.ts).
 *
 * @throws Error that names the file, the tensor or the setting at fault.
 */
export async function openCheckpoint(folder: string): Promise<OpenCheckpoint> {
  const configPath = join(folder, 'config.json');
  const configJson = parseJson(await readFile(configPath, 'utf8'), configPath);
  const declaredConfig = parseConfig(configJson);
  const tokenizer = await readTokenizer(folder, declaredConfig);
  const source = await openWeights(folder);
  try {
    const { config, labelCount, ...checked } = await checkSource(source, declaredConfig);
    const labels = labelCount === null ? null : getLabels(configJson, labelCount);
    const temperature = temperatureOf(configJson);
    const outlier = await findOutlierModel(folder);
    const statisticSize = outlier?.distances.firstToken.size ?? config.hiddenSize;
    if (statisticSize !== config.hiddenSize) {
      throw new Error(
        `The statistics of outliers are of ${statisticSize} numbers, but the network has ${config.hiddenSize}.`,
      );
    }
    return { config, labels, tokenizer, temperature, outlier, ...checked, close: source.close };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Reads all of a checkpoint folder, as {@link openCheckpoint} opens it. */
export async function readCheckpoint(folder: string): Promise<ReadCheckpoint> {
  const { names, readWeight, close, ...checkpoint } = await openCheckpoint(folder);
  try {
    const weights: WeightMap = new Map();
    for (const name of names) weights.set(name, await readWeight(name));
    return { ...checkpoint, weights };
  } finally {
    await close();
  }
}

/**
 * Writes a checkpoint folder that Hugging Face's library loads. It is written beside its place and then renamed, so that
 * it is never there in part. A folder is never replaced, as no system can do that without a moment in which it is missing.
 *
 * @throws Error, before anything is written, when there is something at that place already, and when weights, labels and configuration do not fit together.
 */
export async function writeCheckpoint(
  folder: string,
  { config, labels, weights, tokenizer, temperature, outlier }: Checkpoint,
  { metadata = {}, type = 'F32' }: { metadata?: Readonly<Record<string, string>>; type?: 'F32' | 'F16' } = {},
): Promise<void> {
  checkWeights(weights, parameterSpec(config, labels?.length ?? 0));
  checkTokenizer(tokenizer);
  if (await exists(folder)) throw new Error(`${folder} is there already: a checkpoint is never replaced.`);
  const temporary = `${folder}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(temporary);
    await writeTokenizer(temporary, tokenizer, config);
    const jsonFiles = {
      'config.json': {
        ...describeNetwork(config, labels),
        ...describeTemperature(temperature),
      },
      'preprocessor_config.json': IMAGE_PROCESSOR,
    };
    for (const [name, json] of Object.entries(jsonFiles)) {
      await writeFile(join(temporary, name), `${JSON.stringify(json, null, 2)}\n`);
    }
    await writeSafetensors(join(temporary, 'model.safetensors'), weights, { metadata, type });
    if (outlier) await writeOutlierModel(temporary, outlier);
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function openWeights(folder: string): Promise<TensorSource> {
  for (const [fileName, openFile] of WEIGHT_FILES) {
    const path = join(folder, fileName);
    if (await exists(path)) return openFile(path);
  }
  throw new Error(`${folder} has none of ${WEIGHT_FILES.map(([fileName]) => fileName).join(', ')}.`);
}

/** The names of the classes; the library's own default names where the configuration has none. */
function getLabels(configJson: unknown, labelCount: number): readonly string[] {
  const labels = labelsOf(configJson) ?? Array.from({ length: labelCount }, (_, row) => `LABEL_${row}`);
  if (labels.length !== labelCount) {
    throw new Error(`config.json names ${labels.length} labels, but the classifier has ${labelCount} rows.`);
  }
  return labels;
}

function describeNetwork(
  config: LayoutLMv2Config,
  labels: readonly string[] | null,
): Record<string, unknown> {
  if (labels !== null) return serializeConfig(config, labels);
  const { problem_type, id2label, label2id, ...network } = serializeConfig(config, []);
  return { ...network, architectures: ['LayoutLMv2Model'] };
}

/** As in the published checkpoint: their processor reads words with Tesseract and resizes bilinearly. */
const IMAGE_PROCESSOR = {
  image_processor_type: 'LayoutLMv2ImageProcessor',
  do_resize: true,
  size: { height: 224, width: 224 },
  // Pillow's number for bilinear.
  resample: 2,
  apply_ocr: true,
};

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
