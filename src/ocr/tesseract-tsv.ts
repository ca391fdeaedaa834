/**
 * Tesseract's table (TSV) of a page, read: one line per element, tabs between twelve columns
 * `level page block paragraph line word left top width height confidence text`. Only words are of interest.
 */

import { type Box, cleanWords, type Word } from './word.js';

// Levels are 1 page, 2 block, 3 paragraph, 4 line, 5 word.
const WORD_LEVEL = 5;
const COLUMNS = 12;

/**
 * The words of the table in the engine's order; `place` gives their boxes on the page for those in pixels.
 * Elements without text (rules, pictures: Tesseract gives them as blank words) are dropped, doubtful words are not.
 */
export function parseTesseractTsv(tsv: string, place: (pixels: Box) => Box): Word[] {
  const words: Word[] = [];
  for (const row of tsv.split('\n')) {
    const columns = row.split('\t');
    if (columns.length < COLUMNS || Number(columns[0]) !== WORD_LEVEL) continue;
    const [left = 0, top = 0, width = 0, height = 0, percent = 0] = columns.slice(6, 11).map(Number);
    words.push({
      text: columns.slice(COLUMNS - 1).join(' '),
      box: place([left, top, left + width, top + height]),
      confidence: Math.min(1, Math.max(0, percent / 100)),
    });
  }
  return cleanWords(words);
}
