/** Reports: typed ones of laboratories and offices here, printed ones in report-pages.ts. */
import { drawStamp, stampLines } from '../drawing/marks.js';
import { type Kind, officeStyle, type Setting, styled, uprightFormat } from '../setting.js';
import { drawChart, drawTable, paragraphs } from './parts.js';
import {
  drawContents,
  drawReportCover,
  drawReportProse,
  drawReportTable,
  drawSummary,
} from './report-pages.js';

export const report: Kind = {
  name: 'report',
  share: 1.9,
  origin: 'office',
  recentShare: 0.35,
  years: [1955, 2010],
  format: uprightFormat,
  draw(setting) {
    const layout = setting.dice.uniform();
    if (layout < 0.27) drawReportProse(setting);
    else if (layout < 0.46) drawReportTable(setting);
    else if (layout < 0.52) drawContents(setting);
    else if (layout < 0.58) drawReportCover(setting);
    else if (layout < 0.66) drawSummary(setting);
    else drawReport(setting);
  },
};

function drawReport(setting: Setting): void {
  const { paper, scribe, dice, year } = setting;
  const { write } = scribe;
  const style = officeStyle(dice, year);
  const left = dice.between(70, 115);
  const right = paper.width - dice.between(60, 100);
  const width = right - left;
  const isScience = dice.chance(0.55);
  const rule = isScience ? 'scienceSentence' : 'bodySentence';
  const line = style.size * 1.25;
  let y = dice.between(55, 90);
  const opening = dice.uniform();
  if (opening < 0.18) {
    // A title page.
    y = dice.between(200, 340);
    for (const text of [
      write(isScience ? '{paperTitle}' : '{Matter}: {quality} {thing+s}'),
      write(
        '[Progress Report|Annual Report|Final Report|Report No. {code}|Project {code}|Quarterly Report|]',
      ),
      scribe.fullName(),
      scribe.company(),
      scribe.date(),
    ]) {
      y =
        paper.block(text, {
          x: left,
          y,
          width,
          style: styled(style, { size: style.size * 1.3, bold: dice.chance(0.4) }),
          align: 'center',
        }).y + dice.between(14, 50);
    }
    return;
  }
  if (opening < 0.6) {
    const title = write(
      isScience
        ? '[Progress Report: |Summary: |Protocol - |]{paperTitle}'
        : '[{Month} Report|Monthly Report - {Matter}|{Thing} Status Report|{Matter} Review|Minutes of the {Thing} Committee]',
    );
    y =
      paper.block(dice.chance(0.4) ? title.toUpperCase() : title, {
        x: left,
        y,
        width,
        style: styled(style, { bold: true, underline: dice.chance(0.2) }),
        align: 'center',
      }).y + line;
    if (dice.chance(0.5)) {
      for (const text of [
        write('[Project No. {code}|Period: {month} - {month} {thisYear}|{person}|Author: {person}]'),
        scribe.date(),
      ]) {
        paper.text(left, y, text, style);
        y += line;
      }
    }
  } else
    paper.text(dice.chance(0.5) ? paper.width / 2 : right, y - 20, `${dice.integer(2, 60)}`, style, 'center');
  y += line;
  let number = dice.integer(1, 4);
  while (y < 880) {
    const kind = dice.uniform();
    if (kind < 0.25) {
      paper.text(
        left,
        y + line,
        write(
          `[${number}. |${'I'.repeat(Math.min(3, number))}. |${number}.${dice.integer(1, 5)} |]{${isScience ? 'paperHeading' : 'heading'}}`,
        ),
        styled(style, { bold: dice.chance(0.5), underline: dice.chance(0.5) }),
      );
      y += line * 1.9;
      number += 1;
    } else if (kind < 0.36 && y < 700) {
      const heads = ['Sample', write('{SThing}'), write('{Month}'), 'Mean'].slice(0, dice.integer(3, 4));
      const rows = Array.from({ length: dice.integer(3, 9) }, () =>
        heads.map((_, index) =>
          index === 0 ? write('[{code}|{SMatter}|Control]') : write('[{1-99}.{0-9}|{0.1-9.9}|{100-999}]'),
        ),
      );
      y =
        drawTable(
          paper,
          { x: left + 20, y: y + 6, width: width - 40 },
          heads.map((title, index) => ({
            title,
            width: index === 0 ? 1.6 : 1,
            align: index === 0 ? ('left' as const) : ('right' as const),
          })),
          rows,
          {
            style: styled(style, { size: style.size * 0.9 }),
            lines: dice.pick(['head', 'all', 'none']),
            rowHeight: 1.35,
          },
        ) + line;
    } else if (kind < 0.42 && y < 600) {
      drawChart(
        setting,
        { x: left + 30, y: y + 8, width: width - 60, height: 220 },
        styled(style, { size: 10 }),
      );
      y += 250;
    } else if (kind < 0.52) {
      for (let point = 0; point < dice.integer(2, 5); point++)
        y =
          paper.block(write('[-|•|*] {bullet}'), { x: left + 26, y, width: width - 40, style, bottom: 950 })
            .y + 3;
      y += line * 0.6;
    } else
      y =
        paper.block(paragraphs(scribe, rule, 1, [2, 6]), {
          x: left,
          y,
          width,
          style,
          indent: dice.pick([0, 36]),
          leading: dice.pick([1.2, 1.25, 1.7]),
          bottom: 950,
        }).y +
        line * 0.7;
    if (dice.chance(0.03)) break;
  }
  if (dice.chance(0.3)) paper.text(paper.width / 2, 978, write('[-{1-60}-|{1-60}|{code}]'), style, 'center');
  if (dice.chance(0.1))
    drawStamp(paper, dice.between(0.4, 0.8) * paper.width, dice.between(40, 900), stampLines(scribe));
}
