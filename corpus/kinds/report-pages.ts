/** Pages of printed reports: prose with running heads and footnotes, tables that fill the page, contents, summaries, figures. */
import { drawLogo, drawPicture } from '../drawing/pictures.js';
import { type Setting, styled } from '../setting.js';
import { cutToFit, drawTable, fitted, flowColumns, paragraphs } from './parts.js';
import { drawCaption, drawFigureBlock, drawFurniture, drawLook } from './report-look.js';

/** One column of prose, now and then two, with headings, notes at the foot and perhaps a list or a picture. */
export function drawReportProse(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const look = drawLook(setting);
  const { body, head, left, right } = look;
  drawFurniture(setting, look);
  let y = look.top;
  const width = right - left;
  if (dice.chance(0.22)) {
    const chapter = scribe
      .write('[Chapter {1-9}|{1-9}|Section {1-9}|Appendix [A|B|C]|] {ReportHeading}')
      .trim();
    y =
      paper.block(chapter, {
        x: left,
        y: y + dice.between(0, 60),
        width,
        style: styled(head, { size: dice.between(18, 32), colour: look.accent }),
      }).y + 24;
  }
  const hasNotes = dice.chance(0.45);
  const notes = hasNotes ? dice.integer(1, 6) : 0;
  const bottom = look.bottom - notes * body.size * 1.15;
  if (dice.chance(0.22)) {
    const text = paragraphs(scribe, 'reportSentence', 14, [2, 5]);
    flowColumns(
      paper,
      text,
      { x: left, y, width, bottom },
      {
        count: 2,
        gutter: 20,
        style: body,
        justify: dice.chance(0.6),
        leading: dice.between(1.15, 1.3),
        gap: dice.pick([0, 0.5]),
      },
    );
  } else {
    const leading = dice.pick([1.18, 1.25, 1.35, 1.5]);
    const indent = dice.pick([0, 0, 22]);
    const align = dice.chance(0.5) ? 'justify' : 'left';
    const put = (text: string, x = left) => {
      y =
        paper.block(text, {
          x,
          y,
          width: right - x,
          style: body,
          leading,
          indent: x === left ? indent : 0,
          align,
          bottom,
        }).y +
        (indent === 0 ? 0.7 : 0.2) * body.size;
    };
    while (y < bottom - 2 * body.size) {
      if (dice.chance(0.18) && y < bottom - 80) {
        y += 0.6 * body.size;
        const numbered = dice.chance(0.35) ? `${dice.integer(1, 6)}.${dice.integer(1, 9)} ` : '';
        y =
          paper.block(`${numbered}${scribe.write('{reportHeading}')}`, {
            x: left,
            y,
            width,
            style: styled(head, {
              colour: look.accent,
              size: dice.pick([head.size, body.size * 1.08]),
              italic: dice.chance(0.15),
            }),
          }).y + 5;
      } else if (dice.chance(0.1)) {
        const mark = dice.pick(['•', '•', '-', '–', '■']);
        for (let point = dice.integer(2, 5); point > 0; point--)
          put(`${mark} ${scribe.sentences('reportSentence', 1)}`, left + 24);
      } else if (dice.chance(0.05) && y < bottom - 260) {
        y = drawFigureBlock(setting, look, y) + 10;
      }
      put(scribe.sentences('reportSentence', dice.integer(3, 7)));
    }
  }
  if (notes === 0) return;
  const small = styled(body, { size: body.size * 0.8 });
  paper.line(left, bottom + 4, left + 130, bottom + 4, 0.7);
  y = bottom + 8;
  for (let note = 1; note <= notes && y < 950; note++)
    y = paper.block(
      scribe.write(
        `${note + dice.integer(0, 20)}[.| ] [{reference}|{reportSource}|See {reportField}, p. {2-200}.|Ibid., p. {2-99}.]`,
      ),
      { x: left, y, width, style: small, bottom: 952 },
    ).y;
}

