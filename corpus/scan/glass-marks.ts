/** What a page gets from lying on a copier's glass, as shapes: punch holes, folded corners, black edges, streaks. */
import type { Dice } from '../dice.js';
import type { Paper } from '../drawing/paper.js';
import type { ScanPlan } from './scan-plan.js';
import { layTableTop, shadePhoto } from './table-top.js';

/** Lays the blank sheet onto the bed; everything else is drawn after it. */
export function laySheet(paper: Paper, plan: ScanPlan): void {
  const { context, width, height } = paper;
  const { drawn, bed, paperTone } = plan;
  if (plan.lens) layTableTop(paper, plan);
  else {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = grey(bed);
    context.fillRect(0, 0, drawn.width, drawn.height);
  }
  context.setTransform(...plan.placing);
  context.fillStyle = grey(paperTone);
  context.fillRect(0, 0, width, height);
  if (plan.lens) return;
  if (bed < 200 || paper.dice.chance(0.1)) paper.box(0, 0, width, height, '#555', 1);
}

/** Holes and a folded corner belong to the sheet; edges and streaks to the glass. Words under them are forgotten. */
export function markGlass(paper: Paper, plan: ScanPlan): void {
  const { context, dice, width } = paper;
  const { marks, drawn } = plan;
  if (plan.lens) {
    shadePhoto(paper, plan);
    context.setTransform(...plan.placing);
    return;
  }
  if (marks.holes !== 'none') punch(paper, marks.holes);
  if (marks.fold) {
    const size = dice.between(20, 90);
    const right = dice.chance(0.5);
    const x = right ? width : 0;
    context.fillStyle = grey(dice.pick([plan.bed, 0, 60]));
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(right ? width - size : size, 0);
    context.lineTo(x, size * dice.between(0.6, 1.3));
    context.fill();
    paper.cover(right ? width - size : 0, 0, size, size);
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  if (marks.edges) {
    for (const side of dice.some(['left', 'right', 'top', 'bottom'] as const, dice.integer(1, 3)))
      blacken(paper, plan, side);
  }
  if (marks.streaks) {
    for (let count = dice.integer(1, 5); count > 0; count--) {
      const x = dice.uniform() * drawn.width;
      const from = dice.chance(0.6) ? 0 : dice.uniform() * drawn.height;
      context.fillStyle = dice.chance(0.75) ? 'rgba(0,0,0,0.7)' : '#fff';
      context.fillRect(x, from, dice.between(0.5, 1.4), drawn.height * dice.between(0.2, 1));
    }
  }
  context.setTransform(...plan.placing);
}

function punch(paper: Paper, where: 'left' | 'top'): void {
  const { context, dice, width, height } = paper;
  const radius = dice.between(7, 12);
  const isFilled = dice.chance(0.7);
  const spots =
    where === 'left'
      ? dice
          .pick([
            [0.12, 0.5, 0.88],
            [0.38, 0.62],
          ])
          .map((share) => [dice.between(24, 32), share * height] as const)
      : [0.34, 0.66].map((share) => [share * width, dice.between(22, 30)] as const);
  for (const [x, y] of spots) {
    context.fillStyle = '#080808';
    context.strokeStyle = '#111';
    context.lineWidth = 1.5;
    context.beginPath();
    if (isFilled) context.arc(x, y, radius, 0, 2 * Math.PI);
    else context.arc(x, y, radius, dice.between(-1, 2), dice.between(3, 5));
    if (isFilled) context.fill();
    else context.stroke();
    paper.cover(x - radius, y - radius, 2 * radius, 2 * radius);
  }
}

/** A black, ragged margin where the lid stood open. */
function blacken(paper: Paper, { drawn }: ScanPlan, side: 'left' | 'right' | 'top' | 'bottom'): void {
  const { context, dice } = paper;
  const isUpright = side === 'left' || side === 'right';
  const [long, across] = isUpright ? [drawn.height, drawn.width] : [drawn.width, drawn.height];
  const depth = across * (dice.chance(0.88) ? dice.between(0.004, 0.025) : dice.between(0.025, 0.07));
  const slope = dice.between(-1, 1) * depth;
  const from = dice.chance(0.7) ? 0 : dice.between(0, 0.5) * long;
  const to = dice.chance(0.7) ? long : dice.between(0.5, 1) * long;
  const steps = 220;
  let wander = 0;
  const place = (along: number, inward: number): [number, number] => {
    if (side === 'left') return [inward, along];
    if (side === 'right') return [drawn.width - inward, along];
    return side === 'top' ? [along, inward] : [along, drawn.height - inward];
  };
  context.fillStyle = dice.chance(0.8) ? '#000' : 'rgba(0,0,0,0.6)';
  context.beginPath();
  context.moveTo(...place(from, 0));
  for (let step = 0; step <= steps; step++) {
    const along = from + ((to - from) * step) / steps;
    wander = 0.92 * wander + 0.04 * dice.gaussian() * depth;
    const ragged = depth + (slope * step) / steps + wander;
    context.lineTo(...place(along, Math.max(0, ragged)));
  }
  context.lineTo(...place(to, 0));
  context.fill();
  const [x0, y0] = place(from, 0);
  const [x1, y1] = place(to, 0.8 * depth);
  coverPixels(paper, Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
}

function coverPixels(paper: Paper, x: number, y: number, width: number, height: number): void {
  const kept = paper.words.filter(({ box }) => {
    const middleX = (box[0] + box[2]) / 2;
    const middleY = (box[1] + box[3]) / 2;
    return middleX < x || middleX > x + width || middleY < y || middleY > y + height;
  });
  paper.words.splice(0, paper.words.length, ...kept);
}

/** A line that a machine's dirt or a fax's lost rows leave: applied to the pixels, see ink.ts. */
export function drawFaxRows(dice: Dice, height: number): { y: number; rows: number; isBlack: boolean }[] {
  return Array.from({ length: dice.integer(2, 14) }, () => ({
    y: dice.integer(0, height - 4),
    rows: dice.integer(1, 3),
    isBlack: dice.chance(0.35),
  }));
}

const grey = (value: number) => `rgb(${value},${value},${value})`;
