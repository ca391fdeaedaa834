import { describe, expect, it } from 'vitest';
import type { EncodedPage } from '../../../../src/layoutlmv2/encoded-page.js';
import { createRandom } from '../../../../src/layoutlmv2/random.js';
import { augmentPage } from '../../../../src/layoutlmv2/training/augmentation/augment-page.js';
import {
  type Augmentation,
  noAugmentation,
  requireUsableAugmentation,
} from '../../../../src/layoutlmv2/training/augmentation/augmentation-settings.js';
import { createSpelling } from '../../../../src/layoutlmv2/training/augmentation/text-spelling.js';
import { letterTokenizer, linesOfWords, readWords, specialIds } from '../../support/augmentation-page.js';

const spelling = createSpelling(letterTokenizer);

/** Each kind of change, strong enough to be seen, and what of a page it changes. */
const kinds: { name: keyof Augmentation; amount: number; changes: readonly ('ids' | 'boxes' | 'image')[] }[] =
  [
    { name: 'rotation', amount: 5, changes: ['boxes', 'image'] },
    { name: 'scale', amount: 0.05, changes: ['boxes', 'image'] },
    { name: 'shift', amount: 30, changes: ['boxes', 'image'] },
    { name: 'crop', amount: 0.05, changes: ['boxes', 'image'] },
    { name: 'blur', amount: 1, changes: ['image'] },
    { name: 'noise', amount: 20, changes: ['image'] },
    { name: 'morphology', amount: 1, changes: ['image'] },
    { name: 'contrast', amount: 0.3, changes: ['image'] },
    { name: 'brightness', amount: 0.3, changes: ['image'] },
    { name: 'boxJitter', amount: 10, changes: ['boxes'] },
    { name: 'wordOrder', amount: 0.3, changes: ['ids', 'boxes'] },
    { name: 'wordDropout', amount: 0.3, changes: ['ids', 'boxes'] },
    { name: 'spanDropout', amount: 1, changes: ['ids', 'boxes'] },
    { name: 'characterNoise', amount: 0.3, changes: ['ids', 'boxes'] },
    { name: 'foreignWords', amount: 0.5, changes: ['ids', 'boxes'] },
    { name: 'tokenMasking', amount: 0.3, changes: ['ids'] },
    { name: 'imageDropout', amount: 1, changes: ['image'] },
    { name: 'textDropout', amount: 1, changes: ['ids', 'boxes'] },
  ];

const everything: Augmentation = {
  ...{ rotation: 20, scale: 0.3, shift: 200, crop: 0.4, blur: 0.5, noise: 40, morphology: 0.5 },
  ...{ contrast: 0.3, brightness: 0.3, boxJitter: 100, wordOrder: 0.3, wordDropout: 0.1, spanDropout: 0.5 },
  ...{ characterNoise: 0.5, foreignWords: 0.3, tokenMasking: 0.1, imageDropout: 0.1, textDropout: 0.1 },
};

const contentOf = ({ inputIds, boxes, image }: EncodedPage) => ({
  ids: Array.from(inputIds).join(),
  boxes: Array.from(boxes).join(),
  image: Buffer.from(image).toString('latin1'),
});

const lines = linesOfWords();

const augment = (settings: Partial<Augmentation>, seed: number, page = lines) =>
  augmentPage(page, { ...noAugmentation, ...settings }, createRandom(seed), spelling);

