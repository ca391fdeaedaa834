/** From a drawn sheet to the stored file of its scan: see scan-plan.ts for what is chosen and ink.ts for what is done. */
import type { Canvas } from '@napi-rs/canvas';
import sharp from 'sharp';
import type { Dice } from '../dice.js';
import type { PixelBox } from '../drawing/matrix.js';
import type { PrintedWord } from '../drawing/paper.js';
import { blurred, copyInBlack, greyOf, lightUnevenly, reduceLevels, rgbOf, soil, spreadInk } from './ink.js';
import { seenBox, seenPixels } from './lens.js';
import type { ScanPlan } from './scan-plan.js';

/** A word of the stored page: whole pixels, x0 < x1, y0 < y1; confidence in percent. */
export type PageWord = { text: string; box: PixelBox; confidence: number };

// The pages are made by as many processes as there are cores.
sharp.concurrency(1);
sharp.cache(false);

/** The encoded file: PNG with few greys or JPEG. */
export async function scanPage(canvas: Canvas, plan: ScanPlan, dice: Dice): Promise<Buffer> {
  const { manner, drawn, stored } = plan;
  const rgba = canvas.data();
  const inColour =
    manner === 'colour' ||
    (manner === 'photo' && dice.chance(0.95)) ||
    (manner === 'clean' && dice.chance(0.85));
  const open = inColour ? rgbOf : greyOf;
  let raster = open(rgba, drawn.width, drawn.height);
  if (plan.lens) raster = { ...raster, data: seenPixels(plan.lens, raster) };
  if (plan.blur) raster = blurred(raster);
  if (manner === 'archive') {
    if (plan.spread) spreadInk(raster);
    copyInBlack(raster, plan, dice);
    soil(raster, plan, dice);
  } else if (manner !== 'clean') lightUnevenly(raster, plan, dice);

  if (drawn.width !== stored.width || drawn.height !== stored.height) {
    const { data, info } = await sharp(raster.data, {
      raw: { width: raster.width, height: raster.height, channels: raster.channels },
    })
      .resize(stored.width, stored.height, {
        fit: 'fill',
        kernel: dice.pick(['linear', 'cubic', 'mitchell']),
      })
      .toColourspace(inColour ? 'srgb' : 'b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    raster = { data, width: info.width, height: info.height, channels: info.channels === 3 ? 3 : 1 };
  }
  if (plan.levels < 256 && raster.channels === 1) reduceLevels(raster, plan.levels);
  const page = sharp(raster.data, {
    raw: { width: raster.width, height: raster.height, channels: raster.channels },
  }).toColourspace(inColour ? 'srgb' : 'b-w');
  if (plan.format === 'jpeg') return page.jpeg({ quality: plan.quality }).toBuffer();
  // Level 4 is two thirds of the best compression's effect at a quarter of its time.
  return page.png({ compressionLevel: 4 }).toBuffer();
}

/** What remains of a word at the page's border must be at least this share of its box. */
const LEAST_VISIBLE_SHARE = 0.6;

/** The words in pixels of the stored page; those that lie outside are dropped. */
export function wordsOnPage(words: readonly PrintedWord[], plan: ScanPlan, confidence: number): PageWord[] {
  return words.flatMap(({ text, box }) => {
    const clipped = boxOnPage(box, plan);
    return clipped === null ? [] : [{ text, box: clipped, confidence }];
  });
}

/** Boxes in pixels of the stored page; those that lie outside are dropped. */
export function boxesOnPage(boxes: readonly PixelBox[], plan: ScanPlan): PixelBox[] {
  return boxes.flatMap((box) => {
    const clipped = boxOnPage(box, plan);
    return clipped === null ? [] : [clipped];
  });
}

function boxOnPage(flat: PixelBox, { drawn, stored, lens }: ScanPlan): PixelBox | null {
  const box = lens ? seenBox(lens, drawn, flat) : flat;
  const [sx, sy] = [stored.width / drawn.width, stored.height / drawn.height];
  const [x0, y0, x1, y1] = [box[0] * sx, box[1] * sy, box[2] * sx, box[3] * sy];
  const clipped: PixelBox = [
    Math.max(0, Math.floor(x0)),
    Math.max(0, Math.floor(y0)),
    Math.min(stored.width, Math.ceil(x1)),
    Math.min(stored.height, Math.ceil(y1)),
  ];
  const visible = Math.max(0, clipped[2] - clipped[0]) * Math.max(0, clipped[3] - clipped[1]);
  return visible === 0 || visible < LEAST_VISIBLE_SHARE * (x1 - x0) * (y1 - y0) ? null : clipped;
}
