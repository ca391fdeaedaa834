/** Statements of banks and payslips: account data, dated lines whose balances follow, sums. */

import type { Dice } from '../dice.js';
import type { Format } from '../setting.js';
import { type Kind, type Setting, styled, uprightFormat } from '../setting.js';
import { drawPairs, printedStyle } from './account-parts.js';
import { drawConsolidatedStatement } from './consolidated-statement.js';
import { drawLetterhead, drawTable } from './parts.js';

export const bankStatement: Kind = {
  name: 'bank_statement',
  share: 1.1,
  origin: 'office',
  recentShare: 0.5,
  years: [1975, 2012],
  format: uprightFormat,
  draw(setting) {
    if (setting.year > 1988 && setting.dice.chance(0.5)) drawConsolidatedStatement(setting);
    else drawBankStatement(setting);
  },
};
export const payslip: Kind = {
  name: 'payslip',
  share: 1,
  origin: 'office',
  recentShare: 0.5,
  years: [1975, 2012],
  format: (dice: Dice): Format =>
    dice.chance(0.5) ? uprightFormat(dice) : { width: 1000, height: dice.integer(460, 760) },
  draw: drawPayslip,
};
function drawBankStatement(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const { write } = scribe;
  const style = printedStyle(dice);
  const left = dice.between(45, 80);
  const right = paper.width - left;
  let y =
    drawLetterhead(
      setting,
      write(
        '[{firmWord} [National |State |Savings |Trust ]Bank|Bank of {city}|{surname} Savings & Loan|{city} Credit Union|{firmWord} Trust Company|First {firmWord} Bank]',
      ),
    ) + 22;
  if (dice.chance(0.75)) {
    const onLeft = dice.chance(0.5);
    paper.text(
      onLeft ? left : right,
      y + 12,
      write(
        '[Statement of Account|ACCOUNT STATEMENT|Checking Account Summary|Monthly Statement|STATEMENT|Bank Statement|Savings Account]',
      ),
      styled(style, { bold: true, size: dice.between(14, 22) }),
      onLeft ? 'left' : 'right',
    );
    y += 30;
  }
  const start = dice.integer(10000, 900000) / 100;
  for (const [row, line] of [scribe.fullName().toUpperCase(), ...scribe.address()].entries())
    paper.text(left, y + 14 + row * style.size * 1.35, line, style);
  const count = dice.integer(6, 26);
  let balance = start;
  let [paidIn, paidOut] = [0, 0];
  const month = dice.integer(1, 12);
  const rows = Array.from({ length: count }, (_, index) => {
    const day = Math.min(28, 1 + Math.floor((index * 28) / count));
    const isCredit = dice.chance(0.25);
    const amount = dice.integer(300, isCredit ? 400000 : 60000) / 100;
    balance += isCredit ? amount : -amount;
    if (isCredit) paidIn += amount;
    else paidOut += amount;
    const text = isCredit
      ? write(
          '[DEPOSIT|Payroll {company}|TRANSFER FROM SAVINGS|Interest paid|Direct deposit|ATM deposit {city}|Wire transfer {surname}]',
        )
      : write(
          '[CHECK {100-9999}|Check #{100-999}|ATM withdrawal {city}|POS {firmWord} {firmTrade}|Service charge|Direct debit {company}|VISA PURCHASE {city}|Standing order {surname}|{firmWord} Insurance premium|Mortgage payment]',
        );
    const date = dice.chance(0.5)
      ? `${month}/${day}`
      : `${String(month).padStart(2, '0')}/${String(day).padStart(2, '0')}`;
    return {
      date,
      text,
      debit: isCredit ? '' : scribe.money(amount),
      credit: isCredit ? scribe.money(amount) : '',
      amount: `${isCredit ? '' : '-'}${scribe.money(amount)}`,
      balance: scribe.money(balance),
    };
  });
  drawPairs(
    setting,
    [
      ['Account number', write('[{1000-9999} {100000-999999}|XXXX-{1000-9999}|{10000000-99999999}]')],
      ['Statement period', `${month}/1 - ${month}/28/${scribe.year}`],
      [dice.pick(['Beginning balance', 'Previous Balance', 'Opening balance']), `$${scribe.money(start)}`],
      ['Deposits and credits', scribe.money(paidIn)],
      ['Withdrawals', scribe.money(paidOut)],
      [dice.pick(['Ending balance', 'Closing Balance', 'New Balance']), `$${scribe.money(balance)}`],
    ],
    left + (right - left) * 0.52,
    y + 14,
    (right - left) * 0.48,
    style,
  );
  y += 130;
  const wide = dice.chance(0.6);
  const columns = wide
    ? [
        { title: 'Date', width: 1 },
        { title: dice.pick(['Description', 'Transaction', 'Particulars']), width: 4 },
        { title: dice.pick(['Debit', 'Withdrawals', 'Paid out']), width: 1.4, align: 'right' as const },
        { title: dice.pick(['Credit', 'Deposits', 'Paid in']), width: 1.4, align: 'right' as const },
        { title: 'Balance', width: 1.5, align: 'right' as const },
      ]
    : [
        { title: 'DATE', width: 1 },
        { title: 'DESCRIPTION', width: 4 },
        { title: 'AMOUNT', width: 1.4, align: 'right' as const },
        { title: 'BALANCE', width: 1.5, align: 'right' as const },
      ];
  y = drawTable(
    paper,
    { x: left, y, width: right - left, bottom: 900 },
    columns,
    rows.map((row) =>
      wide
        ? [row.date, row.text, row.debit, row.credit, row.balance]
        : [row.date, row.text, row.amount, row.balance],
    ),
    {
      style,
      lines: dice.pick(['head', 'rows', 'none', 'all']),
      stripes: dice.chance(0.3),
      rowHeight: dice.between(1.3, 1.7),
      ...(dice.chance(0.5) && { headFill: dice.pick(['#ddd', '#1c3f94', '#333']) }),
    },
  );
  if (y < 880)
    paper.block(
      write(
        '[Please examine this statement at once. If no error is reported within {10-60} days the account will be considered correct.|Member FDIC. Equal Housing Lender.|Questions? Call {phone}.|Interest rate {1-6}.{10-99}%. Annual percentage yield earned.]',
      ),
      { x: left, y: y + 20, width: right - left, style: styled(style, { size: 9 }) },
    );
  paper.text(right, 975, write('Page {1-2} of {2-4}'), styled(style, { size: 9 }), 'right');
}

