/** The numbers of a classifier's folder, each tensor as long as the rest of the folder says. */
import { openSafetensors } from '../layoutlmv2/checkpoints/safetensors.js';

/** @throws Error that names tensor and file where it is not there or not of that length; of length 0 it need not be there. */
type ReadTensor = (name: string, length: number) => Promise<Float32Array>;

/** Lets `read` read from a file of tensors, which is closed afterwards. */
export async function readModelTensors<Read>(
  path: string,
  read: (tensor: ReadTensor) => Promise<Read>,
): Promise<Read> {
  const file = await openSafetensors(path);
  try {
    return await read(async (name, length) => {
      // A tensor of nothing is no tensor.
      if (length === 0) return new Float32Array();
      const { data } = await file.readTensor(name);
      if (data.length !== length)
        throw new Error(
          `The tensor "${name}" of ${path} has ${data.length} numbers; the files beside it ask for ${length}.`,
        );
      return Float32Array.from(data);
    });
  } finally {
    await file.close();
  }
}
