/**
 * Is a PDF page's text layer sane: can its words be used as they are, or must the page be read from its image?
 * Pure rules on the words as they came (not yet cleaned) and on what the image shows. A wrong "no" costs a few seconds
 * of OCR on a clean image; a wrong "yes" stores nonsense: so each rule refuses where it is in doubt.
 */

import type { PageInk } from './page-ink.js';
import type { Box, Word } from './word.js';

/** What a PDF says about a page. `unmappedShare` (0..1) of its visible characters have no text in the file. */
export type TextLayer = { words: readonly Word[]; unmappedShare: number };

export type TextLayerJudgement = { sane: true } | { sane: false; reason: string };

// A fifth: pages with bullets or formulas in private symbol fonts stay below (a few per cent); a font without a
// character map spoils nearly everything it prints.
const MOST_UNMAPPED = 0.2;
// Half of the words without a place: some empty boxes are normal (spaces drawn as glyphs, text cut at the edge).
const MOST_EMPTY_BOXES = 0.5;
// Single letters are common in tables and forms, but not as the majority of what has letters at all.
const MOST_SINGLE_LETTERS = 0.6;
// No language's running words are 25 letters long on average: the spaces are missing.
const LONGEST_MEAN_LETTERS = 25;
// Words lie beside each other (1.0); bold made by printing twice gives 2.0. Above that they lie on one heap.
const MOST_OVERLAP = 2.5;
// Latin-script languages have 35 to 48 % vowels (y counted, accents ignored), acronym-ridden tables about 30 %; text
// behind a shifted or scrambled character map falls to 10 or 15 %.
const LEAST_VOWELS = 0.2;
// Shares are only judged on this many words, letters for the vowels: on fewer, chance decides.
const LEAST_WORDS = 20;
const LEAST_LETTERS = 200;
// Text that was printed can be seen. Half, since forms hold white and clipped text as well.
const LEAST_PRINTED = 0.5;
// A stamp or a running header on a scan has a few words, and leaves most of the print (three quarters) uncovered. Under
// one per cent of the page (ten cells, one short line) there is nothing worth a second reading.
const MOST_STAMP_WORDS = 60;
const LEAST_UNCOVERED_TO_COVERED = 3;
const LEAST_UNCOVERED_PRINT = 0.01;

/**
 * Judges a page's text layer. `ink` is what the image shows of the same page (see `measurePageInk`), null
 * where there is no image to look at: then nothing is refused for it.
 */
export function judgeTextLayer(layer: TextLayer, ink: PageInk | null): TextLayerJudgement {
  const { words } = layer;
  const reason = findFaultInTexts(layer) ?? findFaultInBoxes(words) ?? (ink && findFaultInInk(words, ink));
  return reason === null ? { sane: true } : { sane: false, reason };
}

function findFaultInTexts({ words, unmappedShare }: TextLayer): string | null {
  const texts = words.map(({ text }) => text.trim()).filter((text) => text !== '');
  if (texts.length === 0) return 'the text layer is empty';

  // Either the reader has marked them, or they show in the texts.
  const unmapped = Math.max(unmappedShare, unmappedShareOf(texts));
  if (unmapped > MOST_UNMAPPED) return `${percent(unmapped)} of its characters are not mapped to Unicode`;

  const lettered = texts.filter((text) => /\p{L}/u.test(text) && !WITHOUT_SPACES.test(text));
  if (lettered.length >= LEAST_WORDS) {
    const single = lettered.filter((text) => text.match(/\p{L}/gu)?.length === 1).length / lettered.length;
    if (single > MOST_SINGLE_LETTERS) return `${percent(single)} of its words are single letters`;
    const meanLetters = lettered.reduce((sum, text) => sum + text.length, 0) / lettered.length;
    if (meanLetters > LONGEST_MEAN_LETTERS) {
      return `its words run together: ${Math.round(meanLetters)} characters on average`;
    }
  }
  const vowels = vowelShare(texts);
  if (vowels !== null && vowels < LEAST_VOWELS) {
    return `its letters form no language: ${percent(vowels)} are vowels`;
  }
  return null;
}

