/** How a page is scanned: where the sheet lies on the glass, what the machine does to its ink, and how the file is stored. */
import type { Dice } from '../dice.js';
import { compose, type Matrix, turnedAt } from '../drawing/matrix.js';
import type { Format } from '../setting.js';
import { drawLens, type Lens } from './lens.js';
import { isShaded, type Manner } from './manner.js';

export type ScanPlan = {
  manner: Manner;
  /** Of the drawing, in pixels. */
  drawn: { width: number; height: number };
  /** Of the stored page, in pixels. */
  stored: { width: number; height: number };
  placing: Matrix;
  /** Of a photograph: how the camera was held. */
  lens: Lens | null;
  /** What lies around the sheet: a grey value. */
  bed: number;
  /** Of the sheet: a grey value. */
  paperTone: number;
  blur: boolean;
  /** Copies of copies have bolder letters. */
  spread: boolean;
  /** The copier takes the paper's tone for ink in places. */
  isDirty: boolean;
  /** Below this grey is ink, for archive pages. */
  threshold: number;
  /** How far the threshold wanders over the page. */
  unevenness: number;
  halftone: 'threshold' | 'noise' | 'diffusion' | 'ordered';
  /** Amplitude of the grain, in grey values. */
  grain: number;
  /** Share of the pixels that become specks. */
  specks: number;
  /** Grey levels in the file. */
  levels: 2 | 4 | 16 | 256;
  format: 'png' | 'jpeg';
  quality: number;
  marks: {
    holes: 'none' | 'left' | 'top';
    edges: boolean;
    faxLines: boolean;
    streaks: boolean;
    fold: boolean;
  };
};

// The long side of a stored page, as archives of page images have it.
const LONG_SIDE = 1000;

export function drawScanPlan(dice: Dice, format: Format, manner: Manner, turnedShare: number): ScanPlan {
  const isClean = manner === 'clean';
  const isArchive = manner === 'archive';
  const isPhoto = manner === 'photo';
  const turn = !isClean && !isPhoto && dice.chance(turnedShare) ? dice.pick([90, 270]) : 0;
  const upright = { width: format.width, height: format.height };
  const lying = turn === 0 ? upright : { width: upright.height, height: upright.width };
  const glass = isPhoto ? drawFrame(dice, upright) : lying;
  const side = LONG_SIDE * dice.between(0.92, 1.08);
  const storedScale = side / Math.max(glass.width, glass.height);
  const stored = {
    width: Math.max(64, Math.round(glass.width * storedScale)),
    height: Math.max(64, Math.round(glass.height * storedScale)),
  };
  const fineness = isPhoto
    ? 1
    : isArchive
      ? dice.pick([0.75, 1, 1.2, 1.35, 1.5])
      : dice.pick([0.7, 0.9, 1, 1, 1.2]);
  const drawn = {
    width: Math.round(stored.width * (isClean ? 1 : fineness)),
    height: Math.round(stored.height * (isClean ? 1 : fineness)),
  };

  const lies = dice.uniform();
  // A photographed sheet fills a good third of the picture to nearly all of it.
  const filled = Math.min(glass.width / upright.width, glass.height / upright.height) * dice.between(0.68, 1);
  const zoom = isPhoto
    ? filled
    : isClean
      ? 1
      : lies < 0.1
        ? dice.between(0.72, 0.92)
        : dice.between(0.95, 1.03);
  const skew = isClean ? 0 : isPhoto ? dice.gaussian() * 4 : dice.gaussian() * (dice.chance(0.1) ? 2.2 : 0.5);
  const shift = () => (isClean ? 0 : dice.gaussian() * (lies < 0.1 || isPhoto ? 30 : 9));
  // The sheet's middle comes to the middle of the glass, turned, and then everything is scaled to pixels.
  const [a, b, c, d] = turnedAt(0, 0, turn + skew);
  const onGlass: Matrix = compose(
    [zoom * a, zoom * b, zoom * c, zoom * d, glass.width / 2 + shift(), glass.height / 2 + shift()],
    [1, 0, 0, 1, -upright.width / 2, -upright.height / 2],
  );
  const scale = drawn.width / glass.width;
  const placing = compose([scale, 0, 0, drawn.height / glass.height, 0, 0], onGlass);

  const halftone = dice.pick(['threshold', 'noise', 'noise', 'diffusion', 'ordered'] as const);
  const isDirty = isArchive && dice.chance(0.08);
  return {
    manner,
    drawn,
    stored,
    placing,
    lens: isPhoto ? drawLens(dice) : null,
    bed: isClean ? 255 : dice.chance(0.72) ? dice.integer(235, 255) : dice.integer(0, 60),
    paperTone: isClean
      ? 255
      : isPhoto
        ? dice.integer(225, 252)
        : isDirty
          ? dice.integer(196, 228)
          : dice.integer(240, 255),
    blur: !isClean && dice.chance(isArchive || isPhoto ? 0.5 : 0.35),
    spread: isArchive && dice.chance(0.28),
    isDirty,
    // Small drawings have pale strokes; one page in eight is copied too light all the same.
    threshold: dice.chance(0.88)
      ? dice.between(fineness < 1 ? 175 : 160, fineness < 1 ? 210 : 222)
      : dice.between(130, 165),
    unevenness: isPhoto ? dice.between(10, 60) : dice.chance(0.3) ? dice.between(10, 50) : 6,
    halftone,
    grain: isClean
      ? 0
      : isArchive
        ? halftone === 'noise'
          ? dice.between(30, 90)
          : dice.between(4, 26)
        : dice.between(0.5, 7),
    specks: isArchive ? 10 ** dice.between(-5.2, isDirty ? -2.2 : -3.1) : 0,
    levels: isArchive
      ? dice.pick([2, 4, 4, 4, 16, 256] as const)
      : manner === 'grey' && dice.chance(0.3)
        ? 4
        : 256,
    format: dice.chance(isArchive ? 0.7 : isShaded(manner) ? 0 : 1) ? 'png' : 'jpeg',
    quality: dice.integer(35, 90),
    marks: {
      holes: isClean || isPhoto ? 'none' : dice.chance(0.1) ? 'left' : dice.chance(0.06) ? 'top' : 'none',
      edges: isArchive && dice.chance(0.2),
      faxLines: isArchive && dice.chance(0.06),
      streaks: isArchive && dice.chance(0.08),
      fold: !isClean && !isPhoto && dice.chance(0.08),
    },
  };
}

/** The picture around a photographed sheet: a telephone's, upright or across, or cut near to the sheet's own shape. */
function drawFrame(dice: Dice, { width, height }: Format): Format {
  const isTall = height >= width ? dice.chance(0.88) : dice.chance(0.35);
  const long = Math.max(width, height) * 1.05;
  const short = long * dice.pick([0.75, 0.75, 0.667, 0.5625]);
  if (dice.chance(0.3))
    return { width: width * dice.between(1.02, 1.3), height: height * dice.between(1.02, 1.2) };
  return isTall ? { width: short, height: long } : { width: long, height: short };
}
