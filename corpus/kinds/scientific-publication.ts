/** Pages of journals and books of science: first pages, further pages, references, tables, reprints' covers, manuscripts. */
import { drawNote, drawStamp, stampLines } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Kind, type Setting, styled, uprightFormat } from '../setting.js';
import { capitalised } from '../text/grammar.js';
import { flowColumns } from './parts.js';
import { drawPreprint } from './preprint.js';
import { drawCover, drawDataTable, drawFigure, drawManuscript } from './science-parts.js';

export const scientificPublication: Kind = {
  name: 'scientific_publication',
  share: 2.2,
  origin: 'office',
  recentShare: 0.3,
  years: [1955, 2008],
  format: uprightFormat,
  draw(setting) {
    const { dice, paper, scribe } = setting;
    const layout = dice.uniform();
    if (setting.year > 1988 && dice.chance(0.4)) drawPreprint(setting);
    else if (layout < 0.5) drawFirstPage(setting);
    else if (layout < 0.76) drawInnerPage(setting);
    else if (layout < 0.86) drawReferences(setting);
    else if (layout < 0.93) drawCover(setting);
    else drawManuscript(setting);
    if (dice.chance(0.12))
      drawStamp(paper, dice.between(0.25, 0.75) * paper.width, dice.pick([40, 940]), stampLines(scribe), 16);
    if (dice.chance(0.1)) drawNote(paper, scribe, dice.between(0.5, 0.8) * paper.width, dice.between(20, 60));
  },
};

type Look = {
  left: number;
  right: number;
  columns: number;
  gutter: number;
  body: TextStyle;
  head: TextStyle;
  leading: number;
};

function drawLook({ dice, paper }: Setting): Look {
  const face = getFace(dice.pick(dice.chance(0.88) ? FACES.serif : FACES.sans));
  const margin = dice.between(45, 110);
  const columns = dice.chance(0.66) ? 2 : dice.chance(0.06) ? 3 : 1;
  return {
    left: margin,
    right: paper.width - dice.between(45, 100),
    columns,
    gutter: dice.between(16, 32),
    body: { face, size: columns === 1 ? dice.between(11, 14) : dice.between(8.6, 11.4) },
    head: { face: dice.chance(0.25) ? getFace(dice.pick(FACES.sans)) : face, size: 12, bold: true },
    leading: dice.between(1.08, 1.26),
  };
}

/** Text with headings between; a heading is a paragraph of its own. */
function articleText({ scribe, dice }: Setting, count: number): string {
  const parts: string[] = [];
  for (let index = 0; index < count; index++) {
    if (dice.chance(0.25)) {
      const heading = scribe.write('{paperHeading}');
      parts.push(dice.chance(0.5) ? heading.toUpperCase() : capitalised(heading));
    }
    parts.push(scribe.sentences('scienceSentence', dice.integer(3, 7)));
  }
  return parts.join('\n');
}

function drawRunningHead(
  { paper, scribe, dice }: Setting,
  { left, right, body }: Look,
  isFirst: boolean,
): void {
  const { write } = scribe;
  const y = dice.between(28, 52);
  const style = styled(body, {
    size: Math.max(8, body.size * dice.between(0.75, 0.95)),
    italic: dice.chance(0.35),
  });
  const page = dice.integer(11, 1980);
  const journal = write(
    '[{journal}|{journal}, Vol. {2-180}, No. {1-12}|{journal} {2-180} ({thisYear}) {10-900}-{901-1800}|{journal}, {thisYear}, Vol. {2-98}, pp. {10-400}-{401-900}. Printed in [Great Britain|the U.S.A.]]',
  );
  if (isFirst) {
    const at = dice.pick(['left', 'center', 'right'] as const);
    paper.text(at === 'left' ? left : at === 'right' ? right : paper.width / 2, y, journal, style, at);
    if (dice.chance(0.5))
      paper.text(
        left,
        y + 11,
        write('[Copyright|©|Copyright ©] {thisYear} [by |]{company}'),
        styled(style, { size: 7.5 }),
      );
  } else {
    const isEven = dice.chance(0.5);
    paper.text(isEven ? left : right, y, String(page), style, isEven ? 'left' : 'right');
    paper.text(
      paper.width / 2,
      y,
      dice.chance(0.5) ? journal : write('{surname} et al.: {SMatter}').toUpperCase(),
      style,
      'center',
    );
  }
  if (dice.chance(0.25)) paper.line(left, y + 6, right, y + 6, 0.7);
  if (isFirst || dice.chance(0.3))
    paper.text(
      dice.pick([paper.width / 2, right - 10, left + 10]),
      1000 - dice.between(18, 40),
      String(page),
      style,
      'center',
    );
}

