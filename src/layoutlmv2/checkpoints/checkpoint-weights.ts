/**
 * The rules by which the tensors of a checkpoint become the weights of a network: which names mean the same, which are
 * needless, which may be missing. It does not know file formats.
 */
import type { LayoutLMv2Config } from '../config.js';
import { type ParameterSpec, parameterSpec, type Weight, type WeightMap } from '../parameters.js';
import type { TensorSource } from './tensor-source.js';

/** The weights of a checkpoint that has been checked: complete but for the classifier, which may be missing. */
export type CheckedWeights = {
  /** What the network has of the checkpoint, in the network's order. */
  readonly names: readonly string[];
  /** Reads one of them. */
  readonly readWeight: (name: string) => Promise<Weight>;
  /** The configuration with the pixel statistics of the checkpoint, where it has any. */
  readonly config: LayoutLMv2Config;
  /** Rows of the classifier; null when the checkpoint has none that fits. */
  readonly labelCount: number | null;
  /** In sentences: what was left out or not found. */
  readonly warnings: readonly string[];
};

const PREFIX = 'layoutlmv2.';
const CLASSIFIER = 'classifier.weight';
const PIXEL_MEAN = 'layoutlmv2.visual.pixel_mean';
const PIXEL_STD = 'layoutlmv2.visual.pixel_std';

// Buffers that follow from the configuration or count batches in a norm that is frozen.
const NEEDLESS = /\.(?:num_batches_tracked|position_ids)$/;

// A warning names this many tensors and counts the others.
const MAX_NAMES_IN_WARNING = 10;

/**
 * Checks that a checkpoint has the weights of the network that `config` describes, before any is read. The prefix
 * `layoutlmv2.` is optional in the checkpoint; a missing classifier, or one of another task, is left out with a warning.
 *
 * @throws Error that names the tensor, its expected and its found shape, when one is missing or misshapen.
 */
export async function checkSource(source: TensorSource, config: LayoutLMv2Config): Promise<CheckedWeights> {
  const warnings: string[] = [];
  const namesInFile = canonicalNames(source);
  const labelCount = findLabelCount(source, namesInFile, config, warnings);
  const spec = parameterSpec(config, labelCount ?? 0);
  for (const { name, shape } of spec) {
    const nameInFile = namesInFile.get(name);
    if (nameInFile === undefined) {
      throw new Error(`The checkpoint lacks the tensor "${name}" of shape ${formatShape(shape)}.`);
    }
    checkShape(name, shape, source.tensors.get(nameInFile)?.shape ?? []);
  }
  const names = spec.map(({ name }) => name);
  const known = new Set([...names, PIXEL_MEAN, PIXEL_STD]);
  const unknown = [...namesInFile.keys()].filter(
    (name) => !known.has(name) && !NEEDLESS.test(name) && !(labelCount === null && isClassifier(name)),
  );
  if (unknown.length > 0)
    warnings.push(`Tensors that the network does not have were ignored: ${listNames(unknown)}.`);
  return {
    names,
    readWeight: (name) => source.readTensor(namesInFile.get(name) ?? name),
    config: await readPixelStatistics(source, namesInFile, config),
    labelCount,
    warnings,
  };
}

/** Throws unless `weights` are exactly the network's: the same check before saving as after loading. */
export function checkWeights(weights: WeightMap, spec: readonly ParameterSpec[]): void {
  for (const { name, shape } of spec) {
    const weight = weights.get(name);
    if (weight === undefined) throw new Error(`The weights lack "${name}" of shape ${formatShape(shape)}.`);
    checkShape(name, shape, weight.shape);
  }
  const expected = new Set(spec.map(({ name }) => name));
  const unknown = [...weights.keys()].filter((name) => !expected.has(name));
  if (unknown.length > 0) throw new Error(`The network has no weights named ${listNames(unknown)}.`);
}

/** The names in the file by the names of the network. */
function canonicalNames(source: TensorSource): Map<string, string> {
  const names = new Map<string, string>();
  for (const nameInFile of source.tensors.keys()) {
    const isComplete = nameInFile.startsWith(PREFIX) || isClassifier(nameInFile);
    const name = isComplete ? nameInFile : PREFIX + nameInFile;
    const twin = names.get(name);
    if (twin !== undefined) throw new Error(`The checkpoint has both "${twin}" and "${nameInFile}".`);
    names.set(name, nameInFile);
  }
  return names;
}

function isClassifier(name: string): boolean {
  return name === CLASSIFIER || name === 'classifier.bias';
}

function findLabelCount(
  source: TensorSource,
  names: ReadonlyMap<string, string>,
  config: LayoutLMv2Config,
  warnings: string[],
): number | null {
  const shape = source.tensors.get(names.get(CLASSIFIER) ?? '')?.shape;
  if (shape === undefined) {
    warnings.push('The checkpoint has no classifier: it needs a new one before it can classify.');
    return null;
  }
  const [rows = 0, columns] = shape;
  if (shape.length !== 2 || rows === 0 || columns !== 3 * config.hiddenSize) {
    warnings.push(
      `The classifier of the checkpoint, of shape ${formatShape(shape)}, is for another task and was left out.`,
    );
    return null;
  }
  return rows;
}

async function readPixelStatistics(
  source: TensorSource,
  names: ReadonlyMap<string, string>,
  config: LayoutLMv2Config,
): Promise<LayoutLMv2Config> {
  const read = async (name: string, fallback: readonly [number, number, number]) => {
    const nameInFile = names.get(name);
    if (nameInFile === undefined) return fallback;
    const { shape, data } = await source.readTensor(nameInFile);
    const [blue, green, red] = data;
    if (data.length !== 3 || blue === undefined || green === undefined || red === undefined) {
      throw new Error(`Tensor "${name}" should have 3 numbers, found the shape ${formatShape(shape)}.`);
    }
    // Equal but for float32's rounding: then the configuration's own, exact numbers.
    const isSame = fallback.every((value, channel) => Math.fround(value) === data[channel]);
    return isSame ? fallback : ([blue, green, red] as const);
  };
  const pixelMean = await read(PIXEL_MEAN, config.backbone.pixelMean);
  const pixelStd = await read(PIXEL_STD, config.backbone.pixelStd);
  if (pixelStd.some((value) => !(value > 0))) throw new Error(`Tensor "${PIXEL_STD}" is not positive.`);
  return { ...config, backbone: { ...config.backbone, pixelMean, pixelStd } };
}

function checkShape(name: string, expected: readonly number[], found: readonly number[]): void {
  if (expected.length !== found.length || expected.some((size, axis) => size !== found[axis])) {
    throw new Error(
      `Tensor "${name}" should have the shape ${formatShape(expected)}, found ${formatShape(found)}.`,
    );
  }
}

function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

function listNames(names: readonly string[]): string {
  const listed = names.slice(0, MAX_NAMES_IN_WARNING).join(', ');
  const rest = names.length - MAX_NAMES_IN_WARNING;
  return rest > 0 ? `${listed} and ${rest} more` : listed;
}
