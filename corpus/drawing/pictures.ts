/** Pictures without a photographer: portraits, landscapes, goods and patterns in shades, and the logos of made-up firms. */
import type { Dice } from '../dice.js';
import type { Paper } from './paper.js';
import { drawPatches } from './picture-detail.js';

type Frame = { x: number; y: number; width: number; height: number };

export type PictureSubject = 'portrait' | 'landscape' | 'city' | 'goods' | 'people' | 'abstract' | 'pack';

const SUBJECTS: readonly PictureSubject[] = [
  'portrait',
  'landscape',
  'city',
  'goods',
  'people',
  'abstract',
  'pack',
];

/** Draws a picture into the frame; words that lie there already are forgotten. */
export function drawPicture(paper: Paper, frame: Frame, subject = paper.dice.pick(SUBJECTS)): void {
  const { context, dice } = paper;
  const { x, y, width, height } = frame;
  paper.cover(x, y, width, height);
  paper.picture(x, y, width, height);
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  fillSky(paper, frame);
  if (subject === 'portrait')
    drawPerson(paper, x + width / 2, y + 0.42 * height, 0.62 * Math.min(width, height));
  if (subject === 'people') drawCrowd(paper, frame);
  if (subject === 'landscape') drawHills(paper, frame);
  if (subject === 'city') drawCity(paper, frame);
  if (subject === 'goods') drawGoods(paper, frame);
  if (subject === 'pack') drawPack(paper, frame);
  if (subject === 'abstract') drawShapes(paper, frame);
  // A face under blots is none.
  if (subject !== 'portrait' && dice.chance(0.5)) drawPatches(paper, frame);
  if (dice.chance(0.6)) drawTexture(paper, frame);
  drawLight(paper, frame);
  context.restore();
  if (dice.chance(0.4)) paper.box(x, y, width, height, '#000', dice.between(0.6, 2));
}

/** A shade of grey, or of colour for the few pages that keep it. */
function shade(dice: Dice, low: number, high: number): string {
  const lightness = dice.between(low, high);
  return `hsl(${dice.integer(0, 359)} ${dice.integer(0, 38)}% ${lightness.toFixed(0)}%)`;
}

function fillSky({ context, dice }: Paper, { x, y, width, height }: Frame): void {
  const slanted = dice.chance(0.4);
  const gradient = context.createLinearGradient(x, y, slanted ? x + width : x, y + height);
  const dark = dice.chance(0.35);
  gradient.addColorStop(0, shade(dice, dark ? 3 : 45, dark ? 35 : 98));
  gradient.addColorStop(dice.between(0.3, 0.7), shade(dice, 15, 90));
  gradient.addColorStop(1, shade(dice, dark ? 3 : 30, dark ? 50 : 98));
  context.fillStyle = gradient;
  context.fillRect(x, y, width, height);
}

function ellipse({ context }: Paper, x: number, y: number, a: number, b: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  context.ellipse(x, y, Math.max(a, 0.1), Math.max(b, 0.1), 0, 0, 2 * Math.PI);
  context.fill();
}

function drawPerson(paper: Paper, x: number, y: number, size: number): void {
  const { dice, context } = paper;
  const skin = `hsl(${dice.integer(18, 34)} ${dice.integer(20, 45)}% ${dice.integer(40, 82)}%)`;
  const hair = `hsl(${dice.integer(15, 45)} ${dice.integer(0, 35)}% ${dice.integer(4, 55)}%)`;
  const coat = shade(dice, 5, 80);
  const head = 0.24 * size;
  ellipse(paper, x, y + 1.05 * size, dice.between(0.5, 0.7) * size, 0.62 * size, coat);
  ellipse(paper, x, y - 0.1 * head, 1.15 * head, dice.between(1.2, 1.6) * head, hair);
  ellipse(paper, x, y + 0.25 * size, 0.5 * head, 0.5 * head, skin);
  ellipse(paper, x, y + 0.12 * head, 0.88 * head, 1.18 * head, skin);
  for (const side of [-1, 1]) ellipse(paper, x + 0.36 * side * head, y, 0.11 * head, 0.07 * head, '#111');
  ellipse(paper, x, y + 0.62 * head, 0.26 * head, 0.06 * head, 'rgba(80,20,20,0.6)');
  ellipse(paper, x + 0.06 * head, y + 0.28 * head, 0.1 * head, 0.2 * head, 'rgba(0,0,0,0.16)');
  ellipse(paper, x + 0.5 * head, y + 0.2 * head, 0.25 * head, 0.8 * head, 'rgba(0,0,0,0.18)');
  if (dice.chance(0.5)) {
    context.fillStyle = '#eee';
    context.beginPath();
    context.moveTo(x - 0.16 * head, y + 1.45 * head);
    context.lineTo(x + 0.16 * head, y + 1.45 * head);
    context.lineTo(x, y + 2.1 * head);
    context.fill();
  }
}

