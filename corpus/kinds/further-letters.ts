/** Letters without a firm's first page: further pages, complaints by private people, notes of a few lines. */
import { drawNote, drawSignature, drawStamp, stampLines } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { officeStyle, type Setting, styled } from '../setting.js';
import { drawLetterhead, paragraphs } from './parts.js';

/** A page two: a name, a date, a number, the rest of the text and perhaps the end of the letter. */
export function drawFurtherPage({ paper, scribe, dice }: Setting, style: TextStyle): void {
  const left = dice.between(75, 120);
  const right = paper.width - dice.between(65, 110);
  const line = style.size * 1.2;
  let y = dice.between(60, 110);
  const number = dice.integer(2, 5);
  const name = scribe.write('[{person}|Mr. {person}|Dr. {initials} {surname}|{person}, Esq.|{company}]');
  const day = scribe.date();
  const heads = dice.pick([
    [name, day, `Page ${number}`],
    [name, day, dice.pick(['Page Two', 'Page Three', `Page ${number}`])],
    [name, `Page ${number}`, day],
    [`- ${number} -`],
    [`Letter to ${name}`, `${day}, Page ${number}`],
    ['Page Two'],
    [],
  ]);
  if (heads.length === 3 && dice.chance(0.3)) {
    // All on one line.
    paper.text(left, y, name, style);
    paper.text((left + right) / 2, y, `-${number}-`, style, 'center');
    paper.text(right, y, day, style, 'right');
    y += line;
  } else
    for (const head of heads) {
      const isCentred = head.startsWith('-');
      paper.text(isCentred ? paper.width / 2 : left, y, head, style, isCentred ? 'center' : 'left');
      y += line;
    }
  y += line * 1.5;
  const isLast = dice.chance(0.65);
  const text = paragraphs(scribe, 'bodySentence', isLast ? dice.integer(1, 5) : 12, [2, 5]);
  const rest = {
    x: left,
    y,
    width: right - left,
    style,
    indent: dice.pick([0, 40]),
    gap: 0.9,
    bottom: isLast ? 780 : 930,
  };
  y = paper.block(text, rest).y + line;
  if (!isLast) return;
  const signX = dice.chance(0.4) ? (left + right) / 2 : left;
  paper.text(
    signX,
    y + line,
    scribe.write('[Sincerely,|Very truly yours,|Best regards,|Cordially,|Sincerely yours,]'),
    style,
  );
  const from = scribe.fullName();
  drawSignature(paper, signX + 10, y + 3 * line, from);
  paper.text(signX, y + 4.4 * line, from, style);
  paper.text(signX, y + 5.5 * line, scribe.jobTitle(), style);
  if (!dice.chance(0.6)) return;
  for (const [index, copy] of Array.from({ length: dice.integer(1, 5) }, () => scribe.fullName()).entries())
    paper.text(
      left + (index === 0 ? 0 : 26),
      Math.min(970, y + (7.5 + index) * line),
      `${index === 0 ? 'cc: ' : ''}${copy}`,
      style,
    );
}

