/**
 * From the characters of a PDF's text layer to words with boxes. Pure: it knows no PDFium, only characters with
 * their places on the page, in the order PDFium gives them.
 */

/** [x0, y0, x1, y1] in thousandths of the page from its top left: integers 0..1000, x0 <= x1, y0 <= y1. */
type PdfBox = readonly [x0: number, y0: number, x1: number, y1: number];

/** A word of a text layer; what a file states has no confidence. */
export type PdfWord = { text: string; box: PdfBox; confidence: null };

/** What a PDF says about the text of a page. */
export type PdfTextLayer = {
  words: PdfWord[];
  /** The part (0..1) of visible characters for which the file names no text: near 1, the words are noise. */
  unmappedShare: number;
};

/** Edges of a rectangle; its unit and the direction of y are the owner's. */
export type Rectangle = { x0: number; y0: number; x1: number; y1: number };

export type PdfCharacter = {
  /** One UTF-16 unit or one code point, as the file gives it. */
  code: number;
  /** Whether the file gave no meaning for the glyph, so that `code` is a guess. */
  isUnmapped: boolean;
  /** The direction in which its line is read, in radians counter-clockwise from the x axis of the page's own space. */
  angle: number;
  /** Where it stands on its base line, in points of the page's own space (y upwards). */
  origin: { x: number; y: number };
  /** Its cell (advance wide, line high), in points of the page's own space. */
  cell: Rectangle;
  /** Its ink as parts (0..1) of the page as shown, from the top left. */
  ink: Rectangle;
};

type OpenWord = { text: string; ink: Rectangle; last: PdfCharacter };

// Words are at least a fifth of the type size apart and PDFium marks such spaces itself; this finds the jumps it does not
// mark (columns, cells of a table, line ends at a hyphen) and stays above any letter spacing inside a word.
const GAP_IN_TYPE_SIZES = 0.6;

// Superscripts rise by up to a half of the type size; the next line is one or more away.
const LINE_SHIFT_IN_TYPE_SIZES = 0.7;

const MAX_ANGLE_IN_A_WORD = 0.2; // radians: letters on a curve turn slowly

/** How PDFium marks a hyphen at the end of a line; U+00AD is what many files hold for one that is printed. */
const HYPHENS = new Set([0x02, 0xad]);

/** Groups characters into words in their order; places outside the page are left out. */
export function groupIntoWords(characters: Iterable<PdfCharacter>): PdfWord[] {
  const words: PdfWord[] = [];
  let open: OpenWord | null = null;
  const close = () => {
    const word = open === null ? null : toWord(open);
    if (word !== null) words.push(word);
    open = null;
  };
  for (const character of characters) {
    const text = textOf(character.code);
    if (text === ' ') close();
    if (text === ' ' || text === '') continue;
    if (open !== null && startsNewWord(open.last, character)) close();
    open = extend(open, text, character);
  }
  close();
  return words;
}

function extend(open: OpenWord | null, text: string, character: PdfCharacter): OpenWord {
  if (open === null) return { text, ink: character.ink, last: character };
  return { text: open.text + text, ink: union(open.ink, character.ink), last: character };
}

/** The text of a code: a space for every kind of white space, nothing for what has no shape. */
function textOf(code: number): string {
  if (HYPHENS.has(code)) return '-';
  const text = code > 0x10ffff ? '' : String.fromCodePoint(code);
  // A byte order mark counts as white space in JavaScript; here it has no more shape than the other joiners.
  if (/^[\u200b-\u200f\u2060\ufeff\ufffe\uffff]$/u.test(text)) return '';
  if (/^\s$/u.test(text)) return ' ';
  return /^\p{Cc}$/u.test(text) ? '' : text;
}

/** Whether a gap, a new line or a turn lies between two characters that follow each other without a space. */
function startsNewWord(before: PdfCharacter, after: PdfCharacter): boolean {
  const size = Math.max(typeSize(before), typeSize(after));
  if (Math.abs(Math.sin((after.angle - before.angle) / 2)) > MAX_ANGLE_IN_A_WORD / 2) return true;
  const direction = { x: Math.cos(before.angle), y: Math.sin(before.angle) };
  const dx = after.origin.x - before.origin.x;
  const dy = after.origin.y - before.origin.y;
  if (Math.abs(dy * direction.x - dx * direction.y) > LINE_SHIFT_IN_TYPE_SIZES * size) return true;
  const first = extentAlong(before.cell, direction);
  const second = extentAlong(after.cell, direction);
  // Either side may come first: scripts written from the right have their next character to the left.
  return Math.max(second.start - first.end, first.start - second.end) > GAP_IN_TYPE_SIZES * size;
}

function typeSize({ cell }: PdfCharacter): number {
  return Math.max(cell.x1 - cell.x0, cell.y1 - cell.y0);
}

function extentAlong(cell: Rectangle, direction: { x: number; y: number }): { start: number; end: number } {
  const positions = [cell.x0, cell.x1].flatMap((x) =>
    [cell.y0, cell.y1].map((y) => x * direction.x + y * direction.y),
  );
  return { start: Math.min(...positions), end: Math.max(...positions) };
}

function union(a: Rectangle, b: Rectangle): Rectangle {
  return {
    x0: Math.min(a.x0, b.x0),
    y0: Math.min(a.y0, b.y0),
    x1: Math.max(a.x1, b.x1),
    y1: Math.max(a.y1, b.y1),
  };
}

/** The finished word, or null when it has no text left or lies wholly outside the page. */
function toWord({ text, ink }: OpenWord): PdfWord | null {
  const clean = text
    .replace(/[\ufb00-\ufb06]/g, (ligature) => ligature.normalize('NFKC'))
    // Halves of surrogate pairs have joined by now; what is left alone is damage.
    .replace(/\p{Cs}/gu, '')
    .normalize('NFC');
  const isOnPage = ink.x1 > 0 && ink.y1 > 0 && ink.x0 < 1 && ink.y0 < 1;
  if (clean === '' || !isOnPage) return null;
  return {
    text: clean,
    box: [toThousandths(ink.x0), toThousandths(ink.y0), toThousandths(ink.x1), toThousandths(ink.y1)],
    confidence: null,
  };
}

/** Cut off, not rounded, as LayoutLM's own preparation of boxes does. */
function toThousandths(part: number): number {
  return Math.min(1000, Math.max(0, Math.trunc(part * 1000)));
}
