/** Slides and viewgraphs: a title with points, a chart or a picture, lying across or printed upright. */

import type { Dice } from '../dice.js';
import type { TextStyle } from '../drawing/paper.js';
import { drawLogo, drawPicture } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Format, type Kind, type Setting, styled } from '../setting.js';
import { drawLectureSlide } from './lecture-slides.js';
import { drawChart, drawTable, fitted } from './parts.js';

export const presentation: Kind = {
  name: 'presentation',
  share: 1.5,
  origin: 'office',
  recentShare: 0.5,
  years: [1970, 2012],
  format: (dice: Dice): Format =>
    dice.pick([
      { width: 1000, height: 750 },
      { width: 1000, height: 750 },
      { width: 1000, height: 563 },
      { width: 1000, height: 563 },
      { width: 1000, height: 563 },
      { width: 1000, height: 773 },
      { width: 773, height: 1000 },
    ]),
  draw(setting) {
    const isRecent = setting.year > 1994 && setting.paper.width > setting.paper.height;
    if (isRecent && setting.dice.chance(0.75)) drawLectureSlide(setting);
    else drawSlide(setting);
  },
};

function drawSlide(setting: Setting): void {
  const { paper, scribe, dice, year } = setting;
  const { write } = scribe;
  const { width, height } = paper;
  const isOld = year < 1990;
  const face = getFace(
    dice.pick(
      isOld
        ? [...FACES.typewriter, ...FACES.sans, ...FACES.serif]
        : [...FACES.sans, ...FACES.serif, 'josefin-sans', 'zilla-slab'],
    ),
  );
  const dark = !isOld && dice.chance(0.22);
  const accent = dice.pick(['#1c3f94', '#7a1420', '#0b6b4f', '#333', '#444', '#000']);
  const ink = dark ? '#fff' : '#000';
  if (dark) paper.box(0, 0, width, height, dice.pick(['#10203f', '#000', '#3a1030', '#22324a']));
  const band = !dark && dice.chance(0.25);
  if (band) paper.box(0, 0, width, 0.16 * height, accent);
  if (!dark && !band && dice.chance(0.25))
    paper.box(18, 18, width - 36, height - 36, accent, dice.between(1.5, 5));
  const title: TextStyle = {
    face,
    size: dice.between(30, 48),
    bold: dice.chance(0.65),
    colour: band ? '#fff' : ink,
    underline: isOld && dice.chance(0.3),
  };
  const body: TextStyle = { face, size: dice.between(20, 31), colour: ink };
  const left = dice.between(50, 90);
  const right = width - left;
  const centred = dice.chance(0.45);
  const isTitlePage = dice.chance(0.14);
  if (isTitlePage) {
    const y =
      paper.block(
        write('[{Matter}: {quality} {thing+s}|{company} {thisYear} {Thing}|{Heading}|{paperTitle}]'),
        {
          x: left,
          y: height * 0.28,
          width: right - left,
          style: styled(title, { size: title.size * 1.15, colour: ink }),
          align: 'center',
        },
      ).y + 30;
    for (const [row, line] of [scribe.fullName(), scribe.company(), scribe.date()].entries())
      paper.text(width / 2, y + row * 36, line, styled(body, { size: 22 }), 'center');
    if (dice.chance(0.5)) drawLogo(paper, width / 2 - 35, height - 130, 70, dark ? '#fff' : accent);
    return;
  }
  const text = write(
    '[{heading}|{Matter}|{Quality} {thing+s}: {matter}|{Thing+s} by {Thing}|{thisYear} {Matter}|{SMatter}]',
  );
  const shown = dice.chance(0.35) ? text.toUpperCase() : text;
  paper.text(
    centred ? width / 2 : left,
    0.11 * height,
    shown,
    fitted(paper, shown, right - left, title),
    centred ? 'center' : 'left',
  );
  if (!band && dice.chance(0.3))
    paper.line(left, 0.15 * height, right, 0.15 * height, 3, dark ? '#ccc' : accent);
  let y = 0.2 * height;
  const layout = dice.integer(0, 4);
  const points = (x: number, wide: number, count: number) => {
    const mark = dice.pick(['•', '-', '–', '*', '»', '']);
    for (let point = 0; point < count && y < height - 90; point++) {
      if (mark) paper.text(x, y + body.size, mark, body);
      y =
        paper.block(write('{bullet}'), {
          x: x + 28,
          y: y + 0.02 * body.size,
          width: wide - 28,
          style: body,
          bottom: height - 40,
        }).y +
        body.size * dice.between(0.3, 0.7);
      if (dice.chance(0.2))
        y =
          paper.block(write('– {bullet}'), {
            x: x + 62,
            y,
            width: wide - 70,
            style: styled(body, { size: body.size * 0.82 }),
            bottom: height - 40,
          }).y +
          body.size * 0.3;
    }
  };
  if (layout <= 1) points(left, right - left, dice.integer(3, 8));
  else if (layout === 2) {
    drawChart(
      setting,
      { x: left, y: y + 10, width: right - left, height: height * 0.58 },
      styled(body, { size: 16 }),
    );
    if (dice.chance(0.5))
      paper.text(
        width / 2,
        height - 60,
        write('[Source: {company}|{Matter} ({year}-{nextYear})|{rate} of {thing+s}]'),
        styled(body, { size: 16 }),
        'center',
      );
  } else if (layout === 3) {
    const half = (right - left) / 2;
    if (dice.chance(0.6))
      drawPicture(paper, { x: left + half + 20, y: y + 10, width: half - 20, height: height * 0.5 });
    else
      drawChart(
        setting,
        { x: left + half + 10, y: y + 10, width: half - 10, height: height * 0.5 },
        styled(body, { size: 13 }),
      );
    points(left, half, dice.integer(3, 5));
  } else {
    const columns = dice.integer(2, 4);
    const heads = Array.from({ length: columns }, () =>
      write('[{thisYear}|{year}|{Thing}|{city}|Actual|Plan|% Change|Index|{Month}]'),
    );
    const rows = Array.from({ length: dice.integer(3, 7) }, () => [
      write('[{Matter}|{AdBrand}|{Thing+s}]'),
      ...heads.map(() => write('[{1-99}.{0-9}|{100-999}|{1-99}%|{usd}{1-90}MM]')),
    ]);
    drawTable(
      paper,
      { x: left, y: y + 10, width: right - left, bottom: height - 50 },
      [
        { title: '', width: 2.2 },
        ...heads.map((head) => ({ title: head, width: 1, align: 'right' as const })),
      ],
      rows,
      {
        style: styled(body, { size: Math.min(22, body.size) }),
        lines: dice.pick(['head', 'all', 'none', 'rows']),
        rowHeight: 1.7,
      },
    );
  }
  if (dice.chance(0.55))
    paper.text(
      right,
      height - 24,
      write('[{1-60}|{company}|{shortDate}   {1-60}|CONFIDENTIAL]'),
      styled(body, { size: 14 }),
      'right',
    );
  if (dice.chance(0.3)) drawLogo(paper, left, height - 56, 36, dark ? '#fff' : accent);
}
