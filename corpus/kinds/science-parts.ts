import type { Paper, TextStyle } from '../drawing/paper.js';
import { drawLogo } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { drawChart, drawTable, fitted } from './parts.js';

/** A table of measurements with its title and notes; returns the y below. */
export function drawDataTable(
  { scribe, dice }: Setting,
  paper: Paper,
  x: number,
  top: number,
  width: number,
  body: TextStyle,
): number {
  const style = styled(body, { size: Math.min(body.size, width / 36 + 2) });
  const title = scribe.write('[TABLE|Table] [{1-6}|I|II|III|IV].  {tableTitle}');
  const y =
    paper.block(title, {
      x,
      y: top,
      width,
      style: styled(style, { bold: dice.chance(0.3) }),
      align: dice.pick(['left', 'center']),
    }).y + 4;
  const columns = dice.integer(2, Math.max(2, Math.min(6, Math.floor(width / 62))));
  const heads = Array.from({ length: columns }, () =>
    dice.pick([
      'n',
      'Mean',
      'S.D.',
      'Control',
      'Treated',
      '%',
      'P',
      'Dose',
      'Total',
      'Men',
      'Women',
      'ng/ml',
      'mg/kg',
      scribe.write('{SQuality}'),
    ]),
  );
  const rows = Array.from({ length: dice.integer(3, 12) }, () => [
    scribe.write('{SMatter}'),
    ...heads.map(() => scribe.write('[{0.1-99.9}|{1-900}|{0.01-0.99}|{1.1-9.9} ± {0.1-0.9}|-|{10-99}*]')),
  ]);
  const below = drawTable(
    paper,
    { x, y, width },
    [{ title: '', width: 2.4 }, ...heads.map((title) => ({ title, width: 1, align: 'right' as const }))],
    rows,
    { style, lines: dice.pick(['head', 'head', 'none', 'all']), rowHeight: 1.3 },
  );
  return dice.chance(0.5)
    ? paper.block(scribe.write('* {SClause}. [a {SMatter}.|]'), {
        x,
        y: below + 2,
        width,
        style: styled(style, { size: style.size * 0.88 }),
      }).y
    : below;
}

/** A chart with its legend; returns the y below. */
export function drawFigure(setting: Setting, x: number, top: number, width: number, body: TextStyle): number {
  const { dice, paper, scribe } = setting;
  const height = Math.min(280, width * dice.between(0.5, 0.85));
  drawChart(setting, { x: x + 6, y: top, width: width - 12, height }, styled(body, { size: 8 }));
  return paper.block(scribe.write('{figureCaption}'), {
    x,
    y: top + height + 4,
    width,
    style: styled(body, { size: body.size * 0.9 }),
    align: 'justify',
  }).y;
}

/** A reprint's or a volume's cover: little text, much space. */
export function drawCover({ paper, scribe, dice }: Setting): void {
  const { write } = scribe;
  const face = getFace(dice.pick([...FACES.serif, ...FACES.sans]));
  const align = dice.pick(['left', 'center', 'center'] as const);
  const x = align === 'center' ? paper.width / 2 : dice.between(80, 200);
  let y = dice.between(90, 220);
  const put = (text: string, size: number, gap: number, changes: Partial<TextStyle> = {}) => {
    const style: TextStyle = { face, size, ...changes };
    const width = paper.width * 0.66;
    y =
      paper.block(text, {
        x: align === 'center' ? (paper.width - width) / 2 : x,
        y,
        width: align === 'center' ? width : paper.width - x - 50,
        style,
        align,
      }).y + gap;
  };
  put(
    write(
      '[Reprinted from|Reprint from|Proceedings of the|Reprinted with permission from|] {journal}[, Vol. {2-90}|, {Month}, {thisYear}|]',
    ),
    12,
    dice.between(14, 80),
  );
  put(write('{paperTitle}'), dice.between(19, 30), dice.between(16, 60), { bold: dice.chance(0.7) });
  put(write('[by|Edited by|]\n{person}[\n{person}|\n{person}\n{person}|]'), 14, 30);
  put(write('{university}\n{city}, [{stateName}|{country}]'), 12, dice.between(40, 180), {
    italic: dice.chance(0.4),
  });
  if (dice.chance(0.4)) drawLogo(paper, align === 'center' ? x - 25 : x, y, 50);
  y = Math.max(y + 70, 780);
  put(
    write(
      '[{surname} Press|{company}|{surname} Verlag|Academic {firmWord} Publishers]\n[{city} {city} {city}|{city}, {thisYear}|{thisYear}]',
    ),
    12,
    0,
  );
}

/** A typescript, lines far apart, as it goes to a publisher. */
export function drawManuscript({ paper, scribe, dice }: Setting): void {
  const style: TextStyle = { face: getFace(dice.pick(FACES.typewriter)), size: 13.6, unrest: 0.01 };
  const left = dice.between(80, 120);
  const width = paper.width - left - dice.between(60, 100);
  let y = dice.between(60, 110);
  if (dice.chance(0.7)) {
    const title = scribe.write('{paperTitle}');
    y =
      paper.block(title, {
        x: left,
        y,
        width,
        style: styled(style, { underline: dice.chance(0.5) }),
        align: 'center',
        leading: 1.5,
      }).y + 14;
    for (const line of ['by', scribe.write('{person}, [M.D.|Ph.D.|Sc.D.]')]) {
      paper.text(left + width / 2, y + 10, line, style, 'center');
      y += 22;
    }
    y += 16;
  } else
    paper.text(
      paper.width / 2,
      y - 20,
      `- ${dice.integer(2, 30)} -`,
      fitted(paper, '-', 200, style),
      'center',
    );
  const text = Array.from({ length: 5 }, () => scribe.sentences('scienceSentence', dice.integer(2, 5))).join(
    '\n',
  );
  paper.block(text, { x: left, y, width, style, leading: dice.between(1.7, 2.1), indent: 50, bottom: 930 });
}
