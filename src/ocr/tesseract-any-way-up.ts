/**
 * Reads a page however it lies: askew, it is straightened before it is read; if that gives hardly a legible word, it is
 * read upside down as well. What is long is read in parts, at once where there are threads for it. The words come out on the page as it was.
 */

import {
  isReadBetter,
  isSideways,
  mayBeUpsideDown,
  type QuarterTurns,
  turnWords,
} from './page-orientation.js';
import { cutIntoParts } from './page-parts.js';
import { type GreyRaster, turnRaster, turnUpsideDown } from './page-raster.js';
import { estimateSkewDegrees, unstraighten } from './page-skew.js';
import { parseTesseractTsv } from './tesseract-tsv.js';
import { type Box, normaliseBox, type Word } from './word.js';

/** Recognises rasters, each on its own, in any order. */
type Recognise = (rasters: readonly GreyRaster[]) => Promise<{ tsv: string; engineVersion: string }[]>;

type Options = {
  /** Whether the page may be cut into parts: where lines, and so columns, follow one another from left to right. */
  mayCut: boolean;
};

type PageAsItLies = {
  words: Word[];
  uprightTurn: QuarterTurns;
  skewDegrees: number;
  engineVersion: string;
};

// Below, lines of print climb by less than their own height over the page's width, and are read as they are.
const LEAST_SKEW_DEGREES = 0.15;
// A sheet of paper turned by ten degrees needs 1.4 times its pixels; a long strip needs a hundred times: it stays askew.
const MOST_CANVAS_GROWTH = 1.5;

/** Reads `page`, all of it once or twice. */
export async function readAnyWayUp(
  page: GreyRaster,
  recognise: Recognise,
  { mayCut }: Options,
): Promise<PageAsItLies> {
  const skewDegrees = estimateSkewDegrees(page);
  const straight = await straighten(page, skewDegrees);
  const place = (box: Box): Box =>
    normaliseBox(straight === page ? box : unstraighten(box, straight, page, skewDegrees), page);

  const read = async (raster: GreyRaster) => {
    const parts = mayCut ? cutIntoParts(raster) : [{ raster, top: 0 }];
    const recognised = await recognise(parts.map((part) => part.raster));
    const words = recognised.flatMap(({ tsv }, at) => {
      const top = parts[at]?.top ?? 0;
      return parseTesseractTsv(tsv, ([x0, y0, x1, y1]) => place([x0, y0 + top, x1, y1 + top]));
    });
    return { words, engineVersion: recognised[0]?.engineVersion ?? '' };
  };

  const { words, engineVersion } = await read(straight);
  if (mayBeUpsideDown(words)) {
    // A half turn about the middle and the turn that straightens may change places: the way back is the same.
    const { words: turned } = await read(turnUpsideDown(straight));
    if (isReadBetter(turned, words)) {
      const uprightTurn = isSideways(turned, page) ? 90 : 180;
      return { words: turnWords(turned, 180), uprightTurn, skewDegrees, engineVersion };
    }
  }
  return { words, uprightTurn: isSideways(words, page) ? 270 : 0, skewDegrees, engineVersion };
}

/** The page turned back by its skew; the same object where it is straight enough, or too long to be turned. */
async function straighten(page: GreyRaster, skewDegrees: number): Promise<GreyRaster> {
  const { width, height } = page;
  const sin = Math.abs(Math.sin((skewDegrees * Math.PI) / 180));
  const canvasGrowth = ((width + height * sin) * (height + width * sin)) / (width * height);
  if (Math.abs(skewDegrees) < LEAST_SKEW_DEGREES || canvasGrowth > MOST_CANVAS_GROWTH) return page;
  return turnRaster(page, -skewDegrees);
}
