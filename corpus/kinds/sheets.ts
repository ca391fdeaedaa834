/** Sheets of a firm's daily work: specifications and budgets. */

import type { Dice } from '../dice.js';
import { drawNote, drawStamp, stampLines } from '../drawing/marks.js';
import { type Format, type Kind, officeStyle, type Setting, styled, uprightFormat } from '../setting.js';
import { drawField, drawLetterhead, drawTable } from './parts.js';

export const specification: Kind = {
  name: 'specification',
  share: 0.5,
  years: [1955, 2008],
  format: uprightFormat,
  draw: drawSpecification,
};

export const budget: Kind = {
  name: 'budget',
  share: 0.6,
  origin: 'office',
  recentShare: 0.2,
  years: [1955, 2010],
  format: (dice: Dice): Format => (dice.chance(0.55) ? uprightFormat(dice) : { width: 1000, height: 773 }),
  draw: drawBudget,
};

function drawSpecification(setting: Setting): void {
  const { paper, scribe, dice, year } = setting;
  const { write } = scribe;
  const style = styled(officeStyle(dice, year), { size: dice.between(10, 12.5) });
  const left = dice.between(45, 85);
  const right = paper.width - left;
  let y = dice.between(50, 75);
  if (dice.chance(0.5)) y = drawLetterhead(setting, scribe.company()) + 26;
  paper.text(
    paper.width / 2,
    y,
    write(
      '[PRODUCT SPECIFICATION|{Thing} SPECIFICATIONS|Material Specification|MATERIAL SAFETY DATA SHEET|SPECIFICATION No. {code}|Cigarette Specification|Blend Sheet|TECHNICAL DATA SHEET|Test Specification|Manufacturing Specification]',
    ),
    styled(style, { bold: true, size: dice.between(14, 19) }),
    'center',
  );
  y += 28;
  const facts: [string, string][] = [
    ['Specification No.', write('{code}')],
    ['Effective Date', scribe.date('short')],
    ['Supersedes', write('[{code}|None|{shortDate}]')],
    ['Product', write('{adBrand} {adProduct}')],
    ['Issued by', scribe.fullName()],
    ['Page', write('1 of {1-9}')],
  ];
  for (let at = 0; at < facts.length; at += 2) {
    for (const column of [0, 1]) {
      const [label, value] = facts[at + column] ?? ['', ''];
      drawField(
        setting,
        { x: left + column * ((right - left) / 2), y, width: (right - left) / 2 - 12 },
        `${label}:`,
        value,
        { label: style, value: styled(style, { bold: true }) },
        dice.chance(0.4),
      );
    }
    y += style.size * 1.7;
  }
  y += 10;
  const sections = dice.integer(1, 4);
  for (let section = 1; section <= sections && y < 860; section++) {
    paper.text(
      left,
      y + style.size,
      write(`[${section}.0 |${section}. |]{Heading}`),
      styled(style, { bold: dice.chance(0.6), underline: dice.chance(0.4) }),
    );
    y += style.size * 1.8;
    if (dice.chance(0.72)) {
      const rows = Array.from({ length: dice.integer(4, 14) }, () => [
        write(
          '[{Thing} [weight|length|diameter|moisture|color|width]|Paper porosity|Filter length|Circumference|Tobacco weight|{SMatter}|Tensile strength|pH|Viscosity|{Matter}|Flash point|Draw resistance]',
        ),
        write('[{1-99}.{0-9}|{10-900}|{0.1-9.9}]'),
        write('[± {0.1-2.5}|+/- {1-9}|Max. {10-99}|Min. {1-20}|{1-9} - {10-30}|-]'),
        write('[mm|mg|%|g|inches|CORESTA|lbs.|cm|psi|°F|sec.]'),
        write('[ASTM D-{100-999}|Method {code}|Visual|{10-99}A|QC-{10-99}]'),
      ]);
      const columns = dice.integer(3, 5);
      const heads = ['Property', 'Target', 'Tolerance', 'Units', 'Method'].slice(0, columns);
      y =
        drawTable(
          paper,
          { x: left, y, width: right - left, bottom: 950 },
          heads.map((title, index) => ({
            title,
            width: index === 0 ? 2.4 : 1,
            align: index === 0 ? ('left' as const) : ('center' as const),
          })),
          rows.map((row) => row.slice(0, columns)),
          { style, lines: dice.pick(['all', 'head', 'none', 'rows']), rowHeight: dice.between(1.3, 1.7) },
        ) + 16;
    } else {
      for (let point = 1; point <= dice.integer(2, 5); point++)
        y =
          paper.block(
            `${section}.${point}  ${write('[The {thing} shall be {quality} and {deed+ed} {manner}.|All {thing+s} must be {deed+ed} before {matter} is {quality}.|{Quality} {thing+s} shall not exceed {measure}.|Store at {measure}. Keep {quality}.]')}`,
            { x: left + 14, y, width: right - left - 14, style, bottom: 950 },
          ).y + 4;
      y += 12;
    }
  }
  if (dice.chance(0.4)) paper.text(left, 968, write('Approved: ______________   Date: __________'), style);
  if (dice.chance(0.15))
    drawStamp(paper, dice.between(0.4, 0.8) * paper.width, dice.between(80, 880), stampLines(scribe));
}

