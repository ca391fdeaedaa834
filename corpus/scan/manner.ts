/** How a page came to be a picture, and how often the papers of an archive, an office and a pocket do so. */
import type { Dice } from '../dice.js';

/**
 * `archive`: black and white as microfilm, fax and photocopies leave it; `grey` and `colour`: an office scanner; `clean`: a
 * rendered file that never was on paper; `photo`: taken with a telephone, the sheet lying on something.
 */
export type Manner = 'archive' | 'grey' | 'colour' | 'clean' | 'photo';

/** Where a kind's pages are mostly met with: see {@link drawManner}. */
export type Origin = 'archive' | 'office' | 'pocket';

const SHARES: Readonly<Record<Origin, readonly (readonly [Manner, number])[]>> = {
  // Letters, memoranda, clippings, advertisements: what firms kept on microfilm.
  archive: [
    ['archive', 0.65],
    ['grey', 0.13],
    ['colour', 0.11],
    ['clean', 0.07],
    ['photo', 0.04],
  ],
  // Forms, invoices, reports, slides: today mostly files, never printed.
  office: [
    ['archive', 0.34],
    ['grey', 0.11],
    ['colour', 0.14],
    ['clean', 0.32],
    ['photo', 0.09],
  ],
  // Receipts and cards: laid on a table and photographed.
  pocket: [
    ['archive', 0.15],
    ['grey', 0.1],
    ['colour', 0.2],
    ['clean', 0.17],
    ['photo', 0.38],
  ],
};

// Nothing was born digital before, and old pages were copied in black and white.
const FIRST_DIGITAL_YEAR = 1992;

export function drawManner(dice: Dice, year: number, origin: Origin): Manner {
  let left = dice.uniform();
  for (const [manner, share] of SHARES[origin]) {
    left -= share;
    if (left < 0)
      return year < FIRST_DIGITAL_YEAR && manner !== 'archive' && dice.chance(0.6) ? 'archive' : manner;
  }
  return 'archive';
}

/** Whether the page is kept as the scanner or the camera sees it, in greys or colours rather than in black. */
export const isShaded = (manner: Manner): boolean => manner !== 'archive' && manner !== 'clean';
