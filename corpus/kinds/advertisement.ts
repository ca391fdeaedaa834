/** Advertisements: pictures with slogans, copy in columns, coupons, posters, lists of events, offers; light and dark. */

import type { Dice } from '../dice.js';
import { drawNote } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { drawPicture } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Format, type Kind, type Setting, styled } from '../setting.js';
import {
  drawEvents,
  drawManyGoods,
  drawNearlyWordless,
  drawNotice,
  drawTestimonials,
} from './advert-layouts.js';
import {
  copyOf,
  displayStyle,
  drawBrand,
  drawSlogan,
  drawSmallPrint,
  type AdFrame as Frame,
  subjectOf,
  type AdTone as Tone,
} from './advert-parts.js';
import { flowColumns } from './parts.js';

export const advertisement: Kind = {
  name: 'advertisement',
  turnedShare: 0.14,
  share: 2.1,
  years: [1952, 2006],
  format: (dice: Dice): Format =>
    dice.chance(0.88)
      ? { width: dice.integer(660, 800), height: 1000 }
      : { width: 1000, height: dice.integer(640, 800) },
  draw: drawAdvertisement,
};

function drawAdvertisement(setting: Setting): void {
  const { paper, dice, scribe } = setting;
  const { width, height } = paper;
  // The advertisement may fill the sheet, or be a clipping on it.
  const isClipping = dice.chance(0.32);
  const frame = isClipping
    ? {
        x: width * dice.between(0.08, 0.25),
        y: height * dice.between(0.06, 0.2),
        width: width * dice.between(0.5, 0.72),
        height: height * dice.between(0.5, 0.78),
      }
    : {
        x: dice.between(0, 40),
        y: dice.between(0, 40),
        width: width - dice.between(40, 80),
        height: height - dice.between(40, 90),
      };
  const tone: Tone = dice.chance(0.2)
    ? { ink: '#fff', ground: dice.pick(['#000', '#161616', '#333', '#2a1a4a', '#4a0f12', '#0d2b45']) }
    : {
        ink: dice.pick(['#000', '#000', '#111', '#8a1020', '#10306a']),
        ground: dice.chance(0.15) ? dice.pick(['#ddd', '#c8c8c8', '#f1e4b8', '#cfe3f2']) : null,
      };
  if (tone.ground) paper.box(frame.x, frame.y, frame.width, frame.height, tone.ground);
  if (dice.chance(isClipping ? 0.5 : 0.22))
    paper.box(frame.x, frame.y, frame.width, frame.height, '#000', dice.between(0.8, 4));
  const inner = { x: frame.x + 18, y: frame.y + 18, width: frame.width - 36, height: frame.height - 36 };
  const layouts = [
    drawPoster,
    drawPoster,
    drawPictureAbove,
    drawPictureAbove,
    drawFullPicture,
    drawFullPicture,
    drawPictureBelow,
    drawNearlyWordless,
    drawNearlyWordless,
    drawNearlyWordless,
    drawManyGoods,
    drawEvents,
    drawTestimonials,
    drawNotice,
  ];
  dice.pick(layouts)(setting, inner, tone);
  if (isClipping && dice.chance(0.5)) {
    const style: TextStyle = { face: getFace(dice.pick(FACES.typewriter)), size: dice.between(11, 14) };
    let y = dice.chance(0.7) ? frame.y + frame.height + 26 : 30;
    for (const line of [
      scribe.write('[Publication: {paper}|Brand: {adBrand}|{paper}|{company}|Job No. {code}]'),
      scribe.write(
        '[Date: {longDate}|{longDate}|Size: {2-9} x {10-20}|{Month} {thisYear}|Ad No. {100-9999}]',
      ),
    ]) {
      if (y > height - 10) break;
      paper.text(frame.x + dice.between(0, 20), y, line, style);
      y += 16;
    }
  }
  if (dice.chance(0.1)) drawNote(paper, scribe, dice.between(0.5, 0.8) * width, dice.between(20, 120));
}

/** One sentence, huge; a brand; perhaps a small picture. */
function drawPoster(setting: Setting, frame: Frame, { ink }: Tone): void {
  const { dice, paper } = setting;
  const { slogan, copy } = copyOf(setting);
  let y =
    drawSlogan(setting, slogan(), { ...frame, height: frame.height * 0.6 }, dice.between(48, 115), ink) + 20;
  const left = frame.y + frame.height - y;
  if (left > 230 && dice.chance(0.8)) {
    const high = left * dice.between(0.45, 0.7);
    const wide = frame.width * dice.between(0.45, 1);
    drawPicture(
      paper,
      { x: frame.x + (frame.width - wide) / 2, y, width: wide, height: high },
      subjectOf(dice),
    );
    y += high + 14;
  }
  if (dice.chance(0.6)) {
    paper.block(copy(dice.integer(1, 3)), {
      x: frame.x + 0.1 * frame.width,
      y,
      width: 0.8 * frame.width,
      style: { face: getFace(dice.pick(FACES.serif)), size: dice.between(13, 20), colour: ink },
      align: dice.pick(['left', 'center']),
      bottom: frame.y + frame.height - 90,
    });
  }
  drawBrand(setting, frame.x + 0.15 * frame.width, frame.y + frame.height - 84, 0.7 * frame.width, ink);
  drawSmallPrint(setting, frame, ink);
}

