/** What advertisements are put together from: slogans, copy, brands, small print. */
import type { Dice } from '../dice.js';
import type { TextStyle } from '../drawing/paper.js';
import { drawLogo, type PictureSubject } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { FOREIGN_RULES } from '../text/foreign-prose.js';
import { createWriter } from '../text/grammar.js';
import { fitted } from './parts.js';

/** Where an advertisement, or a part of it, stands on the sheet. */
export type AdFrame = { x: number; y: number; width: number; height: number };
/** Ink and ground of an advertisement; no ground is the sheet's own. */
export type AdTone = { ink: string; ground: string | null };

/** Copy mostly in English; now and then in another language. */
export function copyOf({ scribe, dice }: Setting): { slogan(): string; copy(count: number): string } {
  const language = dice.chance(0.04) ? dice.pick(['de', 'fr', 'es'] as const) : null;
  if (language) {
    const write = createWriter(dice, FOREIGN_RULES[language]);
    return {
      slogan: () => write('{title}'),
      copy: (count) => Array.from({ length: count }, () => write('{sentence}')).join(' '),
    };
  }
  return { slogan: () => scribe.write('{slogan}'), copy: (count) => scribe.sentences('adCopy', count) };
}

/** A face to be seen from afar. */
export function displayStyle(dice: Dice, size: number, colour: string): TextStyle {
  return {
    face: getFace(dice.pick(FACES.display)),
    size,
    bold: dice.chance(0.5),
    italic: dice.chance(0.15),
    colour,
    tracking: dice.chance(0.15) ? dice.between(0.02, 0.15) : 0,
  };
}

/** Large words in as many lines as they need; returns the y below. */
export function drawSlogan(
  { paper, dice }: Setting,
  text: string,
  frame: AdFrame,
  size: number,
  colour: string,
  ground?: string,
): number {
  const shown = dice.chance(0.35) ? text.toUpperCase() : text;
  const longest = shown.split(' ').reduce((a, b) => (a.length > b.length ? a : b), '');
  const leading = dice.between(0.95, 1.15);
  const align = dice.pick(['left', 'center', 'center'] as const);
  let style = fitted(paper, longest, frame.width, displayStyle(dice, size, colour));
  // Lines break raggedly, so a fifth more is reckoned with.
  const highOf = (at: TextStyle) =>
    Math.ceil((1.2 * paper.widthOf(shown, at)) / frame.width) * at.size * leading;
  while (style.size > 9 && highOf(style) > frame.height) style = styled(style, { size: style.size * 0.92 });
  if (ground) paper.box(frame.x - 8, frame.y - 6, frame.width + 16, highOf(style) + 12, ground);
  return paper.block(shown, { x: frame.x, y: frame.y, width: frame.width, style, align, leading }).y;
}

/** The name of what is sold, centred over the width, perhaps with a line below. */
export function drawBrand(
  { paper, scribe, dice }: Setting,
  x: number,
  y: number,
  width: number,
  colour: string,
): void {
  const name = scribe.write('{adBrand}');
  const style = fitted(paper, name, width, displayStyle(dice, dice.between(24, 60), colour));
  if (dice.chance(0.3)) drawLogo(paper, x + width / 2 - 20, y - style.size - 42, 38, colour);
  paper.text(x + width / 2, y, name, style, 'center');
  if (dice.chance(0.6)) {
    const line = scribe.write('[{adProduct}|{adQuality} {adProduct}|{slogan}|since {pastYear}]');
    paper.text(
      x + width / 2,
      y + 20,
      line,
      fitted(paper, line, width, { face: style.face, size: 14, colour }),
      'center',
    );
  }
}

/** A warning or a condition at the foot, often in a box. */
export function drawSmallPrint({ paper, scribe, dice }: Setting, frame: AdFrame, colour: string): void {
  if (!dice.chance(0.7)) return;
  const style: TextStyle = {
    face: getFace(dice.pick(FACES.sans)),
    size: dice.between(6.5, 10.5),
    colour,
    bold: dice.chance(0.4),
  };
  const width = frame.width * dice.between(0.3, 0.6);
  const x = dice.chance(0.5) ? frame.x + frame.width - width : frame.x;
  const isBoxed = dice.chance(0.6);
  const text = scribe.write('{smallPrint}');
  const y = frame.y + frame.height - 46;
  if (isBoxed) {
    paper.box(x - 5, y - 4, width + 10, 44, '#fff');
    paper.cover(x - 5, y - 4, width + 10, 44);
    paper.box(x - 5, y - 4, width + 10, 44, '#000', 1);
  }
  paper.block(text, {
    x,
    y,
    width,
    style: isBoxed ? styled(style, { colour: '#000' }) : style,
    bottom: y + 42,
  });
}

/** What a picture of an advertisement shows. */
export function subjectOf(dice: Dice): PictureSubject {
  return dice.pick([
    'portrait',
    'landscape',
    'landscape',
    'city',
    'goods',
    'goods',
    'people',
    'abstract',
    'pack',
    'pack',
  ]);
}
