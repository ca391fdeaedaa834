/**
 * What every checkpoint format gives: a list of tensors known without reading them, each readable on its own. The
 * formats themselves are safetensors.ts, torch-zip.ts and torch-legacy.ts.
 */
import type { Weight } from '../parameters.js';

export type TensorDescription = {
  /** The element type as the file names it, for messages. */
  readonly dtype: string;
  readonly shape: readonly number[];
};

/** An open checkpoint file (or several, for a sharded one); whoever opens it closes it. */
export type TensorSource = {
  readonly tensors: ReadonlyMap<string, TensorDescription>;
  /** Reads one tensor, converted to float32 and row-major; throws for a name that is not in `tensors`. */
  readonly readTensor: (name: string) => Promise<Weight>;
  readonly close: () => Promise<void>;
};

/** The entry of a name in a source's table; throws an error that names file and tensor where there is none. */
export function getEntry<T>(entries: ReadonlyMap<string, T>, name: string, path: string): T {
  const entry = entries.get(name);
  if (entry === undefined) throw new Error(`${path} has no tensor named ${JSON.stringify(name)}.`);
  return entry;
}

/**
 * The number of elements of a shape that was read from a file; throws when a size is no count or the product is not
 * below `limit`.
 */
export function checkedElementCount(
  shape: readonly unknown[],
  what: string,
  limit = Number.MAX_SAFE_INTEGER,
): number {
  let product = 1;
  for (const size of shape) {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
      throw new Error(`${what} has the impossible shape [${shape.join(', ')}].`);
    }
    product *= size;
  }
  // A zero size makes the product 0 whatever the others are, unless they had already overflowed to infinity.
  if (!(product <= limit)) {
    throw new Error(`${what} has the shape [${shape.join(', ')}], more than ${limit} elements.`);
  }
  return product;
}
