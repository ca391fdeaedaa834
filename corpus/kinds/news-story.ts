/** One story set in columns: headline, deck, byline, a photograph with its caption, text to where the room ends. */
import type { TextStyle } from '../drawing/paper.js';
import { drawPicture } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { FOREIGN_RULES } from '../text/foreign-prose.js';
import { createWriter } from '../text/grammar.js';
import type { ClippingFrame as Frame } from './clipping-marks.js';
import { fitted, flowColumns } from './parts.js';

type Story = { headline: string; deck: string; byline: string; body(sentences: number): string };

export function tell({ scribe, dice, year }: Setting): Story {
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
      const parts = [scribe.sentences(dice.chance(0.55) ? 'deskLead' : 'newsLead', 1)];
      for (let index = 0; index < count; index++) {
        if (index > 5 && dice.chance(0.04)) parts.push(write('{StrayAdjective} {strayNoun+s}'));
        parts.push(
          scribe.sentences(dice.chance(0.62) ? 'deskSentence' : 'newsSentence', dice.chance(0.65) ? 1 : 2),
        );
      }
      return parts.join('\n');
    },
  };
}

/** The article itself in the frame; returns nothing, it takes the room it has. */
export function setStory(
  setting: Setting,
  frame: Frame,
  columns: number,
  size: number,
  isHeadless = false,
): void {
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
  if (!isHeadless) {
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
  }
  const gutter = dice.between(9, 18);
  const columnWidth = (frame.width - gutter * (columns - 1)) / columns;
  const tops = Array.from({ length: columns }, () => y + 4);
  if (!isHeadless && dice.chance(0.62)) {
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
    story.body(dice.chance(0.2) ? dice.integer(4, 16) : 90),
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
