/** How a printed report looks: its typefaces, running heads and page numbers, captions and figures. */
import type { TextStyle } from '../drawing/paper.js';
import { drawPicture } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { capitalised } from '../text/grammar.js';
import { cutToFit, drawChart, fitted } from './parts.js';

type Look = {
  body: TextStyle;
  head: TextStyle;
  accent: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
  title: string;
  page: number;
};

export function drawLook({ paper, dice, scribe }: Setting): Look {
  const face = getFace(dice.pick(dice.chance(0.7) ? FACES.serif : FACES.sans));
  const left = dice.between(62, 115);
  return {
    body: { face, size: dice.between(10.4, 13.2) },
    head: {
      face: dice.chance(0.5) ? face : getFace(dice.pick(FACES.sans)),
      size: dice.between(13, 18),
      bold: true,
    },
    accent: dice.pick(['#000', '#000', '#000', '#1f4e79', '#8a1c1c', '#1d5c4a', '#41507a']),
    left,
    right: paper.width - dice.between(60, 110),
    top: dice.between(56, 84),
    bottom: dice.between(905, 940),
    title: scribe.write('{reportTitle}'),
    page: dice.integer(2, 160),
  };
}

/** The report's name or the chapter's above, the page number above or below. */
export function drawFurniture({ paper, dice, scribe }: Setting, look: Look): void {
  const { left, right, top, body } = look;
  const small = styled(body, { size: body.size * 0.8, italic: dice.chance(0.3), colour: look.accent });
  const number = dice.pick([
    `${look.page}`,
    `${look.page}`,
    `Page ${look.page}`,
    `${'ABC'.charAt(look.page % 3)}-${1 + (look.page % 30)}`,
    `- ${look.page} -`,
  ]);
  const manner = dice.integer(0, 3);
  if (manner !== 3) {
    const text = cutToFit(
      paper,
      dice.chance(0.5)
        ? look.title
        : scribe.write('[Chapter {1-9}. {ReportHeading}|{institution}|{reportHeading}|{company}]'),
      right - left - 80,
      small,
    );
    paper.text(
      manner === 0 ? left : right,
      top - 20,
      dice.chance(0.2) ? text.toUpperCase() : text,
      fitted(paper, text, right - left - 80, small),
      manner === 0 ? 'left' : 'right',
    );
    if (dice.chance(0.4)) paper.line(left, top - 14, right, top - 14, dice.between(0.6, 2), look.accent);
  }
  if (manner === 1) paper.text(left, top - 20, number, small);
  else paper.text(dice.pick([left, (left + right) / 2, right]), 965, number, small, 'center');
  if (dice.chance(0.2))
    paper.text(left, 965, cutToFit(paper, scribe.write('{institution} | {reportField}'), 300, small), small);
}

export function drawCaption({ paper, scribe, dice }: Setting, look: Look, kind: string, y: number): number {
  const text = scribe.write(`${kind} {1-40}[-{1-9}|][.|:] {reportTable}`);
  const style = styled(look.body, { bold: dice.chance(0.7), size: look.body.size * 0.98 });
  return (
    paper.block(capitalised(text), {
      x: look.left,
      y,
      width: look.right - look.left,
      style,
      align: dice.chance(0.25) ? 'center' : 'left',
    }).y + 4
  );
}

export function drawFigureBlock(setting: Setting, look: Look, top: number): number {
  const { paper, scribe, dice } = setting;
  const { left, right } = look;
  let y = drawCaption(setting, look, 'Figure', top);
  const height = dice.between(140, 240);
  if (dice.chance(0.8))
    drawChart(setting, { x: left + 14, y, width: right - left - 30, height }, styled(look.body, { size: 9 }));
  else drawPicture(paper, { x: left, y, width: right - left, height });
  y += height + 6;
  return paper.block(scribe.write('{reportSource}'), {
    x: left,
    y,
    width: right - left,
    style: styled(look.body, { size: look.body.size * 0.78 }),
  }).y;
}
