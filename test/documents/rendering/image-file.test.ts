import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageMediaType, openImage } from '../../../src/documents/rendering/image-file.js';
import type { PagePixels } from '../../../src/documents/rendering/page-pixels.js';

const LIMITS = { maxPixels: 1_000_000, maxPagePixels: 1_000_000 };

let folder: string;
let fileCount = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'images-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function open(bytes: Uint8Array, mediaType: ImageMediaType, limits = LIMITS) {
  fileCount += 1;
  const path = join(folder, String(fileCount));
  await writeFile(path, bytes);
  return openImage(path, mediaType, limits);
}

async function decode(image: Sharp, mediaType: ImageMediaType, limits = LIMITS) {
  return (await open(await image.toBuffer(), mediaType, limits)).decodePage(1);
}

/** A sheet of 60 x 40: red in its upper left quarter, white elsewhere. */
function sheet(): Sharp {
  const quarter = { create: { width: 30, height: 20, channels: 3, background: '#f00' } } as const;
  const paper = { create: { width: 60, height: 40, channels: 3, background: '#fff' } } as const;
  return sharp(paper).composite([{ input: quarter, left: 0, top: 0 }]);
}

/** Noise that no encoder can shorten, so that a cut file has lost rows. */
function noise(width: number, height: number): Sharp {
  const data = Buffer.alloc(width * height * 3);
  let state = 1;
  for (let index = 0; index < data.length; index += 1) {
    state = (state * 1103515245 + 12345) % 2147483648;
    data[index] = state >> 16;
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function colourAt({ data, width, channels }: PagePixels, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * channels, (y * width + x) * channels + 3)];
}

/** Whether a colour is red; formats with loss change it a little. */
const isRed = ([red = 0, green = 0, blue = 0]: number[]) => red > 200 && green < 80 && blue < 80;
const isWhite = (colour: number[]) => colour.every((value) => value > 230);

