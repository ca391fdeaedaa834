import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { INK_RASTER_SIDE, measurePageInk } from '../../src/ocr/page-ink.js';
import { decodeGreyPage, type GreyRaster } from '../../src/ocr/page-raster.js';
import type { Box } from '../../src/ocr/word.js';
import { printNothing, printProse } from './printed-page.js';

const shrink = (image: Buffer): Promise<GreyRaster> =>
  decodeGreyPage(image, ({ width, height }) => INK_RASTER_SIDE / Math.max(width, height));

/** The words of the page and what is measured of it, darkened or inverted by `change` before. */
async function measureProse(change: (image: Buffer) => Promise<Buffer> = async (image) => image) {
  const { image, textLayer } = await printProse();
  const boxes: Box[] = textLayer.words.map(({ box }) => box);
  return { grey: await shrink(await change(image)), boxes };
}

describe('the ink of a page', () => {
  it('lies in the boxes of its words', async () => {
    const { grey, boxes } = await measureProse();
    const ink = measurePageInk(grey, boxes);
    expect(ink.printedWordShare).toBe(1);
    expect(ink.uncoveredPrintShare).toBe(0);
    // Five lines of A4.
    expect(ink.coveredPrintShare).toBeGreaterThan(0.03);
  });

  it('is uncovered where no words are known', async () => {
    const { grey, boxes } = await measureProse();
    const ink = measurePageInk(grey, boxes.slice(0, 1));
    expect(ink.uncoveredPrintShare).toBeGreaterThan(10 * ink.coveredPrintShare);
  });

  it('is not under words that lie elsewhere', async () => {
    const { grey, boxes } = await measureProse();
    const moved = boxes.map(([x0, y0, x1, y1]): Box => [x0, y0 + 500, x1, y1 + 500]);
    expect(measurePageInk(grey, moved).printedWordShare).toBe(0);
  });

  it('may be light on dark', async () => {
    const { grey, boxes } = await measureProse((image) => sharp(image).negate().toBuffer());
    const ink = measurePageInk(grey, boxes);
    expect(ink.printedWordShare).toBe(1);
    expect(ink.uncoveredPrintShare).toBe(0);
  });

  it('may be pale: it is under the words all the same', async () => {
    // Black becomes 190 of 255.
    const { grey, boxes } = await measureProse((image) => sharp(image).linear(0.25, 190).toBuffer());
    expect(measurePageInk(grey, boxes).printedWordShare).toBeGreaterThan(0.95);
  });

  it('is not what a photograph has', async () => {
    // A smooth shade from black to white over the whole page.
    const data = Uint8Array.from({ length: 700 * 1000 }, (_, at) => Math.floor((at % 700) / 2.75));
    const ink = measurePageInk({ data, width: 700, height: 1000, scale: 1 }, []);
    expect(ink.uncoveredPrintShare).toBeLessThan(0.01);
    expect(ink.printedWordShare).toBe(0);
  });

  it('is missing on an empty page', async () => {
    const grey = await shrink((await printNothing()).image);
    expect(measurePageInk(grey, [])).toEqual({
      printedWordShare: 0,
      uncoveredPrintShare: 0,
      coveredPrintShare: 0,
    });
  });

  it('is measured with boxes at the very edge and on the smallest page', () => {
    const pixel = { data: Uint8Array.of(0), width: 1, height: 1, scale: 1 };
    expect(measurePageInk(pixel, [[0, 0, 1000, 1000]]).printedWordShare).toBe(0);
  });
});
