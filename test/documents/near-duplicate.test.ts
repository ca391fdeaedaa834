import { describe, expect, it } from 'vitest';
import { describeLikeness, fingerprintKeys, isNearlySame } from '../../src/documents/near-duplicate.js';
import { createChance, formFields, letterParagraphs } from '../support/document-texts.js';

const words = (seed: number, count: number) => {
  const chance = createChance(seed);
  return Array.from({ length: count }, () => `w${chance.integer(0, 5000)}`);
};
/** As a second scan would have it: each word misread with the given chance. */
const misread = (text: readonly string[], share: number, seed: number) => {
  const chance = createChance(seed);
  return text.map((word) => (chance.next() < share ? `${word}x` : word));
};
const like = (text: readonly string[] | string, pictures: string[] = ['0']) =>
  describeLikeness(typeof text === 'string' ? text : text.join(' '), pictures);
const meet = (one: ReturnType<typeof like>, other: ReturnType<typeof like>) => {
  const kept = new Set(fingerprintKeys(one).kept);
  return fingerprintKeys(other).sought.some((key) => kept.has(key));
};

describe('two documents are nearly the same', () => {
  it('when they are two scans of one page, and then they find each other', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const text = words(seed, 300);
      const [one, other] = [like(misread(text, 0.01, seed)), like(misread(text, 0.01, seed + 1000))];
      expect(isNearlySame(one, other)).toBe(true);
      expect(meet(one, other)).toBe(true);
      expect(meet(other, one)).toBe(true);
    }
  });

  it('whatever case, punctuation and line breaks they have', () => {
    const text = words(7, 40);
    expect(isNearlySame(like(text), like(`${text.join(',\n').toUpperCase()}.`))).toBe(true);
  });

  it('not when they are different texts, and those hardly ever come to be compared', () => {
    const texts = Array.from({ length: 40 }, (_, seed) => like(words(seed + 1, 300)));
    let met = 0;
    for (const [index, one] of texts.entries()) {
      for (const other of texts.slice(index + 1)) {
        expect(isNearlySame(one, other)).toBe(false);
        if (meet(one, other)) met += 1;
      }
    }
    expect(met).toBe(0);
  });

  it('not when they are forms filled in differently, or letters in the same phrases', () => {
    const form = (seed: number) =>
      formFields(createChance(seed))
        .map(({ label, value }) => `${label}: ${value}`)
        .join(' ');
    const letter = (seed: number) => letterParagraphs(createChance(seed)).join(' ');
    for (let seed = 1; seed <= 30; seed += 1) {
      expect(isNearlySame(like(form(seed)), like(form(seed + 1)))).toBe(false);
      expect(isNearlySame(like(letter(seed)), like(letter(seed + 1)))).toBe(false);
    }
  });

  it('by their looks where one has too few words', () => {
    const text = words(3, 200);
    const picture = 'f0e1d2c3b4a59687';
    // Three bits off, in three quarters.
    const rescanned = 'f0e0d2c2b4a49687';
    const photograph = like('', [picture]);
    expect(isNearlySame(photograph, like('', [rescanned]))).toBe(true);
    expect(meet(photograph, like('', [rescanned]))).toBe(true);
    expect(isNearlySame(like(text, [picture]), like('few words', [rescanned]))).toBe(true);
    expect(meet(like(text, [picture]), like('few words', [rescanned]))).toBe(true);
    expect(meet(like('few words', [rescanned]), like(text, [picture]))).toBe(true);
    expect(isNearlySame(photograph, like('', ['f0e1d2c3b4a59678']))).toBe(false);
    expect(isNearlySame(photograph, like('', [picture, picture]))).toBe(false);
  });

  it('not for being blank', () => {
    const blank = like('', ['8000000000000000']);
    expect(isNearlySame(blank, blank)).toBe(false);
    expect(fingerprintKeys(blank)).toEqual({ kept: [], sought: [] });
  });

  it('by their words alone where both have them, though they look the same', () => {
    const [one, other] = [
      like(words(1, 100), ['f0e1d2c3b4a59687']),
      like(words(2, 100), ['f0e1d2c3b4a59687']),
    ];
    expect(isNearlySame(one, other)).toBe(false);
    expect(meet(one, other)).toBe(false);
  });
});