describe('an image file', () => {
  it.each<[ImageMediaType, () => Sharp]>([
    ['image/png', () => sheet().png()],
    ['image/png', () => sheet().png({ palette: true })],
    ['image/jpeg', () => sheet().jpeg()],
    ['image/jpeg', () => sheet().toColourspace('cmyk').jpeg()],
    ['image/tiff', () => sheet().tiff({ compression: 'lzw' })],
    ['image/tiff', () => sheet().toColourspace('cmyk').tiff()],
    ['image/tiff', () => sheet().toColourspace('rgb16').tiff({ compression: 'deflate' })],
    ['image/webp', () => sheet().webp()],
    ['image/gif', () => sheet().gif()],
    ['image/avif', () => sheet().avif()],
  ])('becomes 8-bit sRGB whatever it was: %s (%#)', async (mediaType, make) => {
    const { pixels, fault } = await decode(make(), mediaType);
    expect(pixels).toMatchObject({ width: 60, height: 40, channels: 3 });
    expect(fault).toBeNull();
    expect(isRed(colourAt(pixels, 5, 5))).toBe(true);
    expect(isWhite(colourAt(pixels, 50, 30))).toBe(true);
  });

  it('of 16-bit grey keeps its shades', async () => {
    const grey = sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } });
    const { pixels } = await decode(grey.toColourspace('grey16').png(), 'image/png');
    expect(Math.abs((pixels.data[0] ?? 0) - 128)).toBeLessThanOrEqual(2);
  });

  it('is put on white where it is transparent', async () => {
    const clear = sharp({
      create: { width: 9, height: 9, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    });
    const { pixels } = await decode(clear.png(), 'image/png');
    expect(isWhite(colourAt(pixels, 4, 4))).toBe(true);
  });

  // What was drawn upper left lies elsewhere once the camera's orientation is applied.
  it.each([
    [1, [60, 40], [5, 5]],
    [3, [60, 40], [55, 35]],
    [6, [40, 60], [35, 5]],
    [8, [40, 60], [5, 55]],
  ] as const)('is turned upright: orientation %i', async (orientation, size, [x, y]) => {
    for (const mediaType of ['image/jpeg', 'image/tiff'] as const) {
      const image = sheet().withMetadata({ orientation });
      const { pixels } = await decode(mediaType === 'image/jpeg' ? image.jpeg() : image.tiff(), mediaType);
      expect([pixels.width, pixels.height]).toEqual(size);
      expect(isRed(colourAt(pixels, x, y))).toBe(true);
    }
  });

  it('has a page for each page of a TIFF, bilevel fax included', async () => {
    const colours = ['#000', '#fff', '#000'];
    const inputs = await Promise.all(
      colours.map((background) =>
        sharp({ create: { width: 20, height: 10, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const fax = sharp(inputs, { join: { animated: true } })
      .toColourspace('b-w')
      .tiff({ compression: 'ccittfax4', bitdepth: 1 });
    const file = await open(await fax.toBuffer(), 'image/tiff');
    expect(file.pageCount).toBe(3);
    const shades = [];
    for (const number of [1, 2, 3]) {
      const { pixels } = await file.decodePage(number);
      expect([pixels.width, pixels.height]).toEqual([20, 10]);
      shades.push(pixels.data[0]);
    }
    expect(shades).toEqual([0, 255, 0]);
  });

  it('has one page when it moves: its first picture', async () => {
    const frames = await Promise.all(
      ['#f00', '#00f'].map((background) =>
        sharp({ create: { width: 10, height: 10, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const file = await open(
      await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
      'image/gif',
    );
    expect(file.pageCount).toBe(1);
    const { pixels } = await file.decodePage(1);
    expect(pixels.height).toBe(10);
    expect(isRed(colourAt(pixels, 5, 5))).toBe(true);
  });

  it('states its resolution when it is believable', async () => {
    const dpiOf = async (density: number) =>
      (await decode(sheet().jpeg().withDensity(density), 'image/jpeg')).dpi;
    expect(await dpiOf(300)).toBe(300);
    expect(await dpiOf(72)).toBeNull();
    expect(await dpiOf(9000)).toBeNull();
    expect((await decode(sheet().png(), 'image/png')).dpi).toBeNull();
  });

  it('gets square pixels when it is a fax of 204 x 98 dots per inch', async () => {
    const perMillimetre = { xres: 204 / 25.4, yres: 98 / 25.4 };
    const { pixels, dpi } = await decode(
      sheet().tiff({ ...perMillimetre, resolutionUnit: 'inch' }),
      'image/tiff',
    );
    expect(Math.round(dpi ?? 0)).toBe(204);
    expect([pixels.width, pixels.height]).toEqual([60, Math.floor((40 * 204) / 98)]);
  });

  it('is scaled down when it has more pixels than are kept, and its resolution with it', async () => {
    const limits = { ...LIMITS, maxPagePixels: 600 };
    const { pixels, dpi } = await decode(sheet().jpeg().withDensity(300), 'image/jpeg', limits);
    expect([pixels.width, pixels.height]).toEqual([30, 20]);
    expect(dpi).toBe(150);
  });

  it('is refused before it is decoded when it has too many pixels, naming limit and size', async () => {
    const black = sharp({ create: { width: 2000, height: 501, channels: 3, background: '#000' } });
    await expect(decode(black.png(), 'image/png')).rejects.toMatchObject({
      code: 'TOO_MANY_PIXELS',
      isPublic: true,
      message: expect.stringMatching(/2000 x 501 = 1002000 pixels and the limit is 1000000/),
    });
  });

  it('is kept in part when it is cut short, and says so', async () => {
    for (const [mediaType, image] of [
      ['image/jpeg', noise(200, 200).jpeg()],
      ['image/png', noise(200, 200).png()],
    ] as const) {
      const bytes = await image.toBuffer();
      const file = await open(bytes.subarray(0, Math.floor(bytes.length * 0.6)), mediaType);
      const { pixels, fault } = await file.decodePage(1);
      expect([pixels.width, pixels.height]).toEqual([200, 200]);
      expect(fault).toContain('A part of the page could not be read');
    }
  });

  it('is refused when nothing of it can be read', async () => {
    const jpeg = await noise(400, 400).jpeg().toBuffer();
    const headerOnly = jpeg.subarray(0, jpeg.indexOf(Buffer.from([0xff, 0xda])) + 14);
    const unreadable = { code: 'UNREADABLE_FILE', isPublic: true };
    await expect((await open(headerOnly, 'image/jpeg')).decodePage(1)).rejects.toMatchObject(unreadable);
    await expect(open(jpeg.subarray(0, 100), 'image/jpeg')).rejects.toMatchObject(unreadable);
    await expect(open(Buffer.from('II*\0 no more'), 'image/tiff')).rejects.toMatchObject(unreadable);
  });

  it('is refused when its compression is one that would come out blank', async () => {
    const bytes = await sheet().tiff({ compression: 'none' }).toBuffer();
    const lzma = 34_925;
    bytes.writeUInt16LE(lzma, tiffValueOffset(bytes, 259));
    await expect((await open(bytes, 'image/tiff')).decodePage(1)).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
      message: expect.stringContaining('LZMA'),
    });
  });

  it('may be a Windows bitmap', async () => {
    const bitmap = Buffer.alloc(62);
    bitmap.write('BM', 'latin1');
    bitmap.writeUInt32LE(54, 10);
    for (const [offset, value] of [
      [14, 40],
      [18, 1],
      [22, 2],
    ] as const)
      bitmap.writeUInt32LE(value, offset);
    bitmap.writeUInt16LE(24, 28);
    bitmap.set([0, 0, 255, 0, 255, 255, 255, 0], 54);
    const { pixels, fault } = await (await open(bitmap, 'image/bmp')).decodePage(1);
    expect([...pixels.data]).toEqual([255, 255, 255, 255, 0, 0]);
    expect(fault).toBeNull();
    const tooSmall = { maxPixels: 1, maxPagePixels: 1 };
    const tooLarge = await open(bitmap, 'image/bmp', tooSmall);
    await expect(tooLarge.decodePage(1)).rejects.toMatchObject({ code: 'TOO_MANY_PIXELS' });
    const cut = await open(bitmap.subarray(0, 54), 'image/bmp');
    await expect(cut.decodePage(1)).rejects.toMatchObject({ code: 'UNREADABLE_FILE' });
  });
});

/** Where the value of a tag stands in a little-endian TIFF of one page. */
function tiffValueOffset(bytes: Buffer, tag: number): number {
  const directory = bytes.readUInt32LE(4);
  const entryCount = bytes.readUInt16LE(directory);
  for (let index = 0; index < entryCount; index += 1) {
    const entry = directory + 2 + 12 * index;
    if (bytes.readUInt16LE(entry) === tag) return entry + 8;
  }
  throw new Error(`The TIFF has no tag ${tag}`);
}