function drawFirstPage(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const { write } = scribe;
  const look = drawLook(setting);
  const { left, right, body } = look;
  drawRunningHead(setting, look, true);
  const isCentred = dice.chance(0.5);
  const align = isCentred ? 'center' : 'left';
  const width = right - left;
  let y = dice.between(70, 130);
  const isCapital = dice.chance(0.2);
  const title = write('{paperTitle}').replace(
    /(^|\s)(\w)(?=\w{4,})/g,
    (_match, space: string, letterOf: string) => space + letterOf.toUpperCase(),
  );
  const put = (text: string, style: TextStyle, gap: number, narrow = 0) => {
    y =
      paper.block(text, { x: left + narrow, y, width: width - 2 * narrow, style, align, leading: 1.2 }).y +
      gap;
  };
  put(
    isCapital ? title.toUpperCase() : title,
    styled(look.head, { size: dice.between(16, 26), bold: dice.chance(0.7), italic: dice.chance(0.08) }),
    14,
    isCentred ? 40 : 0,
  );
  const authors = Array.from(
    { length: dice.integer(1, 6) },
    () =>
      scribe.write('[{initials} {surname}|{person}|{person}]') +
      dice.pick(['', '', '*', ', M.D.', ', Ph.D.', '†']),
  );
  const joined =
    authors.length > 1
      ? `${authors.slice(0, -1).join(', ')}${dice.pick([' and ', ' & ', ', '])}${authors.at(-1)}`
      : (authors[0] ?? '');
  put(dice.chance(0.35) ? joined.toUpperCase() : joined, styled(body, { size: dice.between(11, 14) }), 7, 20);
  if (dice.chance(0.85))
    put(
      write(
        '[Department of [Medicine|Pharmacology|Pathology|Biochemistry|Chemistry|Epidemiology|Psychology|Physiology|Genetics], {university}, {city}, {stateName} {10001-98999}|{university}, {city}, {state}|Division of {FieldName}, {university}, {city}, {country}|From the {university}, {city}]',
      ),
      styled(body, { italic: dice.chance(0.7), size: 10 }),
      5,
      20,
    );
  if (dice.chance(0.4))
    put(
      write('([Received|Accepted] {longDate}[; accepted {longDate}|; in revised form {longDate}|])'),
      styled(body, { size: 9 }),
      4,
    );
  y += 10;
  const isRuled = dice.chance(0.3);
  if (isRuled) paper.line(left, y, right, y, 0.8);
  if (dice.chance(0.8)) {
    const narrow = dice.pick([0, 0, 40, 70]);
    const label = dice.pick(['ABSTRACT', 'Abstract', 'SUMMARY', 'Summary', 'Abstract.', '']);
    const style = styled(body, {
      size: body.size * dice.between(0.92, 1),
      bold: dice.chance(0.15),
      italic: dice.chance(0.12),
    });
    if (label !== '' && dice.chance(0.5)) {
      y += 4;
      paper.text(
        isCentred ? paper.width / 2 : left + narrow,
        y + 10,
        label,
        styled(look.head, { size: 10.5 }),
        isCentred ? 'center' : 'left',
      );
      y += 16;
    }
    y =
      paper.block(
        `${dice.chance(0.5) ? `${label} ` : ''}${scribe.sentences('scienceSentence', dice.integer(4, 9))}`,
        { x: left + narrow, y, width: width - 2 * narrow, style, align: 'justify', leading: look.leading },
      ).y + 6;
    if (dice.chance(0.3))
      y =
        paper.block(write('Key words: {sMatter}; {sMatter}; {sThing+s}; {sQuality} {sThing}'), {
          x: left + narrow,
          y,
          width: width - 2 * narrow,
          style,
        }).y + 4;
    if (isRuled) paper.line(left, y, right, y, 0.8);
    y += dice.between(8, 20);
  }
  const hasFoot = dice.chance(0.55);
  const bottom = 1000 - (hasFoot ? dice.between(90, 130) : 50);
  flowColumns(
    paper,
    articleText(setting, 14),
    { x: left, y, width, bottom },
    { count: look.columns, gutter: look.gutter, style: body, leading: look.leading },
  );
  if (hasFoot) {
    paper.line(left, bottom + 8, left + dice.between(60, 180), bottom + 8, 0.7);
    paper.block(
      write(
        '* [Supported by grant {code} from the {company}.|To whom requests for reprints should be addressed.|Present address: {university}, {city}.|Presented at the annual meeting of the {institution}, {city}, {month} {thisYear}.] [Abbreviations used: [BaP|CSC|HPLC|ETS], {sMatter}.|] [Address correspondence to Dr. {surname}, {university}, {city}.|]',
      ),
      {
        x: left,
        y: bottom + 11,
        width: look.columns > 1 ? (width - look.gutter) / 2 : width,
        style: styled(body, { size: 8 }),
        bottom: 975,
      },
    );
  }
}

