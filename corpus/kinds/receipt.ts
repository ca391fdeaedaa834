/** Receipts: long slips of tills and small printed vouchers. */
import { drawSignature } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { drawLogo } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Kind, type Setting, styled } from '../setting.js';
import { cutToFit, fitted } from './parts.js';
import { drawMailedReceipt, drawPaymentSlip } from './payment-slips.js';

export const receipt: Kind = {
  name: 'receipt',
  share: 1.5,
  origin: 'pocket',
  recentShare: 0.5,
  years: [1970, 2012],
  format: (dice) =>
    dice.chance(0.85)
      ? // Slips of long lists are five times as long as wide.
        { width: dice.chance(0.25) ? dice.integer(220, 330) : dice.integer(330, 640), height: 1000 }
      : { width: 1000, height: dice.integer(430, 620) },
  draw(setting) {
    const layout = setting.dice.uniform();
    if (setting.paper.width > setting.paper.height) drawVoucher(setting);
    else if (layout < 0.33) drawPaymentSlip(setting);
    else if (layout < 0.45 && setting.year > 1998) drawMailedReceipt(setting);
    else drawSlip(setting);
  },
};

function drawSlip({ paper, scribe, dice }: Setting): void {
  const { write } = scribe;
  const { width } = paper;
  const face = getFace(
    dice.pick(['vt323', 'cousine', 'courier-prime', 'cousine', 'arimo', 'cutive-mono', 'archivo-narrow']),
  );
  const size = (width / 26) * dice.between(0.85, 1.15) * (face.name === 'vt323' ? 1.35 : 1);
  const style: TextStyle = { face, size };
  const left = width * dice.between(0.05, 0.1);
  const right = width - left;
  const line = size * dice.between(1.15, 1.4);
  let y = dice.between(40, 110);
  const isLoud = dice.chance(0.5);
  const tone = (text: string) => (isLoud ? text.toUpperCase() : text);
  const centre = (text: string, changes: Partial<TextStyle> = {}) => {
    const shown = tone(text);
    y += line;
    paper.text(width / 2, y, shown, fitted(paper, shown, right - left, styled(style, changes)), 'center');
  };
  const pair = (label: string, value: string, changes: Partial<TextStyle> = {}) => {
    y += line;
    const used = styled(style, changes);
    paper.text(right, y, value, used, 'right');
    const room = right - left - paper.widthOf(value, used) - size;
    paper.text(
      left,
      y,
      cutToFit(paper, tone(label), room, used),
      fitted(paper, cutToFit(paper, tone(label), room, used), room, used),
    );
  };
  const rule = () => {
    y += line * 0.7;
    if (dice.chance(0.5)) paper.line(left, y, right, y, 1);
    else
      paper.text(
        width / 2,
        y,
        (dice.chance(0.5) ? '-' : '*').repeat(Math.floor((right - left) / (size * 0.62))),
        fitted(paper, '-'.repeat(30), right - left, style),
        'center',
      );
    y += line * 0.2;
  };
  if (dice.chance(0.3)) {
    drawLogo(paper, width / 2 - 35, y, 70);
    y += 80;
  }
  centre(
    write(
      "[{surname}'s [Market|Diner|Pharmacy|Hardware|Cafe|Grill|Deli|Books]|{firmWord} {firmTrade}|{company}|{city} [Inn|Hotel|Parking|Taxi|Fuel]|The {fruit} [Store|Bar|Kitchen]]",
    ),
    { size: size * dice.between(1.1, 1.6), bold: true },
  );
  const [street, city] = scribe.address();
  for (const text of [street, city, scribe.phone()]) if (dice.chance(0.8)) centre(text);
  y += line * 0.5;
  pair(scribe.date(dice.pick(['short', 'iso', 'short'])), write('{1-12}:{10-59}[ AM| PM|]'));
  if (dice.chance(0.6))
    pair(
      write('[Cashier|Server|Clerk|Operator|Host]: {firstName}'),
      write('[#{1000-9999}|Reg {1-9}|Table {1-40}|Trans {100-9999}]'),
    );
  rule();
  let total = 0;
  const count = dice.integer(1, Math.max(2, Math.min(16, Math.floor((700 - y) / line) - 3)));
  for (let item = 0; item < count; item++) {
    const price = dice.integer(45, 4999) / 100;
    const quantity = dice.chance(0.2) ? dice.integer(2, 4) : 1;
    total += Math.round(price * quantity * 100) / 100;
    pair(
      write(
        `${quantity > 1 || dice.chance(0.2) ? `${quantity} ` : ''}[{dish}|{fruit}|{ingredient}|{adProduct}|{adBrand} {adProduct}|{strayNoun}|{ingredient} {10-64}oz|Room {100-900}|Unleaded {5.1-18.9} gal]`,
      ),
      scribe.money(price * quantity),
    );
  }
  rule();
  const tax = Math.round(total * dice.pick([5, 6, 7.25, 8.875])) / 100;
  pair('Subtotal', scribe.money(total));
  pair(write('[Tax|Sales Tax|TAX {5-8}.{0-9}%]'), scribe.money(tax));
  const sum = total + tax;
  pair(write('[Total|TOTAL|Amount Due|Balance]'), `${dice.chance(0.6) ? '$' : ''}${scribe.money(sum)}`, {
    bold: true,
    size: size * dice.between(1, 1.4),
  });
  if (dice.chance(0.5)) {
    const paid = Math.ceil(sum / 10) * 10;
    pair('Cash', scribe.money(paid));
    pair('Change', scribe.money(paid - sum));
  } else {
    pair(write('[Visa|MasterCard|AMEX|Debit|Credit Card]'), write('[XXXX|****|************]{1000-9999}'));
    if (dice.chance(0.5)) pair(write('[Auth|Approval] Code'), write('{100000-999999}'));
    if (dice.chance(0.35) && y < 800) {
      y += 2.5 * line;
      paper.line(left, y, right, y, 1);
      if (dice.chance(0.7)) drawSignature(paper, left + 20, y - 3, scribe.fullName(), 34);
    }
  }
  y += line * 0.6;
  for (const text of dice.some(
    [
      'Thank you!',
      'Please come again',
      'Have a nice day',
      'Customer Copy',
      'No refunds without receipt',
      'THANK YOU FOR SHOPPING WITH US',
      'Items sold: {1-20}',
      'Save this receipt',
      'Exchanges within {10-30} days',
    ],
    dice.integer(1, 3),
  ))
    if (y < 920) centre(write(text));
  if (dice.chance(0.35) && y < 880) {
    for (let x = left + 20; x < right - 20; ) {
      const bar = dice.integer(1, 5);
      paper.box(x, y + 18, bar, 44, '#000');
      x += bar + dice.integer(1, 5);
    }
    paper.text(
      width / 2,
      y + 62 + line,
      write('{100000-999999}{100000-999999}'),
      styled(style, { size: size * 0.8 }),
      'center',
    );
  }
}

