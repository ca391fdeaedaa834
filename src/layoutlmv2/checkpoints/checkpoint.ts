/**
 * A checkpoint folder in Hugging Face's layout: configuration, weights and vocabulary, as their library writes and reads
 * them. Finding one on a hub is hub.ts.
 */
import { randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type LayoutLMv2Config, labelsOf, parseConfig, serializeConfig } from '../config.js';
import { parameterSpec, type WeightMap } from '../parameters.js';
import { parseVocabulary } from '../tokenizer/tokenizer.js';
import { type CheckedWeights, checkSource, checkWeights } from './checkpoint-weights.js';
import { isJsonObject, parseJson } from './json.js';
import { openSafetensors, writeSafetensors } from './safetensors.js';
import { openShardedCheckpoint } from './sharded-checkpoint.js';
import type { TensorSource } from './tensor-source.js';
import { openTorchCheckpoint } from './torch-checkpoint.js';

export type Checkpoint = {
  readonly config: LayoutLMv2Config;
  /** By classifier row; null when the checkpoint has no classifier (then `weights` has none either). */
  readonly labels: readonly string[] | null;
  readonly weights: WeightMap;
  /** WordPieces by id. */
  readonly vocabulary: readonly string[];
  /** Whether the tokenizer lower-cases. */
  readonly lowerCase: boolean;
};

/** What reading a checkpoint found besides: in sentences, for the person who chose it. */
export type ReadCheckpoint = Checkpoint & { readonly warnings: readonly string[] };

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

const VOCABULARY_FILE = 'vocab.txt';

/**
 * Opens a checkpoint folder: `config.json`, the weights (safetensors before PyTorch's format, whole or in shards) and the
 * vocabulary (`vocab.txt` or the WordPiece model of `tokenizer.json`).
 *
 * @throws Error that names the file, the tensor or the setting at fault.
 */
export async function openCheckpoint(folder: string): Promise<OpenCheckpoint> {
  const configPath = join(folder, 'config.json');
  const configJson = parseJson(await readFile(configPath, 'utf8'), configPath);
  const declaredConfig = parseConfig(configJson);
  const { vocabulary, lowerCase } = await readVocabulary(folder);
  if (vocabulary.length > declaredConfig.vocabSize) {
    throw new Error(
      `The vocabulary of ${folder} has ${vocabulary.length} pieces, but its network only ${declaredConfig.vocabSize}.`,
    );
  }
  const source = await openWeights(folder);
  try {
    const { config, labelCount, ...checked } = await checkSource(source, declaredConfig);
    const labels = labelCount === null ? null : getLabels(configJson, labelCount);
    return { config, labels, vocabulary, lowerCase, ...checked, close: source.close };
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
 * it is never there in part; a folder that is already there is replaced.
 *
 * @throws Error, before anything is written, when weights, labels and configuration do not fit together.
 */
export async function writeCheckpoint(
  folder: string,
  { config, labels, weights, vocabulary, lowerCase }: Checkpoint,
  { metadata = {}, type = 'F32' }: { metadata?: Readonly<Record<string, string>>; type?: 'F32' | 'F16' } = {},
): Promise<void> {
  checkWeights(weights, parameterSpec(config, labels?.length ?? 0));
  const damaged = vocabulary.find((piece) => /[\r\n]/.test(piece));
  if (damaged !== undefined)
    throw new Error(`The piece ${JSON.stringify(damaged)} does not fit on one line.`);
  const temporary = `${folder}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(temporary);
    await writeFile(join(temporary, VOCABULARY_FILE), vocabulary.map((piece) => `${piece}\n`).join(''));
    const jsonFiles = {
      'config.json': describeNetwork(config, labels),
      'tokenizer_config.json': describeTokenizer(config, lowerCase),
      'preprocessor_config.json': IMAGE_PROCESSOR,
    };
    for (const [name, json] of Object.entries(jsonFiles)) {
      await writeFile(join(temporary, name), `${JSON.stringify(json, null, 2)}\n`);
    }
    await writeSafetensors(join(temporary, 'model.safetensors'), weights, { metadata, type });
    await replaceFolder(folder, temporary);
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

async function readVocabulary(folder: string): Promise<{ vocabulary: string[]; lowerCase: boolean }> {
  const vocabularyPath = join(folder, VOCABULARY_FILE);
  const tokenizerPath = join(folder, 'tokenizer.json');
  if (await exists(vocabularyPath)) {
    const settings = await readOptionalJson(join(folder, 'tokenizer_config.json'));
    const lowerCase = settings?.do_lower_case !== false;
    return { vocabulary: parseVocabulary(await readFile(vocabularyPath, 'utf8')), lowerCase };
  }
  const tokenizer = await readOptionalJson(tokenizerPath);
  if (tokenizer === undefined)
    throw new Error(`${folder} has neither ${VOCABULARY_FILE} nor tokenizer.json.`);
  const { model, normalizer } = tokenizer;
  if (!isJsonObject(model) || model.type !== 'WordPiece' || !isJsonObject(model.vocab)) {
    throw new Error(`${tokenizerPath} is not of the WordPiece kind, the only one this network reads.`);
  }
  const lowerCase = !isJsonObject(normalizer) || normalizer.lowercase !== false;
  return { vocabulary: piecesById(model.vocab, tokenizerPath), lowerCase };
}

/** The pieces of a table piece → id, whose ids must be 0, 1, 2, … without a gap. */
function piecesById(idOf: Record<string, unknown>, path: string): string[] {
  const pieces = Object.keys(idOf);
  const vocabulary = new Array<string>(pieces.length).fill('');
  const seen = new Set<number>();
  for (const piece of pieces) {
    const id = idOf[piece];
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= pieces.length || seen.has(id)) {
      throw new Error(
        `${path} gives the piece ${JSON.stringify(piece)} the unusable id ${JSON.stringify(id)}.`,
      );
    }
    seen.add(id);
    vocabulary[id] = piece;
  }
  return vocabulary;
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

function describeTokenizer(config: LayoutLMv2Config, lowerCase: boolean): Record<string, unknown> {
  return {
    tokenizer_class: 'LayoutLMv2Tokenizer',
    do_lower_case: lowerCase,
    strip_accents: null,
    tokenize_chinese_chars: true,
    model_max_length: config.maxPositionEmbeddings,
    unk_token: '[UNK]',
    sep_token: '[SEP]',
    pad_token: '[PAD]',
    cls_token: '[CLS]',
    mask_token: '[MASK]',
    cls_token_box: [0, 0, 0, 0],
    sep_token_box: [1000, 1000, 1000, 1000],
    pad_token_box: [0, 0, 0, 0],
  };
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

async function replaceFolder(folder: string, replacement: string): Promise<void> {
  if (!(await exists(folder))) {
    await rename(replacement, folder);
    return;
  }
  // A folder cannot be renamed onto another: the old one steps aside, and comes back if the new one fails.
  const old = `${folder}.${randomUUID()}.old`;
  await rename(folder, old);
  try {
    await rename(replacement, folder);
  } catch (error) {
    await rename(old, folder);
    throw error;
  }
  await rm(old, { recursive: true });
}

async function readOptionalJson(path: string): Promise<Record<string, unknown> | undefined> {
  if (!(await exists(path))) return undefined;
  const json = parseJson(await readFile(path, 'utf8'), path);
  if (!isJsonObject(json)) throw new Error(`${path} is no JSON object.`);
  return json;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
