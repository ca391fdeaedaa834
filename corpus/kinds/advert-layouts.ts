import type { TextStyle } from '../drawing/paper.js';
import { drawLogo, drawPicture } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
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
import { fitted, flowColumns } from './parts.js';

/** A shop's page: many goods with prices. */
export function drawManyGoods(setting: Setting, frame: Frame, { ink }: Tone): void {
  const { dice, paper, scribe } = setting;
  const top =
    drawSlogan(
      setting,
      scribe.write('[{offer}|{company}|{slogan}|{city} {firmTrade} SALE]'),
      { ...frame, height: frame.height * 0.2 },
      dice.between(34, 70),
      ink,
    ) + 8;
  const columns = dice.integer(2, 3);
  const rows = dice.integer(2, 4);
  const [wide, high] = [frame.width / columns, (frame.y + frame.height - top) / rows];
  const face = getFace(dice.pick([...FACES.sans, ...FACES.display]));
  for (let cell = 0; cell < columns * rows; cell++) {
    const [x, y] = [frame.x + (cell % columns) * wide, top + Math.floor(cell / columns) * high];
    const style: TextStyle = { face, size: dice.between(10, 15), colour: ink };
    if (dice.chance(0.75))
      drawPicture(
        paper,
        { x: x + 8, y: y + 4, width: wide - 16, height: high * 0.55 },
        dice.pick(['goods', 'pack', 'abstract', 'portrait']),
      );
    const below = paper.block(scribe.write('{AdBrand} {adProduct}'), {
      x: x + 8,
      y: y + high * 0.58,
      width: wide - 16,
      style: styled(style, { bold: true }),
      bottom: y + high,
    }).y;
    paper.block(scribe.write('{adQuality} {adJoy}. {offer}'), {
      x: x + 8,
      y: below,
      width: wide * 0.55,
      style: styled(style, { size: 9 }),
      bottom: y + high - 6,
    });
    const price = scribe.write('{usd}{1-99}.[95|99|49|00]');
    paper.text(
      x + wide - 10,
      y + high - 12,
      price,
      {
        face: getFace(dice.pick(['anton', 'oswald', 'arimo', 'league-gothic'])),
        size: dice.between(20, 40),
        bold: true,
        colour: ink,
      },
      'right',
    );
    if (dice.chance(0.5)) paper.box(x + 3, y, wide - 6, high - 4, ink, 0.8);
  }
}

/** Clubs, concerts, sponsored nights: centred lines of many faces. */
export function drawEvents(setting: Setting, frame: Frame, { ink }: Tone): void {
  const { dice, paper, scribe } = setting;
  let y = frame.y + 6;
  if (dice.chance(0.5)) {
    drawPicture(
      paper,
      { x: frame.x + 0.2 * frame.width, y, width: 0.6 * frame.width, height: 0.25 * frame.height },
      dice.pick(['people', 'abstract', 'city']),
    );
    y += 0.27 * frame.height;
  }
  y =
    drawSlogan(
      setting,
      scribe.write('[{city} {genre} Night|The {genre} Festival|{adBrand} presents|{slogan}]'),
      { ...frame, y, height: 0.2 * frame.height },
      dice.between(34, 64),
      ink,
    ) + 10;
  const align = dice.pick(['center', 'left'] as const);
  const x = align === 'center' ? frame.x + frame.width / 2 : frame.x + 20;
  while (y < frame.y + frame.height - 60) {
    const text = scribe.write('[{eventAd}|{eventAd}|{person}|{company}, {street}|{offer}|{adCopy}]');
    const style = displayStyle(dice, dice.between(12, 30), ink);
    if (text.length > 46)
      y =
        paper.block(text, {
          x: frame.x + 20,
          y,
          width: frame.width - 40,
          style: { face: getFace('arimo'), size: 11, colour: ink },
          align,
          bottom: frame.y + frame.height,
        }).y + 10;
    else {
      const best = fitted(paper, text, frame.width - 30, style);
      paper.text(x, y + best.size, text, best, align);
      y += best.size * 1.45;
    }
  }
  drawSmallPrint(setting, frame, ink);
}

/** People who say how good it is, each with a face. */
export function drawTestimonials(setting: Setting, frame: Frame, { ink }: Tone): void {
  const { dice, paper, scribe } = setting;
  let y =
    drawSlogan(
      setting,
      scribe.write('{slogan}'),
      { ...frame, height: frame.height * 0.25 },
      dice.between(34, 66),
      ink,
    ) + 12;
  const count = dice.integer(2, 5);
  const high = (frame.height * 0.86 - (y - frame.y)) / count;
  const style: TextStyle = {
    face: getFace(dice.pick(FACES.serif)),
    size: Math.max(10, Math.min(21, frame.width / 38)) * dice.between(0.85, 1.1),
    colour: ink,
  };
  for (let row = 0; row < count && high > 40; row++) {
    const onRight = row % 2 === 1;
    const side = Math.min(high - 8, 0.3 * frame.width);
    drawPicture(
      paper,
      { x: onRight ? frame.x + frame.width - side : frame.x, y, width: side, height: side },
      'portrait',
    );
    const x = onRight ? frame.x : frame.x + side + 12;
    const below = paper.block(`"${scribe.sentences('adCopy', dice.integer(2, 4))}"`, {
      x,
      y,
      width: frame.width - side - 14,
      style,
      bottom: y + high - 20,
    }).y;
    paper.text(
      x,
      below + style.size,
      scribe.write('[{person}, {city}|{person}, {title}|- {person}]'),
      styled(style, { italic: true, bold: true }),
    );
    y += high;
  }
  drawBrand(setting, frame.x + 0.2 * frame.width, frame.y + frame.height - 28, 0.6 * frame.width, ink);
}