/** A small printed form with the sum in words, filled in by hand or machine. */
function drawVoucher({ paper, scribe, dice }: Setting): void {
  const { write } = scribe;
  const { width, height } = paper;
  const print: TextStyle = { face: getFace(dice.pick([...FACES.serif, ...FACES.sans])), size: 19 };
  const pen: TextStyle = {
    face: getFace(dice.pick([...FACES.hand, ...FACES.typewriter])),
    size: 26,
    colour: dice.pick(['#000', '#1b2a6b']),
  };
  paper.box(20, 20, width - 40, height - 40, '#000', dice.between(1, 4));
  paper.text(
    60,
    80,
    write('[RECEIPT|Receipt|Cash Receipt|OFFICIAL RECEIPT|{company}]'),
    styled(print, { size: 36, bold: true }),
  );
  paper.text(width - 60, 80, write('No. {100-99999}'), styled(print, { size: 26 }), 'right');
  let y = 150;
  const amount = dice.integer(100, 90000) / 100;
  for (const [label, value] of [
    ['Date', scribe.date()],
    ['Received from', scribe.fullName()],
    ['The sum of', write('[{1-9} hundred and no/100|one hundred fifty|twenty-five|sixty] dollars')],
    ['For', write('{thing+s}, {matter}')],
  ]) {
    const end = paper.text(60, y, label ?? '', print) + 10;
    paper.line(end, y + 4, width - 60, y + 4, 1);
    paper.text(end + 15, y - 2, cutToFit(paper, value ?? '', width - 90 - end, pen), pen);
    y += 62;
  }
  paper.box(60, y - 20, 200, 50, '#000', 1.5);
  paper.text(75, y + 15, `$ ${scribe.money(amount)}`, pen);
  paper.line(width - 380, y + 22, width - 60, y + 22, 1);
  drawSignature(paper, width - 350, y + 18, scribe.fullName(), 40);
}
