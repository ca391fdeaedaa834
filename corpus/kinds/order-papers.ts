/** Invoices and purchase orders: parties, numbers, a table whose amounts add up, terms. */
import { drawSignature, drawStamp } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { drawLogo } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Kind, officeStyle, type Setting, styled, uprightFormat } from '../setting.js';
import { drawModernInvoice } from './modern-invoice.js';
import { type Column, drawLetterhead, drawTable, fitted } from './parts.js';

export const invoice: Kind = {
  name: 'invoice',
  share: 1.6,
  origin: 'office',
  recentShare: 0.5,
  years: [1955, 2012],
  format: (dice) => (dice.chance(0.08) ? { width: 1000, height: 773 } : uprightFormat(dice)),
  draw(setting) {
    const isModern = setting.year > 1995 && setting.dice.chance(0.75);
    if (isModern || setting.paper.width > setting.paper.height) drawModernInvoice(setting);
    else drawOrderPaper(setting, false);
  },
};

export const purchaseOrder: Kind = {
  name: 'purchase_order',
  share: 0.6,
  origin: 'office',
  recentShare: 0.3,
  years: [1955, 2012],
  format: uprightFormat,
  draw: (setting) => drawOrderPaper(setting, true),
};

function drawOrderPaper(setting: Setting, isOrder: boolean): void {
  const { paper, scribe, dice, year } = setting;
  const { write } = scribe;
  const { width } = paper;
  const typed = officeStyle(dice, year);
  const filled = styled(typed, { size: typed.size * 0.88 });
  const print: TextStyle = { face: getFace(dice.pick(FACES.sans)), size: dice.between(9.5, 12) };
  const company = scribe.company();
  const left = dice.between(45, 75);
  const right = width - left;
  let y = 0;
  const title = isOrder
    ? write('[PURCHASE ORDER|Purchase Order|ORDER|P.O.|Purchase Requisition|ORDER FORM]')
    : write('[INVOICE|Invoice|INVOICE|STATEMENT|Tax Invoice|INVOICE No. {10000-99999}|BILL|]');
  const titleStyle: TextStyle = {
    face: dice.chance(0.6) ? print.face : getFace(dice.pick(FACES.letterhead)),
    size: dice.between(18, 40),
    bold: dice.chance(0.7),
    colour: dice.pick(['#000', '#000', '#333', '#1c3f94', '#7a1420', '#0b6b4f']),
  };
  if (dice.chance(0.7)) {
    y = drawLetterhead(setting, company) + 24;
    const onRight = dice.chance(0.6);
    paper.text(onRight ? right : left + 160, y + 14, title, titleStyle, onRight ? 'right' : 'left');
    y += 34;
  } else {
    paper.text(right, 80, title, titleStyle, 'right');
    if (dice.chance(0.6)) drawLogo(paper, left, 40, 52, titleStyle.colour);
    let at = 62;
    for (const line of [company, ...scribe.address(), scribe.phone()]) {
      paper.text(left + 66, at, line, at < 63 ? styled(print, { bold: true, size: 15 }) : print);
      at += 15;
    }
    y = 140;
  }
  const parties: [string, string[]][] = [
    [
      dice.pick(
        isOrder
          ? ['TO:', 'Vendor:', 'Supplier', 'ORDER TO']
          : ['BILL TO:', 'Sold To', 'To:', 'Customer', 'Invoice to'],
      ),
      [scribe.company(), ...scribe.address()],
    ],
    [
      dice.pick(['SHIP TO:', 'Ship To', 'Deliver to', 'Consignee']),
      [dice.chance(0.6) ? scribe.fullName() : scribe.company(), ...scribe.address()],
    ],
  ];
  const shown = dice.chance(0.6) ? parties : parties.slice(0, 1);
  const boxed = dice.chance(0.4);
  for (const [index, [label, lines]] of shown.entries()) {
    const x = left + index * ((right - left) / 2 + 6);
    if (boxed) paper.box(x - 5, y - 2, (right - left) / 2 - 6, 86, '#000', 0.8);
    paper.text(x, y + 12, label, styled(print, { bold: dice.chance(0.7), size: 10 }));
    for (const [row, line] of lines.entries())
      paper.text(
        x + (boxed ? 8 : 0),
        y + 30 + row * 17,
        line,
        fitted(paper, line, (right - left) / 2 - 20, filled),
      );
  }
  y += 98;
  const facts: [string, string][] = [
    [
      isOrder ? 'P.O. No.' : dice.pick(['Invoice No.', 'Invoice #', 'Number', 'Our Ref']),
      write('[{10000-999999}|{code}|{year}-{100-999}]'),
    ],
    [
      dice.pick(['Date', isOrder ? 'Order Date' : 'Invoice Date']),
      scribe.date(dice.pick(['short', 'long', 'iso'])),
    ],
    [
      isOrder ? 'Required By' : dice.pick(['Due Date', 'Terms', 'Your Order']),
      isOrder ? scribe.date('short') : write('[Net 30|Net {10-60} days|2% 10, Net 30|{shortDate}|{code}]'),
    ],
    [
      dice.pick(['Ship Via', 'F.O.B.', 'Salesperson', 'Account', 'Customer No.']),
      write('[UPS|Truck|Air Freight|{surname}|{city}|{10000-99999}|Our Plant|Best Way]'),
    ],
  ];
  if (dice.chance(0.55)) {
    y =
      drawTable(
        paper,
        { x: left, y, width: right - left },
        facts.map(([title]) => ({ title, width: 1, align: 'center' as const })),
        [facts.map(([, value]) => value)],
        {
          style: styled(print, { size: Math.min(11, filled.size) }),
          lines: 'all',
          ...(dice.chance(0.4) && { headFill: dice.pick(['#ddd', '#222', '#999']) }),
        },
      ) + 14;
  } else {
    let at = y - 96;
    for (const [label, value] of facts) {
      if (shown.length > 1) {
        y += 16;
        at = y - 10;
      } else at += 18;
      paper.text(right - 200, at, `${label}:`, print);
      paper.text(right, at, value, filled, 'right');
    }
    y += 12;
  }

  const count = dice.pick([1, 2, 3, 4, 5, 6, 8, 11, 14]);
  const decimals = 2;
  let total = 0;
  const rows = Array.from({ length: count }, (_, index) => {
    const quantity = dice.pick([1, 1, 2, 4, 10, 12, 50, 100, 250, dice.integer(1, 900)]);
    const price = Math.round(100 * 10 ** dice.between(-0.3, 3.1)) / 100;
    const amount = Math.round(quantity * price * 100) / 100;
    total += amount;
    return {
      number: String(index + 1),
      quantity: String(quantity),
      item: write(
        '[{Thing}, {quality}|{Quality} {thing+s}|{Matter}|{Thing} {code}|{AdBrand} {adProduct}|{Matter}, {month}|Professional services - {matter}]',
      ),
      code: write('{code}'),
      price: scribe.money(price, decimals),
      amount: scribe.money(amount, decimals),
      unit: dice.pick(['ea', 'box', 'M', 'hr', 'lb', 'case']),
    };
  });
  const layouts: (readonly [Column, keyof (typeof rows)[number]])[][] = [
    [
      [{ title: dice.pick(['QTY', 'Quantity', 'Qty.']), width: 1, align: 'center' }, 'quantity'],
      [{ title: dice.pick(['DESCRIPTION', 'Description', 'Item']), width: 5 }, 'item'],
      [{ title: dice.pick(['UNIT PRICE', 'Price', 'Rate']), width: 1.3, align: 'right' }, 'price'],
      [{ title: dice.pick(['AMOUNT', 'Amount', 'Total']), width: 1.4, align: 'right' }, 'amount'],
    ],
    [
      [{ title: 'Item', width: 0.7, align: 'center' }, 'number'],
      [{ title: 'Part No.', width: 1.3 }, 'code'],
      [{ title: 'Description', width: 4 }, 'item'],
      [{ title: 'Unit', width: 0.8, align: 'center' }, 'unit'],
      [{ title: 'Qty', width: 0.8, align: 'right' }, 'quantity'],
      [{ title: 'Price', width: 1.2, align: 'right' }, 'price'],
      [{ title: 'Amount', width: 1.4, align: 'right' }, 'amount'],
    ],
    [
      [{ title: dice.pick(['Description', 'Services Rendered', 'Particulars', '']), width: 5 }, 'item'],
      [{ title: dice.pick(['Amount', 'Charges', '']), width: 1.3, align: 'right' }, 'amount'],
    ],
  ];
  const layout = dice.pick(layouts);
  y = drawTable(
    paper,
    { x: left, y, width: right - left, bottom: 800 },
    layout.map(([column]) => column),
    rows.map((row) => layout.map(([, key]) => row[key])),
    {
      style: styled(filled, { size: Math.min(filled.size, 12.5) }),
      lines: dice.pick(['all', 'columns', 'head', 'rows', 'none']),
      stripes: dice.chance(0.15),
      rowHeight: dice.between(1.3, 2),
      ...(dice.chance(0.45) && { headFill: dice.pick(['#ddd', '#222', '#bbb', '#1c3f94']) }),
    },
  );
  const taxed = dice.chance(0.55);
  const freight = dice.chance(0.3) ? Math.round(dice.between(5, 90) * 100) / 100 : 0;
  const tax = taxed ? Math.round(total * dice.pick([0.04, 0.05, 0.06, 0.0725, 0.2])) : 0;
  const sums: [string, number][] = [];
  if (taxed || freight > 0) sums.push([dice.pick(['Subtotal', 'SUBTOTAL', 'Net']), total]);
  if (taxed) sums.push([dice.pick(['Tax', 'Sales Tax', 'VAT']), tax]);
  if (freight > 0) sums.push([dice.pick(['Freight', 'Shipping', 'Postage']), freight]);
  sums.push([
    dice.pick(
      isOrder
        ? ['TOTAL', 'Total', 'Estimated Total']
        : ['TOTAL', 'Total Due', 'AMOUNT DUE', 'Balance Due', 'PLEASE PAY THIS AMOUNT', 'Total'],
    ),
    total + tax + freight,
  ]);
  y += 8;
  for (const [index, [label, value]] of sums.entries()) {
    y += filled.size * 1.5;
    const isLast = index === sums.length - 1;
    paper.text(right - 110, y, label, styled(print, { bold: isLast }), 'right');
    paper.text(
      right - 6,
      y,
      `${isLast && dice.chance(0.7) ? '$' : ''}${scribe.money(value)}`,
      styled(filled, { bold: isLast }),
      'right',
    );
  }
  y += 34;
  if (y < 900 && dice.chance(0.75)) {
    paper.block(
      isOrder
        ? write(
            '[Please enter our order for the above. Acknowledge receipt and delivery date.|Show this order number on all invoices, packages and correspondence.|This order is subject to the terms and conditions on the reverse side.]',
          )
        : write(
            '[Thank you for your business!|Terms: Net 30 days. {1-2}% per month on overdue accounts.|Please remit to: {company}, {street}, {city}.|Make checks payable to {company}.|All claims must be made within {5-30} days.]',
          ),
      { x: left, y, width: (right - left) * 0.6, style: print },
    );
  }
  if (isOrder || dice.chance(0.2)) {
    paper.line(right - 220, 930, right, 930, 0.8);
    paper.text(
      right - 220,
      944,
      dice.pick(['Authorized Signature', 'Approved by', 'Purchasing Agent', 'Buyer']),
      styled(print, { size: 9.5 }),
    );
    if (dice.chance(0.75)) drawSignature(paper, right - 205, 926, scribe.fullName(), 26);
  }
  if (dice.chance(0.22))
    drawStamp(
      paper,
      dice.between(0.3, 0.7) * width,
      dice.between(400, 880),
      dice.pick([
        ['PAID'],
        ['PAID', scribe.date('upper')],
        ['APPROVED FOR PAYMENT', write('{initials}')],
        ['RECEIVED', scribe.date('upper')],
        ['ENTERED'],
      ]),
      20,
    );
}
