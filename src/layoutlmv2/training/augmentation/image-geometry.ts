/**
 * How the sheet lies on the glass: one affine map, under which both the page's pixels and the boxes of its words go. The page is
 * taken as the square the network sees; its true proportions are not known here.
 */
import { IMAGE_SIDE } from '../../encoded-page.js';
import type { WordBox } from '../../page-encoding.js';
import type { Random } from '../../random.js';
import type { Augmentation } from './augmentation-settings.js';
import { between } from './between.js';

/** x' = xx·x + xy·y + x0 and y' = yx·x + yy·y + y0, where the page is from 0 to 1. */
export type AffineMap = { xx: number; xy: number; x0: number; yx: number; yy: number; y0: number };

/** Boxes run from 0 to this. */
const BOX_LIMIT = 1000;

/** Draws how a sheet lies: turned and scaled about its middle, shifted by whole pixels, then cut. Undefined for as it is. */
export function drawGeometry(
  { rotation, scale, shift, crop }: Augmentation,
  random: Random,
): AffineMap | undefined {
  if (rotation === 0 && scale === 0 && shift === 0 && crop === 0) return undefined;
  const angle = (between(random, rotation) * Math.PI) / 180;
  const factor = 1 + between(random, scale);
  const cosine = factor * Math.cos(angle);
  const sine = factor * Math.sin(angle);
  const x0 = (1 - cosine + sine) / 2 + wholePixels(between(random, shift)) / IMAGE_SIDE;
  const y0 = (1 - sine - cosine) / 2 + wholePixels(between(random, shift)) / IMAGE_SIDE;
  const width = 1 - random.uniform() * crop;
  const height = 1 - random.uniform() * crop;
  const left = random.uniform() * (1 - width);
  const top = random.uniform() * (1 - height);
  return {
    xx: cosine / width,
    xy: -sine / width,
    x0: (x0 - left) / width,
    yx: sine / height,
    yy: cosine / height,
    y0: (y0 - top) / height,
  };
}

/** Where a word is then: the bounding box of its turned box, cut at the page's edges; undefined if its middle leaves the page. */
export function mapBox([x0, y0, x1, y1]: WordBox, map: AffineMap): WordBox | undefined {
  const corners: readonly [number, number][] = [
    [x0, y0],
    [x1, y0],
    [x0, y1],
    [x1, y1],
  ];
  const across = corners.map(([x, y]) => map.xx * x + map.xy * y + map.x0 * BOX_LIMIT);
  const down = corners.map(([x, y]) => map.yx * x + map.yy * y + map.y0 * BOX_LIMIT);
  const [left, right, top, bottom] = [
    Math.min(...across),
    Math.max(...across),
    Math.min(...down),
    Math.max(...down),
  ];
  if (!isOnPage((left + right) / 2) || !isOnPage((top + bottom) / 2)) return undefined;
  return [clampToPage(left), clampToPage(top), clampToPage(right), clampToPage(bottom)];
}

/** The nearest whole coordinate that is on the page. */
export function clampToPage(edge: number): number {
  return Math.min(BOX_LIMIT, Math.max(0, Math.round(edge)));
}

/**
 * The pixels of one channel `[224, 224]` as they are seen then, bilinearly interpolated; what comes in from outside has the colour of
 * the paper, taken to be the median of the image's border: rules and photocopied edges that touch it would else be drawn out.
 */
export function resample(plane: Uint8ClampedArray, map: AffineMap): Uint8ClampedArray {
  const side = IMAGE_SIDE;
  const paper = medianOfBorder(plane);
  const padded = surround(plane, paper);
  const width = side + 2;
  const determinant = map.xx * map.yy - map.xy * map.yx;
  const [ixx, ixy] = [map.yy / determinant, -map.xy / determinant];
  const [iyx, iyy] = [-map.yx / determinant, map.xx / determinant];
  const result = new Uint8ClampedArray(side * side);
  for (let row = 0; row < side; row++) {
    // Pixels are seen at their middles: half a pixel forth and back, and one more for what surrounds them.
    const fromTop = row + 0.5 - map.y0 * side;
    const fromLeft = 0.5 - map.x0 * side;
    const startX = ixx * fromLeft + ixy * fromTop + 0.5;
    const startY = iyx * fromLeft + iyy * fromTop + 0.5;
    for (let column = 0; column < side; column++) {
      const x = startX + ixx * column;
      const y = startY + iyx * column;
      let value = paper;
      if (x >= 0 && y >= 0 && x < side + 1 && y < side + 1) {
        const left = Math.floor(x);
        const top = Math.floor(y);
        const at = top * width + left;
        const upperLeft = padded[at] ?? 0;
        const lowerLeft = padded[at + width] ?? 0;
        const upper = upperLeft + ((padded[at + 1] ?? 0) - upperLeft) * (x - left);
        const lower = lowerLeft + ((padded[at + width + 1] ?? 0) - lowerLeft) * (x - left);
        value = upper + (lower - upper) * (y - top);
      }
      result[row * side + column] = value;
    }
  }
  return result;
}

/** The plane with one more pixel on each side. */
function surround(plane: Uint8ClampedArray, value: number): Uint8ClampedArray {
  const width = IMAGE_SIDE + 2;
  const padded = new Uint8ClampedArray(width * width).fill(value);
  for (let row = 0; row < IMAGE_SIDE; row++) {
    padded.set(plane.subarray(row * IMAGE_SIDE, (row + 1) * IMAGE_SIDE), (row + 1) * width + 1);
  }
  return padded;
}

function medianOfBorder(plane: Uint8ClampedArray): number {
  const last = IMAGE_SIDE - 1;
  const border = new Uint8Array(4 * IMAGE_SIDE);
  for (let at = 0; at < IMAGE_SIDE; at++) {
    border[4 * at] = plane[at] ?? 0;
    border[4 * at + 1] = plane[last * IMAGE_SIDE + at] ?? 0;
    border[4 * at + 2] = plane[at * IMAGE_SIDE] ?? 0;
    border[4 * at + 3] = plane[at * IMAGE_SIDE + last] ?? 0;
  }
  return border.sort()[border.length / 2] ?? 0;
}

function isOnPage(position: number): boolean {
  return position >= 0 && position <= BOX_LIMIT;
}

function wholePixels(thousandths: number): number {
  return Math.round((thousandths * IMAGE_SIDE) / BOX_LIMIT);
}
