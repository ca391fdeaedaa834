import { drawNote, drawStamp, stampLines } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Kind, type Setting, uprightFormat } from '../setting.js';
import { fitted } from './parts.js';

export const fileFolder: Kind = {
  name: 'file_folder',
  share: 0.3,
  years: [1955, 2005],
  format: uprightFormat,
  draw: drawFileFolder,
};

function drawFileFolder({ paper, scribe, dice }: Setting): void {
  const { write } = scribe;
  const { width, height, context } = paper;
  const style: TextStyle = dice.chance(0.4)
    ? { face: getFace(dice.pick(FACES.hand)), size: dice.between(20, 34) }
    : {
        face: getFace(dice.pick([...FACES.typewriter, ...FACES.sans])),
        size: dice.between(12, 20),
        bold: dice.chance(0.4),
      };
  // The card is darker than paper, its edge and its tab plain to see.
  paper.box(
    0,
    60,
    width,
    height - 60,
    dice.pick(['#e6d3a3', '#d9c48f', '#cfd8c0', '#e9e2d0', '#d8d8d8', '#fff']),
  );
  if (dice.chance(0.92)) {
    const tab = width * dice.between(0.25, 0.4);
    const at = dice.between(10, width - tab - 10);
    context.strokeStyle = '#222';
    context.lineWidth = dice.between(1.5, 3.5);
    context.beginPath();
    context.moveTo(0, 60);
    context.lineTo(at, 60);
    context.lineTo(at + 10, 14);
    context.lineTo(at + tab - 10, 14);
    context.lineTo(at + tab, 60);
    context.lineTo(width, 60);
    context.stroke();
    const label = write(
      '[{Matter}|{company}|{subject}|{surname}, {firstName}|{thisYear} {Matter}|{code}|{Thing+s} A - M]',
    );
    paper.text(at + tab / 2, 46, label, fitted(paper, label, tab - 24, style), 'center');
  }
  const places = dice.pick([0, 0, 1, 1, 2]);
  for (let place = 0; place < places; place++) {
    const [x, y] = [dice.between(0.08, 0.5) * width, dice.between(120, height - 120)];
    const lines = Array.from({ length: dice.integer(1, 4) }, () =>
      write(
        '[{Matter}|{company}|{thisYear}|{month} {year}|FILE #{100-9999}|{surname}|{subject}|CONFIDENTIAL|{code}|{Thing+s}|BOX {1-99}|Vol. {1-9}|RETAIN UNTIL {nextYear}]',
      ),
    );
    const draw = () => {
      const wide = Math.max(...lines.map((text) => paper.widthOf(text, style))) + 24;
      if (dice.chance(0.45))
        paper.box(-12, -style.size * 1.3, wide, lines.length * style.size * 1.4 + 14, '#000', 1);
      for (const [row, text] of lines.entries()) paper.text(0, row * style.size * 1.4, text, style);
    };
    paper.turned(x, y, dice.pick([0, 0, 0, 90, dice.between(-5, 5)]), draw);
  }
  if (dice.chance(0.3))
    drawStamp(paper, dice.between(0.3, 0.7) * width, dice.between(150, 850), stampLines(scribe), 18);
  if (dice.chance(0.3))
    for (let fold = dice.integer(1, 3); fold > 0; fold--)
      paper.line(0, height - fold * 12, width, height - fold * 12 + dice.gaussian() * 2, 0.8, '#555');
  if (dice.chance(0.25)) drawNote(paper, scribe, dice.between(0.2, 0.6) * width, dice.between(100, 800));
}
