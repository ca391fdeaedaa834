/** The one distribution that augmentations draw their amounts from. */
import type { Random } from '../../random.js';

/** Uniform in −limit … limit. */
export function between(random: Random, limit: number): number {
  return (2 * random.uniform() - 1) * limit;
}
