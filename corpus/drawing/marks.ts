/** What is put onto pages after they were written: signatures, stamps, notes by hand, numbers of archives, fax headers. */
import type { Scribe } from '../text/scribe.js';
import type { Paper, TextStyle } from './paper.js';
import { FACES, getFace } from './typefaces.js';

const INKS = ['#000', '#111', '#1b2a6b', '#16348f', '#222'];

/** A signature: loops of a pen, sometimes a name written in a hand's typeface, which is then a word. */
export function drawSignature(paper: Paper, x: number, baseline: number, name: string, size = 30): void {
  const { dice, context } = paper;
  const ink = dice.pick(INKS);
  if (dice.chance(0.45)) {
    const face = getFace(dice.pick([...FACES.hand, 'dancing-script', 'homemade-apple']));
    const written = dice.chance(0.5) ? name : (name.split(' ')[0] ?? name);
    paper.turned(x, baseline, dice.between(-7, 2), () => {
      paper.text(0, 0, written, { face, size: size * dice.between(0.8, 1.1), colour: ink });
    });
    return;
  }
  context.strokeStyle = ink;
  context.lineWidth = dice.between(1, 2.4);
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.beginPath();
  let at = x;
  context.moveTo(at, baseline);
  const strokes = dice.integer(4, 12);
  for (let stroke = 0; stroke < strokes; stroke++) {
    const tall = stroke === 0 || dice.chance(0.2) ? 1.4 : 0.5;
    const next = at + size * dice.between(0.15, 0.7);
    const up = baseline - size * tall * dice.between(0.5, 1);
    const low = baseline + size * dice.between(-0.1, dice.chance(0.2) ? 0.6 : 0.1);
    context.bezierCurveTo(
      at + size * dice.between(-0.3, 0.3),
      up,
      next + size * dice.between(-0.2, 0.4),
      up,
      next,
      low,
    );
    at = next;
  }
  if (dice.chance(0.4))
    context.quadraticCurveTo(at + size, baseline - 0.2 * size, x + size, baseline + 0.4 * size);
  context.stroke();
}

/** A rubber stamp of one to four lines, framed or not, somewhat askew and worn. */
export function drawStamp(paper: Paper, x: number, y: number, lines: readonly string[], size = 15): void {
  const { dice, context } = paper;
  const colour = dice.pick(['#000', '#111', '#222', '#444', '#8a1c1c', '#1d2f7a']);
  const style: TextStyle = {
    face: getFace(dice.pick(['arimo', 'courier-prime', 'oswald', 'tinos', 'cousine'])),
    size,
    bold: true,
    colour,
  };
  paper.turned(x, y, dice.chance(0.5) ? dice.between(-4, 4) : dice.between(-25, 25), () => {
    const widths = lines.map((line) => paper.widthOf(line, style));
    const width = Math.max(...widths) + size;
    const height = size * (1.25 * lines.length + 0.5);
    if (dice.chance(0.65)) paper.box(-width / 2, -height / 2, width, height, colour, dice.between(1, 3));
    for (const [index, line] of lines.entries()) {
      paper.text(0, -height / 2 + size * (1.1 + 1.25 * index), line, style, 'center');
    }
    context.fillStyle = '#fff';
    for (let bald = dice.integer(0, 12); bald > 0; bald--) {
      context.fillRect(
        dice.between(-width / 2, width / 2),
        dice.between(-height / 2, height / 2),
        dice.between(1, 4),
        dice.between(0.6, 2),
      );
    }
  });
}

export function stampLines(scribe: Scribe): string[] {
  const { dice, write } = scribe;
  const date = scribe.date(dice.pick(['upper', 'short', 'long']));
  return dice.pick([
    ['RECEIVED'],
    ['RECEIVED', date],
    [date],
    ['CONFIDENTIAL'],
    ['COPY'],
    ['FILE COPY'],
    ['DRAFT'],
    ['PAID', date],
    ['CONFIDENTIAL:', write('{stateName}').toUpperCase(), 'LITIGATION'],
    ['SECRET'],
    ['RECEIVED', date, scribe.fullName().toUpperCase()],
    ['PRODUCED BY', write('{firmWord} {firmTrade}').toUpperCase()],
    ['FILED'],
    ['APPROVED', `BY ${write('{initials}')}`],
    ['PUBLICATIONS'],
    ['BEST COPY'],
  ]);
}

