/**
 * How far the lines of a page run askew, and where a straightened page's boxes lie on the page as it was. Pure.
 * Tesseract needs straight pages: of the words that it reads on one, it finds three quarters at one degree, a third at
 * four.
 */

import {
  type GreyRaster,
  markContrast,
  type PageSize,
  shrinkFactorFor,
  shrinkRaster,
} from './page-raster.js';
import type { Box } from './word.js';

// Sheets are fed askew by one degree or two and photographed by up to ten; what is more has been turned on purpose.
const MOST_DEGREES = 10;
const COARSE_STEP_DEGREES = 0.5;
const FINE_STEP_DEGREES = 0.05;
// The estimate looks at a page shrunk to about this: a line of print is then some ten pixels high.
const LOOKED_AT_SIDE = 1200;
// With fewer (a dozen words) chance decides; more than the most say nothing new, they are thinned out.
const LEAST_EDGES = 400;
const MOST_EDGES = 30_000;
// Measured on 22 pages of print, clean and noisy: their direction stands out from the median direction tenfold and
// more. Noise and photographs stay below 2.
const LEAST_PROMINENCE = 5;

/**
 * The angle of the page's lines in degrees, positive if the page is turned clockwise, from -10 to 10 in steps of 0.05;
 * 0 if no direction stands out. Lines may run across or, on a page that lies on its side, down.
 *
 * Method: the edges below (or beside) the print are projected along each direction; where lines run, the profile is
 * sharpest, that is, the sum of the squared differences of neighbouring bins is greatest (Postl 1986).
 */
export function estimateSkewDegrees(page: GreyRaster): number {
  const { below, beside } = findEdges(shrinkRaster(page, shrinkFactorFor(page, LOOKED_AT_SIDE)));
  const across = estimateAlong(below);
  const down = estimateAlong(beside);
  return down.sharpness > across.sharpness ? down.degrees : across.degrees;
}

/**
 * Where a box in the pixels of `straight`, which is `page` turned by `-skewDegrees` about its middle on a larger canvas,
 * lies in the pixels of `page`: the upright box around its four corners.
 */
export function unstraighten(box: Box, straight: PageSize, page: PageSize, skewDegrees: number): Box {
  const { cos, sin } = turnOf(skewDegrees);
  const [x0, y0, x1, y1] = box;
  const corners = [x0, x1].flatMap((x) =>
    [y0, y1].map((y) => {
      const right = x - straight.width / 2;
      const down = y - straight.height / 2;
      return { x: right * cos - down * sin + page.width / 2, y: right * sin + down * cos + page.height / 2 };
    }),
  );
  const xs = corners.map(({ x }) => x);
  const ys = corners.map(({ y }) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Edge pixels: `along` the line that they may belong to, and `across` it. */
type Edges = { along: Int32Array; across: Int32Array };

function estimateAlong(edges: Edges): { degrees: number; sharpness: number } {
  if (edges.along.length < LEAST_EDGES) return { degrees: 0, sharpness: 0 };
  const directions = range(-MOST_DEGREES, MOST_DEGREES, COARSE_STEP_DEGREES);
  const sharpnesses = directions.map((degrees) => sharpnessAt(edges, degrees));
  const rough = directions[sharpnesses.indexOf(Math.max(...sharpnesses))] ?? 0;
  const finer = range(rough - COARSE_STEP_DEGREES, rough + COARSE_STEP_DEGREES, FINE_STEP_DEGREES);
  const finerSharpnesses = finer.map((degrees) => sharpnessAt(edges, degrees));
  const sharpness = Math.max(...finerSharpnesses);
  const median = sharpnesses.toSorted((a, b) => a - b)[Math.floor(sharpnesses.length / 2)] ?? 0;
  if (sharpness < LEAST_PROMINENCE * median) return { degrees: 0, sharpness: 0 };
  return { degrees: finer[finerSharpnesses.indexOf(sharpness)] ?? 0, sharpness };
}

function sharpnessAt({ along, across }: Edges, degrees: number): number {
  const { cos, sin } = turnOf(degrees);
  // Bins of one pixel. Both coordinates are below twice the looked-at side, turned they are below three times it.
  const middle = 3 * LOOKED_AT_SIDE;
  const profile = new Int32Array(2 * middle);
  for (let index = 0; index < along.length; index += 1) {
    const bin = Math.round((across[index] ?? 0) * cos - (along[index] ?? 0) * sin) + middle;
    profile[bin] = (profile[bin] ?? 0) + 1;
  }
  return profile.reduce((sum, count, bin) => sum + (count - (profile[bin - 1] ?? 0)) ** 2, 0);
}

/** Pixels of print with paper below them, for lines that run across, and beside them, for lines that run down. */
function findEdges(page: GreyRaster): { below: Edges; beside: Edges } {
  const { width, height } = page;
  const isPrint = markContrast(page);
  const findBefore = (offset: number) => {
    const found = new Int32Array(isPrint.length);
    let count = 0;
    for (let y = 0; y + 1 < height; y += 1) {
      for (let at = y * width; at + 1 < (y + 1) * width; at += 1) {
        if (isPrint[at] === 1 && isPrint[at + offset] === 0) {
          found[count] = at;
          count += 1;
        }
      }
    }
    const step = Math.ceil(count / MOST_EDGES);
    return found.subarray(0, count).filter((_at, index) => index % step === 0);
  };
  const [below, beside] = [findBefore(width), findBefore(1)];
  return {
    below: { along: below.map((at) => at % width), across: below.map((at) => Math.floor(at / width)) },
    // The same turn takes a line that runs across to one that runs down: x to y and y to -x.
    beside: { along: beside.map((at) => -Math.floor(at / width)), across: beside.map((at) => at % width) },
  };
}

function turnOf(degrees: number): { cos: number; sin: number } {
  const radians = (degrees * Math.PI) / 180;
  return { cos: Math.cos(radians), sin: Math.sin(radians) };
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => from + index * step);
}
