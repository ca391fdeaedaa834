/** What a kind of document has to draw with, and a few habits that several kinds share. */
import type { Dice } from './dice.js';
import type { Paper, TextStyle } from './drawing/paper.js';
import { FACES, getFace } from './drawing/typefaces.js';
import type { Origin } from './scan/manner.js';
import type { Scribe } from './text/scribe.js';

export type Setting = { paper: Paper; scribe: Scribe; dice: Dice; year: number };

/** A sheet's shape: its height is 1000 units if upright, see paper.ts. */
export type Format = { width: number; height: number };

export type Kind = {
  /** The label, as labels.csv has it. */
  name: string;
  /** How many of the pages, against the other kinds' shares. */
  share: number;
  /** The first and the last year that such pages have. */
  years: readonly [number, number];
  /** How many of the pages are of the last 25 years instead; none if not given. */
  recentShare?: number;
  /** Where such pages are mostly met with; an archive if not given. */
  origin?: Origin;
  format(dice: Dice): Format;
  /** How many of the pages lie on their side; few if not given. */
  turnedShare?: number;
  draw(setting: Setting): void;
};

/** Letter paper, A4, now and then legal or an odd size. */
export function uprightFormat(dice: Dice): Format {
  const width = dice.chance(0.75) ? 773 : dice.pick([707, 707, 690, 750, 640]);
  return { width, height: 1000 };
}

/** The face and size of what is typed or printed in an office of that year. */
export function officeStyle(dice: Dice, year: number): TextStyle {
  const typed = year < 1982 ? 0.93 : year < 1992 ? 0.55 : year < 2000 ? 0.15 : 0.03;
  if (dice.chance(typed)) {
    const face = getFace(dice.pick(FACES.typewriter));
    // Ten or twelve letters an inch: an em is 0.6 of that wide.
    const size = dice.chance(0.6) ? 14.6 : 12.4;
    return {
      face,
      size: size * dice.between(0.96, 1.05),
      unrest: dice.chance(0.4) ? dice.between(0, 0.03) : 0,
    };
  }
  const face = getFace(dice.pick(dice.chance(0.6) ? FACES.serif : FACES.sans));
  return { face, size: dice.between(12, 15.2) };
}

export const isTyped = (style: TextStyle): boolean =>
  (FACES.typewriter as readonly string[]).includes(style.face.name);

/** The same style with other features. */
export const styled = (style: TextStyle, changes: Partial<TextStyle>): TextStyle => ({
  ...style,
  ...changes,
});
