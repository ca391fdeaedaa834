/**
 * The normalised image of a page, the same whatever file the page came from: upright, 8-bit, sRGB or grey, without
 * transparency, with a thumbnail and a perceptual hash. How a file becomes pixels is image-file.ts and pdf-document.ts.
 */
import sharp from 'sharp';
import type { PagePixels } from './page-pixels.js';
import { perceptualHash } from './perceptual-hash.js';

export type PageImage = {
  width: number;
  height: number;
  /** PNG or JPEG, see `mediaType`. */
  image: Buffer;
  mediaType: 'image/png' | 'image/jpeg';
  /** WebP of at most {@link THUMBNAIL_SIDE} pixels on its longer side. */
  thumbnail: Buffer;
  /** 16 hexadecimal digits, see perceptual-hash.ts. */
  perceptualHash: string;
};

/**
 * The longest side a page image may have. No sheet of paper is near it; the files that are make strips that no reader of
 * images takes (Tesseract ends at 32 767 pixels, JPEG at 65 535).
 */
export const MAX_PAGE_SIDE = 16_000;

export const THUMBNAIL_SIDE = 320;

// On real pages, PNG wins from here on: rendered text, fax and cleaned scans have 87 to 97 % of their pixels equal to
// the one before (PNG then has half the bytes of a JPEG, and no rings around letters); grainy scans and photographs
// have 20 to 82 % (JPEG has a third to an eighth of the bytes of a PNG).
const FLAT_SHARE_FOR_PNG = 0.85;

// Not visibly lossy, also where the file was a JPEG before.
const JPEG_QUALITY = 90;
const THUMBNAIL_QUALITY = 80;

// A colour camera or scanner gives grey paper a tint and letters coloured fringes; both stay below this difference of
// channels. One pixel in 20 000 may exceed it: a speck, not a stamp or a logo.
const GREY_CHANNEL_DIFFERENCE = 32;
const COLOURED_SHARE_FOR_COLOUR = 1 / 20_000;

/** Encodes a page for storage, with its thumbnail and hash. Grey pages are stored as grey. */
export async function encodePageImage(pixels: PagePixels): Promise<PageImage> {
  const { width, height } = pixels;
  const { isGrey, isFlat } = surveyPixels(pixels);
  const page = open(pixels).toColourspace(isGrey ? 'b-w' : 'srgb');
  const encoded = isFlat
    ? page.png({ compressionLevel: 6 })
    : // 4:4:4 keeps coloured letters sharp.
      page.jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' });
  const small = await shrink(pixels);
  return {
    width,
    height,
    image: await encoded.toBuffer(),
    mediaType: isFlat ? 'image/png' : 'image/jpeg',
    thumbnail: await open(small).webp({ quality: THUMBNAIL_QUALITY }).toBuffer(),
    perceptualHash: await perceptualHash(small),
  };
}

/** The page at the size of its thumbnail, or as it is when it is not larger. */
async function shrink(pixels: PagePixels): Promise<PagePixels> {
  const { data, info } = await open(pixels)
    .resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels === 1 ? 1 : 3 };
}

/**
 * The pixels of a stored page image as `[height, width, RGB]`, as a network wants them: three bytes each, also if grey;
 * turned clockwise by quarters of a circle where the page does not stand upright.
 */
export async function pageRgb(
  image: Uint8Array,
  turn: 0 | 90 | 180 | 270 = 0,
): Promise<{ width: number; height: number; data: Buffer }> {
  const { data, info } = await sharp(image)
    .rotate(turn)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

// A decoder without data still makes up a block or a row: half a per cent is eleven rows of a page of A4 at 200 dpi.
const MOST_MADE_UP_SHARE = 0.005;

/** Whether nearly all pixels are as the last one, as they are when a decoder gave up at the beginning. */
export function isAlmostUniform({ data, channels }: PagePixels): boolean {
  const last = data.length - channels;
  let differentCount = 0;
  for (let at = 0; at < last; at += channels) {
    const isSame =
      data[at] === data[last] &&
      (channels === 1 || (data[at + 1] === data[last + 1] && data[at + 2] === data[last + 2]));
    if (!isSame) differentCount += 1;
  }
  return differentCount <= (data.length / channels) * MOST_MADE_UP_SHARE;
}

function open({ data, width, height, channels }: PagePixels) {
  return sharp(data, { raw: { width, height, channels } }).removeAlpha();
}

/** One pass over the pixels: has the page colours, and is most of it flat? */
function surveyPixels({ data, channels }: PagePixels): { isGrey: boolean; isFlat: boolean } {
  const pixelCount = data.length / channels;
  const second = channels === 1 ? 0 : 1;
  const third = channels === 1 ? 0 : 2;
  let flatCount = 0;
  let colouredCount = 0;
  let [red, green, blue] = [-1, -1, -1];
  for (let at = 0; at < data.length; at += channels) {
    const r = data[at] ?? 0;
    const g = data[at + second] ?? 0;
    const b = data[at + third] ?? 0;
    if (r === red && g === green && b === blue) flatCount += 1;
    if (Math.max(r, g, b) - Math.min(r, g, b) > GREY_CHANNEL_DIFFERENCE) colouredCount += 1;
    red = r;
    green = g;
    blue = b;
  }
  return {
    isGrey: colouredCount <= pixelCount * COLOURED_SHARE_FOR_COLOUR,
    isFlat: flatCount >= pixelCount * FLAT_SHARE_FOR_PNG,
  };
}
