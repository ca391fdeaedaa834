/** Résumés and curricula vitae: of the typewriter's time and of today's layouts with side columns. */
import type { TextStyle } from '../drawing/paper.js';
import { drawPicture } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Kind, officeStyle, type Setting, styled, uprightFormat } from '../setting.js';
import { drawDenseResume, drawSidebarResume } from './modern-resume.js';

export const resume: Kind = {
  name: 'resume',
  share: 1.4,
  origin: 'office',
  recentShare: 0.5,
  years: [1960, 2012],
  format: uprightFormat,
  draw(setting) {
    const layout = setting.dice.uniform();
    if (setting.year > 1998 && layout < 0.45) drawSidebarResume(setting);
    else if (setting.year > 1994 && layout < 0.7) drawDenseResume(setting);
    else drawResume(setting);
  },
};

const SECTIONS = [
  'EDUCATION',
  'EXPERIENCE',
  'EMPLOYMENT',
  'PUBLICATIONS',
  'HONORS',
  'PERSONAL',
  'SKILLS',
  'MEMBERSHIPS',
  'REFERENCES',
  'OBJECTIVE',
  'RESEARCH INTERESTS',
  'LANGUAGES',
] as const;

function entries({ scribe, dice, year }: Setting, section: string): string[] {
  const { write } = scribe;
  let last = year;
  const years = () => {
    const to = last;
    last -= dice.integer(1, 6);
    return dice.chance(0.3) && to === year
      ? `${last} - present`
      : `${last}${dice.pick(['-', ' - ', ' to '])}${to}`;
  };
  const many = (low: number, high: number, make: () => string) =>
    Array.from({ length: dice.integer(low, high) }, make);
  if (section === 'EDUCATION')
    return many(
      1,
      4,
      () =>
        `${years()}  ${write('[B.A.|B.S.|M.S.|Ph.D.|M.B.A.|M.D.|Diploma], [Chemistry|Biology|Economics|English|Engineering|Psychology|Accounting|Law|Medicine|History], {university}')}`,
    );
  if (section === 'EXPERIENCE' || section === 'EMPLOYMENT')
    return many(
      2,
      5,
      () =>
        `${years()}  ${write('{title}, {company}, {city}, {state}')}${dice.chance(0.7) ? `\n${write('[Responsible for {matter}. {Deed+ed} {some} {thing+s} and {deed+ed} {matter}.|{Deed+ed} the {quality} {thing} and supervised {2-40} employees.|Managed {matter} and {matter}; {deed+ed} {some} {thing+s}.|Duties included {matter} and {matter}.]')}` : ''}`,
    );
  if (section === 'PUBLICATIONS') return many(3, 10, () => write('{reference}'));
  if (section === 'PERSONAL')
    return [
      write('Born: {longDate}, {city}'),
      write('[Married, {1-4} children|Single|Citizenship: {country}|Health: excellent]'),
      write('Home address: {street}, {city}'),
      write('Social Security: {100-999}-{10-99}-{1000-9999}'),
    ];
  if (section === 'SKILLS')
    return many(2, 6, () =>
      write(
        '[{Matter}|{Method}|{Deed+ing} {thing+s}|Word processing|{SMatter}|Public speaking|C++, SQL|Bookkeeping]',
      ),
    );
  if (section === 'LANGUAGES')
    return ['English (native)', write('[French|German|Spanish|Italian] ([fluent|basic|reading knowledge])')];
  if (section === 'REFERENCES')
    return dice.chance(0.5)
      ? ['Available upon request']
      : many(2, 3, () => write('{person}, {title}, {company}, {phone}'));
  if (section === 'OBJECTIVE')
    return [
      write(
        '[A {quality} position in {matter} [with responsibility for|leading to] {matter}.|To {deed} {thing+s} in a {quality} {company}.]',
      ),
    ];
  if (section === 'RESEARCH INTERESTS')
    return [scribe.write('{SMatter}, {sMatter} and {sMatter} in {material}.')];
  return many(
    2,
    6,
    () =>
      `${last - dice.integer(0, 9)}  ${write("[{institution}|Award for {SMatter}|Fellow, {institution}|Member, {institution}|Who's Who in {FieldName}|President, {institution}]")}`,
  );
}

