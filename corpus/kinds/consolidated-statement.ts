/** A bank's statement over several accounts: a band with the bank's name, boxes of balances, short lists by account, notices. */
import type { TextStyle } from '../drawing/paper.js';
import { drawLogo } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { drawTable, fitted } from './parts.js';

const ACCOUNTS = [
  'Checking',
  'Savings',
  'Money Market',
  'Certificate of Deposit',
  'Credit Card',
  'Brokerage',
  'Line of Credit',
  'IRA',
  'Mortgage',
];

export function drawConsolidatedStatement(setting: Setting): void {
  const { paper, scribe, dice, year } = setting;
  const { write } = scribe;
  const { width } = paper;
  const accent = dice.pick(['#0b3d91', '#7a1420', '#0b6b4f', '#333', '#c2410c', '#1e3a5f']);
  const body: TextStyle = { face: getFace(dice.pick(FACES.sans)), size: dice.between(9.6, 11.6) };
  const left = dice.between(42, 66);
  const right = width - left;
  const bank = write(
    '[{firmWord} [Bank|Savings Bank|Federal Credit Union|Trust|Investments]|Bank of {stateName}|First {firmWord} Bank]',
  );
  const isBanded = dice.chance(0.45);
  if (isBanded) paper.box(0, 0, width, 70, accent);
  const ink = isBanded ? '#fff' : accent;
  drawLogo(paper, left, 18, 36, ink);
  paper.text(
    left + 46,
    44,
    bank,
    fitted(paper, bank, 330, {
      face: getFace(dice.pick(FACES.letterhead)),
      size: 25,
      bold: true,
      colour: ink,
    }),
  );
  paper.text(
    right,
    34,
    dice.pick([
      'Consolidated Statement',
      'Combined Statement',
      'Account Summary',
      'Relationship Statement',
      'Portfolio Statement',
    ]),
    styled(body, { size: 14, colour: ink }),
    'right',
  );
  const month = dice.integer(1, 12);
  paper.text(
    right,
    52,
    write(`[${month}/1/${year} - ${month}/28/${year}|Page 1 of {2-8}]`),
    styled(body, { colour: ink }),
    'right',
  );
  for (const [row, line] of [scribe.fullName().toUpperCase(), ...scribe.address()].entries())
    paper.text(left, 112 + row * 15, line, body);
  const help = [
    'Customer service',
    scribe.phone(),
    write('www.{surname}bank.com').toLowerCase(),
    write('P.O. Box {100-9999}, {city}'),
  ];
  for (const [row, line] of help.entries())
    paper.text(right - 170, 112 + row * 15, line, styled(body, { bold: row === 0 }));

  const accounts = dice.some(ACCOUNTS, dice.integer(2, 5)).map((name) => ({
    name,
    number: write('...{1000-9999}'),
    before: dice.integer(10_000, 4_000_000),
    change: dice.integer(-300_000, 400_000),
  }));
  const sum = accounts.reduce((total, { before, change }) => total + before + change, 0);
  const dollars = (cents: number) => `$${scribe.money(cents / 100)}`;
  let y = 190;
  const boxes = dice.integer(2, 4);
  const wide = (right - left) / boxes;
  for (const [index, label] of dice
    .some(['Total balance', 'Deposits', 'Withdrawals', 'Interest earned', 'Fees', 'Available credit'], boxes)
    .entries()) {
    const x = left + index * wide;
    paper.box(x + 2, y, wide - 8, 52, dice.chance(0.5) ? '#eef2f7' : '#f4f4f4');
    paper.text(x + 12, y + 18, label, styled(body, { colour: accent }));
    paper.text(
      x + 12,
      y + 40,
      dollars(index === 0 ? sum : dice.integer(0, 900_000)),
      styled(body, { size: 16, bold: true }),
    );
  }
  y += 76;
  const heading = (text: string) => {
    paper.text(left, y + 12, text, styled(body, { bold: true, size: 13.5, colour: accent }));
    paper.line(left, y + 17, right, y + 17, 1.2, accent);
    y += 24;
  };
  const look = {
    style: body,
    lines: dice.pick(['rows', 'head', 'none'] as const),
    rowHeight: dice.between(1.4, 1.8),
    stripes: dice.chance(0.4),
    ...(dice.chance(0.4) && { headFill: accent }),
  };
  heading('Summary of your accounts');
  y =
    drawTable(
      paper,
      { x: left, y, width: right - left },
      [
        { title: 'Account', width: 2.4 },
        { title: 'Number', width: 1 },
        { title: 'Beginning balance', width: 1.5, align: 'right' },
        { title: 'Ending balance', width: 1.5, align: 'right' },
      ],
      [
        ...accounts.map(({ name, number, before, change }) => [
          name,
          number,
          dollars(before),
          dollars(before + change),
        ]),
        ['Total', '', '', dollars(sum)],
      ],
      { ...look, boldRows: 1 },
    ) + 20;
  for (const { name, number, before } of accounts) {
    if (y > 840) break;
    heading(`${name} ${number}`);
    let balance = before;
    const rows = Array.from({ length: dice.integer(1, 9) }, (_, index) => {
      const amount = dice.integer(-60_000, 90_000);
      balance += amount;
      return [
        `${month}/${1 + index * 3}`,
        write(
          amount > 0
            ? '[Direct deposit {company}|Interest payment|Transfer from savings|Mobile deposit|Payroll]'
            : '[Check {100-9999}|Card purchase {firmWord} {firmTrade}|ATM withdrawal {city}|Online payment {company}|Monthly fee|Transfer to checking]',
        ),
        scribe.money(amount / 100),
        scribe.money(balance / 100),
      ];
    });
    y =
      drawTable(
        paper,
        { x: left, y, width: right - left, bottom: 925 },
        [
          { title: 'Date', width: 0.7 },
          { title: 'Description', width: 4 },
          { title: 'Amount', width: 1.2, align: 'right' },
          { title: 'Balance', width: 1.3, align: 'right' },
        ],
        rows,
        look,
      ) + 16;
  }
  paper.block(
    'In case of errors or questions about your electronic transfers, call or write us at the address above as soon as you can. Deposits are insured up to the limits allowed by law.',
    { x: left, y: 945, width: right - left, style: styled(body, { size: 8 }) },
  );
}
