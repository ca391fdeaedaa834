/** How far a word's ink reaches, per em: measured once a word and face, since measuring costs more than drawing. */
import { createCanvas } from '@napi-rs/canvas';

export type Ink = {
  /** To where the next word would begin. */
  advance: number;
  /** Of the ink: to the left and right of the origin, above and below the baseline. */
  left: number;
  right: number;
  ascent: number;
  descent: number;
  /** Nothing to see, such as a space. */
  isBlank: boolean;
};

// Hinting and rounding are the smaller, the larger the letters that are measured.
const MEASURING_SIZE = 200;

// Words repeat; some thousand pages' worth are kept, then the cache starts anew.
const MOST_KEPT = 200_000;

const context = createCanvas(8, 8).getContext('2d');
const known = new Map<string, Ink>();
let font = '';

export function measureInk(fontName: string, word: string): Ink {
  const key = `${fontName}\n${word}`;
  const found = known.get(key);
  if (found) return found;
  if (font !== fontName) context.font = `${MEASURING_SIZE}px "${fontName}"`;
  font = fontName;
  const metrics = context.measureText(word);
  const ink = {
    advance: metrics.width / MEASURING_SIZE,
    left: metrics.actualBoundingBoxLeft / MEASURING_SIZE,
    right: metrics.actualBoundingBoxRight / MEASURING_SIZE,
    ascent: metrics.actualBoundingBoxAscent / MEASURING_SIZE,
    descent: metrics.actualBoundingBoxDescent / MEASURING_SIZE,
    isBlank: metrics.actualBoundingBoxAscent + metrics.actualBoundingBoxDescent <= 0,
  };
  if (known.size >= MOST_KEPT) known.clear();
  known.set(key, ink);
  return ink;
}
