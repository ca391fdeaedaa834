/** What augmentation does to a page's words and their order. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/layoutlmv2/random.js';
import { createTokenizer } from '../../../../src/layoutlmv2/tokenizer/tokenizer.js';
import { parseTokenizerJson } from '../../../../src/layoutlmv2/tokenizer/tokenizer-json.js';
import { augmentPage } from '../../../../src/layoutlmv2/training/augmentation/augment-page.js';
import {
  type Augmentation,
  noAugmentation,
} from '../../../../src/layoutlmv2/training/augmentation/augmentation-settings.js';
import { misreadText } from '../../../../src/layoutlmv2/training/augmentation/text-confusions.js';
import { createSpelling } from '../../../../src/layoutlmv2/training/augmentation/text-spelling.js';
import { letterTokenizer, linesOfWords, readWords, specialIds } from '../../support/augmentation-page.js';

const spelling = createSpelling(letterTokenizer);
const lines = linesOfWords();
const before = readWords(lines);

const augment = (settings: Partial<Augmentation>, seed: number) =>
  augmentPage(lines, { ...noAugmentation, ...settings }, createRandom(seed), spelling);

const wordKey = ({ text, box }: { text: string; box: number[] }) => `${text} ${box.join()}`;

describe('words', () => {
  it('are left out whole, at the given rate', () => {
    const kept = readWords(augment({ wordDropout: 0.3 }, 2));
    expect(before.map(wordKey)).toEqual(expect.arrayContaining(kept.map(wordKey)));
    // 160 words at 0.7: mean 112, standard deviation 5.8; four of them.
    expect(Math.abs(kept.length - 112)).toBeLessThan(24);
  });

  it('are left out in one horizontal band, and never all', () => {
    for (let seed = 0; seed < 20; seed++) {
      const kept = new Set(readWords(augment({ spanDropout: 1 }, seed)).map(wordKey));
      const lost = before.filter((word) => !kept.has(wordKey(word))).map(({ box }) => box[1] ?? 0);
      const [highest, lowest] = [Math.min(...lost), Math.max(...lost)];
      const inBand = before.filter(({ box: [, top = 0] }) => top >= highest && top <= lowest);
      expect(lost.length).toBeGreaterThan(0);
      expect(inBand).toHaveLength(lost.length);
      expect(lowest - highest).toBeLessThanOrEqual(333);
    }
  });

  it('change places with their neighbours, each keeping its box', () => {
    const after = readWords(augment({ wordOrder: 0.2 }, 3));
    expect(after.map(wordKey)).not.toEqual(before.map(wordKey));
    expect(after.map(wordKey).sort()).toEqual(before.map(wordKey).sort());
    const moves = after.map((word, at) => at - before.findIndex((other) => wordKey(other) === wordKey(word)));
    // Within a line by one place, and with the line by one line of eight words.
    expect(Math.max(...moves.map(Math.abs))).toBeLessThanOrEqual(9);
    expect(moves.filter((move) => Math.abs(move) === 1).length).toBeGreaterThan(10);
    expect(moves.filter((move) => Math.abs(move) > 1).length).toBeGreaterThan(0);
  });

  it('are misread at the given rate, in their places', () => {
    const known = new Set(before.map(({ text }) => text));
    const after = readWords(augment({ characterNoise: 0.3 }, 4));
    const misread = after.filter(({ text }) => !known.has(text));
    // 160 words at 0.3: mean 48, standard deviation 5.8; four of them. A few are joined to a next one that would be misread too.
    expect(Math.abs(misread.length - 48)).toBeLessThan(24);
    const lefts = new Set(before.map(({ box }) => box[0]));
    expect(after.every(({ box }) => lefts.has(box[0]))).toBe(true);
    // Two that are joined share a box around both: wider than the 80 of each.
    const joined = after.filter(({ box }) => (box[2] ?? 0) - (box[0] ?? 0) > 80);
    expect(joined.length).toBeGreaterThan(0);
    expect(joined.every(({ text }) => /^m\d+elm\d+el$/.test(text))).toBe(true);
  });

  it('give way to foreign ones in their places, on each page at a rate of its own up to the given one', () => {
    const known = new Set(before.map(({ text }) => text));
    const boxes = new Set(before.map(({ box }) => box.join()));
    const shares = Array.from({ length: 30 }, (_, seed) => {
      const after = readWords(augment({ foreignWords: 0.6 }, seed));
      expect(after.every(({ box }) => boxes.has(box.join()))).toBe(true);
      return after.filter(({ text }) => !known.has(text)).length / after.length;
    });
    // 160 words at most at 0.6: four standard deviations of the share are 0.16. The mean of 30 pages is 0.3, give or take 0.13.
    expect(Math.max(...shares)).toBeLessThan(0.76);
    expect(Math.max(...shares) - Math.min(...shares)).toBeGreaterThan(0.3);
    expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) / shares.length - 0.3)).toBeLessThan(0.13);
  });

  it('are hidden behind [MASK], piece by piece, at the given rate', () => {
    const ids = Array.from(augment({ tokenMasking: 0.2 }, 5).inputIds);
    const original = Array.from(linesOfWords().inputIds);
    expect(ids).toHaveLength(original.length);
    const hidden = ids.filter((id) => id === specialIds.mask).length;
    // About 770 pieces at 0.2: four standard deviations are 0.06 of them.
    expect(Math.abs(hidden / ids.length - 0.2)).toBeLessThan(0.06);
    expect(ids.every((id, at) => id === specialIds.mask || id === original[at])).toBe(true);
  });
});

describe('misreading', () => {
  it('takes letters for what looks like them, loses, doubles and parts them', () => {
    const seen = new Set(Array.from({ length: 300 }, (_, seed) => misreadText('modern', createRandom(seed))));
    const errors = [
      'rnodern',
      'modem',
      'm0dern',
      'moclern',
      'modcrn',
      'modrn',
      'moodern',
      'mo dern',
      'moDern',
    ];
    expect([...seen]).toEqual(expect.arrayContaining(errors));
    expect(seen).not.toContain('modern');
    expect(misreadText('', createRandom(1))).toBe('');
  });
});

describe('spelling', () => {
  const read = (name: string) => readFileSync(new URL(`../../fixtures/layoutxlm/${name}`, import.meta.url));
  const unigram = parseTokenizerJson(
    JSON.parse(read('tokenizer.json').toString()),
    new Map(),
    'the tokenizer',
  );

  it('reads back the text that a WordPiece vocabulary wrote', () => {
    const ids = spelling.idsOf('invoice2026');
    expect(spelling.findText(ids)).toBe('invoice2026');
    expect(spelling.findText([...ids, specialIds.unknown])).toBeUndefined();
    expect(spelling.maskId()).toBe(specialIds.mask);
  });

  it('reads back the text that a Unigram vocabulary wrote', () => {
    const ofUnigram = createSpelling(unigram);
    const ids = ofUnigram.idsOf('the');
    expect(ids.length).toBeGreaterThan(0);
    expect(ofUnigram.findText(ids)).toBe('the');
    expect(ofUnigram.maskId()).toBe(createTokenizer(unigram).specialIds.mask);
  });
});
