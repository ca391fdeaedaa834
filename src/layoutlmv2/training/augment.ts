/**
 * Small, seeded changes to a page that leave its kind as it is: some words missed by the OCR, the sheet laid a little askew on the
 * glass, the scan a little darker. Used in training only, and each is off at 0.
 */

import { type EncodedPage, IMAGE_SIDE } from '../encoded-page.js';
import type { Random } from '../random.js';

export type Augmentation = {
  /** Probability that a word is left out. */
  wordDropout: number;
  /** How far words and image move together, at most, in each direction; in thousandths of the page. */
  shift: number;
  /** How far each word's box moves by itself, at most; in thousandths of the page. */
  boxJitter: number;
  /** How much all pixels are lightened or darkened, at most; 0.2 for up to 20 %. */
  brightness: number;
};

export const noAugmentation: Augmentation = { wordDropout: 0, shift: 0, boxJitter: 0, brightness: 0 };

/** Boxes run from 0 to this. */
const BOX_LIMIT = 1000;

/** How the sheet lay and the light was: whole pixels to the right and down, and the factor of all pixels. */
export type ScanView = { shiftX: number; shiftY: number; gain: number };

/** A changed copy of the page; the page itself stays as it is. */
export function augmentPage(page: EncodedPage, augmentation: Augmentation, random: Random): EncodedPage {
  const view = drawView(augmentation, random);
  return { ...page, ...augmentWords(page, augmentation, view, random), image: viewImage(page.image, view) };
}

/** Whether images are ever changed. */
export function changesImages({ shift, brightness }: Augmentation): boolean {
  return shift > 0 || brightness > 0;
}

/** Draws how a page is seen. */
export function drawView(augmentation: Augmentation, random: Random): ScanView {
  return {
    shiftX: wholePixels(between(random, augmentation.shift)),
    shiftY: wholePixels(between(random, augmentation.shift)),
    gain: 1 + between(random, augmentation.brightness),
  };
}

/**
 * Drops and moves words, all of them also by as much as the image moves; the pieces of one word (neighbours with the same box)
 * share one fate. [CLS] and [SEP] stay.
 */
export function augmentWords(
  { inputIds, boxes }: EncodedPage,
  { wordDropout, boxJitter }: Augmentation,
  view: ScanView,
  random: Random,
): Pick<EncodedPage, 'inputIds' | 'boxes'> {
  const shiftX = (view.shiftX * BOX_LIMIT) / IMAGE_SIDE;
  const shiftY = (view.shiftY * BOX_LIMIT) / IMAGE_SIDE;
  const keptIds: number[] = [];
  const keptBoxes: number[] = [];
  const boxOf = (token: number) => Array.from({ length: 4 }, (_, side) => boxes[4 * token + side] ?? 0);
  const last = inputIds.length - 1;
  let word = '';
  let dropped = false;
  let movedX = 0;
  let movedY = 0;
  for (let token = 0; token <= last; token++) {
    const box = boxOf(token);
    const id = inputIds[token] ?? 0;
    if (token === 0 || token === last) {
      keptIds.push(id);
      keptBoxes.push(...box);
      continue;
    }
    if (box.join() !== word) {
      word = box.join();
      dropped = random.uniform() < wordDropout;
      movedX = shiftX + between(random, boxJitter);
      movedY = shiftY + between(random, boxJitter);
    }
    if (dropped) continue;
    keptIds.push(id);
    keptBoxes.push(...box.map((edge, side) => clampToPage(edge + (side % 2 === 0 ? movedX : movedY))));
  }
  return { inputIds: keptIds, boxes: keptBoxes };
}

/** Moves `[224, 224, 3]` pixels and multiplies them; what moves in from outside repeats the edge. */
export function viewImage(image: Uint8Array, { shiftX, shiftY, gain }: ScanView): Uint8Array {
  if (shiftX === 0 && shiftY === 0 && gain === 1) return image;
  const result = new Uint8ClampedArray(image.length);
  for (let y = 0; y < IMAGE_SIDE; y++) {
    const fromRow = clampToImage(y - shiftY) * IMAGE_SIDE;
    for (let x = 0; x < IMAGE_SIDE; x++) {
      const from = 3 * (fromRow + clampToImage(x - shiftX));
      const to = 3 * (y * IMAGE_SIDE + x);
      for (let channel = 0; channel < 3; channel++) {
        result[to + channel] = (image[from + channel] ?? 0) * gain;
      }
    }
  }
  return new Uint8Array(result.buffer);
}

/** Uniform in −limit … limit. */
function between(random: Random, limit: number): number {
  return (2 * random.uniform() - 1) * limit;
}

function wholePixels(thousandths: number): number {
  return Math.round((thousandths * IMAGE_SIDE) / BOX_LIMIT);
}

function clampToPage(edge: number): number {
  return Math.min(BOX_LIMIT, Math.max(0, Math.round(edge)));
}

function clampToImage(position: number): number {
  return Math.min(IMAGE_SIDE - 1, Math.max(0, position));
}
