/** Cards with a pattern of fine curves: licences, residence cards, passports' data pages, number cards, badges. */
import { drawSignature } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { drawLogo, drawPicture } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import type { Person } from '../text/scribe.js';
import { cutToFit, fitted } from './parts.js';

const HUES = [205, 215, 150, 175, 30, 340, 280, 45];

/** Waves over waves in two or three pale colours, as printers of money draw them. */
function drawGuilloche({ paper, dice }: Setting): void {
  const { context, width, height } = paper;
  const hue = dice.pick(HUES);
  const ground = context.createLinearGradient(0, 0, width, height * dice.uniform());
  ground.addColorStop(0, `hsl(${hue} 55% 92%)`);
  ground.addColorStop(0.5, `hsl(${(hue + dice.integer(-60, 60) + 360) % 360} 45% 94%)`);
  ground.addColorStop(1, `hsl(${hue} 50% 86%)`);
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  for (let family = dice.integer(2, 4); family > 0; family--) {
    context.strokeStyle = `hsla(${(hue + dice.integer(-50, 50) + 360) % 360} 45% 55% / ${dice.between(0.18, 0.45).toFixed(2)})`;
    context.lineWidth = dice.between(0.5, 1.1);
    const [swing, waves, drift] = [dice.between(10, 70), dice.between(1, 5), dice.between(0.05, 0.4)];
    const gap = dice.between(7, 18);
    context.beginPath();
    for (let y = -swing, row = 0; y < height + swing; y += gap, row++)
      for (let step = 0; step <= 40; step++) {
        const at = y + swing * Math.sin((waves * 2 * Math.PI * step) / 40 + drift * row);
        if (step === 0) context.moveTo(0, at);
        else context.lineTo((step / 40) * width, at);
      }
    context.stroke();
  }
}

type Facts = { who: Person; number: string; accent: string; face: TextStyle['face'] };

/** The whole picture is the card. */
export function drawPatternedCard(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  drawGuilloche(setting);
  const facts: Facts = {
    who: scribe.person(),
    number: scribe.write(
      '[{code}{1000-9999}|{100-999}-{10-99}-{1000-9999}|{100000000-999999999}|{code} {1000-9999} {10-99}]',
    ),
    accent: dice.pick(['#14306b', '#7a1420', '#0b5a3f', '#222', '#4a1d6b', '#0e5a73']),
    face: getFace(dice.pick(FACES.sans)),
  };
  if (paper.height > paper.width) drawBadge(setting, facts);
  else dice.pick([drawLicence, drawLicence, drawPassport, drawNumberCard, drawLicence])(setting, facts);
}

