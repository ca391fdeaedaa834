/** Parts that several kinds of document are put together from: columns, tables, letterheads, field lines, charts. */

import type { Paper, TextStyle } from '../drawing/paper.js';
import { drawLogo } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import type { Scribe } from '../text/scribe.js';

/** Sentences by a rule, grouped into paragraphs separated by line ends. */
export function paragraphs(
  scribe: Scribe,
  rule: string,
  count: number,
  sentences: readonly [number, number],
): string {
  return Array.from({ length: count }, () => scribe.sentences(rule, scribe.dice.integer(...sentences))).join(
    '\n',
  );
}

export type Column = { title: string; width: number; align?: 'left' | 'right' | 'center' };

export type TableLook = {
  style: TextStyle;
  /** Row height in ems. */
  rowHeight?: number;
  lines: 'all' | 'rows' | 'head' | 'columns' | 'none';
  headFill?: string;
  stripes?: boolean;
  /** The last rows in bold. */
  boldRows?: number;
};

/** A table; widths are shares of its width. Returns the y below. Cells are cut where they have no room. */
export function drawTable(
  paper: Paper,
  frame: { x: number; y: number; width: number; bottom?: number },
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  look: TableLook,
): number {
  const { style, lines } = look;
  const step = style.size * (look.rowHeight ?? 1.5);
  const whole = columns.reduce((sum, { width }) => sum + width, 0);
  const widths = columns.map(({ width }) => (width / whole) * frame.width);
  const pad = 0.35 * style.size;
  let y = frame.y;
  const drawRow = (cells: readonly string[], rowStyle: TextStyle, isHead: boolean) => {
    let x = frame.x;
    for (const [index, cell] of cells.entries()) {
      const width = widths[index] ?? 0;
      const align = isHead ? 'center' : (columns[index]?.align ?? 'left');
      const fitted = cutToFit(paper, cell, width - 2 * pad, rowStyle);
      const at = align === 'right' ? x + width - pad : align === 'center' ? x + width / 2 : x + pad;
      paper.text(at, y + 0.7 * step, fitted, rowStyle, align);
      x += width;
    }
    y += step;
  };
  const top = y;
  const hasHead = columns.some(({ title }) => title !== '');
  if (hasHead) {
    if (look.headFill) paper.box(frame.x, y, frame.width, step, look.headFill);
    const light = look.headFill !== undefined && /^#[0-8]/.test(look.headFill);
    drawRow(
      columns.map(({ title }) => title),
      styled(style, { bold: true, ...(light && { colour: '#fff' }) }),
      true,
    );
    if (lines !== 'none') paper.line(frame.x, y, frame.x + frame.width, y, 1);
  }
  let drawn = 0;
  for (const row of rows) {
    if (frame.bottom !== undefined && y + step > frame.bottom) break;
    if (look.stripes && drawn % 2 === 1) paper.box(frame.x, y, frame.width, step, '#e4e4e4');
    const isBold = rows.length - drawn <= (look.boldRows ?? 0);
    drawRow(row, isBold ? styled(style, { bold: true }) : style, false);
    if (lines === 'all' || lines === 'rows') paper.line(frame.x, y, frame.x + frame.width, y, 0.7);
    drawn += 1;
  }
  if (lines === 'all' || lines === 'columns') {
    paper.box(frame.x, top, frame.width, y - top, '#000', 1);
    let x = frame.x;
    for (const width of widths.slice(0, -1)) {
      x += width;
      paper.line(x, top, x, y, 0.7);
    }
  } else if (lines === 'head') {
    paper.line(frame.x, top, frame.x + frame.width, top, 1);
    paper.line(frame.x, y, frame.x + frame.width, y, 1);
  }
  return y;
}

/** As many of the words as the width has room for. */
export function cutToFit(paper: Paper, text: string, width: number, style: TextStyle): string {
  const parts = text.split(' ');
  while (parts.length > 1 && paper.widthOf(parts.join(' '), style) > width) parts.pop();
  return parts.join(' ');
}

/** The style at the largest size, up to its own, at which the text has room in the width. */
export function fitted(paper: Paper, text: string, width: number, style: TextStyle): TextStyle {
  const wide = paper.widthOf(text, style);
  return wide <= width ? style : styled(style, { size: (style.size * width) / wide });
}

