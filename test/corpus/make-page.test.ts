/** A page of the corpus: the same every time, its words where their ink is, sums that add up. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { KINDS } from '../../corpus/kinds/kinds.js';
import { type CorpusPage, makePage } from '../../corpus/make-page.js';

const SEED = 11;

const kindNamed = (name: string) => KINDS.filter((kind) => kind.name === name);

async function greyPixels({ image }: CorpusPage) {
  const { data, info } = await sharp(image).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

describe('a page of the corpus', () => {
  it('is the same whenever it is made', async () => {
    const first = await makePage(SEED, 3);
    await makePage(SEED, 4);
    const second = await makePage(SEED, 3);
    expect(second.words).toEqual(first.words);
    expect(second.image.equals(first.image)).toBe(true);
  });

  it('is another one with another seed', async () => {
    const first = await makePage(SEED, 3, kindNamed('letter'));
    const second = await makePage(SEED + 1, 3, kindNamed('letter'));
    expect(second.words).not.toEqual(first.words);
  });

  it.each(KINDS.map(({ name }) => name))(
    'of the kind %s has legible words within its edges',
    async (name) => {
      let words = 0;
      for (let index = 0; index < 3; index++) {
        const page = await makePage(SEED, index, kindNamed(name));
        expect(page.label).toBe(name);
        const { width, height } = await sharp(page.image).metadata();
        expect([width, height]).toEqual([page.width, page.height]);
        for (const { text, box } of page.words) {
          const [x0, y0, x1, y1] = box;
          expect(text).toMatch(/^\S+$/u);
          expect(text).not.toMatch(/[{}]|undefined|NaN/);
          expect(x0).toBeGreaterThanOrEqual(0);
          expect(y0).toBeGreaterThanOrEqual(0);
          expect(x1).toBeLessThanOrEqual(page.width);
          expect(y1).toBeLessThanOrEqual(page.height);
          expect(x0).toBeLessThan(x1);
          expect(y0).toBeLessThan(y1);
        }
        words += page.words.length;
      }
      expect(words).toBeGreaterThan(3);
    },
  );

  it('has the ink of its words in their boxes, however it lay on the glass', async () => {
    // Pages of every manner and turn: for each word, the box must be much darker, or on a dark ground lighter, than a
    // frame of two pixels around it is on average; on clean pages nothing else is near.
    let checked = 0;
    let good = 0;
    for (let index = 0; index < 24; index++) {
      const page = await makePage(SEED, index, kindNamed('contract'));
      const { data, width, height } = await greyPixels(page);
      const at = (x: number, y: number) =>
        data[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))] ?? 0;
      for (const { text, box } of page.words) {
        if (text.length < 4) continue;
        const [x0, y0, x1, y1] = box;
        let least = 255;
        for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) least = Math.min(least, at(x, y));
        // The column just left of a word is the space before it.
        let beside = 0;
        for (let y = y0; y < y1; y++) beside += at(x0 - 2, y) / (y1 - y0);
        checked += 1;
        if (least < beside - 40) good += 1;
      }
    }
    expect(checked).toBeGreaterThan(2000);
    // The others were lost in a copier, or are crossed by a stamp or a streak.
    expect(good / checked).toBeGreaterThan(0.93);
  });

  it('leaves no ink outside the boxes of a clean, unmarked page', async () => {
    let pages = 0;
    for (let index = 0; index < 120 && pages < 3; index++) {
      const page = await makePage(SEED, index, kindNamed('contract'));
      if (page.manner !== 'clean') continue;
      pages += 1;
      const { data, width } = await greyPixels(page);
      let total = 0;
      for (const value of data) if (value < 128) total += 1;
      const counted = new Set<number>();
      for (const { box } of page.words) {
        for (let y = box[1]; y < box[3]; y++) {
          for (let x = box[0]; x < box[2]; x++)
            if ((data[y * width + x] ?? 255) < 128) counted.add(y * width + x);
        }
      }
      // Underlines and the lines for signatures are ink without words.
      expect(counted.size / total).toBeGreaterThan(0.9);
    }
    expect(pages).toBe(3);
  });

  it('has amounts on an invoice that add up to its total', async () => {
    let proven = 0;
    for (let index = 0; index < 20; index++) {
      const { words } = await makePage(SEED, index, kindNamed('invoice'));
      const numbers = words
        .filter(({ text }) => /^\$?[\d,]+\.\d\d$/.test(text))
        .map(({ text }) => Math.round(100 * Number(text.replace(/[$,]/g, ''))));
      const last = numbers.at(-1) ?? -1;
      const before = numbers.slice(0, -1);
      // The total is the sum of some run of amounts just above it: net, tax and freight, or the lines themselves.
      let sum = 0;
      const isProven = before.reverse().some((amount) => {
        sum += amount;
        return Math.abs(sum - last) <= 1;
      });
      if (isProven) proven += 1;
    }
    expect(proven).toBeGreaterThan(5);
  });

  it('uses some thousand different words', async () => {
    const found = new Set<string>();
    for (let index = 0; index < 60; index++) {
      const { words } = await makePage(SEED, index);
      for (const { text } of words) found.add(text.toLowerCase().replace(/[^a-z]/g, ''));
    }
    expect(found.size).toBeGreaterThan(2500);
  });
});
