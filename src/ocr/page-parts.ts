/** A page cut into parts that may be read at once, each as good as a page of its own, in reading order. Pure. */
import { findCut } from './page-cut.js';
import { findPrint, PRINT_RASTER_SIDE } from './page-print.js';
import { type GreyRaster, mostCommonGrey, shrinkFactorFor, shrinkRaster } from './page-raster.js';

/** `top` is where its first row lies on the page; the columns are the page's. */
export type PagePart = { raster: GreyRaster; top: number };

/** How many parts a page has at most: with more, each would have its own share of mistakes for little gain. */
export const MOST_PARTS = 4;
// Paper beyond the cut, as Tesseract wants it around print: about the height of a line.
const PADDING = 20;

/** @returns the page alone where there is little to read on it, or no place to cut */
export function cutIntoParts(page: GreyRaster): PagePart[] {
  const factor = shrinkFactorFor(page, PRINT_RASTER_SIDE);
  const whole = { raster: page, small: shrinkRaster(page, factor), top: 0 };
  return cutAgain(whole, { factor, paper: mostCommonGrey(page.data) }, MOST_PARTS);
}

/** With the same shrunk, in which the cut is looked for. */
type LookedAtPart = PagePart & { small: GreyRaster };

/** Of the page that all parts are of. */
type PageTraits = { factor: number; paper: number };

function cutAgain(part: LookedAtPart, traits: PageTraits, mostParts: number): PagePart[] {
  const { raster, small, top } = part;
  const cut = mostParts < 2 ? null : findCut(findPrint(small));
  if (cut === null) return [{ raster, top }];
  const { x, rightFrom, leftTo } = cut;
  const rows = { top: rightFrom, bottom: leftTo };
  const first = { top: 0, bottom: leftTo, without: { ...rows, left: x, right: small.width } };
  const second = { top: rightFrom, bottom: small.height, without: { ...rows, left: 0, right: x } };
  return [first, second].flatMap((area) => cutAgain(takePart(part, area, traits), traits, mostParts / 2));
}

/** Some rows, of which an area is the other part's. In pixels of the shrunk page. */
type PartArea = {
  top: number;
  bottom: number;
  without: { left: number; top: number; right: number; bottom: number };
};

function takePart(
  { raster, small, top }: LookedAtPart,
  area: PartArea,
  { factor, paper }: PageTraits,
): LookedAtPart {
  const padding = Math.ceil(PADDING / factor);
  const paddingAbove = area.top > 0 ? padding : 0;
  const paddingBelow = area.bottom < small.height ? padding : 0;
  const first = area.top - paddingAbove;
  const take = (from: GreyRaster, scale: number): GreyRaster => {
    const { width } = from;
    // What does not fill a pixel of the shrunk page belongs to its last row and column.
    const edge = (at: number, last: number, end: number) => (at === last ? end : at * scale);
    const bottom = edge(area.bottom, small.height, from.height);
    const height = bottom + (paddingBelow - first) * scale;
    const data = new Uint8Array(width * height).fill(paper);
    data.set(from.data.subarray(area.top * scale * width, bottom * width), paddingAbove * scale * width);
    const { without } = area;
    const right = edge(without.right, small.width, width);
    const end = edge(without.bottom, small.height, from.height) - first * scale;
    for (let y = (without.top - first) * scale; y < end; y += 1) {
      data.fill(paper, y * width + without.left * scale, y * width + right);
    }
    return { ...from, data, height };
  };
  return { raster: take(raster, factor), small: take(small, 1), top: top + first * factor };
}