/** Text flowing through columns of the frame; returns what had no room. */
export function flowColumns(
  paper: Paper,
  text: string,
  frame: { x: number; y: number; width: number; bottom: number },
  options: {
    count: number;
    gutter: number;
    style: TextStyle;
    leading?: number;
    indent?: number;
    gap?: number;
    justify?: boolean;
    ruled?: boolean;
    /** Each column's top, where they differ. */
    tops?: readonly number[];
  },
): string {
  const { count, gutter, style, leading = 1.15, indent = 1, gap = 0 } = options;
  const width = (frame.width - gutter * (count - 1)) / count;
  let rest = text;
  for (let column = 0; column < count && rest !== ''; column++) {
    const x = frame.x + column * (width + gutter);
    const y = options.tops?.[column] ?? frame.y;
    if (options.ruled && column > 0) paper.line(x - gutter / 2, y, x - gutter / 2, frame.bottom, 0.6);
    const align = options.justify === false ? 'left' : 'justify';
    rest = paper.block(rest, {
      x,
      y,
      width,
      style,
      leading,
      align,
      indent: indent * style.size,
      gap,
      bottom: frame.bottom,
    }).rest;
  }
  return rest;
}

/** A firm's or institute's head of a page, in one of several layouts; returns the y below. */
export function drawLetterhead({ paper, scribe, dice }: Setting, company: string): number {
  const { width } = paper;
  const face = getFace(dice.pick(FACES.letterhead));
  const name: TextStyle = {
    face,
    size: dice.between(17, 34),
    bold: dice.chance(0.5),
    tracking: dice.chance(0.3) ? dice.between(0.02, 0.18) : 0,
    colour: dice.pick(['#000', '#000', '#111', '#1a2f6b', '#7a1420', '#14532d', '#333']),
  };
  const small: TextStyle = {
    face: getFace(dice.pick([...FACES.serif, ...FACES.sans])),
    size: dice.between(8, 11.5),
  };
  const shown = dice.chance(0.45) ? company.toUpperCase() : company;
  const fittedName = fitted(paper, shown, 0.62 * width, name);
  const [street, city] = scribe.address();
  const contact = scribe.write(
    `[${scribe.phone()}|Telephone ${scribe.phone()}|Phone: ${scribe.phone()} Fax: ${scribe.phone()}|Cable: {FirmWord}|Tel. ${scribe.phone()}|TELEX {100000-999999}|]`,
  );
  const top = dice.between(36, 62);
  const margin = dice.between(52, 95);
  const layout = dice.integer(0, 5);
  const hasLogo = dice.chance(0.55);
  const logo = dice.between(28, 58);
  let y = top;
  if (layout <= 1) {
    if (hasLogo) drawLogo(paper, width / 2 - logo / 2, y - 12, logo, name.colour);
    y += (hasLogo ? logo : 0) + fittedName.size * 0.7;
    paper.text(width / 2, y, shown, fittedName, 'center');
    const lines = dice.pick([
      [`${street}, ${city}`],
      [street, city],
      [`${street} · ${city} · ${contact}`],
      [],
    ]);
    for (const line of lines) {
      y += small.size * 1.35;
      paper.text(width / 2, y, line, fitted(paper, line, 0.8 * width, small), 'center');
    }
  } else if (layout === 2) {
    if (hasLogo) drawLogo(paper, margin, y - 8, logo, name.colour);
    paper.text(margin + (hasLogo ? logo + 14 : 0), y + fittedName.size * 0.7, shown, fittedName);
    for (const line of [street, city, contact]) {
      y += small.size * 1.3;
      paper.text(width - margin, y + fittedName.size * 0.9, line, small, 'right');
    }
    y += fittedName.size;
  } else if (layout === 3) {
    paper.text(width - margin, y + fittedName.size * 0.7, shown, fittedName, 'right');
    y += fittedName.size * 0.8;
    for (const line of [
      scribe.write('[{Matter} Division|Office of the {title}|{title}|Department of {FieldName}|]'),
      street,
      city,
      contact,
    ]) {
      y += small.size * 1.3;
      paper.text(width - margin, y, line, small, 'right');
    }
  } else if (layout === 4) {
    // A law firm's: the partners' names stand small at one side.
    paper.text(width / 2, y + fittedName.size * 0.6, shown, fittedName, 'center');
    y += fittedName.size * 0.9;
    for (const line of [street, city]) {
      y += small.size * 1.3;
      paper.text(width / 2, y, line, small, 'center');
    }
    const tiny = styled(small, { size: 6.6 });
    const count = dice.integer(4, 22);
    for (let partner = 0; partner < count; partner++) {
      const at = margin * 0.6 + (partner % 2) * (dice.chance(0.02) ? 0 : 92);
      paper.text(at, top + 10 + Math.floor(partner / 2) * 8.2, scribe.fullName().toUpperCase(), tiny);
    }
    y = Math.max(y, top + 10 + (count / 2) * 8.2);
  } else {
    if (hasLogo) drawLogo(paper, width - margin - logo, y - 10, logo, name.colour);
    paper.text(margin, y + fittedName.size * 0.7, shown, fittedName);
    y += fittedName.size * 0.9 + small.size;
    paper.text(
      margin,
      y,
      `${street}, ${city}  ${contact}`,
      fitted(paper, `${street}, ${city}  ${contact}`, 0.7 * width, small),
    );
    y = Math.max(y, top + (hasLogo ? logo : 0));
  }
  if (dice.chance(0.3)) {
    y += 9;
    paper.line(margin * 0.8, y, width - margin * 0.8, y, dice.between(0.7, 2.5), name.colour);
  }
  if (dice.chance(0.15)) {
    const foot = `${street}, ${city}  ${contact}`;
    paper.text(width / 2, paper.height - dice.between(28, 45), foot, small, 'center');
  }
  return y;
}

