import { describe, expect, it } from 'vitest';
import type { PageInk } from '../../src/ocr/page-ink.js';
import { judgeTextLayer } from '../../src/ocr/text-layer.js';
import type { Box, Word } from '../../src/ocr/word.js';

const prose =
  'The committee met on the third of March and heard the report of the treasurer who said that the accounts of the ' +
  'previous year had been closed without a deficit for the first time since the building was bought and that the ' +
  'members owed no further contribution to the repair of the roof which everybody was glad to hear';

/** The texts laid out in lines of ten words each, like a page. */
function layOut(texts: readonly string[]): Word[] {
  return texts.map((text, index) => {
    const left = 80 + 84 * (index % 10);
    const top = 60 + 20 * Math.floor(index / 10);
    const box: Box = [left, top, left + 70, top + 12];
    return { text, box, confidence: null };
  });
}

const reasonOf = (words: readonly Word[], ink: PageInk | null = null): string | null => {
  const judgement = judgeTextLayer({ words, unmappedShare: 0 }, ink);
  return judgement.sane ? null : judgement.reason;
};

const allPrinted: PageInk = { printedWordShare: 1, uncoveredPrintShare: 0, coveredPrintShare: 0.2 };

describe('a sane text layer', () => {
  it('is ordinary prose', () => {
    expect(judgeTextLayer({ words: layOut(prose.split(' ')), unmappedShare: 0 }, allPrinted)).toEqual({
      sane: true,
    });
  });

  it('may be a short page', () => {
    expect(reasonOf(layOut(['Annex', 'B']))).toBeNull();
  });

  it('may be a table of numbers and codes', () => {
    const codes = Array.from({ length: 80 }, (_, index) => (index % 3 === 0 ? 'X' : String(index * 37)));
    expect(reasonOf(layOut(codes.map((code, index) => (index % 4 === 0 ? `QTY${index}` : code))))).toBeNull();
  });

  it('may have bullets of a private symbol font', () => {
    const texts = prose.split(' ').flatMap((text, index) => (index % 8 === 0 ? ['\uF0B7', text] : [text]));
    expect(reasonOf(layOut(texts))).toBeNull();
  });

  it('may be in a script without spaces', () => {
    const single = [...'本契約は当事者間において締結されたものとする'.repeat(2)];
    expect(reasonOf(layOut(single))).toBeNull();
    expect(
      reasonOf(layOut(Array.from({ length: 30 }, () => '本契約は当事者間において'.repeat(4)))),
    ).toBeNull();
  });

  it('may be in a language with few vowels and many accents', () => {
    const czech =
      'Příliš žluťoučký kůň úpěl ďábelské ódy a smrt strč prst skrz krk zatímco čtvrt hodiny před půlnocí přišel ' +
      'vlk který zmrzl na hřbetě hory a čekal na svítání aby mohl sejít dolů k řece kde žili lidé ve svých domech';
    expect(reasonOf(layOut(`${czech} ${czech}`.split(' ')))).toBeNull();
  });

  it('may lie beside a picture: the image alone refuses nothing when there are many words', () => {
    const ink = { printedWordShare: 1, uncoveredPrintShare: 0.4, coveredPrintShare: 0.1 };
    expect(reasonOf(layOut(`${prose} ${prose}`.split(' ')), ink)).toBeNull();
  });

  it('may print each word twice to make it bold', () => {
    const words = layOut(prose.split(' '));
    expect(reasonOf([...words, ...words])).toBeNull();
  });
});

describe('a text layer is refused', () => {
  it('when it is empty', () => {
    expect(reasonOf([])).toBe('the text layer is empty');
    expect(reasonOf(layOut([' ', '\u00A0']))).toBe('the text layer is empty');
  });

  it.each([
    ['replacement characters', '\uFFFD\uFFFD\uFFFD'],
    ['private-use characters', '\uE012\uE013'],
    ['control characters', '\u0003\u0004\u0005'],
    ['glyph numbers', '(cid:12)(cid:40)'],
    ['non-characters', '\uFFFE\uFFFE'],
  ])('when its characters are %s', (_kind, text) => {
    const half = prose.split(' ').map((plain, index) => (index % 2 === 0 ? text : plain));
    expect(reasonOf(layOut(half))).toMatch(/% of its characters are not mapped to Unicode$/);
  });

  it('when the reader says that its characters are guesses', () => {
    const judgement = judgeTextLayer({ words: layOut(prose.split(' ')), unmappedShare: 0.97 }, allPrinted);
    expect(judgement).toEqual({ sane: false, reason: '97 % of its characters are not mapped to Unicode' });
  });

  it('when each word is one glyph', () => {
    expect(reasonOf(layOut([...prose.replaceAll(' ', '')]))).toMatch(/single letters$/);
  });

  it('when the spaces are missing', () => {
    const lines = Array.from({ length: 24 }, () => prose.replaceAll(' ', '').slice(0, 60));
    expect(reasonOf(layOut(lines))).toMatch(/run together: 60 characters/);
  });

  it('when its character map is shifted', () => {
    const shifted = [...prose].map((letter) =>
      letter === ' ' ? ' ' : String.fromCodePoint((letter.codePointAt(0) ?? 0) - 29),
    );
    const cipher = [...prose].map((letter) =>
      letter === ' '
        ? ' '
        : String.fromCodePoint(97 + (((letter.toLowerCase().codePointAt(0) ?? 0) - 97 + 3) % 26)),
    );
    expect(reasonOf(layOut(`${shifted.join('')} ${shifted.join('')}`.split(' ')))).toMatch(
      /form no language/,
    );
    expect(reasonOf(layOut(cipher.join('').split(' ')))).toMatch(/form no language/);
  });

  it('when most words lie nowhere on the page', () => {
    const words = layOut(prose.split(' ')).map((word) => ({ ...word, box: [1000, 40, 1000, 60] as const }));
    expect(reasonOf(words)).toMatch(/100 % of its words have no place/);
  });

  it('when its words lie on one heap', () => {
    const words = layOut(prose.split(' ')).map((word) => ({ ...word, box: [100, 100, 300, 120] as const }));
    expect(reasonOf(words)).toMatch(/on top of each other, \d+\.0 deep/);
  });

  it('when there is nothing printed where its words are', () => {
    const ink = { printedWordShare: 0.1, uncoveredPrintShare: 0.2, coveredPrintShare: 0.01 };
    expect(reasonOf(layOut(prose.split(' ')), ink)).toMatch(/^only 10 % of its words have print/);
  });

  it('when it is only a stamp on a scan', () => {
    const ink = { printedWordShare: 1, uncoveredPrintShare: 0.15, coveredPrintShare: 0.005 };
    expect(reasonOf(layOut(['Received', '2019-04-01', 'Page', '3', 'of', '12']), ink)).toBe(
      'its 6 words leave most of the printed page unread',
    );
  });
});

it('judges a page of a million words as large as the page in bounded work', () => {
  const words = Array.from(
    { length: 1_000_000 },
    (): Word => ({ text: 'a', box: [0, 0, 1000, 1000], confidence: null }),
  );
  expect(reasonOf(words)).not.toBeNull();
});
