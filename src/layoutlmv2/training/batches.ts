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
 * Where epochs are shorter than the examples, they follow each other through one pass after the other, each pass in its own order.
 *
 * @param examplesPerEpoch all of them without it
 * @param lengths tokens of each example, if examples of similar length shall share a batch (less padding, same examples).
 */
export function planEpoch(options: {
  exampleCount: number;
  batchSize: number;
  microBatchSize: number;
  seed: number;
  epoch: number;
  examplesPerEpoch?: number | null | undefined;
  lengths?: readonly number[] | undefined;
}): Batch[] {
  const { exampleCount, batchSize, microBatchSize, seed, epoch, lengths } = options;
  const perEpoch = options.examplesPerEpoch ?? exampleCount;
  const from = (epoch - 1) * perEpoch;
  const all = Array.from({ length: exampleCount }, (_, example) => example);
  const random = createRandom(seedOf(seed, 'order', Math.floor(from / exampleCount) + 1));
  const pass = shuffled(all, random);
  const order = pass.slice(from % exampleCount, (from % exampleCount) + perEpoch);
  for (let next = Math.floor(from / exampleCount) + 2; order.length < perEpoch; next++) {
    const more = shuffled(all, createRandom(seedOf(seed, 'order', next)));
    order.push(...more.slice(0, perEpoch - order.length));
  }
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
