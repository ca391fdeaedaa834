/** Newspaper clippings and magazine pages: columns of odd shape, headlines, photographs, datelines, the clipping's own marks. */
import { drawNote } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { drawPicture } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Kind, type Setting, styled } from '../setting.js';
import { FOREIGN_RULES } from '../text/foreign-prose.js';
import { createWriter } from '../text/grammar.js';
import { drawCutEdges, drawSource, type ClippingFrame as Frame } from './clipping-marks.js';
import { fitted, flowColumns } from './parts.js';

export const newsArticle: Kind = {
  name: 'news_article',
  turnedShare: 0.06,
  share: 2.3,
  years: [1954, 2005],
  format: (dice) => ({ width: dice.integer(690, 790), height: 1000 }),
  draw(setting) {
    const { dice } = setting;
    const layout = dice.uniform();
    if (layout < 0.45) drawClipping(setting);
    else if (layout < 0.6) drawNarrowClipping(setting);
    else if (layout < 0.74) drawSeveral(setting);
    else if (layout < 0.9) drawMagazinePage(setting);
    else drawWire(setting);
  },
};

type Story = { headline: string; deck: string; byline: string; body(sentences: number): string };

function tell({ scribe, dice, year }: Setting): Story {
  const { write } = scribe;
  const language = dice.chance(0.06) ? dice.pick(['de', 'fr', 'es'] as const) : null;
  if (language) {
    const foreign = createWriter(dice, FOREIGN_RULES[language]);
    return {
      headline: foreign('{title}'),
      deck: foreign('{title}'),
      byline: scribe.fullName(),
      body: (count) =>
        Array.from(
          { length: Math.ceil(count / 2) },
          () => `${foreign('{sentence}')} ${foreign('{sentence}')}`,
        ).join('\n'),
    };
  }
  const raw = write('{headline}');
  const isTitleCase = dice.chance(year < 1980 ? 0.75 : 0.35);
  const headline = isTitleCase
    ? raw.replace(/(^|\s)([a-z])/g, (_m, space: string, letterOf: string) => space + letterOf.toUpperCase())
    : raw.charAt(0).toUpperCase() + raw.slice(1);
  return {
    headline: dice.chance(0.06) ? headline.toUpperCase() : headline,
    deck: write('{headline}'),
    byline: write('[By|by|BY] {person}'),
    body(count) {
      const parts = [scribe.sentences('newsLead', 1)];
      for (let index = 0; index < count; index++) {
        if (index > 5 && dice.chance(0.04)) parts.push(write('{StrayAdjective} {strayNoun+s}'));
        parts.push(scribe.sentences('newsSentence', dice.chance(0.65) ? 1 : 2));
      }
      return parts.join('\n');
    },
  };
}

