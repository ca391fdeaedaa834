/** Slides of lectures and talks: bullets, formulas, programs, boxes with arrows, few words; the event's name at the foot. */
import { drawLogo } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { fitted } from './parts.js';
import {
  drawBullets,
  drawDiagram,
  drawFormulas,
  drawPictures,
  drawPlot,
  drawProgram,
  drawQuote,
  type Look,
} from './slide-contents.js';

const ACCENTS = [
  '#1c3f94',
  '#7a1420',
  '#0b6b4f',
  '#c2410c',
  '#5b21b6',
  '#0e7490',
  '#333',
  '#a16207',
  '#2563eb',
];

/** A slide in a theme of its own: title bar or rule, logo in a corner, footer. */
export function drawLectureSlide(setting: Setting): void {
  const { paper, dice, scribe } = setting;
  const look = drawTheme(setting);
  const { width, height } = paper;
  const layout = dice.uniform();
  if (layout < 0.13) drawOpening(setting, look);
  else if (layout < 0.2) {
    const text = scribe.write(
      '[Questions?|Thank you!|Thank You|Outline|Demo|Part {1-4}: {SMatter}|Discussion|{SQuality} {sThing+s}|Backup slides|Any questions?]',
    );
    paper.text(
      width / 2,
      height / 2,
      text,
      fitted(paper, text, width - 160, styled(look.title, { size: 54, colour: look.ink })),
      'center',
    );
  } else {
    drawTitle(setting, look);
    const content = dice.pick([
      drawBullets,
      drawBullets,
      drawBullets,
      drawFormulas,
      drawProgram,
      drawDiagram,
      drawDiagram,
      drawPlot,
      drawPictures,
      drawQuote,
    ]);
    content(setting, look);
  }
  drawFoot(setting, look);
}

function drawTheme({ paper, dice }: Setting): Look {
  const { width, height } = paper;
  const face = getFace(
    dice.pick([...FACES.sans, ...FACES.sans, 'josefin-sans', 'tinos', 'eb-garamond', 'zilla-slab']),
  );
  const accent = dice.pick(ACCENTS);
  const isDark = dice.chance(0.2);
  const ink = isDark ? '#f5f5f5' : dice.pick(['#000', '#111', '#222', '#333']);
  if (isDark) {
    const ground = paper.context.createLinearGradient(0, 0, width, height);
    ground.addColorStop(0, dice.pick(['#0b1530', '#111', '#1a1033', '#062a2a']));
    ground.addColorStop(1, dice.pick(['#1d3461', '#222', '#3a1030', '#0f3d3d']));
    paper.context.fillStyle = ground;
    paper.context.fillRect(0, 0, width, height);
  } else if (dice.chance(0.15))
    paper.box(0, 0, width, height, dice.pick(['#fdf6e3', '#eef3fa', '#f4f4f4', '#eef7ee']));
  return {
    title: {
      face: dice.chance(0.75) ? face : getFace(dice.pick(FACES.display)),
      size: dice.between(30, 46),
      bold: dice.chance(0.6),
      colour: isDark ? '#fff' : accent,
    },
    body: { face, size: dice.between(19, 30), colour: ink },
    ink,
    accent: isDark ? '#7dd3fc' : accent,
    isDark,
    margin: dice.between(40, 90),
    top: 0.21 * height,
    bottom: height - 70,
  };
}

function drawTitle({ paper, dice, scribe }: Setting, look: Look): void {
  const { width, height } = paper;
  const text = scribe.write(
    '[{SMatter}|{SQuality} {sThing+s}|{Matter}|{Heading}|{Method}|What is a {sThing}?|Why {sMatter}?|{SThing} vs. {sThing}|Example: {sThing}|Motivation|Overview|Summary|Related work|Algorithm {1-9}|Results ({1-3}/3)|{ReportField}|Agenda|Key takeaways|Exercise {1-9}]',
  );
  const isBanded = !look.isDark && dice.chance(0.35);
  if (isBanded) paper.box(0, 0, width, 0.15 * height, look.accent);
  const style = fitted(
    paper,
    text,
    width - 2 * look.margin - 40,
    styled(look.title, isBanded ? { colour: '#fff' } : {}),
  );
  const isCentred = dice.chance(0.3);
  paper.text(
    isCentred ? width / 2 : look.margin,
    0.1 * height + 6,
    text,
    style,
    isCentred ? 'center' : 'left',
  );
  if (!isBanded && dice.chance(0.45))
    paper.line(
      look.margin,
      0.15 * height,
      width - look.margin,
      0.15 * height,
      dice.between(1, 5),
      look.accent,
    );
  if (dice.chance(0.25)) drawLogo(paper, width - 74, 14, 46, isBanded ? '#fff' : look.accent);
  if (dice.chance(0.15)) paper.box(0, 0, dice.between(10, 34), height, look.accent);
}

function drawFoot({ paper, dice, scribe }: Setting, look: Look): void {
  const { width, height } = paper;
  const small = styled(look.body, { size: dice.between(11, 15), colour: look.isDark ? '#bbb' : '#666' });
  if (dice.chance(0.3)) {
    paper.box(0, height - 30, width, 30, look.accent);
    small.colour = look.isDark ? '#000' : '#fff';
  }
  if (dice.chance(0.55))
    paper.text(
      look.margin * 0.6,
      height - 11,
      scribe.write(
        '[{surname} ({university})|{firmWord}Conf {thisYear}|{company}|{Month} {thisYear}|CS{100-599} {SThing+s}|{person}|© {thisYear} {company}|Lecture {1-24}|{fieldName}]',
      ),
      small,
    );
  if (dice.chance(0.35))
    paper.text(
      width / 2,
      height - 11,
      scribe.write('[{sMatter}|{shortDate}|{city} {thisYear}|www.{surname}.edu|Confidential]'),
      small,
      'center',
    );
  if (dice.chance(0.75))
    paper.text(
      width - look.margin * 0.6,
      height - 11,
      scribe.write('[{1-80}|{1-40} / {41-90}|{1-40}/{41-90}|Slide {1-60}]'),
      small,
      'right',
    );
}

function drawOpening({ paper, dice, scribe }: Setting, look: Look): void {
  const { width, height } = paper;
  const align = dice.pick(['left', 'center'] as const);
  if (!look.isDark && dice.chance(0.4))
    paper.box(0, height * dice.pick([0, 0.6]), width, height * 0.4, look.accent);
  const x = align === 'left' ? look.margin : width / 2;
  const y = paper.block(
    scribe.write(
      '[{paperTitle}|{reportTitle}|Introduction to {sMatter}|{SMatter}: {sQuality} {sThing+s}|Lecture {1-20}: {SMatter}]',
    ),
    {
      x: look.margin,
      y: height * 0.26,
      width: width - 2 * look.margin,
      style: styled(look.title, { size: dice.between(38, 56), colour: look.ink }),
      align,
    },
  ).y;
  for (const [row, text] of [
    scribe.write('[{person}|{person}, {person}]'),
    scribe.write('[{university}|{company}|{institution}]'),
    scribe.write('[{longDate}|{firmWord} Conference, {city}|{Month} {thisYear}]'),
  ].entries())
    paper.text(x, y + 40 + row * 32, text, styled(look.body, { size: 22 }), align);
  if (dice.chance(0.5)) drawLogo(paper, width - 120, height - 130, 70, look.isDark ? '#fff' : '#444');
}
