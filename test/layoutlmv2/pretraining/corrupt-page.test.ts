import { describe, expect, it } from 'vitest';
import { IMAGE_SIDE } from '../../../src/layoutlmv2/encoded-page.js';
import {
  type Corruption,
  corruptPage,
  publishedCorruption,
} from '../../../src/layoutlmv2/pretraining/corrupt-page.js';
import { createRandom } from '../../../src/layoutlmv2/random.js';
import { linesOfWords, specialIds } from '../support/augmentation-page.js';

const page = linesOfWords();
const vocabulary = { mask: specialIds.mask, size: 79, firstOrdinary: 5 };
const nothing: Corruption = { maskedWords: 0, coveredLines: 0, replacedImages: 0, droppedImages: 0 };
const corrupt = (corruption: Partial<Corruption>, seed = 1, otherImage?: Uint8Array) =>
  corruptPage(page, {
    corruption: { ...nothing, ...corruption },
    vocabulary,
    otherImage,
    random: createRandom(seed),
  });

describe('corrupting a page', () => {
  it('changes nothing where every share is 0', () => {
    const { page: same, masked, covered, imageMatches } = corrupt({});
    expect(same.inputIds).toEqual(Array.from(page.inputIds));
    expect(same.image).toEqual(page.image);
    expect(masked).toEqual([]);
    expect(imageMatches).toBe(true);
    expect(covered.slice(1, -1).every((isCovered) => isCovered === false)).toBe(true);
  });

  it('asks for whole words, eight in ten of them masked, and never for special tokens', () => {
    const { page: changed, masked } = corrupt({ maskedWords: 0.5 });
    const positions = new Set(masked.map(({ position }) => position));
    for (const { position, piece } of masked) expect(piece).toBe(page.inputIds[position]);
    expect(positions.has(0)).toBe(false);
    expect(positions.has(page.inputIds.length - 1)).toBe(false);
    const boxOf = (position: number) =>
      Array.from(page.boxes)
        .slice(4 * position, 4 * position + 4)
        .join();
    for (const { position } of masked) {
      for (const neighbour of [position - 1, position + 1]) {
        if (boxOf(neighbour) === boxOf(position)) expect(positions.has(neighbour)).toBe(true);
      }
    }
    const share =
      masked.filter(({ position }) => changed.inputIds[position] === specialIds.mask).length / masked.length;
    // Of about 80 words; three standard deviations are 0.13.
    expect(Math.abs(share - 0.8)).toBeLessThan(0.14);
  });

  it('blanks the lines it says are covered, and no others', () => {
    const { page: changed, covered } = corrupt({ coveredLines: 0.5 });
    for (const [position, isCovered] of covered.entries()) {
      if (isCovered === null) continue;
      const [x, y] = [0, 1].map((side) =>
        Math.ceil((((page.boxes[4 * position + side] ?? 0) + 8) * IMAGE_SIDE) / 1000),
      );
      const pixel = 3 * ((y ?? 0) * IMAGE_SIDE + (x ?? 0));
      if (isCovered) expect(changed.image[pixel]).toBe(255);
      else expect(changed.image[pixel]).toBe(page.image[pixel]);
    }
    expect(new Set(covered)).toEqual(new Set([null, true, false]));
  });

  it('covers the picture of a masked word and does not ask whether it was', () => {
    const { masked, covered } = corrupt({ maskedWords: 0.3 });
    for (const { position } of masked) expect(covered[position]).toBeNull();
  });

  it('shows another image, of which it says that nothing of the text is on it', () => {
    const other = new Uint8Array(page.image.length).fill(7);
    const { page: changed, covered, imageMatches } = corrupt({ replacedImages: 1 }, 1, other);
    expect(imageMatches).toBe(false);
    expect(changed.image).toEqual(other);
    expect(covered.slice(1, -1).every((isCovered) => isCovered === true)).toBe(true);
  });

  it('leaves the page itself as it is, and does the same again with the same seed', () => {
    const before = { ids: Array.from(page.inputIds), image: page.image.slice() };
    const [once, again, other] = [1, 1, 2].map((seed) => corrupt(publishedCorruption, seed));
    expect(Array.from(page.inputIds)).toEqual(before.ids);
    expect(page.image).toEqual(before.image);
    expect(once).toEqual(again);
    expect(once).not.toEqual(other);
  });
});