function drawCrowd(paper: Paper, { x, y, width, height }: Frame): void {
  const { dice } = paper;
  const count = dice.integer(2, 6);
  for (let index = 0; index < count; index++) {
    const size = height * dice.between(0.4, 0.75);
    drawPerson(paper, x + ((index + 0.5) / count) * width, y + height * dice.between(0.3, 0.6), size);
  }
}

function drawHills(paper: Paper, { x, y, width, height }: Frame): void {
  const { dice, context } = paper;
  const sunAt = x + dice.between(0.1, 0.9) * width;
  ellipse(paper, sunAt, y + 0.2 * height, 0.06 * width, 0.06 * width, shade(dice, 80, 100));
  for (let ridge = 0; ridge < 4; ridge++) {
    const base = y + height * (0.35 + 0.17 * ridge);
    const phase = dice.between(0, 6);
    const waves = dice.between(3, 12) / width;
    context.fillStyle = shade(dice, 55 - 14 * ridge, 75 - 14 * ridge);
    context.beginPath();
    context.moveTo(x, y + height);
    for (let across = 0; across <= width; across += width / 40) {
      const swing = Math.sin(across * waves + phase) + 0.4 * Math.sin(2.7 * across * waves + phase);
      context.lineTo(x + across, base + 0.08 * height * swing);
    }
    context.lineTo(x + width, y + height);
    context.fill();
  }
  for (let tree = dice.integer(0, 12); tree > 0; tree--) {
    const at = x + dice.uniform() * width;
    const top = y + height * dice.between(0.45, 0.7);
    const size = height * dice.between(0.05, 0.18);
    context.fillStyle = shade(dice, 3, 25);
    context.beginPath();
    context.moveTo(at, top);
    context.lineTo(at + 0.3 * size, top + size);
    context.lineTo(at - 0.3 * size, top + size);
    context.fill();
  }
}

function drawCity(paper: Paper, { x, y, width, height }: Frame): void {
  const { dice } = paper;
  for (let at = 0; at < width; ) {
    const wide = width * dice.between(0.06, 0.18);
    const high = height * dice.between(0.25, 0.85);
    const front = shade(dice, 8, 60);
    paper.box(x + at, y + height - high, wide, high, front);
    const pane = wide / 7;
    for (let row = 1; row * 2.4 * pane < high; row++) {
      for (let column = 0; column < 3; column++) {
        if (dice.chance(0.7))
          paper.box(
            x + at + (1 + 2 * column) * pane,
            y + height - high + row * 2.2 * pane,
            pane,
            pane,
            shade(dice, 70, 98),
          );
      }
    }
    at += wide * dice.between(0.9, 1.15);
  }
}