/** A label with what is filled in after it: typed, by hand, or left open over a line. */
export function drawField(
  { paper, dice }: Setting,
  at: { x: number; y: number; width: number },
  label: string,
  value: string,
  styles: { label: TextStyle; value: TextStyle },
  line: boolean,
): void {
  const end = label === '' ? at.x : paper.text(at.x, at.y, label, styles.label) + 5;
  if (line) paper.line(end, at.y + 2, at.x + at.width, at.y + 2, 0.7);
  if (value === '') return;
  const room = at.x + at.width - end - 4;
  if (room > 12)
    paper.text(
      end + 3,
      at.y - dice.between(0, 2),
      cutToFit(paper, value, room, styles.value),
      fitted(paper, cutToFit(paper, value, room, styles.value), room, styles.value),
    );
}

/** A small chart without words but those of its axes: bars, a line, a scatter. */
export function drawChart(
  { paper, dice, scribe }: Setting,
  frame: { x: number; y: number; width: number; height: number },
  style: TextStyle,
): void {
  const { context } = paper;
  const { x, y, width, height } = frame;
  const [left, bottom] = [x + 3.2 * style.size, y + height - 1.8 * style.size];
  const [wide, high] = [x + width - left, bottom - y];
  paper.line(left, y, left, bottom, 1);
  paper.line(left, bottom, x + width, bottom, 1);
  const ticks = dice.integer(3, 5);
  const unit = dice.pick([1, 5, 10, 20, 25, 50, 100, 0.5]);
  for (let tick = 0; tick <= ticks; tick++) {
    const at = bottom - (tick / ticks) * high * 0.95;
    paper.line(left - 4, at, left, at, 0.8);
    paper.text(left - 6, at + 0.35 * style.size, String(tick * unit), style, 'right');
  }
  const points = dice.integer(4, 9);
  const first = dice.pick([0, 1, 10, scribe.year - points]);
  for (let point = 0; point < points; point++) {
    paper.text(
      left + ((point + 0.5) / points) * wide,
      bottom + 1.3 * style.size,
      String(first + point * dice.pick([1, 1, 1])),
      style,
      'center',
    );
  }
  const series = dice.integer(1, 3);
  const kind = dice.integer(0, 2);
  for (let index = 0; index < series; index++) {
    const values = Array.from({ length: points }, (_, point) =>
      Math.min(0.95, Math.max(0.03, dice.uniform() * 0.4 + (point / points) * 0.5)),
    );
    const place = (point: number): [number, number] => [
      left + ((point + 0.5) / points) * wide,
      bottom - (values[point] ?? 0) * high,
    ];
    if (kind === 0) {
      const bar = (wide / points / (series + 0.6)) * 0.9;
      for (let point = 0; point < points; point++) {
        const [px, py] = place(point);
        paper.box(
          px - (bar * series) / 2 + bar * index,
          py,
          bar,
          bottom - py,
          ['#222', '#999', '#ddd'][index] ?? '#555',
        );
        paper.box(px - (bar * series) / 2 + bar * index, py, bar, bottom - py, '#000', 0.6);
      }
    } else {
      context.strokeStyle = '#000';
      context.lineWidth = dice.between(0.8, 1.8);
      context.setLineDash(index === 0 ? [] : [4 + index, 3]);
      context.beginPath();
      for (let point = 0; point < points; point++) context.lineTo(...place(point));
      if (kind === 1 || dice.chance(0.5)) context.stroke();
      context.setLineDash([]);
      for (let point = 0; point < points; point++) {
        const [px, py] = place(point);
        context.fillStyle = index === 1 ? '#fff' : '#000';
        context.beginPath();
        context.arc(px, py, 2.6, 0, 2 * Math.PI);
        context.fill();
        context.stroke();
      }
    }
  }
}
