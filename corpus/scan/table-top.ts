/** What a photographed sheet lies on, the shadow beside it, and the shadow of whoever holds the telephone. */
import type { Dice } from '../dice.js';
import type { Paper } from '../drawing/paper.js';
import type { ScanPlan } from './scan-plan.js';

/** Wood, cloth, stone or a plain table over the whole picture, and the sheet's own shadow upon it. */
export function layTableTop({ context, dice, width, height }: Paper, { drawn, placing }: ScanPlan): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  const surface = dice.pick(['wood', 'wood', 'cloth', 'stone', 'plain', 'dark'] as const);
  const hue = surface === 'wood' ? dice.integer(18, 38) : dice.integer(0, 359);
  const saturation =
    surface === 'wood' ? dice.integer(25, 60) : dice.integer(0, surface === 'cloth' ? 55 : 14);
  const light = surface === 'dark' ? dice.integer(3, 20) : dice.integer(18, surface === 'wood' ? 58 : 80);
  const tone = (shift: number, alpha = 1) =>
    `hsla(${hue}, ${saturation}%, ${Math.max(0, Math.min(97, light + shift)).toFixed(0)}%, ${alpha})`;
  context.fillStyle = tone(0);
  context.fillRect(0, 0, drawn.width, drawn.height);
  if (surface === 'wood') drawGrain(dice, context, drawn, tone);
  if (surface === 'cloth') drawWeave(dice, context, drawn, tone);
  if (surface === 'stone') drawFlecks(dice, context, drawn, tone);

  context.setTransform(...placing);
  context.save();
  context.shadowColor = `rgba(0,0,0,${dice.between(0.3, 0.75).toFixed(2)})`;
  context.shadowBlur = dice.between(4, 24);
  context.shadowOffsetX = dice.between(-9, 9);
  context.shadowOffsetY = dice.between(1, 10);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.restore();
}

type Tone = (shift: number, alpha?: number) => string;

function drawGrain(dice: Dice, context: Paper['context'], drawn: ScanPlan['drawn'], tone: Tone): void {
  const upright = dice.chance(0.5);
  const [along, across] = upright ? [drawn.height, drawn.width] : [drawn.width, drawn.height];
  const plank = across / dice.integer(2, 9);
  for (let line = 0; line < across; line += dice.between(1.5, 9)) {
    context.strokeStyle = tone(dice.between(-11, 9), 0.5);
    context.lineWidth = dice.between(0.6, 4);
    context.beginPath();
    for (let step = 0; step <= 8; step++) {
      const at = line + Math.sin(step * 0.9 + line / plank) * dice.between(0, 3);
      if (upright) context.lineTo(at, (step / 8) * along);
      else context.lineTo((step / 8) * along, at);
    }
    context.stroke();
  }
  context.fillStyle = tone(-16, 0.8);
  for (let seam = plank; seam < across; seam += plank) {
    if (upright) context.fillRect(seam, 0, 1.6, along);
    else context.fillRect(0, seam, along, 1.6);
  }
}

function drawWeave(dice: Dice, context: Paper['context'], drawn: ScanPlan['drawn'], tone: Tone): void {
  const step = dice.between(3, 26);
  for (let x = 0; x < drawn.width; x += step) {
    context.fillStyle = tone(dice.between(-8, 8), 0.5);
    context.fillRect(x, 0, step / 2, drawn.height);
  }
  for (let y = 0; y < drawn.height; y += step) {
    context.fillStyle = tone(dice.between(-8, 8), 0.5);
    context.fillRect(0, y, drawn.width, step / 2);
  }
}

function drawFlecks(dice: Dice, context: Paper['context'], drawn: ScanPlan['drawn'], tone: Tone): void {
  for (let fleck = 0; fleck < 700; fleck++) {
    context.fillStyle = tone(dice.between(-28, 24), 0.6);
    const size = dice.between(1, 5);
    context.fillRect(dice.uniform() * drawn.width, dice.uniform() * drawn.height, size, size);
  }
}

/** A crease or two in the sheet, and light that falls off over the picture. */
export function shadePhoto({ context, dice, width, height }: Paper, { drawn, placing }: ScanPlan): void {
  context.setTransform(...placing);
  for (let crease = dice.pick([0, 0, 1, 2]); crease > 0; crease--) {
    const isLevel = dice.chance(0.7);
    const at = (isLevel ? height : width) * dice.pick([1 / 3, 1 / 2, 2 / 3]);
    const [from, to]: [[number, number], [number, number]] = isLevel
      ? [
          [0, at],
          [width, at],
        ]
      : [
          [at, 0],
          [at, height],
        ];
    for (const [shift, colour] of [
      [0, 'rgba(0,0,0,0.22)'],
      [2.2, 'rgba(255,255,255,0.5)'],
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(from[0] + (isLevel ? 0 : shift), from[1] + (isLevel ? shift : 0));
      context.lineTo(to[0] + (isLevel ? 0 : shift), to[1] + (isLevel ? shift : 0));
      context.stroke();
    }
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  const long = Math.max(drawn.width, drawn.height);
  const [x, y] = [dice.uniform() * drawn.width, dice.uniform() * drawn.height];
  const gradient = context.createRadialGradient(x, y, 0.1 * long, x, y, dice.between(0.8, 1.5) * long);
  gradient.addColorStop(0, 'rgba(0,0,0,0)');
  gradient.addColorStop(1, `rgba(0,0,0,${dice.between(0.12, 0.5).toFixed(2)})`);
  context.fillStyle = gradient;
  context.fillRect(0, 0, drawn.width, drawn.height);
  if (!dice.chance(0.3)) return;
  // A hand's or a head's shadow reaches in from one side, its edge soft.
  const [sideX, sideY] = [dice.pick([-0.05, 1.05]) * drawn.width, dice.between(0.3, 1.1) * drawn.height];
  const reach = dice.between(0.35, 0.6) * long;
  const shadow = context.createRadialGradient(
    sideX,
    sideY,
    dice.between(0.5, 0.85) * reach,
    sideX,
    sideY,
    reach,
  );
  shadow.addColorStop(0, `rgba(0,0,0,${dice.between(0.12, 0.35).toFixed(2)})`);
  shadow.addColorStop(1, 'rgba(0,0,0,0)');
  context.fillStyle = shadow;
  context.fillRect(0, 0, drawn.width, drawn.height);
}