function drawGoods(paper: Paper, { x, y, width, height }: Frame): void {
  const { dice, context } = paper;
  const kind = dice.integer(0, 2);
  const unit = Math.min(width, height);
  const [middle, floor] = [x + width / 2, y + 0.85 * height];
  ellipse(paper, middle, floor, 0.42 * width, 0.06 * height, 'rgba(0,0,0,0.35)');
  const body = shade(dice, 8, 50);
  context.fillStyle = body;
  if (kind === 0) {
    // A bottle.
    const [half, high] = [0.13 * unit, 0.7 * unit];
    paper.box(middle - half, floor - 0.66 * high, 2 * half, 0.66 * high, body);
    ellipse(paper, middle, floor - 0.66 * high, half, 0.6 * half, body);
    paper.box(middle - 0.35 * half, floor - high, 0.7 * half, 0.4 * high, body);
    paper.box(middle - half, floor - 0.48 * high, 2 * half, 0.26 * high, shade(dice, 80, 98));
    paper.box(middle - 0.75 * half, floor - 0.64 * high, 0.2 * half, 0.6 * high, 'rgba(255,255,255,0.4)');
  } else if (kind === 1) {
    // A car.
    const long = 0.8 * width;
    const high = 0.14 * unit;
    ellipse(paper, middle, floor - 2 * high, 0.3 * long, 1.1 * high, shade(dice, 60, 90));
    paper.box(middle - long / 2, floor - 2 * high, long, 1.5 * high, body);
    for (const side of [-0.3, 0.3]) {
      ellipse(paper, middle + side * long, floor - 0.4 * high, 0.75 * high, 0.75 * high, '#080808');
      ellipse(paper, middle + side * long, floor - 0.4 * high, 0.35 * high, 0.35 * high, '#ddd');
    }
    paper.box(middle - long / 2, floor - 1.5 * high, long, 0.15 * high, '#eee');
  } else {
    // A cup or a glass with something rising from it.
    const half = 0.2 * unit;
    context.beginPath();
    context.moveTo(middle - half, floor - 2.2 * half);
    context.lineTo(middle + half, floor - 2.2 * half);
    context.lineTo(middle + 0.65 * half, floor);
    context.lineTo(middle - 0.65 * half, floor);
    context.fill();
    ellipse(paper, middle, floor - 2.2 * half, half, 0.25 * half, shade(dice, 60, 95));
    context.strokeStyle = shade(dice, 70, 98);
    context.lineWidth = 0.06 * unit;
    context.beginPath();
    context.moveTo(middle, floor - 2.4 * half);
    context.bezierCurveTo(
      middle + half,
      floor - 3 * half,
      middle - half,
      floor - 3.4 * half,
      middle,
      floor - 4 * half,
    );
    context.stroke();
  }
}

function drawPack(paper: Paper, { x, y, width, height }: Frame): void {
  const { dice } = paper;
  const unit = Math.min(width / 0.7, height);
  const packs = dice.integer(1, 3);
  for (let pack = 0; pack < packs; pack++) {
    const left = x + (width * (pack + 0.5)) / packs;
    paper.turned(left, y + 0.5 * height, dice.between(-18, 18), () => {
      const [wide, high] = [0.36 * unit, 0.6 * unit];
      paper.box(-wide / 2, -high / 2, wide, high, shade(dice, 75, 99));
      paper.box(-wide / 2, -high / 2, wide, dice.between(0.2, 0.5) * high, shade(dice, 15, 55));
      ellipse(paper, 0, 0.1 * high, 0.3 * wide, 0.3 * wide, shade(dice, 20, 70));
      for (let stick = dice.integer(0, 3); stick > 0; stick--) {
        const at = -0.3 * wide + 0.2 * wide * stick;
        paper.box(at, -0.5 * high - 0.3 * wide, 0.13 * wide, 0.3 * wide, '#f4f4f4');
        paper.box(at, -0.5 * high - 0.3 * wide, 0.13 * wide, 0.08 * wide, shade(dice, 50, 70));
      }
      paper.box(-wide / 2, -high / 2, wide, high, '#222', 0.008 * unit);
    });
  }
}

function drawShapes(paper: Paper, { x, y, width, height }: Frame): void {
  const { dice, context } = paper;
  for (let count = dice.integer(4, 22); count > 0; count--) {
    const [at, down] = [x + dice.uniform() * width, y + dice.uniform() * height];
    const size = dice.between(0.04, 0.32) * Math.min(width, height);
    const colour = shade(dice, 0, 100);
    const kind = dice.integer(0, 2);
    if (kind === 0) ellipse(paper, at, down, size, size * dice.between(0.3, 1.4), colour);
    if (kind === 1)
      paper.turned(at, down, dice.integer(0, 90), () => paper.box(-size, -size / 2, 2 * size, size, colour));
    if (kind === 2) {
      context.strokeStyle = colour;
      context.lineWidth = size / 5;
      context.beginPath();
      context.moveTo(at, down);
      context.quadraticCurveTo(
        x + dice.uniform() * width,
        y + dice.uniform() * height,
        at + 2 * size,
        down - size,
      );
      context.stroke();
    }
  }
}