/** The number that an archive gives each page: along the right edge, at the foot or in a corner. */
export function drawArchiveNumber(paper: Paper, scribe: Scribe): void {
  const { dice, width, height } = paper;
  const { write } = scribe;
  const number = write(
    '[{10000-99999} {1000-9999}|20{10000000-99999999}|T{1000-9999}-{1000-9999}|{10000000-99999999}|{firmTag} {100000-999999}|{firmTag}0000{100000-999999}|{5000-59999}{100-999}]'.replaceAll(
      '{firmTag}',
      dice.pick(['CTX', 'MNLT', 'PBX', 'TXN', 'LWD', 'ATX', 'BWN']),
    ),
  );
  const face = getFace(
    dice.pick(['arimo', 'courier-prime', 'cousine', 'libre-franklin', 'tinos', 'oswald', 'archivo-narrow']),
  );
  const style: TextStyle = { face, size: dice.between(11, 19), bold: dice.chance(0.6) };
  const place = dice.integer(0, 5);
  if (place <= 2) {
    const down = height * dice.pick([0.06, 0.62, 0.7, 0.78]);
    paper.turned(width - dice.between(18, 36), down, 90, () => paper.text(0, 0, number, style));
  } else if (place === 3)
    paper.text(width - dice.between(20, 60), height - dice.between(8, 25), number, style, 'right');
  else if (place === 4)
    paper.text(width * dice.between(0.06, 0.5), height - dice.between(8, 25), number, style);
  else paper.text(width - dice.between(30, 130), dice.between(25, 60), number, style, 'right');
}

/** The line that a fax machine prints above the page. */
export function drawFaxHeader(paper: Paper, scribe: Scribe): void {
  const { dice, width } = paper;
  const { write } = scribe;
  const style: TextStyle = {
    face: getFace(dice.pick(['cousine', 'vt323', 'courier-prime', 'arimo'])),
    size: dice.between(8.5, 12),
  };
  const y = dice.between(9, 18);
  const day = scribe.date(dice.pick(['short', 'upper', 'iso']));
  paper.text(
    dice.between(10, 60),
    y,
    write(`[${day}|{Month} {1-28} '{85-99}] [{1-12}:{10-59}[AM|PM|]|{10-23}:{10-59}]`),
    style,
  );
  if (dice.chance(0.8))
    paper.text(
      0.42 * width,
      y,
      write('[FROM {company}|FAX NO. {phone}|{company}|TO {phone}|{phone}]'),
      style,
    );
  paper.text(
    width - dice.between(20, 60),
    y,
    write('[P.{1-12}|P. {1-9}/{9-12}|PAGE 00{1-9}|P.0{1-9}]'),
    style,
    'right',
  );
}

/** A few words by hand with perhaps an arrow, a ring or a tick, in a margin. */
export function drawNote(paper: Paper, scribe: Scribe, x: number, y: number): void {
  const { dice, context } = paper;
  const style: TextStyle = {
    face: getFace(dice.pick(FACES.hand)),
    size: dice.between(18, 32),
    colour: dice.pick(INKS),
    unrest: 0.02,
  };
  const text = scribe.write(
    '[{firstName} -|cc: {firstName}|{initials}|OK {initials}|FYI|file|File - {surname}|{firstName}, pls [call|see me|handle|advise|review]|{weekday}|see p. {2-9}|Good!|why?|{1-12}/{1-28}|copy to {surname}|return to {firstName}|discuss w/ {firstName}|No!|{thing}?|Thanks {firstName}|send to {surname}|{100-999}|important]',
  );
  paper.turned(x, y, dice.between(-14, 9), () => {
    paper.block(text, { x: 0, y: 0, width: dice.between(70, 170), style, leading: 0.95 });
  });
  context.strokeStyle = style.colour ?? '#000';
  context.lineWidth = dice.between(0.9, 2);
  if (dice.chance(0.25)) {
    context.beginPath();
    context.ellipse(
      x + 30,
      y + 12,
      dice.between(35, 70),
      dice.between(15, 26),
      dice.between(-0.2, 0.2),
      0,
      2 * Math.PI,
    );
    context.stroke();
  }
  if (dice.chance(0.15)) {
    context.beginPath();
    context.moveTo(x, y + 30);
    context.quadraticCurveTo(x - 30, y + 60, x - dice.between(20, 90), y + dice.between(50, 110));
    context.stroke();
  }
}
