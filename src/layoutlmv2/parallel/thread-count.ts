/** How many threads may classify at once: each has the weights in its own memory, so cores alone do not decide. */
import { availableParallelism } from 'node:os';
import type { LayoutLMv2Config } from '../config.js';
import { elementCount } from '../parameters.js';
import { weightsToRead } from '../prepared-network.js';

const BYTES_PER_WEIGHT = 4;

/** A thread besides its weights: TensorFlow.js, and what it computes of one page of 512 tokens at the base size. Measured. */
const THREAD_BYTES = 350 * 2 ** 20;

/** The share of the memory that is free which the threads may take: pages, OCR and other processes need some too. */
const MEMORY_SHARE = 1 / 2;

/** Memory of one thread that classifies with a network of this configuration, in bytes; an estimate from above. */
function threadBytes(config: LayoutLMv2Config, labelCount: number): number {
  const weights = weightsToRead(config, labelCount).reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return weights * BYTES_PER_WEIGHT + THREAD_BYTES;
}

/** As many threads as there are cores, or as memory has room for; at least one. */
export function suitableThreads(
  config: LayoutLMv2Config,
  labelCount: number,
  machine: { cores: number; freeBytes: number } = {
    cores: availableParallelism(),
    // Knows the limit of a container, which os.freemem does not.
    freeBytes: process.availableMemory(),
  },
): number {
  const roomFor = Math.floor((machine.freeBytes * MEMORY_SHARE) / threadBytes(config, labelCount));
  return Math.max(1, Math.min(machine.cores, roomFor));
}
