/** Newspaper clippings and magazine pages: columns of odd shape, headlines, photographs, datelines, the clipping's own marks. */
import { drawNote } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { drawPicture } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Kind, type Setting, styled } from '../setting.js';
import { drawCutEdges, drawSource, type ClippingFrame as Frame } from './clipping-marks.js';
import { drawContinuation, drawFrontPage, drawPastedClipping, drawReadersLetters } from './news-pages.js';
import { setStory, tell } from './news-story.js';
import { fitted } from './parts.js';
import { drawWebArticle } from './web-article.js';

export const newsArticle: Kind = {
  name: 'news_article',
  turnedShare: 0.06,
  share: 2.3,
  years: [1954, 2005],
  format: (dice) => ({ width: dice.integer(690, 790), height: 1000 }),
  draw(setting) {
    const { dice } = setting;
    const layout = dice.uniform();
    if (layout < 0.27) drawClipping(setting);
    else if (layout < 0.4) drawNarrowClipping(setting);
    else if (layout < 0.5) drawSeveral(setting);
    else if (layout < 0.57) drawMagazinePage(setting);
    else if (layout < 0.64) drawWire(setting);
    else if (layout < 0.75) drawContinuation(setting);
    else if (layout < 0.83) drawFrontPage(setting);
    else if (layout < 0.88) drawReadersLetters(setting);
    else if (layout < 0.94) drawPastedClipping(setting);
    else drawWebArticle(setting);
  },
};

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
