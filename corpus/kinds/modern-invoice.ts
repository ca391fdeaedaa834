/** Invoices as word processors and web shops make them: a bar of colour, few rows, many of them empty; services and freight. */
import type { TextStyle } from '../drawing/paper.js';
import { drawLogo } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { drawTable, fitted } from './parts.js';

const ITEMS: Readonly<Record<string, string>> = {
  services:
    '[Consulting services, {month}|Web design and hosting|Legal services rendered|Translation, {1-9},{100-999} words|Bookkeeping|Photography, {city}|Landscaping - {month}|Repair labor|Editing and proofreading|Training session|Site visit {shortDate}|Monthly retainer]',
  goods:
    '[{Thing} {code}|{Quality} {thing}|{colour} {strayNoun}, {adQuality}|{AdBrand} {adProduct}|USB cable {1-3}m|Office chair|Paper A4, {5-50} reams|Toner {code}|{strayNoun} set of {2-12}]',
  freight:
    '[Ocean freight {city} - {city}|Fuel surcharge|Handling fee|Customs clearance|Pallets, {2-40} pcs|Documentation fee|Trucking {10-900} miles|Warehouse storage {2-30} days|Container {code}{1000-9999}]',
  medical:
    '[Office visit, established patient|Laboratory - {sMatter}|X-ray, {1-3} views|Physical therapy {15-60} min|Vaccination|Surgical supplies|Anesthesia|Emergency room level {1-5}|Dental cleaning|Pharmacy]',
  utilities:
    '[Internet service {month}|Mobile plan {code}|Software subscription, {2-40} seats|Cloud storage {1-9} TB|Domain renewal|Support plan (annual)|Data transfer {10-900} GB]',
};

