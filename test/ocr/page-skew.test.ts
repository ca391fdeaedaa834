import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeGreyPage, type GreyRaster, turnRaster, turnUpsideDown } from '../../src/ocr/page-raster.js';
import { estimateSkewDegrees, unstraighten } from '../../src/ocr/page-skew.js';
import { printNothing, printProse } from './printed-page.js';

let prose: GreyRaster;

const decode = (image: Buffer): Promise<GreyRaster> => decodeGreyPage(image, () => 1);

beforeAll(async () => {
  prose = await decode((await printProse()).image);
});

describe("a page's skew", () => {
  it.each([0, 0.3, -1.25, 4, -9.5])('of %d degrees is found', async (degrees) => {
    const skew = estimateSkewDegrees(await turnRaster(prose, degrees));
    // Two steps of the estimate.
    expect(Math.abs(skew - degrees)).toBeLessThanOrEqual(0.1);
  });

  it.each([90, 180, 270])('is found also on a page turned by %i degrees', async (turn) => {
    const skew = estimateSkewDegrees(await turnRaster(prose, turn + 2));
    expect(Math.abs(skew - 2)).toBeLessThanOrEqual(0.1);
  });

  it('is found in light print on dark paper', async () => {
    const turned = await turnRaster(prose, 2);
    const dark = { ...turned, data: turned.data.map((grey) => 255 - grey) };
    expect(Math.abs(estimateSkewDegrees(dark) - 2)).toBeLessThanOrEqual(0.1);
  });

  it('is none where nothing is printed', async () => {
    expect(estimateSkewDegrees(await decode((await printNothing()).image))).toBe(0);
  });

  it('is none where there are no lines, only noise', async () => {
    const noise = { width: 800, height: 1000, channels: 3 as const };
    const image = await sharp({
      create: { ...noise, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 80 } },
    })
      .png()
      .toBuffer();
    expect(estimateSkewDegrees(await decode(image))).toBe(0);
  });

  it('is none on a page of one pixel', () => {
    expect(estimateSkewDegrees({ data: Uint8Array.of(0), width: 1, height: 1, scale: 1 })).toBe(0);
  });
});

describe('a straightened page', () => {
  it('has its boxes back where they were', () => {
    const page = { width: 1000, height: 2000 };
    const straight = { width: 1200, height: 2200 };
    // The middle stays the middle, and a box around it grows to hold its turned corners.
    const [x0, y0, x1, y1] = unstraighten([590, 1090, 610, 1110], straight, page, 45);
    const reach = 10 * Math.SQRT2;
    expect([x0, y0, x1, y1].map((value) => value.toFixed(6))).toEqual(
      [500 - reach, 1000 - reach, 500 + reach, 1000 + reach].map((value) => value.toFixed(6)),
    );
  });

  it('sends what is right of the middle downwards if the page had been turned clockwise', () => {
    const page = { width: 1000, height: 1000 };
    const [x0, y0] = unstraighten([900, 500, 900, 500], page, page, 90);
    expect([x0, y0].map(Math.round)).toEqual([500, 900]);
  });
});

it('turns a page upside down, row by row and back to front', () => {
  const page = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 3, height: 2, scale: 1 };
  expect([...turnUpsideDown(page).data]).toEqual([6, 5, 4, 3, 2, 1]);
});