function drawBudget({ paper, scribe, dice, year }: Setting): void {
  const { write } = scribe;
  const { width, height } = paper;
  const style = styled(officeStyle(dice, year), { size: dice.between(10, 12.2) });
  const left = dice.between(40, 75);
  const right = width - left;
  let y = dice.between(45, 80);
  const titles = [
    write('[{company}|{Matter} Department|{Thing} Program|]'),
    write(
      '[{thisYear} BUDGET|BUDGET SUMMARY|Proposed Budget {thisYear}-{nextYear}|STATEMENT OF EXPENSES|Cost Estimate|{Matter} Budget|Operating Budget vs. Actual|Grant Budget|{thisYear} Spending Plan|]',
    ),
    write('[($000)|(in thousands of dollars)|as of {longDate}|{Month} {thisYear}|]'),
  ];
  const centred = dice.chance(0.7);
  for (const title of titles) {
    if (title === '') continue;
    paper.text(
      centred ? width / 2 : left,
      y,
      title,
      styled(style, { bold: dice.chance(0.5), size: style.size * dice.between(1, 1.35) }),
      centred ? 'center' : 'left',
    );
    y += style.size * 1.6;
  }
  y += 14;
  const columns = dice.integer(1, width > 900 ? 8 : 5);
  const heads = dice.chance(0.4)
    ? Array.from({ length: columns }, (_, index) => String(year - columns + index + 1))
    : Array.from(
        { length: columns },
        (_, index) =>
          ['Budget', 'Actual', 'Variance', 'Prior Year', '1st Qtr', '2nd Qtr', '3rd Qtr', '4th Qtr'][index] ??
          'Total',
      );
  const decimals = dice.pick([0, 0, 0, 2]);
  const scale = 10 ** dice.between(2.5, 5);
  const sums = new Array<number>(columns).fill(0);
  const rows: string[][] = [];
  const groups = dice.integer(1, 4);
  for (let group = 0; group < groups; group++) {
    if (groups > 1) rows.push([write('{Heading}').toUpperCase(), ...heads.map(() => '')]);
    const parts = new Array<number>(columns).fill(0);
    for (let line = dice.integer(2, 8); line > 0; line--) {
      const cells = heads.map((_, column) => {
        const amount = dice.chance(0.08) ? 0 : Math.round(dice.uniform() * scale * 100) / 100;
        parts[column] = (parts[column] ?? 0) + (decimals === 0 ? Math.round(amount) : amount);
        return amount === 0 ? '-' : scribe.money(amount, decimals);
      });
      rows.push([
        write(
          '[{Matter}|{Thing+s}|Salaries|Travel|Supplies|Equipment|Consultants|Printing|Overhead|Fringe benefits|Media|Telephone|Contingency|Rent]',
        ),
        ...cells,
      ]);
    }
    if (groups > 1)
      rows.push([
        dice.pick(['Subtotal', 'Sub-total', 'Total']),
        ...parts.map((sum) => scribe.money(sum, decimals)),
      ]);
    for (const [column, sum] of parts.entries()) sums[column] = (sums[column] ?? 0) + sum;
  }
  rows.push([
    dice.pick(['TOTAL', 'Grand Total', 'TOTAL BUDGET', 'Total']),
    ...sums.map((sum) => `${dice.chance(0.5) ? '$' : ''}${scribe.money(sum, decimals)}`),
  ]);
  y = drawTable(
    paper,
    { x: left, y, width: right - left, bottom: height - 40 },
    [
      { title: dice.pick(['', 'Item', 'Category', 'Description']), width: 2.6 },
      ...heads.map((title) => ({ title, width: 1, align: 'right' as const })),
    ],
    rows,
    {
      style,
      lines: dice.pick(['all', 'head', 'none', 'none', 'rows']),
      boldRows: dice.pick([0, 1]),
      rowHeight: dice.between(1.25, 1.8),
    },
  );
  if (y < height - 90 && dice.chance(0.5))
    paper.block(write('[Note: {clause}.|* {Clause}.|Assumptions: {matter} at {rate}; {matter} unchanged.]'), {
      x: left,
      y: y + 16,
      width: right - left,
      style,
    });
  if (dice.chance(0.2))
    drawNote(paper, scribe, dice.between(0.5, 0.8) * width, dice.between(40, height - 120));
}
