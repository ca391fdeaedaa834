/**
 * Where a page may be cut in two, so that two threads read it at once: between lines, or between columns of text, with a
 * fair part of the reading on either side and all of the first part before all of the second in reading order. Pure.
 */
import type { Area, PagePrint } from './page-print.js';

/**
 * In pixels of the print. The first part is what lies above `rightFrom`, and left of `x` also what lies above `leftTo`; the second is the
 * rest. Between lines `x` is the page's width and the two are the same.
 */
export type PageCut = { x: number; rightFrom: number; leftTo: number };

// A hundred words. Reading them takes less than a second: nobody would notice.
const LEAST_STROKES = 4000;
// Of the strokes, in the larger part: with more there is little to gain.
const MOST_SHARE = 0.7;
// Less than a millimetre: the gap between lines of ordinary type, whose ascenders and descenders do not reach into it.
const LEAST_BAND = 3;
// In a row that counts as blank: a stroke's end that reaches into the gap.
const MOST_STRAY_PIXELS = 1;
// Of 342 upright scans 92 % have less, and of 20 that lie on their side none; what lies between are pictures with some words.
const MOST_ACROSS_COLUMNS = 0.8;
// Of A4. As far above and below a gap between lines as it takes to tell whether columns go on across it.
const INCH = 100;
// An eighth of an inch, wider than the space between words.
const LEAST_COLUMN_GAP = 12;
// Of the strokes of an inch above, and below, on either side of a gap that parts columns: not a bullet or a stray mark.
const LEAST_COLUMN_SHARE = 0.2;
// Between columns of a newspaper: narrower than its wider spaces, but these do not stand above one another for an inch and a half.
const GUTTER = 6;
const GUTTER_STEP = 2;
const LEAST_COLUMN_HEIGHT = 150;
const LEAST_COLUMN_WIDTH = 130;
// By so much columns that stand side by side may begin, or end, at different heights.
const MOST_RAGGED = 60;
// Of a column's rows, how many have print, and of these how many from one side to the other: text has half and more. A table has not.
const LEAST_PRINTED_ROWS = 0.4;
const LEAST_FULL_ROWS = 0.4;
const [EIGHTHS, LEAST_FULL_EIGHTHS] = [8, 6];

/** @returns null where there is too little to read, lines do not run across, or no place to cut that would not tear lines or columns apart */
export function findCut(print: PagePrint): PageCut | null {
  const total = print.countStrokes({ left: 0, top: 0, right: print.width, bottom: print.height });
  if (total < LEAST_STROKES || !doLinesRunAcross(print)) return null;
  return findCutBetweenLines(print, total) ?? findCutBetweenColumns(print, total);
}

/**
 * Whether lines run across, as far as the inches of the page tell on average: where they do, what is printed changes more from row to row
 * than from column to column. Larger areas would tell of margins, which lines that lie on their side have too.
 */
function doLinesRunAcross(print: PagePrint): boolean {
  let [acrossRows, acrossColumns] = [0, 0];
  for (let top = 0; top + INCH <= print.height; top += INCH) {
    for (let left = 0; left + INCH <= print.width; left += INCH) {
      const inch = { left, top, right: left + INCH, bottom: top + INCH };
      if (print.countPixels(inch) === 0) continue;
      acrossRows += sumOfSquaredChanges((at) =>
        print.countPixels({ ...inch, top: top + at, bottom: top + at + 1 }),
      );
      acrossColumns += sumOfSquaredChanges((at) =>
        print.countPixels({ ...inch, left: left + at, right: left + at + 1 }),
      );
    }
  }
  return acrossColumns < MOST_ACROSS_COLUMNS * acrossRows;
}

function sumOfSquaredChanges(valueAt: (at: number) => number): number {
  let [sum, last] = [0, valueAt(0)];
  for (let at = 1; at < INCH; at += 1) {
    const value = valueAt(at);
    sum += (value - last) ** 2;
    last = value;
  }
  return sum;
}