/** A table with its caption, spanned heads, leaders, notes and source that takes the whole page or most of it. */
export function drawReportTable(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const look = drawLook(setting);
  const left = look.left * 0.7;
  const right = paper.width - left;
  drawFurniture(setting, look);
  const bottom = paper.height - dice.between(110, 160);
  let y = drawCaption(
    setting,
    { ...look, left, right },
    dice.pick(['Table', 'Table', 'TABLE', 'Exhibit', 'Appendix Table']),
    look.top,
  );
  const style = styled(look.body, { size: dice.between(8.4, 10.8) });
  const columns = dice.integer(3, 9);
  const decimals = dice.pick([0, 0, 1, 1, 2]);
  const scale = dice.pick([100, 100, 1000, 90_000, 2_000_000]);
  const heads = Array.from({ length: columns }, (_, index) =>
    dice.chance(0.6)
      ? String(setting.year - columns + index)
      : scribe.write(
          '[Total|Percent|Number|Men|Women|Public|Private|Average|{Month}|Change|Rate|Standard error|Amount|Ratio]',
        ),
  );
  const number = () =>
    dice.chance(0.04)
      ? dice.pick(['-', '—', '(1)', 'NA', '...'])
      : scribe.money(scale * dice.uniform() ** 2, decimals);
  const isLeader = dice.chance(0.5);
  const rows = Array.from({ length: 60 }, (_, index) => {
    if (index > 0 && dice.chance(0.1))
      return [
        scribe.write('[{ReportMeasure}|{ReportField}|By region|By age|Control of institution]'),
        ...heads.map(() => ''),
      ];
    return [
      `${scribe.write('{reportRow}')}${isLeader ? ` ${'.'.repeat(dice.integer(6, 22))}` : ''}`,
      ...heads.map(number),
    ];
  });
  y =
    drawTable(
      paper,
      {
        x: left,
        y,
        width: right - left,
        bottom: dice.chance(0.75) ? bottom : bottom * dice.between(0.45, 0.8),
      },
      [
        {
          title: scribe.write('[Characteristic|Region|State|Item|Category|Year|{Thing}]'),
          width: dice.between(2, 3.4),
        },
        ...heads.map((title) => ({ title, width: 1, align: 'right' as const })),
      ],
      rows,
      {
        style,
        lines: dice.pick(['head', 'head', 'none', 'all', 'rows', 'columns']),
        rowHeight: dice.between(1.2, 1.7),
        stripes: dice.chance(0.2),
        ...(dice.chance(0.25) && { headFill: dice.pick(['#ddd', '#1f4e79', '#444']) }),
      },
    ) + 5;
  const small = styled(look.body, { size: style.size * 0.9 });
  for (let note = dice.integer(1, 4); note > 0; note--)
    y = paper.block(scribe.write('{reportSource}'), {
      x: left,
      y,
      width: right - left,
      style: small,
      bottom: 950,
    }).y;
  if (y < 640)
    paper.block(paragraphs(scribe, 'reportSentence', 4, [2, 5]), {
      x: left,
      y: y + 14,
      width: right - left,
      style: look.body,
      gap: 0.6,
      bottom: look.bottom,
    });
}

/** Entries with leaders and page numbers. */
export function drawContents(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const look = drawLook(setting);
  const { left, right, body } = look;
  const heading = dice.pick([
    'Contents',
    'TABLE OF CONTENTS',
    'Table of Contents',
    'List of Tables',
    'CONTENTS',
  ]);
  let y = dice.between(80, 150);
  paper.text(
    dice.chance(0.5) ? left : paper.width / 2 - 60,
    y,
    heading,
    styled(look.head, { size: dice.between(17, 30), colour: look.accent }),
  );
  y += 34;
  let page = dice.integer(1, 6);
  const step = body.size * dice.between(1.4, 2);
  const isTables = heading === 'List of Tables';
  for (let chapter = 1; y < dice.between(600, 930); chapter++) {
    const level = dice.chance(0.55) ? 1 : 0;
    const text = scribe.write(
      isTables
        ? `Table ${chapter}. {reportTable}`
        : `[${level === 0 ? `Chapter ${chapter}. ` : ''}|${chapter}. |]{reportHeading}`,
    );
    const style = styled(body, { bold: level === 0 && !isTables && dice.chance(0.6) });
    const end = paper.text(left + level * 22, y, cutToFit(paper, text, right - left - 80, style), style);
    const dots = Math.floor((right - 26 - end) / (body.size * 0.5));
    if (dots > 3)
      paper.text(
        right - 24,
        y,
        dice.chance(0.85) ? '.'.repeat(dots) : '',
        fitted(paper, '.'.repeat(dots), right - 30 - end, body),
        'right',
      );
    paper.text(right, y, String(page), style, 'right');
    page += dice.integer(1, 9);
    y += step;
  }
  paper.text((left + right) / 2, 965, dice.pick(['i', 'ii', 'iii', 'iv', 'v']), body, 'center');
}