function drawInnerPage(setting: Setting): void {
  const { paper, dice, scribe } = setting;
  const look = drawLook(setting);
  const { left, right, body, columns, gutter, leading } = look;
  drawRunningHead(setting, look, false);
  const width = right - left;
  const bottom = 1000 - dice.between(40, 80);
  let y = dice.between(62, 85);
  const columnWidth = (width - gutter * (columns - 1)) / columns;
  const tops = Array.from({ length: columns }, () => y);
  const exhibits = dice.integer(0, 3);
  for (let exhibit = 0; exhibit < exhibits; exhibit++) {
    const column = dice.chance(0.35) ? -1 : dice.integer(0, columns - 1);
    const x = column < 0 ? left : left + column * (columnWidth + gutter);
    const wide = column < 0 ? width : columnWidth;
    const top = column < 0 ? Math.max(...tops) : (tops[column] ?? y);
    if (top > 600) continue;
    const below = dice.chance(0.5)
      ? drawDataTable(setting, paper, x, top, wide, body)
      : drawFigure(setting, x, top, wide, body);
    for (let at = 0; at < columns; at++) if (column < 0 || at === column) tops[at] = below + 12;
  }
  y = Math.min(...tops);
  flowColumns(
    paper,
    articleText(setting, 26),
    { x: left, y, width, bottom },
    { count: columns, gutter, style: body, leading, tops },
  );
  if (dice.chance(0.15))
    paper.text(right, 985, scribe.write('{journal}'), styled(body, { italic: true, size: 8.5 }), 'right');
}

function drawReferences(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const look = drawLook(setting);
  const { left, right, body, columns, gutter, leading } = look;
  drawRunningHead(setting, look, false);
  const width = right - left;
  const top = 72;
  const middle = dice.between(80, 480);
  const rest =
    middle > 180
      ? flowColumns(
          paper,
          articleText(setting, 12),
          { x: left, y: top, width, bottom: middle },
          { count: columns, gutter, style: body, leading },
        )
      : '';
  const y = rest === '' && middle <= 180 ? top : middle + 14;
  if (dice.chance(0.8))
    paper.text(
      dice.chance(0.5) ? paper.width / 2 : left,
      y + 10,
      dice.pick(['REFERENCES', 'References', 'Literature Cited', 'BIBLIOGRAPHY', 'LITERATURE']),
      look.head,
      dice.chance(0.5) ? 'center' : 'left',
    );
  const isNumbered = dice.chance(0.65);
  const items = Array.from(
    { length: 70 },
    (_, index) => `${isNumbered ? `${index + 1}. ` : ''}${scribe.write('{reference}')}`,
  );
  flowColumns(
    paper,
    items.join('\n'),
    { x: left, y: y + 20, width, bottom: 950 },
    {
      count: columns,
      gutter,
      style: styled(body, { size: body.size * 0.92 }),
      leading,
      indent: dice.pick([0, 0, 1]),
      gap: dice.pick([0, 0.3]),
      justify: dice.chance(0.6),
    },
  );
}
