/**
 * What a page looks like from afar, as numbers: histograms of oriented gradients (Dalal and Triggs 2005) in a grid over the small image
 * that a network reads. They tell lines of print, columns, headlines, pictures and blank paper apart, and where each is; not a word.
 */
import { IMAGE_SIDE } from '../../layoutlmv2/encoded-page.js';

const channels = 3;
/** Cells of the grid in each direction. 8 and 16 were equally right about real scans, and 8 makes a quarter of the numbers. */
const gridSide = 8;
const cellCount = gridSide ** 2;
const cellSide = IMAGE_SIDE / gridSide;
/** Directions of edges that are told apart; an edge counts for its two nearest. */
const directions = 8;
/** Of each cell beside its edges: how much ink there is, and how uneven it is. */
const numbersPerCell = directions + 2;

/** How many numbers a look has. */
export const LOOK_LENGTH = cellCount * numbersPerCell;

// ITU-R BT.601: how bright blue, green and red seem.
const brightness = [0.114, 0.587, 0.299] as const;

/**
 * A pixel counts for the four cells whose middles are around it, the more the nearer, so that a page that lies a little elsewhere looks a
 * little different and not as if cells had changed. With it 81.5 instead of 79.7 % of 1,750 scans of five kinds were told by their look
 * (fivefold cross-validation), and 90.7 instead of 90.0 % in an average with a text classifier.
 */
const places = Array.from({ length: IMAGE_SIDE }, (_, pixel) => {
  const place = (pixel + 0.5) / cellSide - 0.5;
  const before = Math.floor(place);
  const share = place - before;
  // Beyond the outermost middles there is but one cell.
  return {
    one: Math.max(0, before),
    other: Math.min(gridSide - 1, before + 1),
    ofOne: 1 - share,
    ofOther: share,
  };
});

/** How many pixels' worth each cell has in one direction. */
const weightOfLine = places.reduce((sums, { one, other, ofOne, ofOther }) => {
  sums[one] = (sums[one] ?? 0) + ofOne;
  sums[other] = (sums[other] ?? 0) + ofOther;
  return sums;
}, new Float64Array(gridSide));

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
  const sums = addUpCells(image);
  const look = new Float32Array(LOOK_LENGTH);
  for (let cell = 0; cell < cellCount; cell += 1) {
    const at = cell * numbersPerCell;
    const [row, column] = [Math.floor(cell / gridSide), cell % gridSide];
    const weight = (weightOfLine[row] ?? Number.NaN) * (weightOfLine[column] ?? Number.NaN);
    const meanOf = (number: number) => (sums[at + number] ?? 0) / weight;
    for (let direction = 0; direction < directions; direction += 1)
      look[at + direction] = Math.sqrt(meanOf(direction));
    const darkness = meanOf(directions);
    look[at + directions] = darkness;
    // Rounding may leave a little less than nothing.
    look[at + directions + 1] = Math.sqrt(Math.max(0, meanOf(directions + 1) - darkness ** 2));
  }
  return look;
}

/** Of each cell the sums of edges by direction, of darkness and of its square: `[cells, numbers]`. */
function addUpCells(image: Uint8Array): Float64Array {
  const dark = darknessOf(image);
  const sums = new Float64Array(LOOK_LENGTH);
  /** Of one line of pixels, by column of cells: it goes into two rows of cells as a whole. */
  const line = new Float64Array(gridSide * numbersPerCell);
  const add = (number: number, { one, other, ofOne, ofOther }: (typeof places)[number], value: number) => {
    const [first, second] = [one * numbersPerCell + number, other * numbersPerCell + number];
    line[first] = (line[first] ?? 0) + ofOne * value;
    line[second] = (line[second] ?? 0) + ofOther * value;
  };
  for (const [y, row] of places.entries()) {
    line.fill(0);
    for (const [x, column] of places.entries()) {
      const pixel = y * IMAGE_SIDE + x;
      const value = dark[pixel] ?? 0;
      if (value !== 0) {
        add(directions, column, value);
        add(directions + 1, column, value * value);
      }
      const across = isInner(x) ? (dark[pixel + 1] ?? 0) - (dark[pixel - 1] ?? 0) : 0;
      const down = isInner(y) ? (dark[pixel + IMAGE_SIDE] ?? 0) - (dark[pixel - IMAGE_SIDE] ?? 0) : 0;
      const strength = Math.sqrt(across * across + down * down);
      if (strength === 0) continue;
      // From dark to light or from light to dark is the same edge: half a turn suffices.
      const turn = Math.atan2(down, across) / Math.PI;
      const place = (turn < 0 ? turn + 1 : turn) * directions;
      const before = Math.floor(place);
      const share = place - before;
      add(before % directions, column, strength * (1 - share));
      add((before + 1) % directions, column, strength * share);
    }
    const rowLength = gridSide * numbersPerCell;
    for (const [at, value] of line.entries()) {
      const [first, second] = [row.one * rowLength + at, row.other * rowLength + at];
      sums[first] = (sums[first] ?? 0) + row.ofOne * value;
      sums[second] = (sums[second] ?? 0) + row.ofOther * value;
    }
  }
  return sums;
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