/** The outside of a printed report: a title, a picture or a field of colour, who publishes it. */
export function drawReportCover(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const { width, height } = paper;
  const look = drawLook(setting);
  const isFull = dice.chance(0.35);
  const ground = dice.pick(['#123a5e', '#6b1d24', '#0f4d3f', '#33415c', '#e9edf2', '#f3ead8']);
  const isDark = !/^#[ef]/.test(ground);
  if (isFull) paper.box(0, 0, width, height, ground);
  else if (dice.chance(0.6))
    paper.box(0, dice.pick([0, height * 0.62]), width, height * dice.between(0.12, 0.36), ground);
  if (dice.chance(0.45))
    drawPicture(paper, {
      x: dice.pick([0, 70]),
      y: height * dice.between(0.4, 0.55),
      width: width - 2 * dice.pick([0, 70]),
      height: height * dice.between(0.2, 0.35),
    });
  const colour = isFull && isDark ? '#fff' : '#000';
  const title = styled(look.head, { size: dice.between(26, 46), colour });
  const y =
    paper.block(look.title, {
      x: 70,
      y: height * dice.between(0.14, 0.24),
      width: width - 140,
      style: title,
      align: dice.pick(['left', 'center']),
    }).y + 16;
  paper.text(
    70,
    y,
    scribe.write(
      '[Final Report|{Month} {thisYear}|A Report to the {institution}|Volume {1-3}|Report No. {code}|Working Paper {10-99}|]',
    ),
    styled(look.body, { size: 16, colour }),
  );
  for (const [row, line] of [
    scribe.write('[{person}|{person} and {person}|Prepared by {company}|]'),
    scribe.write('{institution}'),
    scribe.write('{Month} {thisYear}'),
  ].entries())
    paper.text(70, height - 110 + row * 24, line, styled(look.body, { size: 14.5, colour }));
  if (dice.chance(0.6)) drawLogo(paper, width - 130, height - 130, 60, colour);
}

/** A summary in a box or with bullet points, set larger. */
export function drawSummary(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const look = drawLook(setting);
  const { left, right } = look;
  drawFurniture(setting, look);
  let y = look.top + dice.between(0, 40);
  const title = scribe.write(
    '[Executive Summary|EXECUTIVE SUMMARY|Summary of Findings|Highlights|Key Findings|Recommendations|At a Glance]',
  );
  paper.text(left, y + 20, title, styled(look.head, { size: dice.between(20, 32), colour: look.accent }));
  y += 44;
  const body = styled(look.body, { size: look.body.size * 1.06 });
  y =
    paper.block(paragraphs(scribe, 'reportSentence', dice.integer(1, 3), [2, 4]), {
      x: left,
      y,
      width: right - left,
      style: body,
      gap: 0.8,
      leading: 1.3,
    }).y + 8;
  const mark = dice.pick(['•', '•', '■', '1.', '–']);
  while (y < 760) {
    paper.text(left + 8, y + body.size, mark, body);
    y =
      paper.block(scribe.sentences('reportSentence', dice.integer(1, 2)), {
        x: left + 28,
        y,
        width: right - left - 28,
        style: body,
        leading: 1.3,
      }).y + 8;
    if (dice.chance(0.08)) break;
  }
  if (dice.chance(0.4) && y < 620) drawFigureBlock(setting, look, y + 8);
}
