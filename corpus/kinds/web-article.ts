/** A story from the web as a browser printed it. */
import type { TextStyle } from '../drawing/paper.js';
import { drawPicture } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { tell } from './news-story.js';
import { fitted } from './parts.js';

/** A story from the web as a browser printed it: address and date at the edges, links at the side, a banner. */
export function drawWebArticle(setting: Setting): void {
  const { paper, dice, scribe } = setting;
  const { write } = scribe;
  const story = tell(setting);
  const face = getFace(dice.pick(['tinos', 'arimo', 'arimo', 'libre-franklin', 'eb-garamond']));
  const small: TextStyle = { face: getFace('tinos'), size: 10 };
  const link: TextStyle = {
    face: getFace('arimo'),
    size: 9.5,
    underline: dice.chance(0.6),
    colour: '#1a0dab',
  };
  paper.text(40, 24, story.headline, fitted(paper, story.headline, 0.6 * paper.width, small));
  paper.text(paper.width - 40, 24, write('Page 1 of {2-6}'), small, 'right');
  const site = write('{city}{surname}')
    .toLowerCase()
    .replace(/[^a-z]/g, '');
  paper.text(
    40,
    982,
    write(`http://www.${site}.com/[news|articles|${setting.year}]/{1-12}/{code}.html`),
    small,
  );
  paper.text(paper.width - 40, 982, scribe.date('short'), small, 'right');
  let y = 50;
  if (dice.chance(0.6)) {
    const banner = write('{paper}');
    paper.box(40, y, paper.width - 80, 54, dice.pick(['#111', '#8a1c1c', '#12335f', '#ddd']));
    paper.text(
      60,
      y + 37,
      banner,
      fitted(paper, banner, 400, { face: getFace(dice.pick(FACES.masthead)), size: 32, colour: '#fff' }),
    );
    y += 70;
  }
  const hasLinks = dice.chance(0.6);
  const left = hasLinks ? 180 : dice.between(45, 80);
  if (hasLinks) {
    for (let row = 0; row < dice.integer(8, 22); row++)
      paper.text(
        44,
        y + 14 + row * 19,
        write(
          '[{newsSection}|{newsSection}|Home|Search|Archives|Subscribe|Contact us|Weather|E-mail this story]',
        ),
        link,
      );
    if (dice.chance(0.5)) drawPicture(paper, { x: 44, y: y + 460, width: 110, height: 130 });
  }
  const width = paper.width - left - dice.between(45, 90);
  const body: TextStyle = { face, size: dice.between(12, 14.5) };
  y =
    paper.block(story.headline, {
      x: left,
      y,
      width,
      style: { face, size: dice.between(19, 28), bold: true },
    }).y + 8;
  y =
    paper.block(
      `${story.byline}\n${write('[{weekday}, |]{longDate}[; {10-12}:{10-59} [AM|PM] EST|; Page A{1-30}|]')}`,
      { x: left, y, width, style: styled(body, { size: body.size * 0.88 }) },
    ).y + 10;
  if (dice.chance(0.3)) {
    drawPicture(paper, { x: left, y, width: 0.6 * width, height: 150 });
    y =
      paper.block(write('{newsCaption}'), {
        x: left,
        y: y + 154,
        width: 0.6 * width,
        style: styled(body, { size: 10 }),
      }).y + 8;
  }
  y = paper.block(story.body(dice.integer(5, 22)), {
    x: left,
    y,
    width,
    style: body,
    leading: 1.22,
    gap: 0.9,
    bottom: 900,
  }).y;
  if (y < 900 && dice.chance(0.7))
    paper.text(
      left,
      y + 16,
      write('[© {thisYear} {paper}|© Copyright {thisYear} {company}. All rights reserved.|Back to top]'),
      styled(small, { size: 9.5 }),
    );
}