export function drawModernInvoice(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const { write } = scribe;
  const { width, height } = paper;
  const face = getFace(dice.pick([...FACES.sans, ...FACES.sans, 'josefin-sans', 'tinos']));
  const body: TextStyle = { face, size: dice.between(10.4, 13) };
  const accent = dice.pick([
    '#1c4f9c',
    '#1c4f9c',
    '#2b7bb9',
    '#0f766e',
    '#333',
    '#000',
    '#b3261e',
    '#5b3a8c',
    '#d97706',
    '#3d5a80',
  ]);
  const currency = dice.pick(['$', '$', '$', '€', '£']);
  const left = dice.between(46, 80);
  const right = width - left;
  const wide = right - left;
  const company = scribe.company();
  const title = dice.pick([
    'INVOICE',
    'Invoice',
    'INVOICE',
    'Tax Invoice',
    'SERVICE INVOICE',
    'FREIGHT INVOICE',
    'Statement of Charges',
    'INVOICE / RECEIPT',
    'PROFORMA INVOICE',
    'Rechnung',
  ]);
  const head: TextStyle = { face, size: dice.between(24, 44), bold: dice.chance(0.6), colour: accent };
  let y = 50;
  const isBanded = dice.chance(0.35);
  if (isBanded) {
    paper.box(0, 0, width, 104, accent);
    paper.text(left, 66, title, styled(head, { colour: '#fff' }));
    paper.text(
      right,
      62,
      company,
      fitted(paper, company, wide / 2, styled(body, { size: 17, colour: '#fff' })),
      'right',
    );
    y = 126;
  } else {
    const onLeft = dice.chance(0.4);
    paper.text(onLeft ? left : right, y + 26, title, head, onLeft ? 'left' : 'right');
    if (dice.chance(0.55)) drawLogo(paper, onLeft ? right - 60 : left, y - 12, 54, accent);
    paper.text(
      onLeft ? right - (dice.chance(0.5) ? 70 : 0) : left + 64,
      y + 14,
      company,
      fitted(paper, company, wide * 0.4, styled(body, { bold: true, size: 15 })),
      onLeft ? 'right' : 'left',
    );
    y += 62;
  }
  const address = [scribe.address(), scribe.address()];
  const facts: [string, string][] = [
    [
      dice.pick(['Invoice #', 'Invoice No.', 'Invoice number', 'No.']),
      write('[INV-{1000-9999}|{10000-999999}|{thisYear}-{100-999}|{code}|{1-400}]'),
    ],
    [
      dice.pick(['Date', 'Invoice date', 'Date of issue']),
      scribe.date(dice.pick(['short', 'long', 'iso', 'european'])),
    ],
    [
      dice.pick(['Due date', 'Terms', 'Payment due', 'Customer ID']),
      write('[{shortDate}|Net {7-60}|Due on receipt|{code}]'),
    ],
  ];
  const column = (x: number, lines: readonly string[], heading: string) => {
    paper.text(x, y + 12, heading, styled(body, { bold: true, colour: accent, size: body.size * 0.95 }));
    for (const [row, line] of lines.entries())
      paper.text(x, y + 12 + (row + 1) * body.size * 1.4, line, fitted(paper, line, wide / 3, body));
  };
  column(
    left,
    [dice.chance(0.6) ? scribe.fullName() : scribe.company(), ...(address[0] ?? [])],
    dice.pick(['Bill to', 'BILL TO', 'To', 'Billed To', 'Customer']),
  );
  if (dice.chance(0.5))
    column(
      left + wide * 0.36,
      [company, ...(address[1] ?? []), scribe.phone()],
      dice.pick(['From', 'Ship to', 'Pay to', 'PROJECT']),
    );
  for (const [row, [label, value]] of facts.entries()) {
    paper.text(
      right - 110,
      y + 12 + row * body.size * 1.6,
      label,
      styled(body, { bold: dice.chance(0.4) }),
      'right',
    );
    paper.text(right, y + 12 + row * body.size * 1.6, value, body, 'right');
  }
  y += 96;

  const trade = dice.pick(Object.keys(ITEMS));
  const count = dice.integer(1, height < 800 ? 5 : 7);
  let total = 0;
  const rows = Array.from({ length: count }, () => {
    const quantity = dice.pick([1, 1, 1, 2, 3, 5, 8, 10, 24]);
    const cents = Math.round(100 * 10 ** dice.between(0.8, 3.2));
    total += quantity * cents;
    return [
      write(ITEMS[trade] ?? ''),
      String(quantity),
      scribe.money(cents / 100),
      scribe.money((quantity * cents) / 100),
    ];
  });
  // Templates come with more rows than most invoices need.
  const empty = dice.chance(0.45) ? dice.integer(3, 14) : 0;
  const heads = dice.pick([
    ['Description', 'Qty', 'Unit price', 'Amount'],
    ['DESCRIPTION', 'HOURS', 'RATE', 'AMOUNT'],
    ['Item', 'Quantity', 'Price', 'Total'],
  ]);
  y = drawTable(
    paper,
    { x: left, y, width: wide, bottom: height - 190 },
    heads.map((heading, index) => ({
      title: heading,
      width: index === 0 ? 4.2 : 1.1,
      align: index === 0 ? ('left' as const) : ('right' as const),
    })),
    [...rows, ...Array.from({ length: empty }, () => ['', '', '', ''])],
    {
      style: body,
      lines: dice.pick(['all', 'rows', 'rows', 'head', 'columns', 'none']),
      rowHeight: dice.between(1.5, 2.2),
      stripes: dice.chance(0.3),
      ...(dice.chance(0.8) && { headFill: dice.chance(0.75) ? accent : '#e6e9ee' }),
    },
  );
  const tax = dice.chance(0.6) ? Math.round(total * dice.pick([0.05, 0.0625, 0.08, 0.19, 0.2])) : 0;
  const sums: [string, number][] =
    tax > 0
      ? [
          ['Subtotal', total],
          [dice.pick(['Tax', 'Sales tax', 'VAT', 'GST']), tax],
        ]
      : [];
  sums.push([dice.pick(['Total', 'TOTAL', 'Total due', 'Balance Due', 'Amount due']), total + tax]);
  y += 6;
  for (const [index, [label, value]] of sums.entries()) {
    const isLast = index === sums.length - 1;
    const isBoxed = isLast && dice.chance(0.5);
    if (isBoxed) paper.box(right - 230, y + 3, 230, body.size * 1.9, accent);
    y += body.size * 1.8;
    const style = styled(body, {
      bold: isLast,
      size: isLast ? body.size * 1.15 : body.size,
      ...(isBoxed && { colour: '#fff' }),
    });
    paper.text(right - 120, y, label, style, 'right');
    paper.text(right - 6, y, `${isLast ? currency : ''}${scribe.money(value / 100)}`, style, 'right');
  }
  const foot = Math.max(y + 30, height - dice.between(90, 160));
  if (foot < height - 40) {
    paper.block(
      write(
        '[Thank you for your business!|Payment is due within {7-60} days.|Please make all checks payable to {company}.|Bank transfer: IBAN DE{10-99} {1000-9999} {1000-9999} {1000-9999} BIC {code}|Questions? Contact {person}, {phone}.] [Notes: {clause}.|Late payments are subject to a fee of {1-2}.5% per month.|]',
      ),
      { x: left, y: foot, width: wide * 0.7, style: body, bottom: height - 20 },
    );
    if (dice.chance(0.3)) paper.box(0, height - 14, width, 14, accent);
  }
}
