import { describe, expect, it } from 'vitest';
import { type EncodedPage, IMAGE_SIDE } from '../../../../src/layoutlmv2/encoded-page.js';
import { createRandom } from '../../../../src/layoutlmv2/random.js';
import { augmentPage } from '../../../../src/layoutlmv2/training/augmentation/augment-page.js';
import { noAugmentation } from '../../../../src/layoutlmv2/training/augmentation/augmentation-settings.js';

const WORDS = 200;

/** [CLS], 200 words of two pieces each, [SEP]; a white page with one black pixel at x 100, y 50. */
function pageOfWords(): EncodedPage {
  const words = Array.from({ length: WORDS }, (_, word) => word);
  const image = new Uint8Array(IMAGE_SIDE * IMAGE_SIDE * 3).fill(200);
  image.fill(0, 3 * (50 * IMAGE_SIDE + 100), 3 * (50 * IMAGE_SIDE + 100) + 3);
  return {
    inputIds: [101, ...words.flatMap((word) => [1000 + word, 2000 + word]), 102],
    boxes: [
      ...[0, 0, 0, 0],
      ...words.flatMap((word) => [400, 300 + word, 450, 302 + word, 400, 300 + word, 450, 302 + word]),
      ...[1000, 1000, 1000, 1000],
    ],
    image,
    truncatedTokens: 0,
  };
}

describe('augmentation', () => {
  it('changes nothing when it is off', () => {
    const page = pageOfWords();
    const same = augmentPage(page, noAugmentation, createRandom(1));
    expect(Array.from(same.inputIds)).toEqual(Array.from(page.inputIds));
    expect(Array.from(same.boxes)).toEqual(Array.from(page.boxes));
    expect(Buffer.compare(same.image, page.image)).toBe(0);
  });

  it('leaves whole words out, at the given rate, and never [CLS] or [SEP]', () => {
    const changed = augmentPage(pageOfWords(), { ...noAugmentation, wordDropout: 0.3 }, createRandom(2));
    const ids = Array.from(changed.inputIds);
    expect(ids[0]).toBe(101);
    expect(ids.at(-1)).toBe(102);
    const firstPieces = ids.filter((id) => id >= 1000 && id < 2000);
    const secondPieces = ids.filter((id) => id >= 2000);
    expect(secondPieces).toEqual(firstPieces.map((id) => id + 1000));
    // 200 words at 0.7: mean 140, standard deviation 6.5; four of them.
    expect(Math.abs(firstPieces.length - 140)).toBeLessThan(26);
    expect(changed.boxes.length).toBe(4 * ids.length);
  });

  it('moves image and boxes together', () => {
    const changed = augmentPage(pageOfWords(), { ...noAugmentation, shift: 60 }, createRandom(4));
    const dark = changed.image.indexOf(0) / 3;
    const movedX = (dark % IMAGE_SIDE) - 100;
    const movedY = Math.floor(dark / IMAGE_SIDE) - 50;
    expect(Math.abs(movedX) + Math.abs(movedY)).toBeGreaterThan(0);
    expect(changed.boxes[4]).toBe(Math.round(400 + (movedX * 1000) / IMAGE_SIDE));
    expect(changed.boxes[5]).toBe(Math.round(300 + (movedY * 1000) / IMAGE_SIDE));
    expect(Array.from(changed.boxes).slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(Array.from(changed.boxes).slice(-4)).toEqual([1000, 1000, 1000, 1000]);
  });

  it('keeps boxes on the page, left of right and above below', () => {
    const changed = augmentPage(
      pageOfWords(),
      { ...noAugmentation, shift: 900, boxJitter: 200 },
      createRandom(5),
    );
    for (let token = 0; token < changed.inputIds.length; token++) {
      const [x0 = -1, y0 = -1, x1 = -1, y1 = -1] = Array.from(changed.boxes).slice(4 * token, 4 * token + 4);
      expect(Math.min(x0, y0)).toBeGreaterThanOrEqual(0);
      expect(Math.max(x1, y1)).toBeLessThanOrEqual(1000);
      expect(x0).toBeLessThanOrEqual(x1);
      expect(y0).toBeLessThanOrEqual(y1);
    }
  });

  it('lightens or darkens within its limit, and is repeatable', () => {
    const brightness = { ...noAugmentation, brightness: 0.2 };
    const changed = augmentPage(pageOfWords(), brightness, createRandom(6));
    expect(changed.image[0]).not.toBe(200);
    expect(Math.abs((changed.image[0] ?? 0) - 200)).toBeLessThanOrEqual(40);
    const again = augmentPage(pageOfWords(), brightness, createRandom(6));
    expect(Buffer.compare(again.image, changed.image)).toBe(0);
  });
});