/** Grass, hair, cloth: short strokes all over. */
function drawTexture({ dice, context }: Paper, { x, y, width, height }: Frame): void {
  context.strokeStyle = dice.chance(0.5) ? 'rgba(0,0,0,0.35)' : 'rgba(255,255,255,0.35)';
  context.lineWidth = dice.between(0.5, 1.5);
  const [dx, dy] = [dice.between(-9, 9), dice.between(-9, 9)];
  context.beginPath();
  for (let count = dice.integer(50, 400); count > 0; count--) {
    const at = x + dice.uniform() * width;
    const down = y + dice.uniform() * height;
    context.moveTo(at, down);
    context.lineTo(at + dx * dice.uniform(), down + dy * dice.uniform());
  }
  context.stroke();
}

/** Light from one side and shade in the corners, so that no surface is quite even. */
function drawLight({ context, dice }: Paper, { x, y, width, height }: Frame): void {
  const [cx, cy] = [x + width * dice.between(0.2, 0.8), y + height * dice.between(0.1, 0.6)];
  const gradient = context.createRadialGradient(
    cx,
    cy,
    0,
    cx,
    cy,
    Math.max(width, height) * dice.between(0.6, 1),
  );
  gradient.addColorStop(0, `rgba(255,255,255,${dice.between(0.05, 0.35).toFixed(2)})`);
  gradient.addColorStop(1, `rgba(0,0,0,${dice.between(0.05, 0.45).toFixed(2)})`);
  context.fillStyle = gradient;
  context.fillRect(x, y, width, height);
}

/** A firm's mark within a square, in one of a dozen manners. */
export function drawLogo(paper: Paper, x: number, y: number, size: number, colour = '#000'): void {
  const { dice, context } = paper;
  const [cx, cy, half] = [x + size / 2, y + size / 2, size / 2];
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = size * dice.between(0.03, 0.1);
  const kind = dice.integer(0, 6);
  if (kind === 0) paper.box(x, y, size, size, colour);
  if (kind === 1) ellipse(paper, cx, cy, half, half, colour);
  if (kind <= 2) {
    const points = dice.integer(3, 9);
    const inner = dice.between(0.3, 0.9);
    context.fillStyle = kind < 2 ? '#fff' : colour;
    context.beginPath();
    for (let corner = 0; corner < 2 * points; corner++) {
      const radius = 0.9 * half * (corner % 2 === 0 ? 1 : inner);
      const angle = (Math.PI * corner) / points - Math.PI / 2;
      context.lineTo(cx + radius * Math.cos(angle), cy + radius * Math.sin(angle));
    }
    context.fill();
  }
  if (kind === 3 || kind === 4) {
    for (let ring = dice.integer(1, 3); ring > 0; ring--) {
      context.beginPath();
      if (kind === 3) context.arc(cx, cy, (half * ring) / 3.2, 0, 2 * Math.PI);
      else
        context.rect(
          cx - (half * ring) / 3.2,
          cy - (half * ring) / 3.2,
          (2 * half * ring) / 3.2,
          (2 * half * ring) / 3.2,
        );
      context.stroke();
    }
  }
  if (kind === 5) {
    for (let bar = 0; bar < 5; bar++) {
      const high = size * dice.between(0.25, 1);
      paper.box(x + (bar * size) / 5, y + size - high, size / 8, high, colour);
    }
  }
  if (kind === 6) {
    // A coat of arms: a shield, quartered, with a crown of dots.
    context.beginPath();
    context.moveTo(x, y + 0.2 * size);
    context.lineTo(x + size, y + 0.2 * size);
    context.quadraticCurveTo(x + size, y + 0.8 * size, cx, y + size);
    context.quadraticCurveTo(x, y + 0.8 * size, x, y + 0.2 * size);
    context.stroke();
    paper.box(x + 0.08 * size, y + 0.28 * size, 0.4 * size, 0.27 * size, colour);
    paper.box(cx + 0.02 * size, cy + 0.08 * size, 0.32 * size, 0.24 * size, colour);
    for (let dot = 0; dot < 5; dot++)
      ellipse(paper, x + ((dot + 0.5) * size) / 5, y + 0.08 * size, 0.06 * size, 0.06 * size, colour);
  }
}