// Scripts that put no space between words: one glyph or fifty in a "word" says nothing there.
const WITHOUT_SPACES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

// What PDF readers give for a glyph of which only the number in the font is known, e.g. "(cid:47)".
const GLYPH_NUMBER = /\(cid:\d+\)/g;
// Control characters, private use, unassigned and non-characters, and the replacement character.
const UNMAPPED_CHARACTER = /[\p{Cc}\p{Co}\p{Cn}\p{Cs}\uFFFD]/gu;

function unmappedShareOf(texts: readonly string[]): number {
  let unmapped = 0;
  let all = 0;
  for (const text of texts) {
    const glyphNumbers = text.match(GLYPH_NUMBER)?.length ?? 0;
    const rest = text.replace(GLYPH_NUMBER, '');
    unmapped += glyphNumbers + (rest.match(UNMAPPED_CHARACTER)?.length ?? 0);
    all += glyphNumbers + [...rest].length;
  }
  return unmapped / all;
}

/** The share of vowels among the Latin letters, accents taken off; null where there are too few letters to say. */
function vowelShare(texts: readonly string[]): number | null {
  const letters =
    texts
      .join('')
      .normalize('NFD')
      .match(/\p{Script=Latin}/gu) ?? [];
  if (letters.length < LEAST_LETTERS) return null;
  return letters.filter((letter) => /[aeiouyæøœıəɛɔ]/iu.test(letter)).length / letters.length;
}

function findFaultInBoxes(words: readonly Word[]): string | null {
  const boxes = words.map(({ box }) => box);
  const empty = boxes.filter((box) => areaOf(box) === 0).length / boxes.length;
  if (empty > MOST_EMPTY_BOXES) return `${percent(empty)} of its words have no place on the page`;
  const overlap = overlapOf(boxes);
  if (boxes.length >= LEAST_WORDS && overlap > MOST_OVERLAP) {
    return `its words lie on top of each other, ${overlap.toFixed(1)} deep`;
  }
  return null;
}

/** The words' areas together, over the area that they cover: 1 if none overlap. Counted on a grid of 5 units. */
function overlapOf(boxes: readonly Box[]): number {
  const cells = 200;
  const unitsPerCell = 5;
  // How many boxes lie on each cell, first as differences along both axes (four numbers a box, however large), one row
  // and column wider than the page for the boxes' ends.
  const side = cells + 1;
  const depth = new Int32Array(side * side);
  const add = (x: number, y: number, change: number): void => {
    const at = Math.round(y / unitsPerCell) * side + Math.round(x / unitsPerCell);
    depth[at] = (depth[at] ?? 0) + change;
  };
  for (const [x0, y0, x1, y1] of boxes) {
    add(x0, y0, 1);
    add(x1, y0, -1);
    add(x0, y1, -1);
    add(x1, y1, 1);
  }
  let together = 0;
  let covered = 0;
  for (let at = 0; at < depth.length; at += 1) {
    const column = at % side;
    const left = column === 0 ? 0 : (depth[at - 1] ?? 0);
    const above = depth[at - side] ?? 0;
    const aboveLeft = column === 0 ? 0 : (depth[at - side - 1] ?? 0);
    const here = (depth[at] ?? 0) + left + above - aboveLeft;
    depth[at] = here;
    together += here;
    covered += here > 0 ? 1 : 0;
  }
  return covered === 0 ? 0 : together / covered;
}

function findFaultInInk(words: readonly Word[], ink: PageInk): string | null {
  if (ink.printedWordShare < LEAST_PRINTED) {
    return `only ${percent(ink.printedWordShare)} of its words have print where they should be`;
  }
  if (
    words.length <= MOST_STAMP_WORDS &&
    ink.uncoveredPrintShare >= LEAST_UNCOVERED_PRINT &&
    ink.uncoveredPrintShare >= LEAST_UNCOVERED_TO_COVERED * ink.coveredPrintShare
  ) {
    return `its ${words.length} words leave most of the printed page unread`;
  }
  return null;
}

function areaOf([x0, y0, x1, y1]: Box): number {
  return (x1 - x0) * (y1 - y0);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
