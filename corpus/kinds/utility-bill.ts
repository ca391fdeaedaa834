import { drawLogo } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Kind, type Setting, styled, uprightFormat } from '../setting.js';
import { drawPairs, printedStyle } from './account-parts.js';
import { drawChart, drawTable } from './parts.js';

export const utilityBill: Kind = {
  name: 'utility_bill',
  share: 1,
  origin: 'office',
  recentShare: 0.5,
  years: [1975, 2012],
  format: uprightFormat,
  draw: drawUtilityBill,
};

function drawUtilityBill(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const { write } = scribe;
  const style = printedStyle(dice);
  const left = dice.between(45, 75);
  const right = paper.width - left;
  const [trade, unit, service] = dice.pick([
    ['Electric', 'kWh', 'Electricity'],
    ['Gas', 'therms', 'Natural gas'],
    ['Water', 'gallons', 'Water and sewer'],
    ['Telephone', 'minutes', 'Local service'],
    ['Power & Light', 'kWh', 'Energy charge'],
    ['Cable', 'days', 'Basic cable'],
  ] as const);
  const company = write(
    `[{firmWord} ${trade}|{city} ${trade} Company|${trade} of {stateName}|{city} ${trade}]`,
  );
  const colour = dice.pick(['#000', '#1c3f94', '#0b6b4f', '#b35c00']);
  drawLogo(paper, left, 40, 48, colour);
  paper.text(left + 60, 72, company, {
    face: getFace(dice.pick(FACES.letterhead)),
    size: 24,
    bold: true,
    colour,
  });
  const used = dice.integer(120, 2400);
  const before = dice.integer(1000, 70000);
  const rate = dice.integer(4, 60) / 100;
  const use = Math.round(used * rate * 100) / 100;
  const basic = dice.integer(500, 3000) / 100;
  const tax = Math.round((use + basic) * 6) / 100;
  const due = use + basic + tax;
  for (const [row, line] of [scribe.fullName(), ...scribe.address()].entries())
    paper.text(left, 140 + row * 16, line, style);
  let y =
    drawPairs(
      setting,
      [
        ['Account Number', write('{1000-9999}-{100000-999999}')],
        ['Billing date', scribe.date('short')],
        [dice.pick(['Due date', 'Please pay by']), scribe.date('long')],
        [dice.pick(['Amount due', 'TOTAL DUE', 'Please pay']), `$${scribe.money(due)}`],
      ],
      left + (right - left) * 0.5,
      130,
      (right - left) * 0.5,
      styled(style, { size: style.size * 1.08 }),
    ) + 30;
  paper.text(left, y, write('[Service address|Service at]: {street}, {city}'), style);
  y += 22;
  y =
    drawTable(
      paper,
      { x: left, y, width: right - left },
      [
        { title: 'Meter', width: 1.4 },
        { title: 'Previous', width: 1, align: 'right' },
        { title: 'Present', width: 1, align: 'right' },
        { title: `Usage (${unit})`, width: 1.2, align: 'right' },
        { title: 'Days', width: 0.6, align: 'right' },
      ],
      [[write('{code}'), String(before), String(before + used), String(used), String(dice.integer(27, 33))]],
      { style, lines: dice.pick(['all', 'head', 'rows']), headFill: dice.pick(['#ddd', colour]) },
    ) + 24;
  y =
    drawTable(
      paper,
      { x: left, y, width: (right - left) * dice.between(0.6, 1) },
      [
        { title: dice.pick(['Current Charges', 'Details of charges']), width: 4 },
        { title: 'Amount', width: 1, align: 'right' },
      ],
      [
        ['Previous balance', scribe.money(due * 0.9)],
        ['Payment received - thank you', `-${scribe.money(due * 0.9)}`],
        [`${service} ${used} ${unit} @ $${rate.toFixed(2)}`, scribe.money(use)],
        [write('[Basic|Customer|Fixed|Delivery] charge'), scribe.money(basic)],
        ['Taxes', scribe.money(tax)],
        ['Total amount due', `$${scribe.money(due)}`],
      ],
      { style, lines: dice.pick(['none', 'rows', 'head']), boldRows: 1 },
    ) + 24;
  if (dice.chance(0.6) && y < 640) {
    paper.text(left, y, `Your usage history (${unit})`, styled(style, { bold: true }));
    drawChart(setting, { x: left, y: y + 10, width: 320, height: 150 }, styled(style, { size: 8.5 }));
    y += 190;
  }
  paper.context.setLineDash([6, 4]);
  const cut = Math.max(y + 10, 800);
  paper.line(20, cut, paper.width - 20, cut, 1);
  paper.context.setLineDash([]);
  paper.text(
    left,
    cut + 24,
    'Please detach and return this portion with your payment',
    styled(style, { size: 9, italic: true }),
  );
  for (const [row, line] of [company, ...scribe.address()].entries())
    paper.text(left, cut + 56 + row * 15, line, style);
  drawPairs(
    setting,
    [
      ['Account', write('{1000-9999}-{100000-999999}')],
      ['Amount due', `$${scribe.money(due)}`],
      ['Amount enclosed', '$________'],
    ],
    left + (right - left) * 0.55,
    cut + 56,
    (right - left) * 0.45,
    style,
  );
}
