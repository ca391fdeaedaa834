/** Résumés of today: a coloured side with a portrait, bars and dots for skills, or one dense column as typesetters make it. */
import type { TextStyle } from '../drawing/paper.js';
import { drawPicture } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { cutToFit, fitted } from './parts.js';

const SKILLS =
  'Python;Java;SQL;Excel;Photoshop;Project management;Leadership;Communication;JavaScript;C++;Teamwork;Data analysis;Marketing;Negotiation;AutoCAD;Illustrator;Public speaking;HTML / CSS;Linux;Accounting;Customer service;Research;Git;Statistics;Word;PowerPoint;English;Spanish;French;German'.split(
    ';',
  );

const DEEDS =
  '[Led|Managed|Built|Designed|Increased|Reduced|Developed|Coordinated|Trained|Launched|Implemented|Negotiated] [a team of {3-40} people|{matter} by {5-60}%|the {quality} {thing} for {matter}|{some} {thing+s}|{matter} and {matter}|a new {thing} used by {100-900} customers][, saving {usd}{10-900}K a year|, on time and under budget||].';

/** A job, a degree or a project: its line, its place and dates, its points. */
function drawEntry(
  { paper, scribe, dice, year }: Setting,
  x: number,
  top: number,
  width: number,
  body: TextStyle,
  kind: string,
): number {
  const { write } = scribe;
  const from = year - dice.integer(1, 12);
  const span = `${from} [–|-] [${Math.min(year, from + dice.integer(1, 5))}|Present]`;
  const isSchool = kind === 'Education';
  const title = write(
    isSchool
      ? '[B.S.|B.A.|M.S.|Ph.D.|MBA|Bachelor of Science|Master of Arts] in [Computer Science|Economics|Biology|Marketing|Mechanical Engineering|Psychology|Design]'
      : kind === 'Projects'
        ? '{SQuality} {sThing}'
        : '{title}',
  );
  const dates = write(span);
  paper.text(
    x,
    top + body.size,
    cutToFit(paper, title, width - 100, styled(body, { bold: true })),
    styled(body, { bold: true }),
  );
  paper.text(x + width, top + body.size, dates, styled(body, { size: body.size * 0.9 }), 'right');
  paper.text(
    x,
    top + body.size * 2.25,
    cutToFit(
      paper,
      write(isSchool ? '{university}, GPA {3-3}.{10-99}' : '{company}, {city}, {state}'),
      width,
      body,
    ),
    styled(body, { italic: true }),
  );
  let y = top + body.size * 2.6;
  for (let point = isSchool ? dice.integer(0, 1) : dice.integer(1, 4); point > 0; point--)
    y = paper.block(`• ${write(DEEDS)}`, {
      x: x + 8,
      y,
      width: width - 8,
      style: body,
      leading: 1.25,
      bottom: 975,
    }).y;
  return y + body.size * 0.7;
}

