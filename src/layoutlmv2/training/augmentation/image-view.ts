/**
 * One look at a page's image: how the sheet lay, how the ink ran, how the scanner saw it. Drawn first and applied later, since words
 * follow the sheet, and since a look can be kept.
 */
import { IMAGE_SIDE } from '../../encoded-page.js';
import type { Random } from '../../random.js';
import type { Augmentation } from './augmentation-settings.js';
import { between } from './between.js';
import { addNoise, blur, changeInk, changeTone } from './image-filters.js';
import { type AffineMap, drawGeometry, resample } from './image-geometry.js';

/** What is 0, or 1 as a factor, changes nothing. */
export type ImageView = {
  geometry: AffineMap | undefined;
  /** −1 … 1: less or more ink. */
  ink: number;
  /** 0 … 1. */
  blur: number;
  gain: number;
  contrast: number;
  /** In grey levels. */
  noise: number;
  noiseSeed: number;
};

const WHITE = 255;
const CHANNELS = 3;
const PIXELS = IMAGE_SIDE * IMAGE_SIDE;

/** A page without a picture, as page encoding makes it. */
export const blankImage: Uint8Array = new Uint8Array(PIXELS * CHANNELS).fill(WHITE);

/** Whether a page has different looks. */
export function changesImages(augmentation: Augmentation): boolean {
  const { rotation, scale, shift, crop, blur, noise, morphology, contrast, brightness } = augmentation;
  return [rotation, scale, shift, crop, blur, noise, morphology, contrast, brightness].some(
    (value) => value > 0,
  );
}

/** Draws how a page is seen. */
export function drawView(augmentation: Augmentation, random: Random): ImageView {
  const { morphology, blur, brightness, contrast, noise } = augmentation;
  const geometry = drawGeometry(augmentation, random);
  const happens = (probability: number) => random.uniform() < probability;
  return {
    geometry,
    ink: happens(morphology) ? between(random, 1) : 0,
    blur: happens(blur) ? random.uniform() : 0,
    gain: 1 + between(random, brightness),
    contrast: 1 + between(random, contrast),
    noise: random.uniform() * noise,
    noiseSeed: random.integer(2 ** 32),
  };
}

/** The image `[224, 224, 3]` as it is seen; the same array where nothing changes. */
export function viewImage(image: Uint8Array, view: ImageView): Uint8Array {
  const { geometry, ink, gain, contrast, noise, noiseSeed } = view;
  const isToned = gain !== 1 || contrast !== 1;
  if (!geometry && ink === 0 && view.blur === 0 && !isToned && noise === 0) return image;
  const planes = planesOf(image).map((original) => {
    let plane = original;
    if (geometry) plane = resample(plane, geometry);
    if (ink !== 0) plane = changeInk(plane, ink);
    if (view.blur !== 0) plane = blur(plane, view.blur);
    if (isToned) plane = changeTone(plane, { gain, contrast });
    // The same noise in all channels: the grain of a scan is grey.
    if (noise !== 0) plane = addNoise(plane, noise, noiseSeed);
    return plane;
  });
  return imageOf(planes);
}

/** The channels of an image; only one where all three are the same, as on most pages. */
function planesOf(image: Uint8Array): Uint8ClampedArray[] {
  const channels = isGrey(image) ? 1 : CHANNELS;
  return Array.from({ length: channels }, (_, channel) => {
    const plane = new Uint8ClampedArray(PIXELS);
    for (let at = 0; at < PIXELS; at++) plane[at] = image[CHANNELS * at + channel] ?? 0;
    return plane;
  });
}

function isGrey(image: Uint8Array): boolean {
  for (let at = 0; at < image.length; at += CHANNELS) {
    if (image[at] !== image[at + 1] || image[at] !== image[at + 2]) return false;
  }
  return true;
}

function imageOf(planes: readonly Uint8ClampedArray[]): Uint8Array {
  const image = new Uint8Array(PIXELS * CHANNELS);
  for (let channel = 0; channel < CHANNELS; channel++) {
    const plane = planes[channel % planes.length] ?? new Uint8ClampedArray(PIXELS);
    for (let at = 0; at < PIXELS; at++) image[CHANNELS * at + channel] = plane[at] ?? 0;
  }
  return image;
}