/** The middle of the widest blank band that no columns go on across. */
function findCutBetweenLines(print: PagePrint, total: number): PageCut | null {
  const { width, height } = print;
  const bands = blankRuns(0, height, (y) => isBlankRow(print, 0, width, y));
  const places = bands
    .filter(({ from, to }) => to - from >= LEAST_BAND && !doColumnsGoOn(print, from, to))
    .map(({ from, to }) => {
      const y = Math.floor((from + to) / 2);
      const cut = { x: width, rightFrom: y, leftTo: y };
      return { cut, size: to - from, share: largerShare(print, cut, total) };
    })
    .filter(({ share }) => share <= MOST_SHARE)
    .sort((one, other) => other.size - one.size || one.share - other.share);
  return places[0]?.cut ?? null;
}

/** Whether a gap between columns leads from above a band of blank rows to below it. */
function doColumnsGoOn(print: PagePrint, bandTop: number, bandBottom: number): boolean {
  const { width, height } = print;
  const above = { left: 0, top: Math.max(0, bandTop - INCH), right: width, bottom: bandTop };
  const below = {
    left: 0,
    top: bandBottom,
    right: width,
    bottom: Math.min(height, bandBottom + INCH),
  };
  const sides = [above, below];
  const isOnBothSides = (left: number, right: number) =>
    sides.every((side) => {
      const least = LEAST_COLUMN_SHARE * print.countStrokes(side);
      return (
        print.countStrokes({ ...side, right: left }) >= least &&
        print.countStrokes({ ...side, left: right }) >= least
      );
    });
  return blankRuns(0, width, (x) =>
    sides.every((side) => print.countPixels({ ...side, left: x, right: x + 1 }) === 0),
  ).some(({ from, to }) => to - from >= LEAST_COLUMN_GAP && isOnBothSides(from, to));
}

/**
 * Down the largest gap between two columns of text. Those that are longer and narrower run on through spaces of a heading, those that are
 * shorter and wider are where lines end early.
 */
function findCutBetweenColumns(print: PagePrint, total: number): PageCut | null {
  const { width, height } = print;
  let best: PageCut | null = null;
  let largest = 0;
  const refused = new Set<string>();
  for (let left = LEAST_COLUMN_WIDTH; left + GUTTER + LEAST_COLUMN_WIDTH < width; left += GUTTER_STEP) {
    const right = left + GUTTER;
    const gaps = blankRuns(0, height, (y) => print.countPixels({ left, top: y, right, bottom: y + 1 }) === 0);
    for (const { from: top, to: bottom } of gaps) {
      if (bottom - top < LEAST_COLUMN_HEIGHT) continue;
      const gap = { left, top, right, bottom };
      const cut = findCutAlong(print, gap);
      if (cut === null) continue;
      const end = rightEndOf(print, gap, cut);
      const size = (end - left) * (cut.leftTo - cut.rightFrom);
      // A wide gap is met again and again.
      const rows = `${cut.rightFrom} ${cut.leftTo}`;
      if (size <= largest || refused.has(rows)) continue;
      if (largerShare(print, cut, total) <= MOST_SHARE && areColumnsBeside(print, gap, cut)) {
        best = { ...cut, x: Math.floor((left + end) / 2) };
        largest = size;
      } else refused.add(rows);
    }
  }
  return best;
}

function largerShare(print: PagePrint, { x, rightFrom, leftTo }: PageCut, total: number): number {
  const first =
    print.countStrokes({ left: 0, top: 0, right: print.width, bottom: rightFrom }) +
    print.countStrokes({ left: 0, top: rightFrom, right: x, bottom: leftTo });
  return Math.max(first, total - first) / total;
}