/** A public notice or an opinion in the form of an advertisement: a heading and a lot of text. */
export function drawNotice(setting: Setting, frame: Frame, { ink }: Tone): void {
  const { dice, paper, scribe } = setting;
  const { copy } = copyOf(setting);
  const y =
    drawSlogan(
      setting,
      scribe.write(
        '[{slogan}|{headline}?|We believe in {adJoy}.|An open letter to {adBrand} owners|How {newsBody} is taking away your {adJoy}|The truth about {adProduct}]',
      ),
      { ...frame, height: frame.height * 0.3 },
      dice.between(30, 62),
      ink,
    ) + 14;
  const style: TextStyle = { face: getFace(dice.pick(FACES.serif)), size: dice.between(11, 17), colour: ink };
  const text = Array.from({ length: dice.integer(3, 8) }, () =>
    dice.chance(0.5) ? copy(2) : scribe.sentences('magazineSentence', 2),
  ).join('\n');
  if (dice.chance(0.4)) {
    drawPicture(
      paper,
      { x: frame.x, y, width: frame.width * 0.38, height: frame.width * 0.42 },
      subjectOf(dice),
    );
    paper.block(text, {
      x: frame.x + 0.42 * frame.width,
      y,
      width: 0.58 * frame.width,
      style,
      bottom: frame.y + frame.height * 0.84,
      indent: 14,
    });
  } else
    flowColumns(
      paper,
      text,
      { x: frame.x, y, width: frame.width, bottom: frame.y + frame.height * 0.84 },
      { count: dice.integer(1, 3), gutter: 22, style },
    );
  drawLogo(paper, frame.x + frame.width / 2 - 26, frame.y + frame.height * 0.86, 44, ink);
  paper.text(
    frame.x + frame.width / 2,
    frame.y + frame.height * 0.86 + 66,
    scribe.company(),
    styled(style, { bold: true }),
    'center',
  );
  drawSmallPrint(setting, frame, ink);
}

/** Pictures and dark grounds with hardly a word, as copies of posters, packs and magazine pages are. */
export function drawNearlyWordless(setting: Setting, frame: Frame, _tone: Tone): void {
  const { paper, dice, scribe } = setting;
  // What lay around the page on the copier's glass, or the page's own ground.
  if (dice.chance(0.55))
    paper.box(0, 0, paper.width, paper.height, dice.pick(['#000', '#111', '#777', '#999', '#bbb', '#222']));
  const inset = { x: frame.x + dice.between(0, 70), y: frame.y + dice.between(0, 90) };
  const area = {
    ...inset,
    width: frame.x + frame.width - inset.x - dice.between(0, 60),
    height: frame.y + frame.height - inset.y - dice.between(0, 120),
  };
  const isStrip = dice.chance(0.25);
  const count = isStrip ? dice.integer(2, 4) : 1;
  for (let index = 0; index < count; index++)
    drawPicture(
      paper,
      { ...area, y: area.y + (index * area.height) / count, height: area.height / count - (isStrip ? 8 : 0) },
      subjectOf(dice),
    );
  for (let label = dice.integer(0, 3); label > 0; label--) {
    const text = scribe.write("[{adBrand}|{adBrand}|{slogan}|{offer}|NEW!|Lights|Menthol|100's|{adQuality}]");
    const isBlack = dice.chance(0.5);
    const style = displayStyle(dice, dice.between(28, 90), isBlack ? '#fff' : '#000');
    const wide = Math.min(area.width * 0.8, paper.widthOf(text, style) + 24);
    const size = (style.size * wide) / (paper.widthOf(text, style) + 24);
    const [x, y] = [
      area.x + dice.uniform() * (area.width - wide),
      area.y + dice.between(0.05, 0.85) * area.height,
    ];
    paper.turned(x, y, dice.chance(0.3) ? dice.between(-25, 12) : 0, () => {
      paper.box(0, 0, wide, size * 1.3, isBlack ? '#060606' : '#fff');
      paper.text(wide / 2, size, text, { ...style, size }, 'center');
    });
  }
  if (dice.chance(0.6)) drawSmallPrint(setting, area, '#000');
}
