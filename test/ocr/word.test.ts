import { describe, expect, it } from 'vitest';
import {
  type Box,
  cleanText,
  cleanWords,
  dropRepeatedWords,
  meanConfidence,
  normaliseBox,
  packWords,
  pageText,
  unpackWords,
  type Word,
} from '../../src/ocr/word.js';

const word = (text: string, box: Box, confidence: number | null = null): Word => ({ text, box, confidence });

describe('a pixel box on the page', () => {
  it('becomes thousandths, cut off and not rounded', () => {
    expect(normaliseBox([10, 20, 333, 666], { width: 1000, height: 999 })).toEqual([10, 20, 333, 666]);
    expect(normaliseBox([1, 1, 2, 2], { width: 3, height: 3 })).toEqual([333, 333, 666, 666]);
  });

  it('is clamped to the page', () => {
    expect(normaliseBox([-5, -1, 120, 300], { width: 100, height: 200 })).toEqual([0, 0, 1000, 1000]);
  });

  it('is put in order where it came mirrored', () => {
    expect(normaliseBox([80, 90, 20, 10], { width: 100, height: 100 })).toEqual([200, 100, 800, 900]);
  });

  it('stays on the page even if the page has no size', () => {
    expect(normaliseBox([0, 0, 5, 5], { width: 0, height: 0 })).toEqual([0, 0, 1000, 1000]);
  });
});

describe('the text of a word', () => {
  it('is composed to NFC and trimmed', () => {
    expect(cleanText(' Cafe\u0301\u00A0')).toBe('Caf\u00E9');
  });

  it('loses what no database takes and no reader sees', () => {
    expect(cleanText('a\u0000b\u0007c\uD800d\u00ADe\uFEFFf\u200Bg')).toBe('abcdefg');
  });

  it('keeps whole surrogate pairs and joiners', () => {
    expect(cleanText('\u{1D400}\u200C\u200D')).toBe('\u{1D400}\u200C\u200D');
  });

  it('keeps white space inside as one space, also where it was a tab', () => {
    expect(cleanText('No.\t \n12')).toBe('No. 12');
  });

  it('drops the word if nothing is left, and keeps the order of the others', () => {
    const words = cleanWords([
      word('b', [0, 0, 1, 1]),
      word(' \u0000', [0, 0, 1, 1]),
      word('a ', [0, 0, 1, 1]),
    ]);
    expect(words.map(({ text }) => text)).toEqual(['b', 'a']);
  });
});

describe('words printed twice', () => {
  it('are one word if they lie at the same place', () => {
    const words = [
      word('Total', [100, 100, 150, 110]),
      word('Total', [102, 101, 152, 111]),
      word('Total', [100, 200, 150, 210]),
      word('Sum', [100, 100, 150, 110]),
    ];
    expect(dropRepeatedWords(words)).toEqual([words[0], words[2], words[3]]);
  });

  it('are found across the borders of the search cells', () => {
    const words = [word('x', [2, 2, 9, 9]), word('x', [3, 3, 9, 9])];
    expect(dropRepeatedWords(words)).toEqual([words[0]]);
  });
});

describe('a packed page', () => {
  const words = [word('Invoice', [10, 20, 30, 40], 0.956), word('12', [50, 20, 60, 40], 0)];

  it('has flat arrays, confidences in percent', () => {
    expect(packWords(words)).toEqual({
      texts: ['Invoice', '12'],
      boxes: [10, 20, 30, 40, 50, 20, 60, 40],
      confidences: [96, 0],
    });
  });

  it('gives its words back', () => {
    expect(unpackWords(packWords(words))).toEqual([
      word('Invoice', [10, 20, 30, 40], 0.96),
      word('12', [50, 20, 60, 40], 0),
    ]);
  });

  it('has no confidences where none was given, never a made-up one', () => {
    const plain = [word('a', [0, 0, 1, 1])];
    expect(packWords(plain).confidences).toBeNull();
    expect(unpackWords(packWords(plain))).toEqual(plain);
  });

  it('keeps a missing confidence among known ones missing', () => {
    const mixed = [word('a', [0, 0, 1, 1]), word('b', [0, 0, 1, 1], 0.5)];
    expect(unpackWords(packWords(mixed))).toEqual(mixed);
  });

  it('may be a page without words', () => {
    expect(unpackWords(packWords([]))).toEqual([]);
  });

  it('is refused if its arrays do not belong together', () => {
    expect(() => unpackWords({ texts: ['a'], boxes: [1, 2, 3], confidences: null })).toThrow(
      '1 texts, 3 box numbers',
    );
    expect(() => unpackWords({ texts: ['a'], boxes: [1, 2, 3, 4], confidences: [] })).toThrow(
      '0 confidences',
    );
  });
});

describe('the mean confidence', () => {
  it('is that of the words that have one', () => {
    expect(meanConfidence([word('a', [0, 0, 1, 1], 0.5), word('b', [0, 0, 1, 1])])).toBe(0.5);
  });

  it('is missing where no word has one', () => {
    expect(meanConfidence([word('b', [0, 0, 1, 1])])).toBeNull();
    expect(meanConfidence([])).toBeNull();
  });
});

describe("a page's text", () => {
  it('has a line for each printed line', () => {
    const words = [
      word('Dear', [100, 100, 140, 112]),
      word('Sir,', [145, 101, 170, 114]),
      word('thank', [100, 120, 150, 132]),
      word('you', [155, 120, 180, 132]),
    ];
    expect(pageText(words)).toBe('Dear Sir,\nthank you');
  });

  it('keeps low and high marks in their line', () => {
    const words = [
      word('a_b', [0, 100, 30, 113]),
      word('_', [32, 112, 36, 113]),
      word('see', [40, 102, 60, 112]),
      word('“', [62, 98, 64, 103]),
      word('quoted', [66, 100, 90, 112]),
    ];
    expect(pageText(words)).toBe('a_b _ see “ quoted');
  });

  it('follows a line that climbs because the scan is skewed', () => {
    const words = Array.from({ length: 12 }, (_, index) =>
      word(`w${index}`, [index * 50, 100 + index * 4, index * 50 + 40, 112 + index * 4]),
    );
    expect(pageText(words)).not.toContain('\n');
  });

  it('keeps the order of reading over columns', () => {
    const words = [
      word('left', [0, 100, 40, 110]),
      word('below', [0, 900, 40, 910]),
      word('right', [500, 100, 540, 110]),
    ];
    expect(pageText(words)).toBe('left\nbelow\nright');
  });

  it('is empty for a page without words', () => {
    expect(pageText([])).toBe('');
  });
});
