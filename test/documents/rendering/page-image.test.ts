import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  encodePageImage,
  isAlmostUniform,
  pageRgb,
  THUMBNAIL_SIDE,
} from '../../../src/documents/rendering/page-image.js';
import type { PagePixels } from '../../../src/documents/rendering/page-pixels.js';
import { hashDistance } from '../../../src/documents/rendering/perceptual-hash.js';

/** Pixels from a function that gives each one's colour. */
function draw(
  width: number,
  height: number,
  colourAt: (x: number, y: number) => readonly [number, number, number],
): PagePixels {
  const data = Buffer.alloc(width * height * 3);
  for (let index = 0; index < width * height; index += 1) {
    data.set(colourAt(index % width, Math.floor(index / width)), index * 3);
  }
  return { width, height, channels: 3, data };
}

const WHITE = [255, 255, 255] as const;
const BLACK = [0, 0, 0] as const;
const RED = [220, 30, 30] as const;

/** Black bars on white, as lines of text are from afar. */
const textLike = (shift = 0) =>
  draw(400, 600, (x, y) => ((y + shift) % 40 < 20 && x > 40 && x < 360 - ((y * 7) % 120) ? BLACK : WHITE));
/** Like a photograph: nothing is flat. */
const grainy = (tint: number) =>
  draw(300, 300, (x, y) => [(x * 7 + y * 13) % 200, ((x * 7 + y * 13) % 200) + tint, (x * 7 + y * 13) % 200]);

describe('the image of a page', () => {
  it('is a grey PNG when the page is printed text', async () => {
    const page = await encodePageImage(textLike());
    expect(page).toMatchObject({ width: 400, height: 600, mediaType: 'image/png' });
    expect(await sharp(page.image).metadata()).toMatchObject({ format: 'png', space: 'b-w', width: 400 });
  });

  it('keeps every pixel of a flat page', async () => {
    const pixels = textLike();
    const { data } = await pageRgb((await encodePageImage(pixels)).image);
    expect(data.equals(pixels.data)).toBe(true);
  });

  it('keeps the colour of a stamp and drops that of a speck', async () => {
    const stamped = draw(400, 600, (x, y) => (x < 40 && y < 40 ? RED : WHITE));
    const specked = draw(400, 600, (x, y) => (x < 3 && y < 3 ? RED : WHITE));
    expect(await sharp((await encodePageImage(stamped)).image).metadata()).toMatchObject({ space: 'srgb' });
    expect(await sharp((await encodePageImage(specked)).image).metadata()).toMatchObject({ space: 'b-w' });
  });

  it('is a JPEG when the page is grainy, grey where there is no colour', async () => {
    const colour = await encodePageImage(grainy(50));
    expect(colour.mediaType).toBe('image/jpeg');
    expect(await sharp(colour.image).metadata()).toMatchObject({ space: 'srgb', chromaSubsampling: '4:4:4' });
    const grey = await encodePageImage(grainy(5));
    expect(await sharp(grey.image).metadata()).toMatchObject({ format: 'jpeg', space: 'b-w' });
  });

  it('comes with a thumbnail that keeps the shape and never enlarges', async () => {
    const tall = await sharp((await encodePageImage(textLike())).thumbnail).metadata();
    expect(tall).toMatchObject({
      format: 'webp',
      height: THUMBNAIL_SIDE,
      width: Math.round((400 * 320) / 600),
    });
    const tiny = await encodePageImage(draw(10, 5, () => WHITE));
    expect(await sharp(tiny.thumbnail).metadata()).toMatchObject({ width: 10, height: 5 });
  });

  it('takes grey pixels, and ignores the fourth byte of RGB with one', async () => {
    const grey = await encodePageImage({ width: 20, height: 10, channels: 1, data: Buffer.alloc(200, 128) });
    const rgbx = await encodePageImage({ width: 20, height: 10, channels: 4, data: Buffer.alloc(800, 128) });
    for (const { image } of [grey, rgbx]) {
      const { width, height, data } = await pageRgb(image);
      expect([width, height, data.length, data[0]]).toEqual([20, 10, 600, 128]);
    }
  });

  it('is known to be nearly uniform, but for a made-up block', () => {
    expect(isAlmostUniform(draw(100, 100, () => RED))).toBe(true);
    expect(isAlmostUniform(draw(100, 100, (x, y) => (x < 7 && y < 7 ? BLACK : RED)))).toBe(true);
    expect(isAlmostUniform(draw(100, 100, (_x, y) => (y < 2 ? BLACK : RED)))).toBe(false);
    expect(isAlmostUniform({ width: 2, height: 2, channels: 1, data: Buffer.from([0, 0, 0, 9]) })).toBe(
      false,
    );
  });
});

describe('the perceptual hash of a page', () => {
  const hashOf = async (pixels: PagePixels) => (await encodePageImage(pixels)).perceptualHash;

  it('is 64 bits in hexadecimal', async () => {
    expect(await hashOf(textLike())).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is the same for all blank pages', async () => {
    const blanks = [draw(400, 600, () => WHITE), draw(100, 50, () => [250, 250, 250])];
    const hashes = await Promise.all(blanks.map(hashOf));
    expect(new Set(hashes).size).toBe(1);
  });

  it('is near for the same page scanned smaller, darker or as a JPEG, and far for another page', async () => {
    const page = textLike();
    const open = () => sharp(page.data, { raw: { width: 400, height: 600, channels: 3 } });
    const { data } = await open()
      .resize(200, 300)
      .linear(0.9, -5)
      .raw()
      .toBuffer({ resolveWithObject: true });
    const again = await hashOf({ width: 200, height: 300, channels: 3, data });
    const hash = await hashOf(page);
    expect(hashDistance(hash, again)).toBeLessThanOrEqual(4);
    expect(
      hashDistance(hash, await hashOf(draw(400, 600, (x, y) => (x < 200 && y < 200 ? BLACK : WHITE)))),
    ).toBeGreaterThan(15);
  });

  it('is compared by the bits that differ', () => {
    expect(hashDistance('0000000000000000', '0000000000000000')).toBe(0);
    expect(hashDistance('ffffffffffffffff', '0000000000000000')).toBe(64);
    expect(hashDistance('8000000000000001', '8000000000000002')).toBe(2);
  });
});
