import { describe, expect, it } from 'vitest';
import { groupIntoWords, type PdfCharacter } from '../../../src/documents/rendering/pdf-words.js';

const PAGE = 1000; // points, so that boxes can be read off

/** Characters of 10 x 10 points that follow each other on a line, as PDFium gives them. */
function line(text: string, at: { x?: number; y?: number; advance?: number } = {}): PdfCharacter[] {
  const { x = 0, y = 500, advance = 10 } = at;
  return Array.from({ length: text.length }, (_, index) =>
    characterAt(text.charCodeAt(index), x + index * advance, y),
  );
}

function characterAt(code: number, x: number, y: number, angle = 0): PdfCharacter {
  const cell = { x0: x, y0: y, x1: x + 10, y1: y + 10 };
  return {
    code,
    isUnmapped: false,
    angle,
    origin: { x, y },
    cell,
    ink: { x0: x / PAGE, y0: 1 - (y + 10) / PAGE, x1: (x + 10) / PAGE, y1: 1 - y / PAGE },
  };
}

const textsOf = (characters: PdfCharacter[]) => groupIntoWords(characters).map(({ text }) => text);

describe('the words of a text layer', () => {
  it('end at white space of any kind', () => {
    expect(textsOf(line('one two\u00a0three\r\nfour\u3000five\tsix'))).toEqual([
      'one',
      'two',
      'three',
      'four',
      'five',
      'six',
    ]);
  });

  it('have the box around their characters, in thousandths from the top left', () => {
    expect(groupIntoWords(line('abc', { x: 100, y: 700 }))).toEqual([
      { text: 'abc', box: [100, 290, 130, 300], confidence: null },
    ]);
  });

  it('end at a gap that no space marks', () => {
    expect(textsOf([...line('left'), ...line('right', { x: 200 })])).toEqual(['left', 'right']);
  });

  it('hold together when their letters are spaced out a little', () => {
    expect(textsOf(line('SPACED', { advance: 15 }))).toEqual(['SPACED']);
  });

  it('end at the end of a line, also at a hyphen', () => {
    const characters = [...line('exam\u0002', { x: 50 }), ...line('ple', { x: 50, y: 488 })];
    expect(textsOf(characters)).toEqual(['exam-', 'ple']);
  });

  it('go on over a superscript', () => {
    expect(textsOf([...line('m', { x: 0 }), ...line('2', { x: 10, y: 504 })])).toEqual(['m2']);
  });

  it('follow the direction of text that runs upwards', () => {
    const up = [...'up'].map((letter, index) =>
      characterAt(letter.charCodeAt(0), 100, 100 + 10 * index, Math.PI / 2),
    );
    expect(textsOf(up)).toEqual(['up']);
    const aside = characterAt(0x78, 130, 120, Math.PI / 2);
    expect(textsOf([...up, aside])).toEqual(['up', 'x']);
  });

  it('end where the text turns', () => {
    expect(textsOf([...line('ab'), characterAt(0x63, 20, 500, Math.PI / 2)])).toEqual(['ab', 'c']);
  });

  it('hold together when the script runs from the right', () => {
    expect(textsOf(line('\u05d0\u05d1\u05d2', { x: 300, advance: -10 }))).toEqual(['\u05d0\u05d1\u05d2']);
  });

  it('have ligatures as letters, and accents composed', () => {
    expect(textsOf(line('o\ufb03ce'))).toEqual(['office']);
    expect(textsOf(line('e\u0301te\u0301'))).toEqual(['été']);
  });

  it('join surrogate pairs and drop their halves', () => {
    expect(textsOf(line('a\u{1f600}b'))).toEqual(['a\u{1f600}b']);
    expect(textsOf(line('a\ud83d b'))).toEqual(['a', 'b']);
    expect(textsOf([characterAt(0x1f600, 0, 0)])).toEqual(['\u{1f600}']);
  });

  it('leave out control characters and what has no shape', () => {
    const shapeless = [0x01, 0x200b, 0xfeff].map((code) => characterAt(code, 20, 500));
    expect(textsOf([...line('ab'), ...shapeless, ...line('cd', { x: 20 })])).toEqual(['abcd']);
    expect(textsOf(line('\u0007'))).toEqual([]);
  });

  it('show a soft hyphen that is printed as a hyphen', () => {
    expect(textsOf(line('well\u00adknown'))).toEqual(['well-known']);
  });

  it('are cut at the edge of the page and left out beyond it', () => {
    const words = groupIntoWords([...line('edge', { x: -20 }), ...line(' gone', { x: 2000 })]);
    expect(words).toEqual([{ text: 'edge', box: [0, 490, 20, 500], confidence: null }]);
  });
});
