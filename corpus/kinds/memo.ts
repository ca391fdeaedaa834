/** Memoranda within a firm: to, from, date and subject, then text; typed or printed. */
import { drawNote, drawSignature, drawStamp, stampLines } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { drawLogo } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Kind, officeStyle, type Setting, styled, uprightFormat } from '../setting.js';
import { fitted } from './parts.js';

export const memo: Kind = {
  name: 'memo',
  share: 1.1,
  years: [1952, 2006],
  format: uprightFormat,
  draw: drawMemo,
};

function drawMemo(setting: Setting): void {
  const { paper, scribe, dice, year } = setting;
  const { write } = scribe;
  const style = officeStyle(dice, year);
  const left = dice.between(70, 115);
  const right = paper.width - dice.between(60, 105);
  const line = style.size * dice.between(1.1, 1.3);
  let y = dice.between(50, 90);
  const company = scribe.company();
  const head = write(
    '[MEMORANDUM|Memorandum|INTER-OFFICE MEMORANDUM|INTEROFFICE CORRESPONDENCE|MEMO|Inter-Office Correspondence|M E M O R A N D U M|Interoffice Memo|OFFICE MEMO|File Note|Internal Correspondence|INTER-COMPANY CORRESPONDENCE|MEMORANDUM|INTEROFFICE MEMORANDUM|Memo to File]',
  );
  const headStyle: TextStyle = {
    face: dice.chance(0.5) ? style.face : getFace(dice.pick(FACES.letterhead)),
    size: dice.between(15, 28),
    bold: dice.chance(0.7),
    underline: dice.chance(0.15),
  };
  const align = dice.pick(['left', 'center', 'right'] as const);
  const x = align === 'left' ? left : align === 'right' ? right : paper.width / 2;
  if (dice.chance(0.5)) {
    if (dice.chance(0.4)) drawLogo(paper, dice.chance(0.5) ? left : right - 40, y - 20, 38);
    paper.text(
      x,
      y,
      company.toUpperCase(),
      fitted(
        paper,
        company.toUpperCase(),
        right - left - 60,
        styled(headStyle, { size: dice.between(13, 20) }),
      ),
      align,
    );
    y += 32;
  }
  paper.text(x, y, head, headStyle, align);
  y += dice.between(24, 50);
  const to = Array.from({ length: dice.pick([1, 1, 1, 2, 4, 8]) }, () =>
    write(
      '[{person}|Mr. {initials} {surname}|Distribution|{initials} {surname}|{surname}|The Files|Dr. {surname}|All {title}s]',
    ),
  );
  const fields: [string, string][] = [
    ['TO', to.join(dice.chance(0.5) ? ', ' : '; ')],
    ['FROM', scribe.fullName()],
    ['DATE', scribe.date()],
    [dice.pick(['SUBJECT', 'RE', 'SUBJECT', 'Subject']), write('{subject}')],
  ];
  if (dice.chance(0.3))
    fields.splice(dice.integer(1, 3), 0, [
      dice.pick(['CC', 'cc', 'COPIES', 'LOCATION', 'DEPT.']),
      write('[{person}, {person}|{city}|{initials} {surname}]'),
    ]);
  if (dice.chance(0.3)) fields.unshift(...fields.splice(2, 1));
  const isQuiet = dice.chance(0.35);
  const tab = left + dice.between(70, 120);
  for (const [name, value] of fields) {
    const label = isQuiet ? name.charAt(0) + name.slice(1).toLowerCase() : name;
    paper.text(
      left,
      y + line * 0.8,
      `${label}${dice.chance(0.95) ? ':' : ''}`,
      styled(style, { bold: dice.chance(0.5) }),
    );
    y =
      paper.block(value, {
        x: tab,
        y,
        width: right - tab,
        style: styled(style, { underline: label === fields.at(-1)?.[0] && dice.chance(0.3) }),
      }).y +
      line * dice.between(0.3, 0.9);
  }
  if (dice.chance(0.5)) paper.line(left - 5, y, right, y, dice.between(0.7, 3));
  y += line * dice.between(0.8, 1.6);
  const bottom = 1000 - dice.between(60, 130);
  const indent = dice.pick([0, 0, 40]);
  for (let block = dice.integer(1, 6); block > 0; block--) {
    if (dice.chance(0.14)) {
      paper.text(
        left,
        y + line,
        write('{heading}'),
        styled(style, { underline: dice.chance(0.6), bold: dice.chance(0.5) }),
      );
      y += line * 1.5;
    }
    y =
      paper.block(scribe.sentences('bodySentence', dice.integer(1, 5)), {
        x: left,
        y,
        width: right - left,
        style,
        indent,
        bottom,
        leading: line / style.size,
      }).y +
      line * 0.8;
    if (dice.chance(0.16)) {
      for (let point = 1; point <= dice.integer(2, 6); point++)
        y =
          paper.block(write(`[${point}.|-|o|*] {bullet}`), {
            x: left + 30,
            y,
            width: right - left - 60,
            style,
            bottom,
          }).y +
          line * 0.3;
      y += line * 0.5;
    }
  }
  if (dice.chance(0.5)) {
    if (dice.chance(0.6))
      drawSignature(paper, dice.chance(0.5) ? left : left + 300, y + 2 * line, scribe.fullName());
    paper.text(
      left,
      y + 3.4 * line,
      write(
        '[{b}{a}:{b}|/{a}{b}|Attachment|cc: {person}|Attachments|cc: {initials} {surname}, {initials} {surname}]'.replace(
          /\{[ab]\}/g,
          () => dice.pick([...'bcdfghjkmprst']),
        ),
      ),
      style,
    );
  }
  if (dice.chance(0.2)) drawNote(paper, scribe, dice.between(0.5, 0.75) * paper.width, dice.between(40, 250));
  if (dice.chance(0.15))
    drawStamp(paper, dice.between(0.5, 0.8) * paper.width, dice.between(90, 900), stampLines(scribe));
}
