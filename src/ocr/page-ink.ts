/**
 * Where a page image is printed, compared with where a text layer says that words are. Pure measurement on a small
 * grey page; what follows from the numbers is decided in `text-layer.ts`.
 */

import { type GreyRaster, mostCommonGrey } from './page-raster.js';
import type { Box } from './word.js';

/** What the image says about the words' boxes. Both numbers are shares, 0..1. */
export type PageInk = {
  /** Of the words, how many have something printed inside their box; 0 if there are none. */
  printedWordShare: number;
  /** Of the page's area, how much looks like print (dark and light on plain paper) and touches no word's box. */
  uncoveredPrintShare: number;
  /** Of the page's area, how much looks like print and touches a word's box. */
  coveredPrintShare: number;
};

/** The longer side of the page image that {@link measurePageInk} wants: one pixel is about one unit of a box. */
export const INK_RASTER_SIDE = 1000;

// Lightest text still called printed: a difference of a tenth of the scale. Shrinking a page to 1000 pixels turns
// thin 6-point strokes into pale grey, but not that pale; paper grain and JPEG noise stay below.
const LEAST_CONTRAST = 26;
// Print as opposed to shades: a third of the scale away from the paper.
const PRINT_CONTRAST = 85;
// A paper pixel may differ from the page's most common grey by this (scanner noise, slight shadow).
const PAPER_TOLERANCE = 24;
// Cells of 16 units: about one line of 11-point text on A4.
const CELL_SIZE = 16;
// Text covers 5 to 25 % of its line, and the rest is paper. A photograph has hardly any pixel of the paper's grey,
// a rule or an edge of a picture is thinner or thicker than this.
const LEAST_PRINT_IN_CELL = 0.05;
const LEAST_PAPER_IN_CELL = 0.4;
// Boxes end at the glyphs' edges: a cell beside a word belongs to its descender, its accent or its underline.
const BOX_MARGIN = 4;
// Enough for a share; a page may claim a million words, each as large as the page.
const MOST_BOXES_LOOKED_AT = 500;

/** Measures the page; `grey` should have {@link INK_RASTER_SIDE} pixels on its longer side. */
export function measurePageInk(grey: GreyRaster, boxes: readonly Box[]): PageInk {
  const pixelBoxes = boxes.map((box) => toPixelBox(box, grey));
  const columns = Math.ceil(grey.width / CELL_SIZE);
  const rows = Math.ceil(grey.height / CELL_SIZE);
  const isCovered = coverCells(pixelBoxes, columns, rows);
  const paper = mostCommonGrey(grey.data);

  let covered = 0;
  let uncovered = 0;
  for (let cell = 0; cell < columns * rows; cell += 1) {
    const left = (cell % columns) * CELL_SIZE;
    const top = Math.floor(cell / columns) * CELL_SIZE;
    if (!looksLikePrint(grey, left, top, paper)) continue;
    if (isCovered[cell] === 1) covered += 1;
    else uncovered += 1;
  }
  const step = Math.max(1, Math.floor(pixelBoxes.length / MOST_BOXES_LOOKED_AT));
  const lookedAt = pixelBoxes.filter((_box, index) => index % step === 0);
  const printed = lookedAt.filter((box) => contrastWithin(grey, box) >= LEAST_CONTRAST).length;
  return {
    printedWordShare: lookedAt.length === 0 ? 0 : printed / lookedAt.length,
    uncoveredPrintShare: uncovered / (columns * rows),
    coveredPrintShare: covered / (columns * rows),
  };
}

type PixelBox = { left: number; top: number; right: number; bottom: number };

/** The box in pixels, right and bottom inclusive, widened by the margin and cut at the page's edges. */
function toPixelBox([x0, y0, x1, y1]: Box, { width, height }: GreyRaster): PixelBox {
  const scaleX = width / 1000;
  const scaleY = height / 1000;
  return {
    left: Math.max(0, Math.floor((x0 - BOX_MARGIN) * scaleX)),
    top: Math.max(0, Math.floor((y0 - BOX_MARGIN) * scaleY)),
    right: Math.min(width - 1, Math.ceil((x1 + BOX_MARGIN) * scaleX)),
    bottom: Math.min(height - 1, Math.ceil((y1 + BOX_MARGIN) * scaleY)),
  };
}

function coverCells(boxes: readonly PixelBox[], columns: number, rows: number): Uint8Array {
  const isCovered = new Uint8Array(columns * rows);
  for (const { left, top, right, bottom } of boxes) {
    for (let row = Math.floor(top / CELL_SIZE); row <= Math.floor(bottom / CELL_SIZE); row += 1) {
      const start = row * columns;
      isCovered.fill(1, start + Math.floor(left / CELL_SIZE), start + Math.floor(right / CELL_SIZE) + 1);
    }
  }
  return isCovered;
}

function looksLikePrint(
  { data, width, height }: GreyRaster,
  left: number,
  top: number,
  paper: number,
): boolean {
  const right = Math.min(width, left + CELL_SIZE);
  const bottom = Math.min(height, top + CELL_SIZE);
  let print = 0;
  let blank = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let at = y * width + left; at < y * width + right; at += 1) {
      const difference = Math.abs((data[at] ?? paper) - paper);
      if (difference >= PRINT_CONTRAST) print += 1;
      else if (difference <= PAPER_TOLERANCE) blank += 1;
    }
  }
  const pixels = (right - left) * (bottom - top);
  return print >= LEAST_PRINT_IN_CELL * pixels && blank >= LEAST_PAPER_IN_CELL * pixels;
}

/** The difference of the lightest and the darkest pixel of the box: light text on dark counts like dark on light. */
function contrastWithin({ data, width }: GreyRaster, { left, top, right, bottom }: PixelBox): number {
  let lightest = 0;
  let darkest = 255;
  for (let y = top; y <= bottom; y += 1) {
    for (let at = y * width + left; at <= y * width + right; at += 1) {
      const value = data[at] ?? 0;
      if (value > lightest) lightest = value;
      if (value < darkest) darkest = value;
    }
  }
  return lightest - darkest;
}
