import { describe, expect, it } from 'vitest';
import { parseTesseractTsv } from '../../src/ocr/tesseract-tsv.js';
import { type Box, normaliseBox } from '../../src/ocr/word.js';

const place = (box: Box) => normaliseBox(box, { width: 1000, height: 2000 });

describe("Tesseract's table", () => {
  it('gives its words in order, with boxes in thousandths and confidences as shares', () => {
    const tsv = [
      '1\t1\t0\t0\t0\t0\t0\t0\t1000\t2000\t-1\t',
      '4\t1\t1\t1\t1\t0\t100\t200\t300\t40\t-1\t',
      '5\t1\t1\t1\t1\t1\t100\t200\t120\t40\t96.25\tDear',
      '5\t1\t1\t1\t1\t2\t230\t200\t170\t40\t0.000000\tSir~',
      '',
    ].join('\n');
    expect(parseTesseractTsv(tsv, place)).toEqual([
      { text: 'Dear', box: [100, 100, 220, 120], confidence: 0.9625 },
      { text: 'Sir~', box: [230, 100, 400, 120], confidence: 0 },
    ]);
  });

  it('has blank words for rules and pictures, which are left out', () => {
    expect(parseTesseractTsv('5\t1\t2\t1\t1\t1\t0\t0\t900\t900\t95.000000\t \n', place)).toEqual([]);
  });

  it('may be empty', () => {
    expect(parseTesseractTsv('', place)).toEqual([]);
  });
});
