/** Agreements: a heading, parties, numbered clauses, signatures; first, inner and last pages. */
import { drawSignature } from '../drawing/marks.js';
import { type Kind, officeStyle, type Setting, styled, uprightFormat } from '../setting.js';

export const contract: Kind = {
  name: 'contract',
  share: 0.8,
  origin: 'office',
  recentShare: 0.3,
  years: [1955, 2010],
  format: uprightFormat,
  draw: drawContract,
};

const ORDINALS = [
  'FIRST',
  'SECOND',
  'THIRD',
  'FOURTH',
  'FIFTH',
  'SIXTH',
  'SEVENTH',
  'EIGHTH',
  'NINTH',
  'TENTH',
];

function drawContract({ paper, scribe, dice, year }: Setting): void {
  const { write } = scribe;
  const style = officeStyle(dice, year);
  const left = dice.between(75, 120);
  const right = paper.width - dice.between(65, 105);
  const width = right - left;
  const leading = dice.pick([1.2, 1.25, 1.3, 1.9]);
  const align = dice.chance(0.3) ? 'justify' : 'left';
  const indent = dice.pick([0, 40, 60]);
  let y = dice.between(60, 110);
  const place = dice.uniform();
  const put = (text: string, gap = 0.8) => {
    y =
      paper.block(text, { x: left, y, width, style, leading, align, indent, bottom: 930 }).y +
      style.size * gap;
  };
  let clause = 1;
  if (place < 0.55) {
    paper.text(
      paper.width / 2,
      y,
      write(
        '[AGREEMENT|CONSULTING AGREEMENT|LEASE AGREEMENT|SERVICE CONTRACT|LICENSE AGREEMENT|CONFIDENTIALITY AGREEMENT|CONTRACT|SALES AGREEMENT|MEMORANDUM OF UNDERSTANDING|EMPLOYMENT AGREEMENT|AMENDMENT NO. {1-5}]',
      ),
      styled(style, {
        bold: dice.chance(0.7),
        underline: dice.chance(0.4),
        size: style.size * dice.between(1, 1.4),
      }),
      'center',
    );
    y += style.size * 2.2;
    put(
      write(
        'THIS AGREEMENT, made [and entered into |]as of [the {1-28}th day of {month}, {thisYear}|{longDate}], by and between {company}, a {stateName} corporation [(the "[Company|Buyer|Lessor|Owner]")|having its principal office at {street}, {city}], and {company} [(the "[Consultant|Seller|Contractor|Lessee]")|hereinafter referred to as "Contractor"].',
      ),
    );
    if (dice.chance(0.6)) {
      if (dice.chance(0.5))
        paper.text(paper.width / 2, y + style.size, 'W I T N E S S E T H :', style, 'center');
      y += style.size * 1.8;
      for (let reason = dice.integer(1, 3); reason > 0; reason--)
        put(`WHEREAS, ${scribe.write('{clause}')}; ${reason === 1 ? '' : 'and'}`);
      put(
        'NOW, THEREFORE, in consideration of the mutual covenants herein contained, the parties hereto agree as follows:',
      );
    }
  } else {
    clause = dice.integer(3, 14);
    put(scribe.sentences('legalSentence', 1));
  }
  const isLast = place > 0.8;
  const bottom = isLast ? 620 : 900;
  const manner = dice.integer(0, 3);
  while (y < bottom) {
    const heading = write('{heading}');
    const label =
      manner === 0
        ? `${clause}.`
        : manner === 1
          ? `${clause}. ${heading}.`
          : manner === 2
            ? `Section ${clause}.`
            : `${ORDINALS[clause - 1] ?? `ARTICLE ${clause}`}:`;
    put(`${label} ${scribe.sentences('legalSentence', dice.integer(1, 3))}`);
    if (dice.chance(0.2))
      for (const letterOf of ['(a)', '(b)', '(c)'].slice(0, dice.integer(2, 3)))
        y =
          paper.block(`${letterOf} ${write('{legalSentence}')}`, {
            x: left + 50,
            y,
            width: width - 50,
            style,
            leading,
            align,
            bottom: 930,
          }).y +
          style.size * 0.5;
    clause += 1;
  }
  if (isLast) {
    put(
      'IN WITNESS WHEREOF, the parties hereto have executed this Agreement as of the day and year first above written.',
      1.6,
    );
    for (const column of [0, 1]) {
      const x = left + column * (width / 2 + 10);
      let at = y;
      paper.text(x, at, scribe.company().toUpperCase().slice(0, 28), style);
      for (const label of ['By:', 'Name:', 'Title:', 'Date:']) {
        at += 36;
        const end = paper.text(x, at, label, style) + 6;
        paper.line(end, at + 2, x + width / 2 - 18, at + 2, 0.8);
        if (label === 'By:') drawSignature(paper, end + 8, at, scribe.fullName(), 26);
      }
    }
  }
  if (dice.chance(0.7))
    paper.text(paper.width / 2, 972, write('[-{1-20}-|{1-20}|Page {1-9} of {10-20}]'), style, 'center');
}