function drawLicence({ paper, scribe, dice }: Setting, { who, number, accent, face }: Facts): void {
  const { width, height } = paper;
  const { write } = scribe;
  const title = write(
    '[{StateName}|{country}|UNITED STATES|{stateName} USA|EUROPEAN UNION|{institution}]',
  ).toUpperCase();
  const kind = dice.pick([
    'DRIVER LICENSE',
    'DRIVING LICENCE',
    'IDENTIFICATION CARD',
    'PERMANENT RESIDENT',
    'RESIDENCE PERMIT',
    'EMPLOYMENT AUTHORIZATION',
    'IDENTITY CARD',
    'STUDENT IDENTITY CARD',
    'HEALTH INSURANCE',
    'LEARNER PERMIT',
  ]);
  if (dice.chance(0.4)) paper.box(0, 0, width, 96, accent);
  const onBar = dice.chance(0.5) ? accent : '#111';
  const head: TextStyle = { face, size: 46, bold: true, colour: onBar };
  paper.box(0, 0, width, 92, dice.pick(['rgba(255,255,255,0.55)', 'rgba(255,255,255,0.75)']));
  paper.text(36, 58, cutToFit(paper, title, 500, head), fitted(paper, title, 480, head));
  paper.text(width - 36, 56, kind, fitted(paper, kind, 380, styled(head, { size: 32 })), 'right');
  const onLeft = dice.chance(0.75);
  const photo = { x: onLeft ? 40 : width - 320, y: 122, width: 270, height: Math.min(350, height - 240) };
  drawPicture(paper, photo, 'portrait');
  if (dice.chance(0.5))
    drawPicture(
      paper,
      { x: onLeft ? width - 170 : 60, y: height - 230, width: 110, height: 140 },
      'portrait',
    );
  if (dice.chance(0.35))
    paper.box(onLeft ? 360 : 40, height - 190, 92, 72, dice.pick(['#d4af37', '#c9c9c9']));
  const label: TextStyle = { face, size: 15, colour: accent };
  const value: TextStyle = { face, size: dice.between(22, 29), bold: dice.chance(0.6) };
  const numbered = dice.chance(0.4);
  const rows: [string, string][] = [
    [numbered ? '1' : dice.pick(['LN', 'Surname', 'NAME']), who.last.toUpperCase()],
    [numbered ? '2' : dice.pick(['FN', 'Given Name']), `${who.first} ${who.initial}`.toUpperCase()],
    [
      numbered ? '3' : dice.pick(['DOB', 'Date of Birth']),
      `${scribe.date('short')}${numbered ? ` ${scribe.write('{city}').toUpperCase()}` : ''}`,
    ],
    [numbered ? '4d' : dice.pick(['DL', 'ID', 'USCIS#', 'LIC#', 'No.']), number],
    [numbered ? '4b' : dice.pick(['EXP', 'Card Expires', 'Valid until']), scribe.date('short')],
    [numbered ? '8' : 'ADDR', write('[{10-9999} {street}|{city} {state} {10001-98999}]').toUpperCase()],
    [
      'Sex  Hgt  Wgt  Eyes',
      `${who.isWoman ? 'F' : 'M'}   ${dice.integer(5, 6)}'-${dice.integer(0, 11)}"  ${dice.integer(105, 240)} lb  ${dice.pick(['BRO', 'BLU', 'GRN', 'HAZ'])}`,
    ],
    [dice.pick(['CLASS', 'Category', 'Country of Birth']), write('[C|D|M|AB|{country}]')],
  ];
  const x = onLeft ? 350 : 40;
  const step = Math.min(64, (height - 160) / rows.length);
  for (const [row, [name, text]] of rows.entries()) {
    const y = 140 + row * step;
    const end = paper.text(x, y, name, label);
    if (numbered) paper.text(end + 14, y, text, fitted(paper, text, 480, value));
    else
      paper.text(
        x,
        y + step * 0.48,
        text,
        fitted(paper, text, 520, styled(value, { size: Math.min(value.size, step * 0.5) })),
      );
  }
  drawSignature(paper, photo.x + 16, photo.y + photo.height + 44, `${who.first} ${who.last}`, 42);
  if (dice.chance(0.4))
    paper.text(30, height - 14, `${title} ${number} `.repeat(4), styled(label, { size: 8 }));
  if (dice.chance(0.4)) drawLogo(paper, width - 120, 104, 84, accent);
}

function drawPassport({ paper, scribe, dice }: Setting, { who, number, accent, face }: Facts): void {
  const { width, height } = paper;
  const country = scribe.write('{country}').toUpperCase();
  const label: TextStyle = { face, size: 13, colour: accent };
  const value: TextStyle = { face, size: 22, bold: dice.chance(0.4) };
  paper.text(40, 52, dice.pick(['PASSPORT', 'PASSEPORT / PASSPORT', 'REISEPASS PASSPORT']), {
    face,
    size: 30,
    bold: true,
    colour: accent,
  });
  paper.text(width - 40, 52, country, fitted(paper, country, 380, { face, size: 30, bold: true }), 'right');
  drawPicture(paper, { x: 44, y: 90, width: 250, height: Math.min(330, height - 260) }, 'portrait');
  const rows: [string, string][] = [
    ['Type / Code / Passport No.', `P   ${country.slice(0, 3)}   ${number}`],
    ['Surname / Nom', who.last.toUpperCase()],
    ['Given names / Prénoms', `${who.first} ${scribe.person().first}`.toUpperCase()],
    ['Nationality / Nationalité', country],
    ['Date of birth / Date de naissance', scribe.date('european').toUpperCase()],
    ['Sex   Place of birth', `${who.isWoman ? 'F' : 'M'}   ${scribe.write('{city}').toUpperCase()}`],
    ['Date of issue   Date of expiry', `${scribe.date('short')}   ${scribe.date('short')}`],
  ];
  const step = (height - 220) / rows.length;
  for (const [row, [name, text]] of rows.entries()) {
    paper.text(330, 100 + row * step, name, label);
    paper.text(
      330,
      100 + row * step + step * 0.5,
      text,
      fitted(paper, text, width - 370, styled(value, { size: Math.min(22, step * 0.5) })),
    );
  }
  // The two lines for machines: 44 letters each.
  const zone: TextStyle = { face: getFace('cousine'), size: 27 };
  paper.box(0, height - 96, width, 96, 'rgba(255,255,255,0.7)');
  const plain = (text: string) => text.toUpperCase().replace(/[^A-Z0-9]/g, '<');
  const lines = [
    `P<${plain(country).slice(0, 3)}${plain(who.last)}<<${plain(who.first)}`,
    `${plain(number)}${plain(country).slice(0, 3)}${dice.integer(400101, 991231)}${who.isWoman ? 'F' : 'M'}${dice.integer(250101, 341231)}`,
  ];
  for (const [row, text] of lines.entries()) {
    const full = text.padEnd(44, '<').slice(0, 44);
    paper.text(30, height - 58 + row * 38, full, fitted(paper, full, width - 60, zone));
  }
}

