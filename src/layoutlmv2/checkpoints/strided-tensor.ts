/** Reads a tensor that is a view into a run of numbers: directly where it is contiguous, else element by element. */

import { elementCount, type Weight } from '../parameters.js';
import { decodeElements, ELEMENT_BYTES } from './element-types.js';
import type { TorchTensor } from './torch-objects.js';

/**
 * Reads one tensor, row-major. `readBytes` gives `length` bytes of the tensor's storage from `position`; no more of it is
 * read than lies between the tensor's first and last element.
 */
export async function readStridedTensor(
  { type, offset, shape, strides }: TorchTensor,
  readBytes: (position: number, length: number) => Promise<Uint8Array>,
): Promise<Weight> {
  const count = elementCount(shape);
  if (count === 0) return { shape, data: new Float32Array(0) };
  const span = 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), 0);
  const width = ELEMENT_BYTES[type];
  const values = decodeElements(await readBytes(offset * width, span * width), type);
  return { shape, data: isContiguous(shape, strides) ? values : gather(values, shape, strides, count) };
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const size = shape[axis] ?? 1;
    // The stride of an axis of one element is never used.
    if (size !== 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

function gather(
  values: Float32Array,
  shape: readonly number[],
  strides: readonly number[],
  count: number,
): Float32Array {
  const result = new Float32Array(count);
  const index = new Array<number>(shape.length).fill(0);
  let source = 0;
  for (let target = 0; target < count; target += 1) {
    result[target] = values[source] ?? 0;
    // Counts up like an odometer, the last axis fastest.
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const size = shape[axis] ?? 1;
      const stride = strides[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      source += stride;
      if (next < size) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      source -= stride * size;
    }
  }
  return result;
}
