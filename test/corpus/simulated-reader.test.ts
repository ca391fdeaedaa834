/** Mistakes of a reader that does not read. */
import { describe, expect, it } from 'vitest';
import { createDice } from '../../corpus/dice.js';
import { misread } from '../../corpus/simulated-reader.js';

const page = { width: 700, height: 1000 };
const words = Array.from({ length: 400 }, (_, index) => ({
  text: `seldom${index}`,
  box: [
    (index % 10) * 60,
    Math.floor(index / 10) * 20,
    (index % 10) * 60 + 50,
    Math.floor(index / 10) * 20 + 14,
  ] as const,
  confidence: 96,
}));

describe('a simulated reader', () => {
  it('gets most words right and some wrong, more on worse pages', () => {
    const rights = Array.from({ length: 20 }, (_, seed) => {
      const read = new Set(misread(words, page, createDice(seed)).map(({ text }) => text));
      return words.filter(({ text }) => read.has(text)).length;
    });
    expect(Math.max(...rights)).toBeGreaterThan(330);
    expect(Math.max(...rights)).toBeLessThan(400);
    expect(Math.min(...rights)).toBeLessThan(280);
  });

  it('keeps boxes on the page and confidence between 0 and 100', () => {
    for (const { text, box, confidence } of misread(words, page, createDice(5))) {
      const [x0, y0, x1, y1] = box;
      expect(text).not.toBe('');
      expect(x0).toBeGreaterThanOrEqual(0);
      expect(y0).toBeGreaterThanOrEqual(0);
      expect(x1).toBeGreaterThan(x0);
      expect(y1).toBeGreaterThan(y0);
      expect(x1).toBeLessThanOrEqual(page.width);
      expect(y1).toBeLessThanOrEqual(page.height);
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(100);
    }
  });

  it('finds nonsense in pictures, and little of what lies on its side', () => {
    const lying = Array.from({ length: 40 }, (_, index) => ({
      text: `sideways${index}`,
      box: [15 * index, 100, 15 * index + 12, 180] as const,
      confidence: 96,
    }));
    const pictures = [[50, 300, 650, 900]] as const;
    const read = Array.from({ length: 20 }, (_, seed) =>
      misread(lying, { ...page, manner: 'archive', pictures }, createDice(seed)),
    ).flat();
    expect(read.filter(({ text }) => text.startsWith('sideways')).length).toBeLessThan(80);
    const inPicture = read.filter(({ box }) => box[1] >= 300);
    expect(inPicture.length).toBeGreaterThan(20);
    for (const { box } of inPicture) expect(box[2]).toBeLessThanOrEqual(page.width);
  });

  it('makes the same mistakes from the same seed', () => {
    expect(misread(words, page, createDice(9))).toEqual(misread(words, page, createDice(9)));
  });
});
