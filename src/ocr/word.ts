/**
 * A word of a page and the pure rules around it: how a pixel box becomes a box of the page, which text is kept,
 * how the words of a page are packed for storage and joined for search. It knows neither PDFs nor Tesseract.
 */

/** [x0, y0, x1, y1] in thousandths of the page: integers 0..1000, x0 <= x1, y0 <= y1. */
export type Box = readonly [x0: number, y0: number, x1: number, y1: number];

/** A word as it was read. `confidence` is 0..1, or null where the reader gives none (a PDF's text layer). */
export type Word = { text: string; box: Box; confidence: number | null };

/** The words of one page as three flat arrays: one row a page in the database, never a row per word. */
export type PackedWords = {
  texts: string[];
  /** Four per word: x0, y0, x1, y1. */
  boxes: number[];
  /** Percent, 0..100, one per word; null where no word of the page has a confidence. */
  confidences: number[] | null;
};

/** Pages are a thousand units wide and high, whatever their shape: LayoutLM's convention. */
const PAGE_UNITS = 1000;

/** Stands for "no confidence" inside a page whose other words have one. */
const NO_CONFIDENCE = -1;

/**
 * The box of the page for a pixel box: trunc(1000 · (v / size)), the division first, as LayoutLMv2's own
 * preparation does; then clamped and ordered, since the model looks widths and heights up in tables.
 */
export function normaliseBox(pixels: Box, page: { width: number; height: number }): Box {
  const [x0, y0, x1, y1] = pixels;
  const left = toPageUnits(x0, page.width);
  const right = toPageUnits(x1, page.width);
  const top = toPageUnits(y0, page.height);
  const bottom = toPageUnits(y1, page.height);
  return [Math.min(left, right), Math.min(top, bottom), Math.max(left, right), Math.max(top, bottom)];
}

function toPageUnits(value: number, size: number): number {
  const units = Math.trunc(PAGE_UNITS * (value / size));
  // A page without size, or a coordinate that is not a number, has no place on the page: its corner.
  return Number.isNaN(units) ? 0 : Math.min(PAGE_UNITS, Math.max(0, units));
}

/**
 * The text of a word as it is stored: NFC, without what has no shape (control characters, lone surrogates, soft
 * hyphens, zero-width spaces, byte order marks), inner white space as one space, trimmed. May be empty.
 */
export function cleanText(text: string): string {
  return (
    text
      .normalize('NFC')
      // Postgres refuses lone surrogates; joiners (U+200C, U+200D) stay, since scripts need them.
      .replace(/[\p{Cs}\u00AD\u200B\u2060\uFEFF\uFFFE\uFFFF]/gu, '')
      // Before the control characters go: a tab or a line end is one too, but it separates.
      .replace(/\s+/gu, ' ')
      .replace(/\p{Cc}/gu, '')
      .trim()
  );
}

/** The words with clean texts; those of which nothing is left are dropped, the order stays. */
export function cleanWords(words: readonly Word[]): Word[] {
  return words.map((word) => ({ ...word, text: cleanText(word.text) })).filter((word) => word.text !== '');
}

// Text is made bold or shadowed by printing it twice, a fraction of a letter apart: three units are half a
// millimetre on A4.
const SAME_PLACE_UNITS = 3;

/** The words without those that repeat an earlier one: the same text, its corner at the same place. */
export function dropRepeatedWords(words: readonly Word[]): Word[] {
  // Corners are kept by cell, so that a page of a hundred thousand equal dots is no quadratic search.
  const keptCorners = new Map<string, Box>();
  const near = [-1, 0, 1];
  return words.filter(({ text, box }) => {
    const column = Math.floor(box[0] / SAME_PLACE_UNITS);
    const row = Math.floor(box[1] / SAME_PLACE_UNITS);
    const isRepeated = near.some((right) =>
      near.some((down) => isSamePlace(keptCorners.get(`${column + right} ${row + down} ${text}`), box)),
    );
    if (!isRepeated) keptCorners.set(`${column} ${row} ${text}`, box);
    return !isRepeated;
  });
}

function isSamePlace(kept: Box | undefined, box: Box): boolean {
  if (kept === undefined) return false;
  return Math.max(Math.abs(kept[0] - box[0]), Math.abs(kept[1] - box[1])) <= SAME_PLACE_UNITS;
}

/** The mean confidence (0..1) of the words that have one; null if none has. */
export function meanConfidence(words: readonly Word[]): number | null {
  const known = words.flatMap(({ confidence }) => (confidence === null ? [] : [confidence]));
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Packs a page's words for storage; {@link unpackWords} gives them back, confidences rounded to one percent. */
export function packWords(words: readonly Word[]): PackedWords {
  const hasConfidence = words.some(({ confidence }) => confidence !== null);
  return {
    texts: words.map(({ text }) => text),
    boxes: words.flatMap(({ box }) => box),
    confidences: hasConfidence ? words.map(({ confidence }) => toPercent(confidence)) : null,
  };
}

function toPercent(confidence: number | null): number {
  return confidence === null ? NO_CONFIDENCE : Math.round(100 * Math.min(1, Math.max(0, confidence)));
}

/** The words of a packed page. Throws if the arrays do not belong together. */
export function unpackWords({ texts, boxes, confidences }: PackedWords): Word[] {
  if (boxes.length !== 4 * texts.length || (confidences !== null && confidences.length !== texts.length)) {
    throw new Error(
      `Packed words do not fit together: ${texts.length} texts, ${boxes.length} box numbers (4 a word), ` +
        `${confidences === null ? 'no' : confidences.length} confidences`,
    );
  }
  return texts.map((text, index) => {
    const at = 4 * index;
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = boxes.slice(at, at + 4);
    const percent = confidences?.[index] ?? NO_CONFIDENCE;
    return { text, box: [x0, y0, x1, y1], confidence: percent === NO_CONFIDENCE ? null : percent / 100 };
  });
}

/**
 * The page's text for search and display: words in the order they were read, those of one printed line joined by
 * a space, lines by a line end. Two words share a line if they overlap vertically by half the smaller one's height.
 */
export function pageText(words: readonly Word[]): string {
  const lines: string[] = [];
  let line: Word[] = [];
  for (const word of words) {
    if (line.length > 0 && !continuesLine(line, word)) {
      lines.push(joinTexts(line));
      line = [];
    }
    line.push(word);
  }
  if (line.length > 0) lines.push(joinTexts(line));
  return lines.join('\n');
}

function joinTexts(words: readonly Word[]): string {
  return words.map(({ text }) => text).join(' ');
}

// The line is judged by its last words only, so that a line of a skewed scan may climb; by more than one, since a
// dash, an underscore or a quotation mark fills only a part of the line's height.
const LINE_BAND_WORDS = 4;

function continuesLine(line: readonly Word[], { box }: Word): boolean {
  const recent = line.slice(-LINE_BAND_WORDS);
  const top = Math.min(...recent.map((word) => word.box[1]));
  const bottom = Math.max(...recent.map((word) => word.box[3]));
  const overlap = Math.min(bottom, box[3]) - Math.max(top, box[1]);
  const smaller = Math.min(bottom - top, box[3] - box[1]);
  return smaller === 0 ? overlap >= 0 : overlap >= smaller / 2;
}
