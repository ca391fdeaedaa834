/** Slips of car parks, taxis, petrol stations and card machines, and receipts as shops send them by mail. */
import { drawSignature } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { drawLogo } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { fitted } from './parts.js';

/** Lines of label and value, centred heads, hardly a list of goods. */
export function drawPaymentSlip({ paper, scribe, dice }: Setting): void {
  const { write } = scribe;
  const { width } = paper;
  const style: TextStyle = {
    face: getFace(dice.pick(['vt323', 'cousine', 'courier-prime', 'arimo', 'archivo-narrow'])),
    size: (width / 24) * dice.between(0.85, 1.1),
  };
  const [left, right] = [0.07 * width, 0.93 * width];
  const step = style.size * dice.between(1.2, 1.5);
  let y = dice.between(50, 120);
  const centre = (text: string, changes: Partial<TextStyle> = {}) => {
    y += step;
    const used = styled(style, changes);
    paper.text(width / 2, y, text, fitted(paper, text, right - left, used), 'center');
  };
  const pair = (label: string, value: string, bold = false) => {
    y += step;
    const used = fitted(paper, `${label}  ${value}`, right - left, styled(style, { bold }));
    paper.text(left, y, label, used);
    paper.text(right, y, value, used, 'right');
  };
  const amount = dice.integer(150, 9000) / 100;
  const trade = dice.pick(['fuel', 'taxi', 'parking', 'card', 'table', 'transit']);
  centre(
    write(
      {
        fuel: '[{firmWord}|{surname}] [Gas|Fuel|Oil]',
        taxi: '{city} [Taxi|Cab Co.|Yellow Cab]',
        parking: '[{city} Parking|{surname} Garage|Airport Parking]',
        card: '{company}',
        table: "[{surname}'s|The {fruit}] [Grill|Bistro|Cafe|Pizzeria]",
        transit: '{city} [Transit|Metro|Railways]',
      }[trade] ?? '',
    ).toUpperCase(),
    { bold: true, size: style.size * 1.25 },
  );
  centre(write('[{1-999}|{1000-9999}] {street}'));
  centre(write('{city}, {state} {10001-98999}'));
  y += step * 0.6;
  pair(write('[DATE|Date] {shortDate}'), write('{1-12}:{10-59} [AM|PM]'));
  const details: Record<string, [string, string][]> = {
    fuel: [
      ['Pump', write('0{1-9}')],
      [write('[UNLEADED|DIESEL|PREMIUM|REGULAR]'), write('{2-19}.{100-999} gal')],
      ['Price/gal', write('{1-4}.{10-99}9')],
      ['FUEL TOTAL', scribe.money(amount)],
    ],
    taxi: [
      ['Cab No.', write('{100-9999}')],
      ['Trip', write('{1000-99999}')],
      ['Distance', write('{1-29}.{0-9} mi')],
      ['Fare', scribe.money(amount)],
      ['Tip', scribe.money(amount * 0.15)],
    ],
    parking: [
      ['Ticket', write('{100000-999999}')],
      ['Entry', write('{shortDate} {1-11}:{10-59}')],
      ['Exit', write('{shortDate} {1-11}:{10-59}')],
      ['Duration', write('{1-9}h {10-59}m')],
      ['Fee', scribe.money(amount)],
    ],
    card: [
      ['Merchant ID', write('{100000-999999}')],
      ['Terminal', write('{1000-99999}')],
      ['Batch', write('{100-999}')],
      ['Ref', write('{100000-999999}')],
      ['Type', write('[SALE|PURCHASE|REFUND]')],
      ['AMOUNT', scribe.money(amount)],
    ],
    table: [
      ['Table', write('{1-40}')],
      ['Guests', write('{1-9}')],
      ['Server', write('{firstName}')],
      ['Food', scribe.money(amount * 0.8)],
      ['Beverage', scribe.money(amount * 0.2)],
      ['Subtotal', scribe.money(amount)],
    ],
    transit: [
      ['From', write('{city}')],
      ['To', write('{city}')],
      ['Class', write('[2|1|Standard]')],
      ['Adult', write('1')],
      ['Fare', scribe.money(amount)],
    ],
  };
  for (const [label, value] of details[trade] ?? []) pair(label, value);
  y += step * 0.4;
  paper.line(left, y, right, y, 1.2);
  pair(dice.pick(['TOTAL', 'Total', 'AMOUNT PAID', 'Total USD']), `$${scribe.money(amount)}`, true);
  if (trade === 'card' || trade === 'table') {
    for (const label of ['TIP', 'TOTAL']) {
      y += step * 0.5;
      pair(label, '____________');
    }
  }
  pair(write('[VISA|MASTERCARD|AMEX|DEBIT|Contactless]'), write('[XXXX XXXX XXXX |**** ]{1000-9999}'));
  for (const text of [
    'APPROVED',
    'AUTH {100000-999999}',
    'AID A{1000000-9999999}',
    'ENTRY: [CHIP|SWIPED|CONTACTLESS]',
  ])
    if (dice.chance(0.55)) centre(write(text));
  if (trade === 'card' && y < 850) {
    y += step * 2;
    paper.line(left, y, right, y, 1);
    drawSignature(paper, left + 30, y - 4, scribe.fullName(), 40);
    centre(dice.pick(['SIGNATURE', 'CARDHOLDER SIGNATURE']), { size: style.size * 0.8 });
  }
  y += step * 0.5;
  for (const text of dice.some(
    [
      'THANK YOU',
      'CUSTOMER COPY',
      'MERCHANT COPY',
      'HAVE A SAFE TRIP',
      'PLEASE COME AGAIN',
      'RETAIN THIS COPY FOR YOUR RECORDS',
    ],
    2,
  ))
    if (y < 940) centre(text);
}