/** A picture over the headline and the copy. */
function drawPictureAbove(setting: Setting, frame: Frame, { ink }: Tone): void {
  const { dice, paper } = setting;
  const { slogan, copy } = copyOf(setting);
  const high = frame.height * dice.between(0.38, 0.62);
  drawPicture(paper, { x: frame.x, y: frame.y, width: frame.width, height: high }, subjectOf(dice));
  const y = drawSlogan(
    setting,
    slogan(),
    { x: frame.x, y: frame.y + high + 14, width: frame.width, height: frame.height * 0.25 },
    dice.between(26, 56),
    ink,
  );
  flowColumns(
    paper,
    [copy(dice.integer(2, 5)), copy(dice.integer(2, 6))].join('\n'),
    {
      x: frame.x + 10,
      y: y + 12,
      width: frame.width * dice.between(0.6, 1) - 20,
      bottom: frame.y + frame.height - 80,
    },
    {
      count: dice.integer(1, 3),
      gutter: 20,
      style: {
        face: getFace(dice.pick([...FACES.serif, ...FACES.sans])),
        size: dice.between(10.5, 17),
        colour: ink,
      },
      justify: dice.chance(0.5),
    },
  );
  drawBrand(setting, frame.x + 0.4 * frame.width, frame.y + frame.height - 78, 0.55 * frame.width, ink);
  drawSmallPrint(setting, frame, ink);
}

/** The picture is the page; words lie in it. */
function drawFullPicture(setting: Setting, frame: Frame, _tone: Tone): void {
  const { dice, paper, scribe } = setting;
  const { slogan } = copyOf(setting);
  drawPicture(paper, frame, subjectOf(dice));
  const colour = dice.chance(0.6) ? '#fff' : '#000';
  // On a picture of its own darkness a slogan is lost without a ground.
  const hasBand = dice.chance(0.6);
  const at = frame.y + frame.height * dice.pick([0.03, 0.05, 0.55, 0.7]);
  const wide = frame.width * dice.between(0.5, 0.95);
  const put = () =>
    drawSlogan(
      setting,
      slogan(),
      { x: 0, y: 0, width: wide, height: frame.height * 0.3 },
      dice.between(34, 90),
      colour,
      hasBand ? (colour === '#fff' ? '#111' : '#fff') : undefined,
    );
  paper.turned(
    frame.x + dice.between(8, frame.width - wide),
    at,
    dice.chance(0.15) ? dice.between(-14, 6) : 0,
    put,
  );
  if (dice.chance(0.75))
    drawBrand(
      setting,
      frame.x + frame.width * dice.between(0.05, 0.45),
      frame.y + frame.height - 88,
      frame.width * 0.5,
      colour,
    );
  if (dice.chance(0.3))
    paper.text(
      frame.x + frame.width / 2,
      frame.y + frame.height - 12,
      scribe.write('{offer}'),
      displayStyle(dice, 20, colour),
      'center',
    );
  drawSmallPrint(setting, frame, colour);
}

/** A headline, copy, and then the goods with a coupon. */
function drawPictureBelow(setting: Setting, frame: Frame, { ink }: Tone): void {
  const { dice, paper, scribe } = setting;
  const { slogan, copy } = copyOf(setting);
  let y =
    drawSlogan(setting, slogan(), { ...frame, height: frame.height * 0.3 }, dice.between(36, 76), ink) + 12;
  const style: TextStyle = {
    face: getFace(dice.pick([...FACES.serif, ...FACES.sans])),
    size: dice.between(10, 16),
    colour: ink,
  };
  y =
    paper.block(copy(dice.integer(4, 9)), {
      x: frame.x,
      y,
      width: frame.width * dice.between(0.7, 1),
      style,
      align: 'justify',
      bottom: frame.y + 0.55 * frame.height,
    }).y + 14;
  const high = Math.max(80, frame.y + frame.height * dice.between(0.72, 0.85) - y);
  drawPicture(
    paper,
    {
      x: frame.x + dice.between(0, 0.3) * frame.width,
      y,
      width: frame.width * dice.between(0.5, 0.7),
      height: high,
    },
    subjectOf(dice),
  );
  y += high + 12;
  const room = frame.y + frame.height - y;
  if (room > 110) {
    paper.context.setLineDash([7, 5]);
    paper.box(frame.x + 6, y, frame.width - 12, room - 40, ink, 1.6);
    paper.context.setLineDash([]);
    const small = styled(style, { size: 10 });
    paper.block(
      scribe.write(
        '[Mail to:|YES! Please send me|Clip this coupon:|FREE OFFER] {company}, {street}, {city}. {smallPrint}',
      ),
      { x: frame.x + 16, y: y + 6, width: frame.width * 0.5, style: small, bottom: y + room - 46 },
    );
    for (const [index, label] of ['Name', 'Address', 'City', 'State     Zip'].entries()) {
      if (12 + 17 * index > room - 60) break;
      paper.text(frame.x + frame.width * 0.58, y + 20 + 17 * index, label, small);
      paper.line(
        frame.x + frame.width * 0.66,
        y + 21 + 17 * index,
        frame.x + frame.width - 16,
        y + 21 + 17 * index,
        0.7,
        ink,
      );
    }
  } else drawBrand(setting, frame.x, frame.y + frame.height - 24, frame.width * 0.6, ink);
}
