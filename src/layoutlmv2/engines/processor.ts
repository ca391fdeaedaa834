/** What this machine computes with when it has no better device: its processor. */
import { availableParallelism, cpus } from 'node:os';

/** The processor's name and the cores this process may use, for people. */
export function describeProcessor(): string {
  const model = cpus()[0]?.model.trim() || 'an unnamed processor';
  return `${model} (${countOf(availableParallelism(), 'core')})`;
}

/** A number with its noun. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