export function drawSidebarResume(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const { width, height } = paper;
  const accent = dice.pick([
    '#22384f',
    '#1f4e79',
    '#2f5d50',
    '#7b2d26',
    '#3b3b4f',
    '#e8ecef',
    '#f2ede4',
    '#5b3a70',
    '#0f766e',
  ]);
  const isPale = /^#[ef]/.test(accent);
  const face = getFace(dice.pick([...FACES.sans, 'josefin-sans', 'arimo']));
  const body: TextStyle = { face, size: dice.between(9.2, 11.4) };
  const onSide = styled(body, { colour: isPale ? '#111' : '#fff' });
  const side = width * dice.between(0.29, 0.37);
  const sideX = dice.chance(0.75) ? 0 : width - side;
  const mainX = sideX === 0 ? side + 26 : 36;
  const mainWidth = width - side - 62;
  paper.box(sideX, 0, side, height, accent);
  let y = 36;
  if (dice.chance(0.55)) {
    const photo = side * 0.56;
    drawPicture(paper, { x: sideX + (side - photo) / 2, y, width: photo, height: photo }, 'portrait');
    y += photo + 20;
  }
  const heading = (text: string, x: number, at: number, style: TextStyle, room: number) => {
    paper.text(
      x,
      at,
      dice.chance(0.5) ? text.toUpperCase() : text,
      styled(style, { bold: true, size: body.size * 1.3 }),
    );
    paper.line(x, at + 5, x + room, at + 5, 0.9, style.colour);
  };
  const inner = sideX + 18;
  const room = side - 36;
  for (const section of dice.some(
    ['Contact', 'Skills', 'Languages', 'Interests', 'Profile'],
    dice.integer(3, 5),
  )) {
    if (y > 880) break;
    heading(section, inner, y + 12, onSide, room);
    y += 28;
    if (section === 'Contact')
      for (const line of [
        scribe.phone(),
        scribe.write('{surname}{10-99}@mail.com').toLowerCase(),
        scribe.write('{city}, {state}'),
        scribe.write('linkedin.com/in/{surname}').toLowerCase(),
      ]) {
        paper.box(inner, y - 2, 8, 8, onSide.colour, 1);
        paper.text(inner + 14, y + 7, line, fitted(paper, line, room - 14, onSide));
        y += 18;
      }
    else if (section === 'Profile')
      y =
        paper.block(
          scribe.write(
            '{title} with {2-20} years of experience in {matter} and {matter}. Looking to {deed} {thing+s}.',
          ),
          { x: inner, y: y - 6, width: room, style: onSide, leading: 1.35 },
        ).y + 10;
    else {
      const manner = dice.integer(0, 2);
      for (const skill of dice.some(SKILLS, dice.integer(3, 7))) {
        paper.text(inner, y + 6, skill, onSide);
        const level = dice.between(0.4, 1);
        if (manner === 0) {
          paper.box(inner, y + 11, room, 4, isPale ? '#ccc' : 'rgba(255,255,255,0.3)');
          paper.box(inner, y + 11, room * level, 4, isPale ? '#444' : '#fff');
        } else if (manner === 1)
          for (let dot = 0; dot < 5; dot++) {
            paper.context.fillStyle = dot < 5 * level ? (isPale ? '#333' : '#fff') : 'rgba(128,128,128,0.4)';
            paper.context.beginPath();
            paper.context.arc(inner + room - 50 + dot * 11, y + 3, 3.6, 0, 2 * Math.PI);
            paper.context.fill();
          }
        y += 24;
      }
    }
    y += 14;
  }
  const name = scribe.fullName();
  const ink = isPale ? '#222' : accent;
  const big = fitted(paper, name.toUpperCase(), mainWidth, {
    face,
    size: dice.between(26, 40),
    bold: true,
    colour: ink,
  });
  paper.text(mainX, 66, dice.chance(0.5) ? name.toUpperCase() : name, big);
  paper.text(mainX, 88, scribe.jobTitle(), styled(body, { size: 14 }));
  let at = 116;
  for (const section of ['Experience', ...dice.some(['Education', 'Projects', 'Volunteering'], 2)]) {
    if (at > 880) break;
    heading(section, mainX, at + 12, styled(body, { colour: ink }), mainWidth);
    at += 28;
    for (
      let entry = section === 'Experience' ? dice.integer(2, 4) : dice.integer(1, 2);
      entry > 0 && at < 900;
      entry--
    )
      at = drawEntry(setting, mainX, at, mainWidth, body, section);
    at += 6;
  }
}

export function drawDenseResume(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const body: TextStyle = {
    face: getFace(dice.pick(['tinos', 'old-standard-tt', 'eb-garamond', 'arimo'])),
    size: dice.between(10.2, 12),
  };
  const left = dice.between(44, 66);
  const width = paper.width - 2 * left;
  const name = scribe.fullName();
  paper.text(
    paper.width / 2,
    66,
    name,
    styled(body, { size: dice.between(24, 32), bold: dice.chance(0.6) }),
    'center',
  );
  const contact = scribe.write(
    `{phone} | ${name.split(' ')[0]?.toLowerCase()}@mail.edu | github.com/{surname} | {city}, {state}`.replaceAll(
      ' | ',
      dice.pick([' · ', '  —  ', '  •  ']),
    ),
  );
  paper.text(paper.width / 2, 84, contact, fitted(paper, contact, width, body), 'center');
  let y = 98;
  for (const section of ['Education', 'Experience', 'Projects', 'Technical Skills']) {
    if (y > 900) break;
    const heading = dice.chance(0.3) ? section.toUpperCase() : section;
    paper.text(left, y + 12, heading, styled(body, { size: body.size * 1.25, bold: dice.chance(0.5) }));
    paper.line(left, y + 16, left + width, y + 16, 0.8);
    y += 20;
    if (section === 'Technical Skills') {
      for (const group of ['Languages', 'Tools', 'Other'])
        y = paper.block(`${group}: ${dice.some(SKILLS, dice.integer(3, 7)).join(', ')}`, {
          x: left + 6,
          y,
          width: width - 6,
          style: body,
          bottom: 975,
        }).y;
      continue;
    }
    for (
      let entry = section === 'Experience' ? dice.integer(2, 4) : dice.integer(1, 3);
      entry > 0 && y < 900;
      entry--
    )
      y = drawEntry(setting, left + 6, y, width - 6, body, section);
  }
}
