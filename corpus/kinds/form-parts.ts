/** What official forms are put together from: heads, bars, boxes with small labels, ticks, the place to sign. */
import { drawSignature } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { cutToFit, fitted } from './parts.js';

export type FormInk = {
  print: TextStyle;
  value: TextStyle;
  /** How many of the fields are left open. */
  emptiness: number;
  rule: string;
};

/** The form's own print, and how it was filled in: typed, by hand, or on a screen in blue. */
export function drawFormInk({ dice }: Setting): FormInk {
  const manner = dice.pick(['typed', 'hand', 'screen'] as const);
  const size = manner === 'hand' ? dice.between(14, 18) : dice.between(9.5, 11.5);
  const faces = { typed: [...FACES.typewriter, ...FACES.printer], hand: FACES.hand, screen: FACES.sans };
  return {
    print: {
      face: getFace(dice.pick([...FACES.sans, ...FACES.sans, 'tinos'])),
      size: dice.between(7.6, 9.6),
    },
    value: {
      face: getFace(dice.pick(faces[manner])),
      size,
      colour: manner === 'typed' ? '#000' : dice.pick(['#000', '#12308c', '#1b3fb5', '#1b2a6b']),
    },
    emptiness: dice.pick([0, 0.15, 0.4, 0.75, 1, 1]),
    rule: dice.pick(['#000', '#000', '#333', '#000', '#a33', '#246']),
  };
}

/** What a field with such a label is filled with. */
export function filling({ scribe, dice, year }: Setting, label: string): string {
  const { write } = scribe;
  if (/number|No\.|TIN|code|ID|plate/i.test(label))
    return write('[{10-99}-{1000000-9999999}|{code}|{100-999}-{10-99}-{1000-9999}|{10000-999999}]');
  if (/wages|tax|amount|charge|cost|value|income|balance|distribution|salary|compensation/i.test(label))
    return scribe.money(dice.between(20, 90_000));
  if (/phone/i.test(label)) return scribe.phone();
  if (/date|birth|exp/i.test(label)) return scribe.date('short');
  if (/address/i.test(label)) return scribe.address()[0];
  if (/city|state|place|port/i.test(label)) return write('{city}, {state}');
  if (/year/i.test(label)) return String(year);
  if (/name|owner|insured|applicant|contact|spouse|physician|supervisor|signature|exporter/i.test(label))
    return dice.chance(0.3) && /employer|payer|exporter|insur/i.test(label)
      ? scribe.company()
      : scribe.fullName();
  return write('[{thing}|{quality}|{1-90}|N/A|none|{title}|{company}|{city}|X|{strayNoun}]');
}

type Frame = { x: number; y: number; width: number; height: number };

/** A box with its label small in the corner and what is filled in below. */
function drawBoxed(setting: Setting, { x, y, width, height }: Frame, label: string, ink: FormInk): void {
  const { paper, dice } = setting;
  paper.box(x, y, width, height, ink.rule, 0.8);
  const small = styled(ink.print, { size: Math.min(ink.print.size, 7.8) });
  paper.text(x + 3, y + small.size + 1, cutToFit(paper, label, width - 6, small), small);
  if (dice.chance(ink.emptiness) || height < 18) return;
  const text = filling(setting, label);
  const style = fitted(
    paper,
    text,
    width - 10,
    styled(ink.value, { size: Math.min(ink.value.size, height * 0.55) }),
  );
  paper.text(x + 6, y + height - 4, text, style);
}

/** Rows of boxes of changing widths, each numbered or lettered. */
export function drawBoxGrid(setting: Setting, frame: Frame, ink: FormInk, first = 1): number {
  const { dice, scribe } = setting;
  let y = frame.y;
  let number = first;
  const rowHeight = dice.between(24, 36);
  const isLettered = dice.chance(0.2);
  while (y + rowHeight <= frame.y + frame.height) {
    const weights = Array.from({ length: dice.integer(1, 5) }, () => dice.between(1, 3));
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    let x = frame.x;
    for (const weight of weights) {
      const width = (weight / whole) * frame.width;
      const label = `${isLettered ? String.fromCharCode(97 + (number % 26)) : number}${dice.chance(0.3) ? '.' : ''} ${scribe.write('{boxLabel}')}`;
      drawBoxed(setting, { x, y, width, height: rowHeight }, label, ink);
      x += width;
      number += 1;
    }
    y += rowHeight;
  }
  return y;
}

