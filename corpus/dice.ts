/**
 * The chances of a page: picks, ranges and odds over one seeded stream, so that a page is the same whenever and wherever
 * it is made.
 */
import { createRandom } from '../src/layoutlmv2/random.js';

export type Dice = {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** A whole number from low to high, both possible. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  /** Throws on an empty list. */
  pick<Item>(items: readonly Item[]): Item;
  /** As many different items, in random order; all of them if there are not that many. */
  some<Item>(items: readonly Item[], count: number): Item[];
  /** Standard normal, by Box and Muller. */
  gaussian(): number;
};

/** @param seed any integer; only its low 32 bits count. */
export function createDice(seed: number): Dice {
  const { uniform } = createRandom(seed);
  const integer = (low: number, high: number) => low + Math.floor(uniform() * (high - low + 1));
  return {
    uniform,
    between: (low, high) => low + uniform() * (high - low),
    integer,
    chance: (probability) => uniform() < probability,
    pick(items) {
      if (items.length === 0) throw new Error('There is nothing to pick from');
      return items[Math.floor(uniform() * items.length)] as (typeof items)[number];
    },
    some(items, count) {
      const left = [...items];
      const taken: typeof left = [];
      while (taken.length < count && left.length > 0)
        taken.push(...left.splice(Math.floor(uniform() * left.length), 1));
      return taken;
    },
    gaussian: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}