/** Down the left side of a gap, as far as neither column's line is torn; null where one side is empty, or ends far from the gap's ends. */
function findCutAlong(print: PagePrint, { left, top, right, bottom }: Area): PageCut | null {
  if (print.countPixels({ left: 0, top, right: left, bottom }) === 0) return null;
  if (print.countPixels({ left: right, top, right: print.width, bottom }) === 0) return null;
  let rightFrom = top;
  while (rightFrom < bottom && !isBlankRow(print, left, print.width, rightFrom)) rightFrom += 1;
  let leftTo = bottom;
  while (leftTo > rightFrom && !isBlankRow(print, 0, left, leftTo - 1)) leftTo -= 1;
  const isRagged = rightFrom - top > MOST_RAGGED || bottom - leftTo > MOST_RAGGED;
  return isRagged ? null : { x: left, rightFrom, leftTo };
}

function isBlankRow(print: PagePrint, left: number, right: number, y: number): boolean {
  return print.countPixels({ left, top: y, right, bottom: y + 1 }) <= MOST_STRAY_PIXELS;
}

function areColumnsBeside(print: PagePrint, gap: Area, { rightFrom, leftTo }: PageCut): boolean {
  const rows = { top: rightFrom, bottom: leftTo };
  return (
    isColumnOfText(print, { ...rows, left: 0, right: gap.left }) &&
    isColumnOfText(print, { ...rows, left: gap.right, right: print.width })
  );
}

/** A gap may be wider than it needs to be. */
function rightEndOf(print: PagePrint, gap: Area, { rightFrom, leftTo }: PageCut): number {
  let { right } = gap;
  const isBlank = () =>
    print.countPixels({ left: right, top: rightFrom, right: right + 1, bottom: leftTo }) === 0;
  while (right < print.width && isBlank()) right += 1;
  return right;
}

/** Whether lines of print follow one another there, most of them from one side to the other. */
function isColumnOfText(print: PagePrint, area: Area): boolean {
  const { left, top, right, bottom } = trim(print, area);
  if (right - left < LEAST_COLUMN_WIDTH || bottom - top < LEAST_COLUMN_HEIGHT) return false;
  const edgeOf = (eighth: number) => Math.floor(left + ((right - left) * eighth) / EIGHTHS);
  let [printed, full] = [0, 0];
  for (let y = top; y < bottom; y += 1) {
    if (isBlankRow(print, left, right, y)) continue;
    printed += 1;
    let eighths = 0;
    for (let eighth = 0; eighth < EIGHTHS; eighth += 1) {
      const piece = { left: edgeOf(eighth), top: y, right: edgeOf(eighth + 1), bottom: y + 1 };
      if (print.countPixels(piece) > 0) eighths += 1;
    }
    if (eighths >= LEAST_FULL_EIGHTHS) full += 1;
  }
  return printed >= LEAST_PRINTED_ROWS * (bottom - top) && full >= LEAST_FULL_ROWS * printed;
}

/** The area without its blank rows and columns at the edges. */
function trim(print: PagePrint, area: Area): Area {
  let { left, top, right, bottom } = area;
  const isBlank = (side: Partial<Area>) => print.countPixels({ left, top, right, bottom, ...side }) === 0;
  while (left < right && isBlank({ right: left + 1 })) left += 1;
  while (left < right && isBlank({ left: right - 1 })) right -= 1;
  while (top < bottom && isBlank({ bottom: top + 1 })) top += 1;
  while (top < bottom && isBlank({ top: bottom - 1 })) bottom -= 1;
  return { left, top, right, bottom };
}

/** Where all of `from` to `to` (exclusive) is blank. */
function blankRuns(
  from: number,
  to: number,
  isBlank: (at: number) => boolean,
): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  let start: number | null = null;
  for (let at = from; at <= to; at += 1) {
    const goesOn = at < to && isBlank(at);
    if (goesOn) start ??= at;
    else if (start !== null) {
      runs.push({ from: start, to: at });
      start = null;
    }
  }
  return runs;
}