function drawResume(setting: Setting): void {
  const { paper, scribe, dice, year } = setting;
  const style = styled(officeStyle(dice, year), {});
  const modern = year > 1994 && dice.chance(0.5);
  const name = scribe.fullName();
  const size = modern ? dice.between(10, 12) : style.size * 0.94;
  const body: TextStyle = modern
    ? { face: getFace(dice.pick([...FACES.sans, ...FACES.serif, 'josefin-sans'])), size }
    : styled(style, { size });
  const accent = modern ? dice.pick(['#000', '#1f4e79', '#7b2d26', '#2f5d50', '#444']) : '#000';
  const left = dice.between(55, 100);
  const right = paper.width - left * dice.between(0.7, 1);
  let y = dice.between(55, 95);
  const centred = dice.chance(0.5);
  const nameStyle: TextStyle = {
    ...body,
    size: modern ? dice.between(24, 38) : body.size * dice.between(1, 1.6),
    bold: dice.chance(0.7),
    colour: accent,
  };
  if (!modern && dice.chance(0.55)) {
    paper.text(
      paper.width / 2,
      y,
      scribe.write(
        '[CURRICULUM VITAE|RESUME|Curriculum Vitae|BIOGRAPHICAL SKETCH|Resume|VITA|Personal Data]',
      ),
      styled(body, { bold: true, underline: dice.chance(0.3) }),
      'center',
    );
    y += 34;
  }
  const shown = dice.chance(0.4) ? name.toUpperCase() : name;
  paper.text(
    centred ? paper.width / 2 : left,
    y,
    dice.chance(0.1) ? `${shown}, ${scribe.write('[Ph.D.|M.D.|Jr.|M.B.A.]')}` : shown,
    nameStyle,
    centred ? 'center' : 'left',
  );
  y += 8;
  const [street, city] = scribe.address();
  const mail =
    year > 1995
      ? `${name.split(' ').at(-1)?.toLowerCase()}@${scribe.write('[mail|web|post|aol|hotmail]')}.com`
      : '';
  for (const line of dice.pick([
    [street, city, scribe.phone()],
    [`${street}, ${city}`, `${scribe.phone()} ${mail}`],
    [`${street} | ${city} | ${scribe.phone()} | ${mail}`],
  ])) {
    y += body.size * 1.25;
    paper.text(
      centred ? paper.width / 2 : left,
      y,
      line,
      styled(body, { size: body.size * 0.95 }),
      centred ? 'center' : 'left',
    );
  }
  if (modern && dice.chance(0.3))
    drawPicture(paper, { x: right - 90, y: 40, width: 85, height: 105 }, 'portrait');
  y += dice.between(18, 36);
  const sections = [
    'EDUCATION',
    dice.pick(['EXPERIENCE', 'EMPLOYMENT'] as const),
    ...dice.some(
      SECTIONS.filter((section) => !['EDUCATION', 'EXPERIENCE', 'EMPLOYMENT'].includes(section)),
      dice.integer(1, 6),
    ),
  ];
  const order = dice.chance(0.4) ? dice.some(sections, sections.length) : sections;
  const layout = modern && dice.chance(0.45) ? 'side' : dice.chance(0.4) ? 'hanging' : 'plain';
  const sideWidth = (right - left) * 0.3;
  let sideY = y;
  if (layout === 'side' && dice.chance(0.5)) paper.box(0, y - 14, left + sideWidth, 1000 - y + 14, '#e6e9ee');
  for (const section of order) {
    const isSide =
      layout === 'side' &&
      ['SKILLS', 'LANGUAGES', 'PERSONAL', 'MEMBERSHIPS', 'HONORS', 'OBJECTIVE'].includes(section);
    const x = layout === 'side' && !isSide ? left + sideWidth + 22 : left;
    const width = isSide ? sideWidth - 10 : right - x;
    let at = isSide ? sideY : y;
    if (at > 900) continue;
    const heading = dice.chance(0.5) ? section : section.charAt(0) + section.slice(1).toLowerCase();
    const headStyle = styled(body, {
      bold: modern || dice.chance(0.5),
      underline: !modern && dice.chance(0.4),
      size: body.size * (modern ? 1.25 : 1),
      colour: accent,
    });
    paper.text(x, at + body.size, heading, headStyle);
    const inner = layout === 'hanging' ? x + 130 : x + (dice.chance(0.3) ? 25 : 0);
    if (layout !== 'hanging') at += body.size * 1.6;
    if (modern && layout !== 'hanging' && dice.chance(0.6))
      paper.line(x, at - 2, x + width, at - 2, 1, accent);
    for (const entry of entries(setting, section))
      at =
        paper.block(entry, { x: inner, y: at, width: x + width - inner, style: body, bottom: 955 }).y +
        body.size * dice.pick([0.2, 0.5, 0.7]);
    at += body.size * 0.9;
    if (isSide) sideY = at;
    else y = at;
  }
}