/** A customer's or a citizen's own letter: no letterhead, by hand or on the kitchen table's typewriter. */
export function drawPrivateLetter({ paper, scribe, dice, year }: Setting): void {
  const { write } = scribe;
  const byHand = dice.chance(0.5);
  const style: TextStyle = byHand
    ? {
        face: getFace(dice.pick(FACES.hand)),
        size: dice.between(21, 30),
        unrest: 0.04,
        colour: dice.pick(['#111', '#1b2a6b']),
      }
    : { ...officeStyle(dice, Math.min(year, 1985)), unrest: dice.between(0, 0.04) };
  const line = style.size * (byHand ? 1.12 : dice.pick([1.15, 1.25, 1.9]));
  const left = dice.between(40, 105);
  const right = paper.width - dice.between(30, 90);
  const isRuled = byHand && dice.chance(0.45);
  let y = dice.between(40, 110);
  const put = (text: string, x = left) => {
    y += line;
    paper.text(x, y, text, style);
  };
  if (isRuled)
    for (let rule = y; rule < 970; rule += line) paper.line(0, rule + 3, paper.width, rule + 3, 0.5, '#8aa');
  const corner = dice.chance(0.6) ? left + (right - left) * 0.58 : left;
  if (dice.chance(0.75)) for (const part of scribe.address()) put(part, corner);
  put(scribe.date(), corner);
  y += line * 0.6;
  if (dice.chance(0.55)) {
    put(scribe.company());
    if (dice.chance(0.6)) for (const part of scribe.address()) put(part);
    y += line * 0.6;
  }
  put(
    write(
      '[Dear Sir:|Dear Sirs,|Gentlemen:|To whom it may concern:|Dear Sir or Madam,|Dear {adBrand},|Dear Mr. {surname},|Dear Friends,|Sirs:]',
    ),
  );
  y += line * 0.4;
  const rule = dice.chance(0.75) ? 'complaint' : 'bodySentence';
  for (let part = dice.integer(1, 4); part > 0; part--)
    y =
      paper.block(scribe.sentences(rule, dice.integer(1, 4)), {
        x: left,
        y,
        width: right - left,
        style,
        leading: line / style.size,
        indent: dice.pick([0, 40]),
        bottom: 850,
      }).y +
      line * 0.3;
  const from = scribe.fullName();
  const signX = dice.chance(0.5) ? corner : left;
  put(
    write(
      '[Sincerely,|Yours truly,|Thank you,|Respectfully,|Very truly yours,|A faithful smoker,|Your friend,|Thanks,]',
    ),
    signX,
  );
  y += line * 0.8;
  drawSignature(paper, signX + 8, y + line * 0.5, from, 30);
  y += line * 0.6;
  put(from, signX);
  if (dice.chance(0.35)) {
    put(scribe.address()[0], signX);
    put(write('{city}, {state} {10001-98999}'), signX);
  }
  if (dice.chance(0.4))
    drawStamp(paper, dice.between(0.3, 0.8) * paper.width, dice.between(40, 940), stampLines(scribe), 15);
  if (dice.chance(0.2)) drawNote(paper, scribe, dice.between(0.4, 0.7) * paper.width, dice.between(40, 200));
}

/** Two or three lines under a letterhead, the rest of the sheet empty. */
export function drawShortNote(setting: Setting): void {
  const { paper, scribe, dice, year } = setting;
  const { write } = scribe;
  const style = officeStyle(dice, year);
  const line = style.size * 1.2;
  const left = dice.between(80, 140);
  const right = paper.width - dice.between(70, 120);
  let y = dice.chance(0.8)
    ? drawLetterhead(setting, scribe.company()) + dice.between(30, 90)
    : dice.between(90, 170);
  const put = (text: string, x = left) => {
    y += line;
    paper.text(x, y, text, style);
  };
  put(scribe.date(), dice.chance(0.4) ? (left + right) / 2 : left);
  y += line * dice.between(1, 3);
  const to = scribe.person();
  if (dice.chance(0.7)) {
    put(scribe.fullName(to));
    put(scribe.company());
    for (const part of scribe.address()) put(part);
    y += line;
  }
  if (dice.chance(0.35)) {
    put(write('[Re:|RE:|Re|Subject:] {subject}'));
    y += line;
  }
  if (dice.chance(0.85)) {
    put(
      write(`Dear [${to.first}|${to.isWoman ? 'Ms.' : 'Mr.'} ${to.last}|Dr. ${to.last}|Sir|colleague][:|,]`),
    );
    y += line * 0.8;
  }
  y =
    paper.block(scribe.sentences('shortNote', dice.integer(1, 3)), {
      x: left,
      y,
      width: right - left,
      style,
      gap: 0.9,
    }).y + line;
  const signX = dice.chance(0.4) ? (left + right) / 2 : left;
  put(
    write('[Sincerely,|Regards,|Best wishes,|Yours sincerely,|Cordially,|With kind regards,|Thank you.]'),
    signX,
  );
  const from = scribe.fullName();
  drawSignature(paper, signX + 6, y + 2.2 * line, from);
  y += 3 * line;
  put(from, signX);
  if (dice.chance(0.5)) put(scribe.jobTitle(), signX);
  y += line;
  if (dice.chance(0.5)) put(write('[Enclosure|Enc.|Encl.|Attachment|cc: {person}|{initials}:ms]'));
  if (dice.chance(0.25))
    drawStamp(
      paper,
      dice.between(0.5, 0.8) * paper.width,
      dice.between(130, 900),
      stampLines(scribe),
      styled(style, {}).size,
    );
}
