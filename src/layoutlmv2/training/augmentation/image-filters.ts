/**
 * What printers, lenses and sensors do to one channel of a page's image, `[224, 224]` pixels of 0..255. Each returns a new plane. They
 * are plain loops: a page is changed anew each time it is learnt, so a call for each pixel would be felt.
 */
import { IMAGE_SIDE } from '../../encoded-page.js';
import { createRandom } from '../../random.js';

/** Levels of grey. */
const LEVELS = 256;
const WHITE = LEVELS - 1;
/** The middle between black and white, which a change of contrast leaves as it is. */
const MIDDLE = WHITE / 2;
/** Mean and standard deviation of the sum of four whole numbers that are uniform in 0..255. */
const SUM_OF_BYTES = { mean: 4 * 127.5, deviation: Math.sqrt((4 * (256 ** 2 - 1)) / 12) };
/** Different values of noise: each row starts elsewhere among them, so no pattern is seen, at a sixth of the draws. */
const GRAINS = 8192;

/**
 * Ink that has run or has worn away: each pixel goes towards the darkest (or lightest) of the nine around it.
 *
 * @param amount −1 … 1: how far, and above 0 towards the darkest
 */
export function changeInk(plane: Uint8ClampedArray, amount: number): Uint8ClampedArray {
  // The lightest is the darkest of the negative.
  const isMore = amount > 0;
  const ink = isMore ? plane : negativeOf(plane);
  const darkest = darkestOfThree(darkestOfThree(ink, 1), IMAGE_SIDE);
  const share = Math.abs(amount);
  for (let at = 0; at < ink.length; at++) {
    const value = ink[at] ?? 0;
    darkest[at] = value + share * ((darkest[at] ?? 0) - value);
  }
  return isMore ? darkest : negativeOf(darkest);
}

/** @param amount 0 … 1: what goes to the neighbours in each direction, of at most half (the binomial kernel 1 2 1). */
export function blur(plane: Uint8ClampedArray, amount: number): Uint8ClampedArray {
  return blurAlong(blurAlong(plane, amount, 1), amount, IMAGE_SIDE);
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
  const result = new Uint8ClampedArray(plane.length);
  for (let at = 0; at < plane.length; at++) result[at] = tones[plane[at] ?? 0] ?? 0;
  return result;
}

/** Adds nearly normal noise of the given standard deviation, in grey levels; the same seed adds the same. */
export function addNoise(plane: Uint8ClampedArray, deviation: number, seed: number): Uint8ClampedArray {
  const random = createRandom(seed);
  const scale = deviation / SUM_OF_BYTES.deviation;
  const grains = new Float32Array(GRAINS);
  for (let at = 0; at < GRAINS; at++) {
    // The sum of the four bytes of one draw is as good as normal for this.
    const bits = random.integer(2 ** 32);
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    grains[at] = scale * (sum - SUM_OF_BYTES.mean);
  }
  const result = new Uint8ClampedArray(plane.length);
  for (let row = 0; row < plane.length; row += IMAGE_SIDE) {
    const start = random.integer(GRAINS - IMAGE_SIDE);
    for (let column = 0; column < IMAGE_SIDE; column++) {
      result[row + column] = (plane[row + column] ?? 0) + (grains[start + column] ?? 0);
    }
  }
  return result;
}

/** The darkest of each pixel and its two neighbours along rows (step 1) or columns (step 224); edges are their own neighbours. */
function darkestOfThree(plane: Uint8ClampedArray, step: 1 | typeof IMAGE_SIDE): Uint8ClampedArray {
  const result = new Uint8ClampedArray(plane.length);
  for (let line = 0; line < IMAGE_SIDE; line++) {
    const { first, last } = endsOf(line, step);
    let before = WHITE;
    let value = plane[first] ?? 0;
    for (let at = first; at <= last; at += step) {
      const after = at === last ? WHITE : (plane[at + step] ?? 0);
      result[at] = Math.min(before, value, after);
      before = value;
      value = after;
    }
  }
  return result;
}

/** Mixes each pixel with its two neighbours along rows (step 1) or columns (step 224); edges are their own neighbours. */
function blurAlong(plane: Uint8ClampedArray, amount: number, step: 1 | typeof IMAGE_SIDE): Uint8ClampedArray {
  const result = new Uint8ClampedArray(plane.length);
  const share = amount / 4;
  for (let line = 0; line < IMAGE_SIDE; line++) {
    const { first, last } = endsOf(line, step);
    let value = plane[first] ?? 0;
    let before = value;
    for (let at = first; at <= last; at += step) {
      const after = at === last ? value : (plane[at + step] ?? 0);
      result[at] = value + share * (before + after - 2 * value);
      before = value;
      value = after;
    }
  }
  return result;
}

/** Where a row (step 1) or a column (step 224) starts and ends in the plane. */
function endsOf(line: number, step: 1 | typeof IMAGE_SIDE): { first: number; last: number } {
  const first = step === 1 ? line * IMAGE_SIDE : line;
  return { first, last: first + (IMAGE_SIDE - 1) * step };
}

function negativeOf(plane: Uint8ClampedArray): Uint8ClampedArray {
  const result = new Uint8ClampedArray(plane.length);
  for (let at = 0; at < plane.length; at++) result[at] = WHITE - (plane[at] ?? 0);
  return result;
}
