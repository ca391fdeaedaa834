/**
 * Reads a page however it lies: askew, it is straightened before it is read; if that gives hardly a legible word, it is
 * read upside down as well. The words come out on the page as it was.
 */

import {
  isReadBetter,
  isSideways,
  mayBeUpsideDown,
  type QuarterTurns,
  turnWords,
} from './page-orientation.js';
import { type GreyRaster, turnRaster, turnUpsideDown } from './page-raster.js';
import { estimateSkewDegrees, unstraighten } from './page-skew.js';
import { parseTesseractTsv } from './tesseract-tsv.js';
import { type Box, normaliseBox, type Word } from './word.js';

type Recognise = (page: GreyRaster) => Promise<{ tsv: string; engineVersion: string }>;

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

/** Reads `page` by one or two recognitions. */
export async function readAnyWayUp(page: GreyRaster, recognise: Recognise): Promise<PageAsItLies> {
  const skewDegrees = estimateSkewDegrees(page);
  const straight = await straighten(page, skewDegrees);
  const place = (box: Box): Box =>
    normaliseBox(straight === page ? box : unstraighten(box, straight, page, skewDegrees), page);

  const { tsv, engineVersion } = await recognise(straight);
  const words = parseTesseractTsv(tsv, place);
  if (mayBeUpsideDown(words)) {
    const upsideDown = await recognise(turnUpsideDown(straight));
    // A half turn about the middle and the turn that straightens may change places: the way back is the same.
    const turned = parseTesseractTsv(upsideDown.tsv, place);
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
