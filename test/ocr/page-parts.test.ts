import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cutIntoParts, MOST_PARTS, type PagePart } from '../../src/ocr/page-parts.js';
import { decodeGreyPage, type GreyRaster } from '../../src/ocr/page-raster.js';
import { readAnyWayUp } from '../../src/ocr/tesseract-any-way-up.js';
import { PROSE, printColumns, printPage, printProse } from './printed-page.js';

const decode = (image: Buffer): Promise<GreyRaster> => decodeGreyPage(image, () => 1);

// Darker than what edges of letters pale to.
const DARK = 128;
const countDark = ({ data }: GreyRaster): number =>
  data.reduce((count, grey) => count + (grey < DARK ? 1 : 0), 0);

/** Where the dark pixels of a part lie on the page, counted row by row. */
function placesOf({ raster, top }: PagePart): number[] {
  return [...raster.data.entries()].filter(([, grey]) => grey < DARK).map(([at]) => at + raster.width * top);
}

/** All that is printed is in one part and in one alone, at its place. */
function expectNothingLost(page: GreyRaster, parts: readonly PagePart[]): void {
  const places = parts.flatMap(placesOf);
  expect(places.length).toBe(countDark(page));
  expect(new Set(places)).toEqual(new Set(placesOf({ raster: page, top: 0 })));
}

describe('a page', () => {
  it('is left whole where there is little to read', async () => {
    const page = await decode((await printProse()).image);
    expect(cutIntoParts(page)).toEqual([{ raster: page, top: 0 }]);
  });

  it('is cut between lines, where the gap is widest', async () => {
    const { image } = await printPage((sheet) => {
      sheet.font('Times-Roman').fontSize(12);
      sheet.text(`${PROSE} ${PROSE}`, { lineGap: 4 }).moveDown(3).text(PROSE, { lineGap: 4 });
    });
    const page = await decode(image);
    const parts = cutIntoParts(page);
    expectNothingLost(page, parts);
    // The gap is three empty lines of 18 points at 200 dpi.
    const last = parts.at(-1);
    expect(parts.length).toBeGreaterThan(1);
    const printed = placesOf(last ?? { raster: page, top: 0 });
    const firstRow = Math.floor((printed[0] ?? 0) / page.width);
    expect(firstRow - (last?.top ?? 0)).toBeGreaterThan(60);
  });

  it('is cut between columns of text, the heading with the first', async () => {
    const page = await decode((await printColumns()).image);
    const parts = cutIntoParts(page);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.length).toBeLessThanOrEqual(MOST_PARTS);
    expectNothingLost(page, parts);
    const [first] = parts;
    const right = await sharp(first?.raster.data, {
      raw: { width: page.width, height: first?.raster.height ?? 0, channels: 1 },
    })
      // Of the first part, what is right of the middle and below the heading.
      .extract({
        left: Math.ceil(page.width / 2),
        top: 300,
        width: Math.floor(page.width / 2),
        height: (first?.raster.height ?? 0) - 300,
      })
      .raw()
      .toBuffer();
    expect(right.every((grey) => grey >= DARK)).toBe(true);
  });

  it('loses nothing of a last row, however high the page is', async () => {
    const page = await decode((await printColumns()).image);
    // A dot at the end of the last row, which is no more than a speck: it belongs to the right column.
    for (const height of [page.height, page.height - 1]) {
      const data = page.data.slice(0, page.width * height);
      data[data.length - 2] = 0;
      const dotted = { ...page, data, height };
      expectNothingLost(dotted, cutIntoParts(dotted));
    }
  });

  it('is not cut across a table, nor between its columns', async () => {
    const { image } = await printPage((sheet) => {
      sheet.font('Helvetica').fontSize(10);
      for (let row = 0; row < 24; row += 1) {
        for (let column = 0; column < 5; column += 1) {
          sheet.text(`${(row + 7) * (column + 31) * 997}`, 60 + column * 100, 60 + row * 28);
        }
      }
    });
    expect(cutIntoParts(await decode(image))).toHaveLength(1);
  });

  it('is cut beside stains, punched holes and the black edge of a copy as without them', async () => {
    const { image } = await printColumns();
    const { width = 0, height = 0 } = await sharp(image).metadata();
    const dirt = [
      `<rect width="40" height="${height}"/>`,
      ...[500, 1100, 1700].map((y) => `<circle cx="90" cy="${y}" r="30"/>`),
      ...Array.from(
        { length: 400 },
        (_, at) => `<rect x="${(at * 7919) % width}" y="${(at * 104_729) % height}" width="2" height="2"/>`,
      ),
    ];
    const soiled = await sharp(image)
      .composite([{ input: Buffer.from(`<svg width="${width}" height="${height}">${dirt.join('')}</svg>`) }])
      .png()
      .toBuffer();
    const [clean, dirty] = [cutIntoParts(await decode(image)), cutIntoParts(await decode(soiled))];
    expect(dirty.map(({ top }) => top)).toEqual(clean.map(({ top }) => top));
  });

  it('is read whole where it lies on its side, or may not be cut', async () => {
    const { image } = await printColumns();
    const [upright, sideways] = [
      await decode(image),
      await decode(await sharp(image).rotate(90).png().toBuffer()),
    ];
    const countRasters = async (page: GreyRaster, mayCut: boolean) => {
      let count = 0;
      const recognise = async (rasters: readonly GreyRaster[]) => {
        count = rasters.length;
        return rasters.map(() => ({ tsv: '', engineVersion: '' }));
      };
      await readAnyWayUp(page, recognise, { mayCut });
      return count;
    };
    expect(await countRasters(upright, true)).toBeGreaterThan(1);
    expect(await countRasters(upright, false)).toBe(1);
    expect(await countRasters(sideways, true)).toBe(1);
  });

  it('may be one pixel, or all black', () => {
    const dot = { data: Uint8Array.of(0), width: 1, height: 1, scale: 1 };
    const black = { data: new Uint8Array(1_000_000), width: 1000, height: 1000, scale: 1 };
    expect(cutIntoParts(dot)).toEqual([{ raster: dot, top: 0 }]);
    expect(cutIntoParts(black)).toEqual([{ raster: black, top: 0 }]);
  });
});
