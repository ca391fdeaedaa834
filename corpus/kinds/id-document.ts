/** Cards that say who somebody is: licences, passes, passports' data pages, membership cards. */

import type { Dice } from '../dice.js';
import { drawSignature } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { drawLogo, drawPicture } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Format, type Kind, type Setting, styled } from '../setting.js';
import { drawPatternedCard } from './identity-cards.js';
import { fitted } from './parts.js';

export const idDocument: Kind = {
  name: 'id_document',
  share: 1.1,
  origin: 'pocket',
  recentShare: 0.5,
  years: [1980, 2012],
  format: (dice: Dice): Format =>
    dice.pick([
      { width: 1000, height: 630 },
      { width: 1000, height: 630 },
      { width: 1000, height: 700 },
      { width: 1000, height: 630 },
      { width: 640, height: 1000 },
      { width: 773, height: 1000 },
    ]),
  draw(setting) {
    if (setting.dice.chance(0.7)) drawPatternedCard(setting);
    else drawCard(setting);
  },
};

function drawCard({ paper, scribe, dice }: Setting): void {
  const { write } = scribe;
  const { context } = paper;
  const isSheet = paper.height > 900;
  const frame = isSheet
    ? { x: dice.between(60, 180), y: dice.between(80, 420), width: 520, height: 330 }
    : { x: 24, y: 24, width: 952, height: paper.height - 48 };
  const { x, y, width, height } = frame;
  const unit = width / 1000;
  const gradient = context.createLinearGradient(x, y, x + width, y + height);
  gradient.addColorStop(0, dice.pick(['#e8eef6', '#f3e9da', '#e4f0e6', '#f6e6e6', '#eee']));
  gradient.addColorStop(1, dice.pick(['#fff', '#d8e2ee', '#efe2c8', '#dfe9df']));
  context.fillStyle = gradient;
  context.fillRect(x, y, width, height);
  paper.box(x, y, width, height, '#444', 2);
  const colour = dice.pick(['#1c3f94', '#7a1420', '#0b6b4f', '#222']);
  if (dice.chance(0.6)) paper.box(x, y, width, 105 * unit, colour);
  const face = getFace(dice.pick(FACES.sans));
  const head: TextStyle = { face, size: 46 * unit, bold: true, colour: '#fff' };
  const title = write(
    '[{StateName} DRIVER LICENSE|IDENTIFICATION CARD|{country} PASSPORT|EMPLOYEE IDENTIFICATION|{company}|{StateName} IDENTITY CARD|MEMBERSHIP CARD|STUDENT ID {university}|HEALTH INSURANCE CARD|VISITOR PASS|PERMANENT RESIDENT CARD|SOCIAL SECURITY]',
  ).toUpperCase();
  const onBand = head;
  paper.box(x, y, width, 95 * unit, colour);
  paper.text(x + 30 * unit, y + 66 * unit, title, fitted(paper, title, width - 60 * unit, onBand));
  const onLeft = dice.chance(0.7);
  const photo = {
    x: onLeft ? x + 35 * unit : x + width - 315 * unit,
    y: y + 130 * unit,
    width: 280 * unit,
    height: Math.min(350 * unit, height - 170 * unit),
  };
  drawPicture(paper, photo, 'portrait');
  const label: TextStyle = { face, size: 18 * unit, colour };
  const value: TextStyle = {
    face: getFace(dice.pick([...FACES.sans, ...FACES.printer])),
    size: 30 * unit,
    bold: dice.chance(0.6),
  };
  const who = scribe.person();
  const left = onLeft ? x + 350 * unit : x + 35 * unit;
  const facts: [string, string][] = [
    [dice.pick(['LN', 'Surname', 'Last name', 'NAME']), who.last.toUpperCase()],
    [dice.pick(['FN', 'Given names', 'First name']), `${who.first} ${who.initial}`.toUpperCase()],
    ['DOB', scribe.date('short')],
    [
      dice.pick(['LIC NO.', 'Document No.', 'ID', 'Card number']),
      write('[{code}{100-999}|{100000000-999999999}|{1000-9999} {1000-9999} {1000-9999}]'),
    ],
    [dice.pick(['EXP', 'Date of expiry', 'Valid until']), scribe.date('short')],
    ...dice.some<[string, string]>(
      [
        ['SEX', who.isWoman ? 'F' : 'M'],
        ['HGT', write('{5-6}-{10-11}')],
        ['EYES', dice.pick(['BRN', 'BLU', 'GRN'])],
        ['ADDRESS', write('{street}, {city}')],
        ['NATIONALITY', write('{country}')],
        ['CLASS', dice.pick(['C', 'D', 'A'])],
        ['DEPT', write('{Matter}')],
        ['ISS', scribe.date('short')],
      ],
      dice.integer(1, 4),
    ),
  ];
  let at = y + 145 * unit;
  const step = Math.min(62 * unit, (height - 190 * unit) / facts.length);
  for (const [name, text] of facts) {
    if (dice.chance(0.5) || step > 50 * unit) {
      paper.text(left, at, name, label);
      paper.text(
        left,
        at + Math.min(30 * unit, step * 0.6),
        text,
        fitted(paper, text, 560 * unit, styled(value, { size: Math.min(value.size, step * 0.55) })),
      );
    } else
      paper.text(
        paper.text(left, at + 10 * unit, name, label) + 10 * unit,
        at + 10 * unit,
        text,
        fitted(paper, text, 460 * unit, styled(value, { size: Math.min(value.size, step * 0.6) })),
      );
    at += step;
  }
  if (dice.chance(0.6))
    drawSignature(paper, photo.x + 10 * unit, y + height - 14 * unit, `${who.first} ${who.last}`, 40 * unit);
  if (dice.chance(0.5)) drawLogo(paper, x + width - 120 * unit, y + height - 120 * unit, 85 * unit, colour);
}