function drawPayslip(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const { write } = scribe;
  const { width } = paper;
  const style = styled(printedStyle(dice), { size: width > 900 ? 13 : 10.5 });
  const left = dice.between(40, 70);
  const right = width - left;
  let y = dice.between(50, 80);
  paper.text(left, y, scribe.company(), styled(style, { bold: true, size: style.size * 1.4 }));
  paper.text(
    right,
    y,
    write('[EARNINGS STATEMENT|Pay Slip|Payslip|STATEMENT OF EARNINGS|Payroll Advice|Pay Stub]'),
    styled(style, { bold: true, size: style.size * 1.3 }),
    'right',
  );
  y += 26;
  if (dice.chance(0.5)) paper.line(left, y - 12, right, y - 12, 1.5);
  const half = (right - left) / 2 - 12;
  drawPairs(
    setting,
    [
      ['Employee', scribe.fullName()],
      ['Employee No.', write('{1000-99999}')],
      ['Department', write('[{Matter}|{firmTrade}|{100-900}]')],
      ['SSN', write('XXX-XX-{1000-9999}')],
    ],
    left,
    y + 8,
    half,
    style,
  );
  y =
    drawPairs(
      setting,
      [
        ['Pay period', `${scribe.date('short')} - ${scribe.date('short')}`],
        ['Pay date', scribe.date('short')],
        ['Check No.', write('{10000-99999}')],
        ['Tax code', write('[{100-999}L|S-{0-3}|M-{0-4}]')],
      ],
      left + half + 24,
      y + 8,
      half,
      style,
    ) + 12;
  const hours = dice.pick([40, 75, 80, 86.67]);
  const rate = dice.integer(450, 6500) / 100;
  const regular = Math.round(hours * rate * 100) / 100;
  const overtimeHours = dice.chance(0.5) ? dice.integer(1, 14) : 0;
  const overtime = Math.round(overtimeHours * rate * 150) / 100;
  const gross = regular + overtime;
  const earned = [['Regular', String(hours), scribe.money(rate), scribe.money(regular)]];
  if (overtimeHours > 0)
    earned.push(['Overtime', String(overtimeHours), scribe.money(rate * 1.5), scribe.money(overtime)]);
  earned.push(['Gross Pay', '', '', scribe.money(gross)]);
  let taken = 0;
  const deductions = dice
    .some(
      [
        'Federal Income Tax',
        'Social Security',
        'Medicare',
        'State Tax',
        'Health Insurance',
        'Pension',
        '401(k)',
        'Union dues',
        'National Insurance',
        'Savings plan',
      ],
      dice.integer(3, 7),
    )
    .map((name) => {
      const amount = Math.round(gross * dice.between(0.01, 0.14) * 100) / 100;
      taken += amount;
      return [name, scribe.money(amount), scribe.money(amount * dice.integer(2, 20))];
    });
  deductions.push(['Total Deductions', scribe.money(taken), '']);
  const lines = dice.pick(['all', 'head', 'columns', 'none'] as const);
  const fill = dice.chance(0.5) ? { headFill: dice.pick(['#ddd', '#333']) } : {};
  const sideBySide = dice.chance(0.6);
  const first = drawTable(
    paper,
    { x: left, y, width: sideBySide ? half : right - left },
    [
      { title: 'Earnings', width: 2 },
      { title: 'Hours', width: 1, align: 'right' },
      { title: 'Rate', width: 1, align: 'right' },
      { title: 'Amount', width: 1.3, align: 'right' },
    ],
    earned,
    { style, lines, boldRows: 1, ...fill },
  );
  const second = drawTable(
    paper,
    {
      x: sideBySide ? left + half + 24 : left,
      y: sideBySide ? y : first + 14,
      width: sideBySide ? half : right - left,
    },
    [
      { title: 'Deductions', width: 2 },
      { title: 'Current', width: 1, align: 'right' },
      { title: 'Year to date', width: 1.2, align: 'right' },
    ],
    deductions,
    { style, lines, boldRows: 1, ...fill },
  );
  y = Math.max(first, second) + 28;
  paper.text(right - 150, y, 'NET PAY', styled(style, { bold: true, size: style.size * 1.2 }), 'right');
  paper.text(
    right,
    y,
    `$${scribe.money(gross - taken)}`,
    styled(style, { bold: true, size: style.size * 1.2 }),
    'right',
  );
  paper.box(right - 250, y - 22, 255, 32, '#000', 1.4);
}