describe('augmentation', () => {
  it('changes nothing when it is off', () => {
    expect(contentOf(augment({}, 1))).toEqual(contentOf(linesOfWords()));
    expect(kinds.map(({ name }) => name).sort()).toEqual(Object.keys(noAugmentation).sort());
  });

  it.each(kinds)('$name changes $changes and nothing else', ({ name, amount, changes }) => {
    const before = contentOf(linesOfWords());
    const after = contentOf(augment({ [name]: amount }, 3));
    const changed = (['ids', 'boxes', 'image'] as const).filter((part) => after[part] !== before[part]);
    expect(changed).toEqual(changes.filter((part) => changed.includes(part)));
    expect(changed).not.toEqual([]);
    // Turned, the words may all still be on the page; they are elsewhere, as the image is.
    if (changes.includes('image')) expect(changed).toContain('image');
    if (!changes.includes('image')) expect(changed[0]).toBe(changes[0]);
  });

  it('leaves the page itself as it is', () => {
    const page = linesOfWords();
    for (let seed = 0; seed < 5; seed++) augment(everything, seed, page);
    expect(contentOf(page)).toEqual(contentOf(linesOfWords()));
  });

  it('is the same for the same seed, and different for another', () => {
    const first = contentOf(augment(everything, 1));
    expect(contentOf(augment(everything, 1))).toEqual(first);
    expect(contentOf(augment(everything, 2))).not.toEqual(first);
  });

  it('keeps what the network can read: [CLS] and [SEP], whole boxes on the page, no more tokens than there were', () => {
    const tokens = linesOfWords().inputIds.length;
    for (let seed = 0; seed < 30; seed++) {
      const page = augment(everything, seed);
      const ids = Array.from(page.inputIds);
      const boxes = Array.from(page.boxes);
      expect(ids[0]).toBe(specialIds.classification);
      expect(ids.at(-1)).toBe(specialIds.separator);
      expect(boxes.slice(0, 4)).toEqual([0, 0, 0, 0]);
      expect(boxes.slice(-4)).toEqual([1000, 1000, 1000, 1000]);
      expect(ids.length).toBeLessThanOrEqual(tokens);
      expect(boxes.length).toBe(4 * ids.length);
      expect(boxes.every((edge) => Number.isInteger(edge) && edge >= 0 && edge <= 1000)).toBe(true);
      for (const { box } of readWords(page)) {
        const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = box;
        expect(x0 <= x1 && y0 <= y1).toBe(true);
      }
    }
  });

  it('shows words or image alone at their rates, and never neither', () => {
    const seen = Array.from({ length: 400 }, (_, seed) => {
      const page = augment({ imageDropout: 0.3, textDropout: 0.2 }, seed);
      return { words: page.inputIds.length > 2, image: page.image.some((value) => value !== 255) };
    });
    expect(seen.every(({ words, image }) => words || image)).toBe(true);
    const shareOf = (part: 'words' | 'image') => seen.filter((page) => !page[part]).length / seen.length;
    // Four standard deviations of a share of 400 are below 0.1.
    expect(Math.abs(shareOf('image') - 0.3)).toBeLessThan(0.1);
    expect(Math.abs(shareOf('words') - 0.2)).toBeLessThan(0.1);
    const empty = { ...linesOfWords(), inputIds: [2, 3], boxes: [0, 0, 0, 0, 1000, 1000, 1000, 1000] };
    expect(augment({ imageDropout: 1 }, 1, empty).image).toEqual(empty.image);
  });

  it('says that it needs the tokenizer where it does', () => {
    const without = (settings: Partial<Augmentation>) => () =>
      augmentPage(lines, { ...noAugmentation, ...settings }, createRandom(1));
    expect(without({ characterNoise: 0.1 })).toThrow(/augmentation.characterNoise needs the tokenizer/);
    expect(without({ foreignWords: 0.1 })).toThrow(/augmentation.foreignWords needs the tokenizer/);
    expect(without({ tokenMasking: 0.1 })).toThrow(/augmentation.tokenMasking needs the tokenizer/);
    expect(without({ wordDropout: 0.1 })).not.toThrow();
  });

  it.each([
    ['rotation', 90, 45],
    ['scale', 0.9, 0.5],
    ['shift', 1001, 1000],
    ['crop', 0.6, 0.5],
    ['noise', 200, 128],
    ['blur', 1.5, 1],
    ['wordDropout', -0.1, 1],
    ['boxJitter', Number.NaN, 1000],
  ])('refuses %s of %f, naming what it may be', (name, value, to) => {
    const check = () => requireUsableAugmentation({ ...noAugmentation, [name]: value });
    expect(check).toThrow(
      `The hyperparameter augmentation.${name} is ${value}, but must be a number from 0 to ${to}.`,
    );
  });

  it('refuses to show neither words nor image, and takes everything else', () => {
    const check = (settings: Augmentation) => () => requireUsableAugmentation(settings);
    expect(check({ ...noAugmentation, imageDropout: 0.6, textDropout: 0.6 })).toThrow(/at most 1 together/);
    expect(check(everything)).not.toThrow();
  });
});