/** A confirmation with the order's lines, as web shops and hotels send it. */
export function drawMailedReceipt({ paper, scribe, dice }: Setting): void {
  const { write } = scribe;
  const { width } = paper;
  const body: TextStyle = { face: getFace(dice.pick([...FACES.sans, 'josefin-sans'])), size: width / 42 };
  const accent = dice.pick(['#111', '#2563eb', '#0f766e', '#d97706', '#7c3aed']);
  const [left, right] = [0.09 * width, 0.91 * width];
  let y = 60;
  drawLogo(paper, left, y - 20, 44, accent);
  const shop = scribe.company();
  paper.text(
    left + 58,
    y + 10,
    shop,
    fitted(paper, shop, right - left - 60, styled(body, { size: body.size * 1.3, bold: true })),
  );
  y += 70;
  const title = write(
    '[Your receipt|Receipt from {company}|Order confirmation|Thanks for your order, {firstName}|Payment receipt|Your trip receipt|E-RECEIPT]',
  );
  paper.text(
    left,
    y,
    title,
    fitted(paper, title, right - left, styled(body, { size: body.size * 1.7, bold: true })),
  );
  y += body.size * 1.8;
  paper.text(left, y, write('[Receipt|Order] #{100000-999999}   {longDate}'), body);
  y += body.size * 1.5;
  paper.line(left, y, right, y, 1, '#bbb');
  let total = 0;
  for (let row = dice.integer(1, 7); row > 0; row--) {
    const cents = dice.integer(199, 12_000);
    total += cents;
    y += body.size * 2;
    const name = write(
      '[{strayAdjective} {strayNoun}|{AdBrand} {adProduct}|{dish}|{Thing}|Subscription, {month}]',
    );
    paper.text(left, y, name, fitted(paper, name, (right - left) * 0.7, body));
    paper.text(right, y, `$${scribe.money(cents / 100)}`, body, 'right');
  }
  const tax = Math.round(total * 0.08);
  y += body.size;
  paper.line(left, y, right, y, 1, '#bbb');
  for (const [label, value] of [
    ['Subtotal', total],
    ['Tax', tax],
    ['Total paid', total + tax],
  ] as const) {
    y += body.size * 1.7;
    const style = styled(body, { bold: label === 'Total paid' });
    paper.text(left, y, label, style);
    paper.text(right, y, `$${scribe.money(value / 100)}`, style, 'right');
  }
  y += body.size * 2;
  paper.text(
    left,
    y,
    write('[Paid with|Payment method:] [Visa|Mastercard|PayPal] [ending in|••••] {1000-9999}'),
    body,
  );
  paper.block(
    write(
      '[Questions? Contact us at {phone}.|You can return items within {14-60} days.|This is not a tax invoice.] {company}, {street}, {city}',
    ),
    {
      x: left,
      y: y + body.size * 2,
      width: right - left,
      style: styled(body, { size: body.size * 0.8, colour: '#666' }),
    },
  );
}