/** Hardly more than a name and a number. */
function drawNumberCard({ paper, scribe, dice }: Setting, { who, number, accent, face }: Facts): void {
  const { width, height } = paper;
  const title = scribe.write(
    '[SOCIAL SECURITY|SOCIAL INSURANCE CARD|NATIONAL INSURANCE|MEMBER CARD|LIBRARY CARD|HEALTH CARD|{firmWord} INSURANCE]',
  );
  paper.box(26, 26, width - 52, height - 52, accent, 6);
  paper.box(38, 38, width - 76, height - 76, accent, 1.5);
  paper.text(
    width / 2,
    0.2 * height,
    title,
    fitted(paper, title, width - 200, {
      face: getFace(dice.pick(FACES.letterhead)),
      size: 58,
      bold: true,
      colour: accent,
      tracking: 0.05,
    }),
    'center',
  );
  paper.text(
    width / 2,
    0.33 * height,
    dice.pick(['THIS NUMBER HAS BEEN ESTABLISHED FOR', 'Member since 1998', 'ISSUED TO', 'ACCOUNT NUMBER']),
    { face, size: 20, colour: accent },
    'center',
  );
  const typed = getFace(dice.pick(FACES.typewriter));
  paper.text(width / 2, 0.48 * height, number, { face: typed, size: 54 }, 'center');
  paper.text(
    width / 2,
    0.64 * height,
    `${who.first} ${who.initial} ${who.last}`.toUpperCase(),
    { face: typed, size: 38 },
    'center',
  );
  paper.line(0.25 * width, 0.84 * height, 0.75 * width, 0.84 * height, 1.5);
  drawSignature(paper, 0.3 * width, 0.82 * height, `${who.first} ${who.last}`, 54);
  paper.text(width / 2, 0.89 * height, 'SIGNATURE', { face, size: 16, colour: accent }, 'center');
}

function drawBadge({ paper, scribe, dice }: Setting, { who, number, accent, face }: Facts): void {
  const { width, height } = paper;
  const company = scribe.company();
  paper.box(0, 0, width, 0.16 * height, accent);
  drawLogo(paper, 30, 30, 80, '#fff');
  paper.text(
    width / 2 + 40,
    0.09 * height,
    company,
    fitted(paper, company, width - 180, { face, size: 44, bold: true, colour: '#fff' }),
    'center',
  );
  drawPicture(
    paper,
    { x: 0.24 * width, y: 0.21 * height, width: 0.52 * width, height: 0.38 * height },
    'portrait',
  );
  const name = dice.chance(0.5) ? `${who.first} ${who.last}` : who.first.toUpperCase();
  paper.text(
    width / 2,
    0.67 * height,
    name,
    fitted(paper, name, width - 80, { face, size: 62, bold: true }),
    'center',
  );
  const title = scribe.write('[{title}|Visitor|CONTRACTOR|STAFF|Student|PRESS|Faculty]');
  paper.text(width / 2, 0.73 * height, title, fitted(paper, title, width - 80, { face, size: 34 }), 'center');
  paper.text(width / 2, 0.8 * height, `ID ${number}`, { face, size: 28 }, 'center');
  for (let bar = 0, x = 0.2 * width; x < 0.8 * width; bar++) {
    const wide = dice.between(2, 8);
    if (bar % 2 === 0) paper.box(x, 0.84 * height, wide, 0.08 * height, '#000');
    x += wide;
  }
}
