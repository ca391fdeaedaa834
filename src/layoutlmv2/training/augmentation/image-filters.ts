/** What printers, lenses and sensors do to one channel of a page's image, `[224, 224]` pixels of 0..255. Each returns a new plane. */
import { IMAGE_SIDE } from '../../encoded-page.js';
import { createRandom } from '../../random.js';

/** Levels of grey. */
const LEVELS = 256;
/** The middle between black and white, which a change of contrast leaves as it is. */
const MIDDLE = 127.5;
/** Mean and standard deviation of the sum of four whole numbers that are uniform in 0..255. */
const SUM_OF_BYTES = { mean: 4 * 127.5, deviation: Math.sqrt((4 * (256 ** 2 - 1)) / 12) };

/**
 * Ink that has run or has worn away: each pixel goes towards the darkest (or lightest) of the nine around it.
 *
 * @param amount −1 … 1: how far, and above 0 towards the darkest
 */
export function changeInk(plane: Uint8ClampedArray, amount: number): Uint8ClampedArray {
  const pick =
    amount > 0
      ? (a: number, b: number, c: number) => Math.min(a, b, c)
      : (a: number, b: number, c: number) => Math.max(a, b, c);
  const extreme = filterThree(filterThree(plane, 1, pick), IMAGE_SIDE, pick);
  const share = Math.abs(amount);
  return plane.map((value, at) => value + share * ((extreme[at] ?? 0) - value));
}

/** @param amount 0 … 1: what goes to the neighbours in each direction, of at most half (the binomial kernel 1 2 1). */
export function blur(plane: Uint8ClampedArray, amount: number): Uint8ClampedArray {
  const side = amount / 4;
  const mix = (before: number, value: number, after: number) => value + side * (before + after - 2 * value);
  return filterThree(filterThree(plane, 1, mix), IMAGE_SIDE, mix);
}

/** Multiplies distances from the middle grey by `contrast`, then everything by `gain`. */
export function changeTone(
  plane: Uint8ClampedArray,
  { gain, contrast }: { gain: number; contrast: number },
): Uint8ClampedArray {
  const tones = new Uint8ClampedArray(LEVELS);
  for (let value = 0; value < LEVELS; value++) {
    tones[value] = gain * (MIDDLE + contrast * (value - MIDDLE));
  }
  return plane.map((value) => tones[value] ?? 0);
}

/** Adds nearly normal noise of the given standard deviation, in grey levels; the same seed adds the same. */
export function addNoise(plane: Uint8ClampedArray, deviation: number, seed: number): Uint8ClampedArray {
  const random = createRandom(seed);
  const scale = deviation / SUM_OF_BYTES.deviation;
  return plane.map((value) => {
    // One draw a pixel: the sum of its four bytes is as good as normal for this, at a fraction of the cost.
    const bits = random.integer(2 ** 32);
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    return value + scale * (sum - SUM_OF_BYTES.mean);
  });
}

/** Combines each pixel with its two neighbours along rows (step 1) or columns (step 224); edges are their own neighbours. */
function filterThree(
  plane: Uint8ClampedArray,
  step: 1 | typeof IMAGE_SIDE,
  combine: (before: number, value: number, after: number) => number,
): Uint8ClampedArray {
  const result = new Uint8ClampedArray(plane.length);
  const nextLine = step === 1 ? IMAGE_SIDE : 1;
  for (let line = 0; line < IMAGE_SIDE; line++) {
    const first = line * nextLine;
    const last = first + (IMAGE_SIDE - 1) * step;
    let before = plane[first] ?? 0;
    let value = before;
    for (let at = first; at <= last; at += step) {
      const after = at === last ? value : (plane[at + step] ?? 0);
      result[at] = combine(before, value, after);
      before = value;
      value = after;
    }
  }
  return result;
}
