/** In which order an epoch sees its examples, and which of them go through the network together. Pure numbers. */

import { createRandom, seedOf, shuffled } from '../random.js';

/** One optimiser step: its micro-batches, each a list of example numbers. */
export type Batch = readonly (readonly number[])[];

/**
 * How many batches are sorted by length together when batches are to be of similar length: enough to save most of the
 * padding, few enough that what comes together stays a matter of chance.
 */
const BATCHES_PER_WINDOW = 16;

/**
 * The batches of one epoch; the same seed and epoch give the same ones. Every example comes once; the last batch may be smaller.
 *
 * @param lengths tokens of each example, if examples of similar length shall share a batch (less padding, same examples).
 */
export function planEpoch(options: {
  exampleCount: number;
  batchSize: number;
  microBatchSize: number;
  seed: number;
  epoch: number;
  lengths?: readonly number[] | undefined;
}): Batch[] {
  const { exampleCount, batchSize, microBatchSize, seed, epoch, lengths } = options;
  const random = createRandom(seedOf(seed, 'order', epoch));
  const order = shuffled(
    Array.from({ length: exampleCount }, (_, example) => example),
    random,
  );
  const batches = (examples: readonly number[]) =>
    chunk(examples, batchSize).map((batch) => chunk(batch, microBatchSize));
  if (lengths === undefined) return batches(order);
  const lengthOf = (example: number) => lengths[example] ?? 0;
  const similar = chunk(order, batchSize * BATCHES_PER_WINDOW).flatMap((window) =>
    batches([...window].sort((left, right) => lengthOf(left) - lengthOf(right))),
  );
  return shuffled(similar, random);
}

/** A list in pieces of the given size; the last may be smaller. */
export function chunk<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
