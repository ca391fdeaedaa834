/** The numbers of a classifier's folder, each tensor as long as the rest of the folder says. */
import { openSafetensors } from '../layoutlmv2/checkpoints/safetensors.js';
import type { Weight } from '../layoutlmv2/parameters.js';
import type { LogisticRegression, Refittable } from './logistic-regression.js';

/** Of a regression: of columns for classes [columns, classes], and of classes [classes]. */
const namesAs = (prefix: string) => ({ weights: `${prefix}weight`, biases: `${prefix}bias` });
const [namesOfRegression, namesOfStart] = [namesAs(''), namesAs('start.')];

/** What a file has of a model that may have been fitted once more. */
export function regressionTensors({ regression, start }: Refittable): [string, Weight][] {
  const tensorsOf = (
    { columnCount, classCount, weights }: LogisticRegression,
    names: ReturnType<typeof namesAs>,
  ): [string, Weight][] => {
    const numbers = Float32Array.from(weights);
    const ofColumns = columnCount * classCount;
    return [
      [names.biases, { shape: [classCount], data: numbers.slice(ofColumns) }],
      [names.weights, { shape: [columnCount, classCount], data: numbers.slice(0, ofColumns) }],
    ];
  };
  return [...tensorsOf(regression, namesOfRegression), ...(start ? tensorsOf(start, namesOfStart) : [])];
}

/** The same, read back. */
export async function readRegressions(
  read: ReadTensor,
  { columnCount, classCount }: { columnCount: number; classCount: number },
): Promise<Refittable> {
  const readOne = async (names: ReturnType<typeof namesAs>): Promise<LogisticRegression> => {
    const weights = await read(names.weights, columnCount * classCount);
    const biases = await read(names.biases, classCount);
    return { columnCount, classCount, weights: Float64Array.from([...weights, ...biases]) };
  };
  return {
    regression: await readOne(namesOfRegression),
    ...(read.has(namesOfStart.biases) && { start: await readOne(namesOfStart) }),
  };
}

/** @throws Error that names tensor and file where it is not there or not of that length; of length 0 it need not be there. */
type ReadTensor = ((name: string, length: number) => Promise<Float32Array>) & { has(name: string): boolean };

/** Lets `read` read from a file of tensors, which is closed afterwards. */
export async function readModelTensors<Read>(
  path: string,
  read: (tensor: ReadTensor) => Promise<Read>,
): Promise<Read> {
  const file = await openSafetensors(path);
  try {
    const readTensor = async (name: string, length: number) => {
      // A tensor of nothing is no tensor.
      if (length === 0) return new Float32Array();
      const { data } = await file.readTensor(name);
      if (data.length !== length)
        throw new Error(
          `The tensor "${name}" of ${path} has ${data.length} numbers; the files beside it ask for ${length}.`,
        );
      return Float32Array.from(data);
    };
    return await read(Object.assign(readTensor, { has: (name: string) => file.tensors.has(name) }));
  } finally {
    await file.close();
  }
}
