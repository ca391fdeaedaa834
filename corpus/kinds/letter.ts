/** Letters: of firms, institutes, lawyers and private people, typed or printed, first and further pages. */
import { drawNote, drawSignature, drawStamp, stampLines } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { isTyped, type Kind, officeStyle, type Setting, styled, uprightFormat } from '../setting.js';
import { FOREIGN_RULES } from '../text/foreign-prose.js';
import { createWriter } from '../text/grammar.js';
import { drawFurtherPage, drawPrivateLetter, drawShortNote } from './further-letters.js';
import { drawLetterhead, drawTable } from './parts.js';

export const letter: Kind = {
  name: 'letter',
  share: 2.3,
  years: [1952, 2006],
  format: uprightFormat,
  draw(setting) {
    const { dice, year } = setting;
    const layout = dice.uniform();
    if (layout < 0.14) drawFurtherPage(setting, officeStyle(dice, year));
    else if (layout < 0.25) drawPrivateLetter(setting);
    else if (layout < 0.33) drawShortNote(setting);
    else drawFirstPage(setting);
  },
};

function drawFirstPage(setting: Setting): void {
  const { paper, scribe, dice, year } = setting;
  const { write } = scribe;
  const { width } = paper;
  const isPrivate = dice.chance(0.1);
  const byHand = isPrivate && dice.chance(0.4);
  const style: TextStyle = byHand
    ? { face: getFace(dice.pick(FACES.hand)), size: dice.between(22, 27), unrest: 0.03, colour: '#112' }
    : officeStyle(dice, year);
  const company = scribe.company();
  const left = dice.between(75, 125);
  const right = width - dice.between(60, 115);
  const line = style.size * (byHand ? 1.15 : dice.between(1.08, 1.3));
  let y = dice.between(70, 120);
  if (!isPrivate && dice.chance(0.88)) y = drawLetterhead(setting, company) + dice.between(18, 46);

  const write1 = (text: string, x = left, changes: Partial<TextStyle> = {}) => {
    y += line;
    paper.text(x, y, text, styled(style, changes));
  };
  const isIndented = dice.chance(0.4);
  const dateX = isIndented ? left + (right - left) * dice.between(0.5, 0.62) : left;
  if (isPrivate) for (const part of scribe.address()) write1(part, dateX);
  write1(scribe.date(), dateX);
  if (dice.chance(0.12))
    write1(
      write(
        '[CERTIFIED MAIL|VIA FACSIMILE|PERSONAL AND CONFIDENTIAL|BY HAND|VIA FEDERAL EXPRESS|AIR MAIL|REGISTERED MAIL|PRIVILEGED]',
      ),
      left,
      { underline: true },
    );
  y += line * dice.between(0.6, 2.2);

  const to = scribe.person();
  const title = to.isWoman
    ? dice.pick(['Mrs.', 'Miss', 'Ms.', 'Dr.'])
    : dice.pick(['Mr.', 'Mr.', 'Mr.', 'Dr.']);
  const hasAddress = dice.chance(0.92);
  if (hasAddress) {
    const [street, city] = scribe.address();
    write1(`${title} ${scribe.fullName(to)}`);
    if (dice.chance(0.6)) write1(scribe.jobTitle());
    write1(scribe.company());
    write1(street);
    write1(city);
    if (dice.chance(0.05)) write1(write('{country}'));
  }
  const hasSubject = dice.chance(0.3);
  const drawSubject = () => {
    y += line * 0.6;
    const subject = write('[Re:|RE:|Re|Subject:|In re:|] {subject}');
    write1(subject, dice.chance(0.5) ? left : left + 50, {
      underline: dice.chance(0.5),
      bold: dice.chance(0.3),
    });
  };
  if (hasSubject && dice.chance(0.6)) drawSubject();
  y += line * 0.8;
  const foreign = dice.chance(0.05) ? dice.pick(['de', 'fr', 'es'] as const) : null;
  const writeForeign = foreign && createWriter(dice, FOREIGN_RULES[foreign]);
  const greeting = dice.pick([
    `Dear ${title} ${to.last}`,
    `Dear ${title} ${to.last}`,
    `Dear ${to.first}`,
    'Gentlemen',
    'Dear Sir',
    'Dear Sirs',
    'Dear Friend',
    'To Whom It May Concern',
    `Dear ${write('[Customer|Colleague|Member|Senator {surname}|Congressman {surname}|Shareholder]')}`,
  ]);
  if (writeForeign || dice.chance(0.93)) {
    write1(writeForeign ? writeForeign('{opening}') : `${greeting}${dice.chance(0.8) ? ':' : ','}`);
    y += line * 0.7;
  }

  const isForm = dice.chance(0.12);
  const blocks = dice.integer(1, 5);
  const body: string[] = [];
  if (writeForeign) {
    for (let block = 0; block < blocks; block++)
      body.push(Array.from({ length: dice.integer(2, 4) }, () => writeForeign('{sentence}')).join(' '));
  } else {
    body.push(
      `${dice.chance(0.85) ? write('{letterOpening}') : ''} ${scribe.sentences('bodySentence', dice.integer(0, 3))}`,
    );
    for (let block = 1; block < blocks; block++)
      body.push(scribe.sentences(isForm ? 'formLetter' : 'bodySentence', dice.integer(1, 5)));
    if (dice.chance(0.85)) body.push(write('{letterClosing}'));
  }
  const isDouble = dice.chance(0.06);
  const indent = isIndented || dice.chance(0.25) ? dice.between(30, 60) : 0;
  const typed = isTyped(style);
  const hasTable = dice.chance(0.09);
  const bottom = 1000 - dice.between(60, 110);
  for (const [index, text] of body.entries()) {
    if (text.trim() === '') continue;
    const align = !typed && !byHand && dice.chance(0.15) ? 'justify' : 'left';
    const done = paper.block(text, {
      x: left,
      y,
      width: right - left,
      style,
      leading: (line / style.size) * (isDouble ? 1.6 : 1),
      indent,
      bottom,
      align,
    });
    y = done.y + line * 0.85;
    if (done.rest !== '') return;
    if (hasTable && index === 0 && y < 600) y = drawFigures(setting, style, left, right, y) + line;
    if (index === 1 && dice.chance(0.07) && y < 650) {
      for (let point = 1; point <= dice.integer(2, 5); point++) {
        y =
          paper.block(`${point}. ${write('{bullet}')}.`, {
            x: left + 36,
            y,
            width: right - left - 60,
            style,
            bottom,
          }).y +
          line * 0.4;
      }
      y += line * 0.4;
    }
  }
  const signX = isIndented ? dateX : left;
  const from = scribe.fullName();
  write1(
    writeForeign
      ? writeForeign('{closing}')
      : write(
          '[Sincerely,|Sincerely yours,|Very truly yours,|Yours truly,|Yours very truly,|Cordially,|Best regards,|Yours sincerely,|Yours faithfully,|Respectfully,|Regards,|Kindest regards,]',
        ),
    signX,
  );
  if (dice.chance(0.12)) write1(company.toUpperCase(), signX);
  if (dice.chance(0.82))
    drawSignature(
      paper,
      signX + dice.between(-8, 25),
      y + line * dice.between(1.6, 2.4),
      from,
      dice.between(22, 40),
    );
  y += line * 3;
  if (!byHand) write1(from, signX);
  if (dice.chance(0.65) && !isPrivate) write1(scribe.jobTitle(), signX);
  y += line * dice.between(0.5, 1.5);
  if (dice.chance(0.5))
    write1(
      write(
        '[{initials}:{b}|{A}{B}{A}:{b}{a}|{A}{B}/{b}{a}|{b}{a}{b}]'.replace(/\{[ABab]\}/g, (slot) => {
          const letterOf = dice.pick([...'BCDEFGHJKLMPRSTW']);
          return slot < '{a' ? letterOf : letterOf.toLowerCase();
        }),
      ),
    );
  if (dice.chance(0.35))
    write1(
      dice.pick(['Enclosure', 'Enclosures', 'Enc.', 'Encl.', 'Attachment', 'Enclosures (2)', 'Attachments']),
    );
  if (dice.chance(0.4)) {
    const copies = Array.from({ length: dice.chance(0.15) ? dice.integer(6, 12) : dice.integer(1, 5) }, () =>
      scribe.write('[{person}|Mr. {surname}|{initials} {surname}|Dr. {initials} {surname}]'),
    );
    for (const [index, copy] of copies.entries())
      write1(
        `${index === 0 ? dice.pick(['cc:', 'cc:', 'CC:', 'c:', 'xc:', 'bcc:']) : '      '} ${copy}`,
        index === 0 ? left : left + 26,
      );
  }
  if (dice.chance(0.22)) drawNote(paper, scribe, dice.between(0.45, 0.75) * width, dice.between(70, 330));
  if (dice.chance(0.18))
    drawStamp(
      paper,
      dice.between(0.5, 0.8) * width,
      dice.between(130, 900),
      stampLines(scribe),
      dice.between(11, 19),
    );
}

function drawFigures(
  { paper, scribe, dice }: Setting,
  style: TextStyle,
  left: number,
  right: number,
  y: number,
): number {
  const rows = Array.from({ length: dice.integer(3, 7) }, () => [
    scribe.write('{Matter}'),
    scribe.money(dice.integer(100, 90000), 0),
  ]);
  const total = rows.reduce((sum, row) => sum + Number((row[1] ?? '0').replaceAll(',', '')), 0);
  rows.push(['Total', scribe.money(total, 0)]);
  return drawTable(
    paper,
    { x: left + 60, y, width: Math.min(380, right - left - 80) },
    [
      { title: '', width: 3 },
      { title: '', width: 1, align: 'right' },
    ],
    rows,
    { style, lines: 'none', rowHeight: 1.2 },
  );
}
