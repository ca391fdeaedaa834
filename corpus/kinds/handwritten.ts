/** Pages written by hand: notes, letters, lists, sketches of sums; on blank, ruled or squared paper. */
import { drawNote, drawSignature } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Kind, type Setting, styled, uprightFormat } from '../setting.js';

export const handwritten: Kind = {
  name: 'handwritten',
  share: 1,
  years: [1952, 2010],
  format: (dice) =>
    dice.chance(0.8) ? uprightFormat(dice) : { width: dice.integer(560, 720), height: 1000 },
  draw: drawHandwritten,
};

function drawHandwritten({ paper, scribe, dice }: Setting): void {
  const { write } = scribe;
  const { width, height, context } = paper;
  const ink = dice.pick(['#000', '#111', '#1b2a6b', '#16348f', '#333']);
  const style: TextStyle = {
    face: getFace(
      dice.pick(['caveat', 'homemade-apple', 'reenie-beanie', 'caveat', 'dancing-script'] as const),
    ),
    size: dice.between(24, 42),
    unrest: dice.between(0.01, 0.05),
    colour: ink,
    bold: dice.chance(0.2),
  };
  const left = dice.between(50, 130);
  const line = style.size * dice.between(1, 1.35);
  const ground = dice.uniform();
  if (ground < 0.4)
    for (let y = 90; y < height - 20; y += line)
      paper.line(0, y + line * 0.85, width, y + line * 0.85, 0.6, '#9aa');
  if (ground > 0.25 && ground < 0.4) paper.line(left - 14, 0, left - 14, height, 0.8, '#c88');
  if (ground > 0.4 && ground < 0.5) {
    for (let x = 0; x < width; x += 24) paper.line(x, 0, x, height, 0.4, '#9aa');
    for (let y = 0; y < height; y += 24) paper.line(0, y, width, y, 0.4, '#9aa');
  }
  if (dice.chance(0.15)) {
    paper.text(
      width / 2,
      50,
      write('[FROM THE DESK OF {person}|MEMO|{company}|NOTES|WHILE YOU WERE OUT|TO DO]'),
      { face: getFace(dice.pick([...FACES.letterhead])), size: 18, bold: true },
      'center',
    );
  }
  let y = dice.between(70, 110);
  const put = (text: string, x = left, changes: Partial<TextStyle> = {}) => {
    paper.turned(x, y, dice.gaussian() * 0.6, () => {
      y += paper.block(text, {
        x: 0,
        y: 0,
        width: width - x - dice.between(20, 80),
        style: styled(style, changes),
        leading: line / style.size,
        bottom: height - y - 20,
      }).y;
    });
  };
  const manner = dice.integer(0, 3);
  if (dice.chance(0.55))
    put(write('[{shortDate}|{longDate}|{weekday}|{Month} {1-28}]'), dice.chance(0.5) ? width * 0.58 : left);
  if (manner === 0) {
    put(write('[{firstName} -|Dear {firstName},|{firstName},|Hi {firstName}!]'));
    for (let block = dice.integer(1, 4); block > 0 && y < 800; block--) {
      put(
        scribe.sentences(dice.pick(['emailSentence', 'bodySentence', 'letterOpening']), dice.integer(1, 3)),
      );
      y += line * 0.4;
    }
    put(write('[Thanks,|Love,|Best,|Yours,|See you,]'), width * 0.5);
    drawSignature(paper, width * 0.5, y + 30, write('{person}'), 40);
  } else if (manner === 1) {
    put(write('[{Thing+s}|{Matter}|Mtg w/ {firstName}|Notes - {matter}|To do:|{weekday} call]'), left, {
      underline: true,
    });
    for (let point = 1; point <= dice.integer(4, 14) && y < 900; point++)
      put(
        write(
          `[${point})|-|•|*|${point}.] [{bullet}|call {firstName} {phone}|{thing} - {amount}|{firstName}: {clause}|{deed} {thing}?|{matter} ok]`,
        ),
        left + dice.pick([0, 0, 30]),
      );
  } else if (manner === 2) {
    let total = 0;
    for (let row = dice.integer(4, 12); row > 0 && y < 860; row--) {
      const amount = dice.integer(2, 900);
      total += amount;
      paper.text(left, y + style.size, write('[{thing}|{matter}|{month}|{surname}|{fruit}|{code}]'), style);
      paper.text(width * 0.75, y + style.size, scribe.money(amount, 0), style, 'right');
      y += line;
    }
    context.strokeStyle = ink;
    paper.line(width * 0.55, y + 12, width * 0.77, y + 10, 2, ink);
    paper.text(width * 0.75, y + line + 10, scribe.money(total, 0), style, 'right');
  } else {
    for (let block = dice.integer(1, 6); block > 0 && y < 880; block--) {
      put(
        scribe.sentences(dice.pick(['bodySentence', 'scienceSentence', 'emailSentence']), dice.integer(1, 3)),
        left + dice.pick([0, 0, 25]),
      );
      y += dice.between(0, 40);
    }
  }
  for (let arrow = dice.integer(0, 3); arrow > 0; arrow--) {
    context.strokeStyle = ink;
    context.lineWidth = dice.between(1, 2.5);
    const [x, top] = [dice.between(0.3, 0.8) * width, dice.between(100, 800)];
    context.beginPath();
    context.moveTo(x, top);
    context.quadraticCurveTo(
      x + dice.between(-80, 80),
      top + 30,
      x + dice.between(-120, 120),
      top + dice.between(20, 90),
    );
    context.stroke();
  }
  if (dice.chance(0.3)) drawNote(paper, scribe, width * 0.6, dice.between(80, 800));
}
