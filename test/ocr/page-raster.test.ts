import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeGreyPage, encodePgm } from '../../src/ocr/page-raster.js';

const plain = (background: { r: number; g: number; b: number; alpha?: number }, channels: 3 | 4) =>
  sharp({ create: { width: 6, height: 4, channels, background } });

describe('a page as grey pixels', () => {
  it('is white where it is transparent', async () => {
    const image = await plain({ r: 0, g: 0, b: 0, alpha: 0 }, 4).png().toBuffer();
    expect([...(await decodeGreyPage(image, () => 1)).data]).toEqual(Array.from({ length: 24 }, () => 255));
  });

  it('has one byte a pixel whatever the image had', async () => {
    const grey = plain({ r: 90, g: 90, b: 90 }, 3);
    const images = [
      await grey.clone().png().toBuffer(),
      await grey.clone().toColourspace('b-w').png().toBuffer(),
      await grey.clone().toColourspace('grey16').png().toBuffer(),
      await grey.clone().png({ palette: true }).toBuffer(),
      await grey.clone().webp({ lossless: true }).toBuffer(),
    ];
    for (const image of images) {
      const { data, width, height } = await decodeGreyPage(image, () => 1);
      expect({ width, height, bytes: data.length, first: data[0] }).toEqual({
        width: 6,
        height: 4,
        bytes: 24,
        first: 90,
      });
    }
  });

  it('is scaled as it is asked for, to one pixel at least', async () => {
    const image = await plain({ r: 0, g: 0, b: 0 }, 3).png().toBuffer();
    const half = await decodeGreyPage(image, ({ width, height }) => width / (3 * height));
    expect(half).toMatchObject({ width: 3, height: 2, scale: 0.5 });
    expect(await decodeGreyPage(image, () => 0.001)).toMatchObject({ width: 1, height: 1 });
  });

  it('is refused if it is no image', async () => {
    await expect(decodeGreyPage(Buffer.from('%PDF-1.7'), () => 1)).rejects.toMatchObject({
      code: 'OCR_IMAGE_UNREADABLE',
    });
  });

  it('becomes a PGM file', () => {
    const file = encodePgm({ data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 3, height: 2, scale: 1 });
    expect(Buffer.from(file).toString('latin1')).toBe('P5\n3 2\n255\n\x01\x02\x03\x04\x05\x06');
  });
});
