/** What account papers share: their print, and labels with values. */
import type { Dice } from '../dice.js';
import type { TextStyle } from '../drawing/paper.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';

/** What machines print account data in. */
export function printedStyle(dice: Dice): TextStyle {
  return {
    face: getFace(dice.pick([...FACES.sans, ...FACES.printer, 'tinos'])),
    size: dice.between(10, 12.6),
  };
}

/** Labels with their values in two columns; returns the y below. */
export function drawPairs(
  { paper, dice }: Setting,
  list: readonly (readonly [string, string])[],
  x: number,
  y: number,
  width: number,
  style: TextStyle,
): number {
  let at = y;
  const right = dice.chance(0.7);
  for (const [label, value] of list) {
    paper.text(x, at, label, style);
    paper.text(
      right ? x + width : x + width * 0.55,
      at,
      value,
      styled(style, { bold: dice.chance(0.1) }),
      right ? 'right' : 'left',
    );
    at += style.size * 1.45;
  }
  return at;
}