/** The article itself in the frame; returns nothing, it takes the room it has. */
function setStory(setting: Setting, frame: Frame, columns: number, size: number): void {
  const { paper, dice, scribe } = setting;
  const story = tell(setting);
  const headFace = getFace(dice.pick(FACES.newsHeadline));
  const bodyFace = getFace(
    dice.pick(['tinos', 'tinos', 'old-standard-tt', 'libre-caslon-text', 'zilla-slab', 'eb-garamond']),
  );
  const body: TextStyle = { face: bodyFace, size };
  const align = dice.chance(0.35) ? 'center' : 'left';
  let y = frame.y;
  const put = (text: string, style: TextStyle, gap: number) => {
    y =
      paper.block(text, {
        x: frame.x,
        y,
        width: frame.width,
        style,
        align,
        leading: 1.06,
        bottom: frame.bottom,
      }).y + gap;
  };
  if (dice.chance(0.12))
    put(
      scribe.write('{newsSection}').toUpperCase(),
      { face: headFace, size: 11, bold: true, underline: true },
      4,
    );
  const headSize = Math.min(dice.between(22, 58), frame.width / 7.5);
  const longest = story.headline.split(' ').reduce((a, b) => (a.length > b.length ? a : b), '');
  put(
    story.headline,
    fitted(paper, longest, frame.width, {
      face: headFace,
      size: headSize,
      bold: dice.chance(0.75),
      italic: dice.chance(0.1),
    }),
    6,
  );
  if (dice.chance(0.3))
    put(story.deck, { face: headFace, size: headSize * 0.5, italic: dice.chance(0.5) }, 5);
  if (dice.chance(0.12)) {
    paper.line(frame.x, y, frame.x + frame.width, y, 0.8);
    y += 5;
  }
  const gutter = dice.between(9, 18);
  const columnWidth = (frame.width - gutter * (columns - 1)) / columns;
  const tops = Array.from({ length: columns }, () => y + 4);
  if (dice.chance(0.62)) {
    const label = dice.chance(0.6)
      ? story.byline
      : `${story.byline}\n${scribe.write('[Staff Writer|of The {city} Staff|Associated Press|Special to {paper}|Washington Bureau|{paper}|Medical Writer]')}`;
    tops[0] =
      paper.block(label, {
        x: frame.x,
        y: tops[0] ?? y,
        width: columnWidth,
        style: styled(body, { bold: dice.chance(0.7), size: size * 0.95 }),
        align: dice.pick(['left', 'center']),
      }).y + 5;
  }
  if (dice.chance(0.42) && columns > 1) {
    const span = dice.integer(1, Math.max(1, columns - 1));
    const from = dice.integer(columns === 1 ? 0 : 1, columns - span);
    const wide = span * columnWidth + (span - 1) * gutter;
    const x = frame.x + from * (columnWidth + gutter);
    const top = tops[from] ?? y;
    const high = Math.min(wide * dice.between(0.6, 1.25), (frame.bottom - top) * 0.6);
    drawPicture(
      paper,
      { x, y: top, width: wide, height: high },
      dice.pick(['portrait', 'portrait', 'people', 'city', 'landscape', 'goods', 'pack']),
    );
    const below =
      paper.block(scribe.write('{newsCaption}'), {
        x,
        y: top + high + 3,
        width: wide,
        style: styled(body, { bold: dice.chance(0.5), size: size * 0.88 }),
      }).y + 7;
    for (let column = from; column < from + span; column++) tops[column] = below;
  }
  // Columns of a clipping end where the scissors went.
  flowColumns(
    paper,
    story.body(dice.chance(0.35) ? dice.integer(2, 14) : 90),
    { ...frame, y },
    {
      count: columns,
      gutter,
      style: body,
      leading: dice.between(1.02, 1.16),
      indent: 1,
      tops,
      justify: dice.chance(0.85),
      ruled: dice.chance(0.2),
    },
  );
}

function drawClipping(setting: Setting): void {
  const { paper, dice, scribe } = setting;
  const columns = dice.integer(2, 5);
  const frame: Frame = {
    x: dice.between(35, 110),
    y: dice.between(70, 190),
    width: 0,
    bottom: dice.chance(0.5) ? dice.between(880, 960) : dice.between(380, 860),
  };
  const isWide = dice.chance(0.75);
  frame.width = Math.min(
    paper.width - frame.x - 30,
    isWide ? dice.between(520, 700) : dice.between(330, 480),
  );
  drawCutEdges(setting, frame);
  paper.turned(0, 0, dice.chance(0.3) ? dice.gaussian() * 1.2 : 0, () => {
    setStory(
      setting,
      frame,
      Math.min(columns, Math.max(2, Math.floor(frame.width / 105))),
      dice.between(8.4, 11.8),
    );
  });
  drawSource(setting, dice.between(60, 0.5 * paper.width), dice.between(30, 56));
  if (dice.chance(0.16)) drawNote(paper, scribe, dice.between(0.55, 0.8) * paper.width, dice.between(12, 60));
}

/** One long column, most of the sheet left empty. */
function drawNarrowClipping(setting: Setting): void {
  const { paper, dice } = setting;
  const width = dice.between(130, 300);
  const frame: Frame = {
    x: dice.between(60, paper.width - width - 60),
    y: dice.between(60, 220),
    width,
    bottom: dice.between(300, 960),
  };
  drawCutEdges(setting, frame);
  setStory(setting, frame, width > 230 ? 2 : 1, dice.between(9, 12));
  drawSource(
    setting,
    dice.chance(0.5) ? frame.x : dice.between(50, 300),
    dice.chance(0.7) ? frame.y - 24 : Math.min(975, frame.bottom + 40),
  );
}

/** Several pieces pasted on one sheet. */
function drawSeveral(setting: Setting): void {
  const { paper, dice } = setting;
  const rows = dice.integer(1, 2);
  const across = dice.integer(2, 3);
  for (let cell = 0; cell < rows * across; cell++) {
    const wide = paper.width / across;
    const high = 930 / rows;
    const frame: Frame = {
      x: (cell % across) * wide + dice.between(14, 30),
      y: 40 + Math.floor(cell / across) * high + dice.between(10, 60),
      width: wide - dice.between(34, 60),
      bottom: 0,
    };
    frame.bottom = Math.min(960, frame.y + high * dice.between(0.5, 0.9));
    drawCutEdges(setting, frame);
    paper.turned(0, 0, dice.gaussian() * 0.7, () =>
      setStory(setting, frame, frame.width > 260 ? 2 : 1, dice.between(8.2, 10.5)),
    );
    if (dice.chance(0.5)) drawSource(setting, frame.x, frame.y - 10);
  }
}

