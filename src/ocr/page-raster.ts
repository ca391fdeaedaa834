/**
 * A page image as raw pixels: decoded by sharp, paper white under transparency, scaled where a reader needs it.
 * Boxes are thousandths of the page, so scaling never moves a word.
 */

import sharp from 'sharp';
import { createUnreadableImageError } from './ocr.errors.js';

/** Samples row by row, one (grey) or three (RGB) bytes a pixel. */
export type PageRaster = { data: Uint8Array; width: number; height: number; channels: 1 | 3 };

/** Grey only: what the measurements of ink and skew look at. */
export type GreyRaster = PageRaster & { channels: 1 };

/**
 * Decodes the page for recognition: `scaleOf` is given the image's size and says by what factor to scale it.
 * Throws OCR_IMAGE_UNREADABLE.
 */
export async function decodePage(
  image: Buffer,
  scaleOf: (size: { width: number; height: number }) => number,
): Promise<PageRaster> {
  return decoding(async () => {
    const { width, height, space } = await sharp(image).metadata();
    const scale = scaleOf({ width, height });
    const pipeline = sharp(image).flatten({ background: '#fff' });
    if (scale !== 1) {
      pipeline.resize(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)), {
        fit: 'fill',
      });
    }
    const { data, info } = await pipeline
      .toColourspace(space === 'b-w' ? 'b-w' : 'srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels === 1 ? 1 : 3 };
  });
}

/** The page in grey, shrunk (never enlarged) so that its longer side has at most `maxSide` pixels. */
export async function decodeGreyPage(image: Buffer, maxSide: number): Promise<GreyRaster> {
  return decoding(async () => {
    const { data, info } = await sharp(image)
      .flatten({ background: '#fff' })
      .resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: 1 };
  });
}

/** The raster as a PNM file (P5 or P6), which Tesseract reads without decompressing; its buffer is not shared. */
export function encodePnm({ data, width, height, channels }: PageRaster): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(`${channels === 1 ? 'P5' : 'P6'}\n${width} ${height}\n255\n`);
  const file = new Uint8Array(header.length + data.length);
  file.set(header);
  file.set(data, header.length);
  return file;
}

async function decoding<T>(decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (cause) {
    throw createUnreadableImageError(cause);
  }
}
