/**
 * What a page looks like from afar, as numbers: histograms of oriented gradients (Dalal and Triggs 2005) in a grid over the small image
 * that a network reads. They tell lines of print, columns, headlines, pictures and blank paper apart, and where each is; not a word.
 */
import { IMAGE_SIDE } from '../../layoutlmv2/encoded-page.js';

const channels = 3;
/** Cells of the grid in each direction. 8 and 16 were equally right about real scans, and 8 makes a quarter of the numbers. */
const gridSide = 8;
const cellSide = IMAGE_SIDE / gridSide;
/** Directions of edges that are told apart; an edge counts for its two nearest. */
const directions = 8;
/** Of each cell beside its edges: how much ink there is, and how uneven it is. */
const numbersPerCell = directions + 2;

/** How many numbers a look has. */
export const LOOK_LENGTH = gridSide ** 2 * numbersPerCell;

// ITU-R BT.601: how bright blue, green and red seem.
const brightness = [0.114, 0.587, 0.299] as const;

/**
 * @param image pixels `[224, 224, 3]`, blue first, as an `EncodedPage` has them
 * @returns `[cells, numbers]`: of each cell the square roots of the mean strength of its edges by direction, then mean and standard
 * deviation of its darkness. The roots keep strong edges from drowning faint ones.
 */
export function describeLook(image: Uint8Array): Float32Array {
  if (image.length !== channels * IMAGE_SIDE ** 2)
    throw new Error(
      `A look is that of an image of ${IMAGE_SIDE} by ${IMAGE_SIDE}, found ${image.length} numbers.`,
    );
  const dark = darknessOf(image);
  const look = new Float32Array(LOOK_LENGTH);
  const squares = new Float64Array(gridSide ** 2);
  for (let y = 0; y < IMAGE_SIDE; y += 1) {
    for (let x = 0; x < IMAGE_SIDE; x += 1) {
      const pixel = y * IMAGE_SIDE + x;
      const cell = Math.floor(y / cellSide) * gridSide + Math.floor(x / cellSide);
      const at = cell * numbersPerCell;
      const value = dark[pixel] ?? 0;
      add(look, at + directions, value);
      squares[cell] = (squares[cell] ?? 0) + value * value;
      const across = isInner(x) ? (dark[pixel + 1] ?? 0) - (dark[pixel - 1] ?? 0) : 0;
      const down = isInner(y) ? (dark[pixel + IMAGE_SIDE] ?? 0) - (dark[pixel - IMAGE_SIDE] ?? 0) : 0;
      const strength = Math.sqrt(across * across + down * down);
      if (strength === 0) continue;
      // From dark to light or from light to dark is the same edge: half a turn suffices.
      const turn = Math.atan2(down, across) / Math.PI;
      const place = (turn < 0 ? turn + 1 : turn) * directions;
      const before = Math.floor(place);
      const share = place - before;
      add(look, at + (before % directions), strength * (1 - share));
      add(look, at + ((before + 1) % directions), strength * share);
    }
  }
  const pixels = cellSide ** 2;
  for (let cell = 0; cell < gridSide ** 2; cell += 1) {
    const at = cell * numbersPerCell;
    for (let direction = 0; direction < directions; direction += 1)
      look[at + direction] = Math.sqrt((look[at + direction] ?? 0) / pixels);
    const mean = (look[at + directions] ?? 0) / pixels;
    look[at + directions] = mean;
    // Rounding may leave a little less than nothing.
    look[at + directions + 1] = Math.sqrt(Math.max(0, (squares[cell] ?? 0) / pixels - mean * mean));
  }
  return look;
}

/** From 0 for white to 1 for black, by pixel. */
function darknessOf(image: Uint8Array): Float32Array {
  const [ofBlue, ofGreen, ofRed] = brightness;
  const dark = new Float32Array(IMAGE_SIDE ** 2);
  for (let pixel = 0; pixel < dark.length; pixel += 1) {
    const at = channels * pixel;
    const light = ofBlue * (image[at] ?? 0) + ofGreen * (image[at + 1] ?? 0) + ofRed * (image[at + 2] ?? 0);
    dark[pixel] = 1 - light / 255;
  }
  return dark;
}

/** At the border there is no other side. */
function isInner(place: number): boolean {
  return place > 0 && place < IMAGE_SIDE - 1;
}

function add(numbers: Float32Array, at: number, value: number): void {
  numbers[at] = (numbers[at] ?? 0) + value;
}
