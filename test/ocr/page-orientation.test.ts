import { describe, expect, it } from 'vitest';
import { isReadBetter, isSideways, mayBeUpsideDown, turnWords } from '../../src/ocr/page-orientation.js';
import type { Box, Word } from '../../src/ocr/word.js';

const lying: Box = [100, 100, 140, 112];
const standing: Box = [100, 100, 112, 140];
const page = { width: 1000, height: 1000 };

const read = (texts: string, confidence: number, box: Box = lying): Word[] =>
  texts.split(' ').map((text) => ({ text, box, confidence }));

const sense = read('Dear Sir thank you for your letter', 0.95);
const nonsense = [...read('Iǝʇʇǝɹ jnoʎ ɹoɟ oo ss', 0.3), ...read('a oo', 0.9)];

describe('a page', () => {
  it('is not suspected if it was read well, or has hardly a word', () => {
    expect(mayBeUpsideDown(sense)).toBe(false);
    expect(mayBeUpsideDown([])).toBe(false);
    expect(mayBeUpsideDown(read('ww oo', 0.2))).toBe(false);
  });

  it('is suspected to be upside down if hardly a word is sure', () => {
    expect(mayBeUpsideDown(nonsense)).toBe(true);
  });

  it('is not suspected if its words are numbers, or Chinese characters', () => {
    expect(mayBeUpsideDown(read('1024 2048 4096', 0.9))).toBe(false);
    expect(mayBeUpsideDown(read('本 契約 は', 0.9))).toBe(false);
  });

  it('is taken for upside down only if it reads better so', () => {
    expect(isReadBetter(sense, nonsense)).toBe(true);
    expect(isReadBetter(nonsense, nonsense)).toBe(false);
    expect(isReadBetter([], nonsense)).toBe(false);
    expect(isReadBetter(read('one word', 0.9), nonsense)).toBe(false);
  });

  it('lies on its side if its words stand', () => {
    expect(isSideways(read('Dear Sir thank', 0.95, standing), page)).toBe(true);
    expect(isSideways(sense, page)).toBe(false);
    expect(isSideways([], page)).toBe(false);
  });

  it('is judged by pixels: on a wide page, words look tall in thousandths', () => {
    expect(
      isSideways(read('Dear Sir thank', 0.95, [100, 100, 112, 130]), { width: 3000, height: 1000 }),
    ).toBe(false);
  });

  it('may be written downwards in East Asian scripts', () => {
    expect(isSideways(read('契約書 株式会社 東京都', 0.95, standing), page)).toBe(false);
  });
});

describe('turned words', () => {
  const words: Word[] = [{ text: 'x', box: [100, 200, 300, 250], confidence: null }];
  const boxAfter = (turn: 0 | 90 | 180 | 270) => turnWords(words, turn)[0]?.box;

  it('lie where the page has them after a clockwise turn', () => {
    expect(boxAfter(0)).toEqual([100, 200, 300, 250]);
    expect(boxAfter(90)).toEqual([750, 100, 800, 300]);
    expect(boxAfter(180)).toEqual([700, 750, 900, 800]);
    expect(boxAfter(270)).toEqual([200, 700, 250, 900]);
  });

  it('come back after the turn that completes the circle', () => {
    expect(turnWords(turnWords(words, 90), 270)).toEqual(words);
    expect(turnWords(turnWords(words, 180), 180)).toEqual(words);
  });
});