/** Number and agency at the left, title in the middle, year or the office's own box at the right; returns the y below. */
export function drawFormHead(
  { paper, scribe, dice, year }: Setting,
  ink: FormInk,
  left: number,
  right: number,
): number {
  const { write } = scribe;
  const small = styled(ink.print, { size: 7.4 });
  const top = dice.between(30, 52);
  const number = write('[{10-1999}|{10-99}-{100-999}|{code}|{2-99}[A|B|C|EZ]|W-{2-9}|{100-999}-[A|R|S]]');
  const middle = (left + right) / 2;
  const title = write('{formTitle}');
  const loud = styled(ink.print, { size: dice.between(14, 21), bold: true });
  const isTabbed = dice.chance(0.65);
  const end = paper.text(left, top + 12, 'Form ', small);
  paper.text(end + 4, top + 16, number, styled(ink.print, { size: dice.between(17, 30), bold: true }));
  if (dice.chance(0.6)) paper.text(left, top + 29, write('(Rev. {Month} {thisYear})'), small);
  paper.text(left, top + 39, cutToFit(paper, write('{formAgency}'), 150, small), small);
  const room = right - left - 290;
  const cut = paper.block(title, {
    x: middle - room / 2,
    y: top,
    width: room,
    style: loud,
    align: 'center',
    leading: 1.1,
  });
  let y = cut.y;
  for (const text of [
    write('[{formAgency}|For calendar year {thisYear}, or tax year beginning {month} {1-28}|]'),
    write('{formNote}'),
  ]) {
    if (text === '') continue;
    y =
      paper.block(text, {
        x: middle - room / 2,
        y,
        width: room,
        style: small,
        align: 'center',
        bottom: y + 22,
      }).y + 2;
  }
  y = Math.max(y, top + 48);
  if (dice.chance(0.7)) {
    paper.text(right - 118, top + 8, write('OMB No. {1000-1999}-{1000-4999}'), small);
    if (dice.chance(0.6))
      paper.text(
        right - 60,
        top + 36,
        String(year),
        styled(ink.print, { size: 26, bold: true, tracking: 0.02 }),
        'center',
      );
    else {
      paper.box(right - 122, top + 14, 122, y - top - 18, ink.rule, 0.8);
      paper.text(
        right - 118,
        top + 23,
        dice.pick(['For official use only', 'FOR OFFICE USE ONLY', 'Do not write here', 'Date received']),
        small,
      );
    }
  }
  if (isTabbed)
    for (const x of [middle - room / 2 - 8, middle + room / 2 + 8]) paper.line(x, top - 4, x, y, 1, ink.rule);
  paper.line(left, y + 2, right, y + 2, dice.between(1, 2.6), ink.rule);
  return y + 3;
}

export function drawBar(
  { paper, scribe, dice }: Setting,
  ink: FormInk,
  left: number,
  right: number,
  y: number,
  part: number,
): number {
  const numeral = ['I', 'II', 'III', 'IV', 'V', 'VI'][part] ?? 'VII';
  const bold = styled(ink.print, { bold: true, size: 9.4 });
  const heading = scribe.write(
    '[Income|Deductions|Tax and Credits|Payments|Signature|General Information|{Heading}|Applicant Information|Certification|{Matter}] [(see instructions)|]',
  );
  const isWide = dice.chance(0.4);
  paper.box(left, y, isWide ? right - left : 46, 13, ink.rule);
  paper.text(left + 5, y + 10, `Part ${numeral}`, styled(bold, { colour: '#fff' }));
  paper.text(left + 54, y + 10, heading, styled(bold, { colour: isWide ? '#fff' : '#000' }));
  paper.line(left, y + 14, right, y + 14, 0.8, ink.rule);
  return y + 15;
}

export function drawSignHere(setting: Setting, ink: FormInk, left: number, right: number, y: number): void {
  const { paper, scribe, dice } = setting;
  const small = styled(ink.print, { size: 7.4 });
  paper.line(left, y, right, y, 1.4, ink.rule);
  const below = paper.block(scribe.write('{formNote} {formNote}'), {
    x: left + 62,
    y: y + 2,
    width: right - left - 66,
    style: small,
    bottom: y + 26,
  }).y;
  const bold = styled(ink.print, { bold: true, size: 11 });
  paper.text(left + 2, y + 14, 'Sign', bold);
  paper.text(left + 2, y + 26, 'Here', bold);
  const base = Math.max(below, y + 24) + 16;
  paper.line(left + 62, base, right - 190, base, 0.8);
  paper.text(
    left + 62,
    base + 8,
    dice.pick(['Your signature', 'Signature of officer', 'Signature of applicant']),
    small,
  );
  paper.line(right - 170, base, right, base, 0.8);
  paper.text(right - 170, base + 8, dice.pick(['Date', 'Date        Title', 'Telephone']), small);
  if (ink.emptiness < 0.7) {
    drawSignature(paper, left + 80, base - 1, scribe.fullName(), 22);
    paper.text(right - 150, base - 2, scribe.date('short'), ink.value);
  }
  paper.text(left, base + 20, scribe.write('{formNote}').slice(0, 90), small);
  paper.text(
    right,
    base + 20,
    scribe.write('Form {code} ({thisYear})'),
    styled(small, { bold: true }),
    'right',
  );
}

/** Things to tick in columns. */
export function drawTicks(
  { paper, scribe, dice }: Setting,
  ink: FormInk,
  left: number,
  right: number,
  top: number,
  rule = '{Thing}',
): number {
  const columns = dice.integer(2, 4);
  const wide = (right - left) / columns;
  const rows = dice.integer(3, 9);
  const step = ink.print.size * 1.65;
  const ticked = ink.emptiness === 1 ? 0 : 0.25;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const [x, y] = [left + column * wide + 5, top + (row + 0.8) * step];
      paper.box(x, y - 7, 7.5, 7.5, '#000', 0.8);
      if (dice.chance(ticked)) {
        paper.line(x - 1, y - 8, x + 9, y + 1, 1.3, ink.value.colour);
        paper.line(x - 1, y + 1, x + 9, y - 8, 1.3, ink.value.colour);
      }
      paper.text(x + 12, y, cutToFit(paper, scribe.write(rule), wide - 22, ink.print), ink.print);
    }
  return top + rows * step + 8;
}
