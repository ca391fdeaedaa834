/**
 * A small seeded random generator, so that a training run can be repeated: shuffles, augmentation and resampling all
 * draw from here. It is fast and well distributed; it is not for secrets.
 */

/** A stream of random numbers; the same seed always gives the same stream, on every machine. */
export type Random = {
  /** Uniform in [0, 1), in steps of 2⁻³². */
  uniform(): number;
  /** A whole number from 0 to limit − 1, each equally likely to within limit · 2⁻³². */
  integer(limit: number): number;
};

/**
 * Makes a generator: xoshiro128** 1.1 by Blackman and Vigna (public domain, https://prng.di.unimi.it/xoshiro128starstar.c),
 * its four words of state filled from the seed by {@link mix}, as its authors advise (a different generator than itself).
 *
 * @param seed any integer; only its low 32 bits count.
 */
export function createRandom(seed: number): Random {
  // The additive constant is 2³² divided by the golden ratio, which visits all 32-bit words before repeating; so not
  // all four words of state can be zero, the one state from which xoshiro never leaves.
  let a = mix(seed + 0x9e3779b9);
  let b = mix(seed + 2 * 0x9e3779b9);
  let c = mix(seed + 3 * 0x9e3779b9);
  let d = mix(seed + 4 * 0x9e3779b9);

  function next(): number {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  }

  return {
    uniform: () => next() / 2 ** 32,
    integer: (limit) => Math.floor((next() / 2 ** 32) * limit),
  };
}

/**
 * One 32-bit seed out of several parts, so that each use of a run's seed has a stream of its own:
 * `seedOf(seed, 'shuffle', epoch)`. FNV-1a over the parts as text, each closed by a separator, then mixed.
 */
export function seedOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    for (const byte of Buffer.from(`${part}\u0000`, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return mix(hash);
}

/** A shuffled copy (Fisher and Yates, from the end); the given list stays as it is. */
export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    const moved = result[last] as Item;
    result[last] = result[other] as Item;
    result[other] = moved;
  }
  return result;
}

/** The 32-bit finaliser of MurmurHash3 (public domain, Austin Appleby): every input bit reaches every output bit. */
function mix(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}
