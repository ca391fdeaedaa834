import { drawStamp } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { drawLogo } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import type { Setting } from '../setting.js';

/** Where an article stands on the sheet. */
export type ClippingFrame = { x: number; y: number; width: number; bottom: number };

/** Where the article was cut out, the copier sees the edges: broken lines around, darker dirt. */
export function drawCutEdges({ paper, dice }: Setting, { x, y, width, bottom }: ClippingFrame): void {
  if (!dice.chance(0.45)) return;
  const { context } = paper;
  context.strokeStyle = '#000';
  const pad = dice.between(6, 14);
  const corners: [number, number][] = [
    [x - pad, y - pad],
    [x + width + pad, y - pad],
    [x + width + pad, bottom + pad],
    [x - pad, bottom + pad],
  ];
  for (let side = 0; side < 4; side++) {
    const [ax, ay] = corners[side] ?? [0, 0];
    const [bx, by] = corners[(side + 1) % 4] ?? [0, 0];
    for (let piece = 0; piece < 14; piece++) {
      if (dice.chance(0.55)) continue;
      context.lineWidth = dice.between(0.5, 2.2);
      context.beginPath();
      context.moveTo(
        ax + ((bx - ax) * piece) / 14 + dice.gaussian(),
        ay + ((by - ay) * piece) / 14 + dice.gaussian(),
      );
      context.lineTo(
        ax + ((bx - ax) * (piece + 1)) / 14 + dice.gaussian(),
        ay + ((by - ay) * (piece + 1)) / 14 + dice.gaussian(),
      );
      context.stroke();
    }
  }
}

/** Where it was printed and when: typed, stamped, or as a bureau's slip. */
export function drawSource({ paper, scribe, dice }: Setting, x: number, y: number): void {
  const { write } = scribe;
  const manner = dice.uniform();
  const face = getFace(dice.pick([...FACES.typewriter, 'arimo', 'tinos']));
  if (manner < 0.45) {
    paper.text(
      x,
      y,
      write('[{paper}, {longDate}|{paper} {shortDate}|{paper} - {longDate}|{longDate}|{paper}]'),
      { face, size: dice.between(11, 15), bold: dice.chance(0.3), underline: dice.chance(0.15) },
    );
  } else if (manner < 0.65)
    drawStamp(paper, x + 60, y, [write('{paper}').toUpperCase(), scribe.date('upper')], dice.between(10, 14));
  else if (manner < 0.8) {
    drawLogo(paper, x, y - 16, 22);
    const style: TextStyle = { face: getFace('arimo'), size: 8.5, bold: true };
    for (const [index, line] of [
      write('{city}, {state}').toUpperCase(),
      write('{paper}').toUpperCase(),
      write('D. {10-99},{100-999}'),
      scribe.date('upper'),
    ].entries())
      paper.text(x + 30, y - 8 + index * 10, line, style);
  }
}
