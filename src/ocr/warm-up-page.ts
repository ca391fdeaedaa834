/** A page to run Tesseract in on: its first page takes a second longer, while its WebAssembly is compiled for speed. */
import type { GreyRaster } from './page-raster.js';

/** Seven rows of five dots a letter, which any reader takes for letters; the packaged typefaces are the corpus' alone. */
const LETTERS: Readonly<Record<string, readonly string[]>> = {
  A: ['.###.', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'],
  E: ['#####', '#....', '#....', '####.', '#....', '#....', '#####'],
  I: ['#####', '..#..', '..#..', '..#..', '..#..', '..#..', '#####'],
  L: ['#....', '#....', '#....', '#....', '#....', '#....', '#####'],
  N: ['#...#', '##..#', '#.#.#', '#..##', '#...#', '#...#', '#...#'],
  T: ['#####', '..#..', '..#..', '..#..', '..#..', '..#..', '..#..'],
};
const LINES = ['TALL TENT', 'NAIL LINE', 'ALIEN TILE', 'LENT TALE'];
// Letters of 28 pixels: those of 10 points at the resolution at which pages are read.
const DOT = 4;
const [LETTER_WIDTH, LINE_HEIGHT, MARGIN] = [6 * DOT, 14 * DOT, 10 * DOT];

/** A white page with a few lines of large black letters. */
export function drawWarmUpPage(): GreyRaster {
  const longest = Math.max(...LINES.map((line) => line.length));
  const width = 2 * MARGIN + longest * LETTER_WIDTH;
  const height = 2 * MARGIN + LINES.length * LINE_HEIGHT;
  const data = new Uint8Array(width * height).fill(255);
  const blacken = (left: number, top: number) => {
    for (let y = top; y < top + DOT; y += 1) data.fill(0, y * width + left, y * width + left + DOT);
  };
  for (const [line, text] of LINES.entries())
    for (const [place, letter] of [...text].entries())
      for (const [row, dots] of (LETTERS[letter] ?? []).entries())
        for (const [column, dot] of [...dots].entries())
          if (dot === '#')
            blacken(MARGIN + place * LETTER_WIDTH + column * DOT, MARGIN + line * LINE_HEIGHT + row * DOT);
  return { data, width, height, scale: 1 };
}