/** A page of a magazine or a newsletter, with its head or foot line. */
function drawMagazinePage(setting: Setting): void {
  const { paper, dice, scribe } = setting;
  const { width } = paper;
  let top = dice.between(40, 70);
  const small: TextStyle = { face: getFace(dice.pick(FACES.sans)), size: 9.5, bold: dice.chance(0.4) };
  if (dice.chance(0.3)) {
    const name = scribe.write('{paper}');
    const style = fitted(paper, name, width - 120, {
      face: getFace(dice.pick(FACES.masthead)),
      size: dice.between(34, 66),
      bold: dice.chance(0.5),
    });
    paper.text(width / 2, top + style.size * 0.6, name, style, 'center');
    top += style.size * 0.8;
    paper.line(50, top, width - 50, top, 1.5);
    paper.text(55, top + 13, scribe.write('Vol. {10-99}, No. {1-52}'), small);
    paper.text(width - 55, top + 13, scribe.date('long'), small, 'right');
    top += 18;
    paper.line(50, top, width - 50, top, 0.7);
    top += 14;
  } else if (dice.chance(0.6)) {
    paper.text(50, top - 14, scribe.write('[{newsSection}|{2-140}|{paper}|{newsSection} / {paper}]'), small);
    paper.text(
      width - 50,
      top - 14,
      scribe.write('[{weekday}, {longDate}|{longDate}|{Month} {thisYear}|{2-140}]'),
      small,
      'right',
    );
    if (dice.chance(0.5)) paper.line(50, top - 8, width - 50, top - 8, dice.between(0.6, 3));
  }
  const pieces = dice.chance(0.6) ? 1 : 2;
  const cut = pieces === 1 ? 940 : dice.between(450, 640);
  const margin = dice.between(45, 80);
  setStory(
    setting,
    { x: margin, y: top, width: width - 2 * margin, bottom: cut },
    dice.integer(2, 4),
    dice.between(9, 12.5),
  );
  if (pieces === 2) {
    paper.line(margin, cut + 10, width - margin, cut + 10, 1);
    if (dice.chance(0.35))
      drawPicture(paper, { x: margin, y: cut + 20, width: width - 2 * margin, height: 930 - cut });
    else
      setStory(
        setting,
        { x: margin, y: cut + 18, width: width - 2 * margin, bottom: 945 },
        dice.integer(2, 4),
        dice.between(9, 11.5),
      );
  }
  if (dice.chance(0.6))
    paper.text(
      dice.pick([margin, width / 2, width - margin - 40]),
      975,
      scribe.write('[{2-140}|{paper}|{paper} / {Month} {thisYear}   {2-140}]'),
      small,
    );
}

/** A press release or a story off the wire, typed in full width. */
function drawWire(setting: Setting): void {
  const { paper, dice, scribe } = setting;
  const story = tell(setting);
  const style: TextStyle = {
    face: getFace(dice.pick([...FACES.typewriter, ...FACES.printer, 'tinos', 'arimo'])),
    size: dice.between(11.5, 14.5),
  };
  const left = dice.between(60, 110);
  const width = paper.width - left - dice.between(55, 100);
  let y = dice.between(50, 110);
  if (dice.chance(0.7)) {
    for (const line of [
      scribe.write(
        '[{paper}|{company} NEWS SERVICE|Copyright {thisYear} {paper}|NEWS|FOR IMMEDIATE RELEASE|{firmWord} NewsWire]',
      ),
      scribe.write(
        '[{weekday}, {longDate}|{longDate}|SECTION: {newsSection}; Pg. {1-40}|LENGTH: {100-1900} words]',
      ),
    ]) {
      paper.text(left, y, line, style);
      y += 20;
    }
  }
  y =
    paper.block(dice.chance(0.5) ? story.headline.toUpperCase() : story.headline, {
      x: left,
      y: y + 10,
      width,
      style: styled(style, { bold: true, size: style.size * dice.between(1, 1.5) }),
      align: dice.pick(['left', 'center']),
    }).y + 10;
  if (dice.chance(0.5)) y = paper.block(story.byline, { x: left, y, width, style }).y + 8;
  paper.block(story.body(dice.integer(6, 30)), {
    x: left,
    y,
    width,
    style,
    leading: dice.between(1.15, 1.5),
    indent: dice.pick([0, 40]),
    gap: dice.pick([0, 0.7]),
    bottom: dice.between(600, 940),
  });
}
