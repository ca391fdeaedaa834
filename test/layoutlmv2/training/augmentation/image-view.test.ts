/** What augmentation does to a page's image, and to the boxes of the words in it. */
import { describe, expect, it } from 'vitest';
import { IMAGE_SIDE } from '../../../../src/layoutlmv2/encoded-page.js';
import { createRandom } from '../../../../src/layoutlmv2/random.js';
import { augmentPage } from '../../../../src/layoutlmv2/training/augmentation/augment-page.js';
import {
  type Augmentation,
  noAugmentation,
} from '../../../../src/layoutlmv2/training/augmentation/augmentation-settings.js';
import {
  addNoise,
  blur,
  changeInk,
  changeTone,
} from '../../../../src/layoutlmv2/training/augmentation/image-filters.js';
import { imageOf, linesOfWords, pageOf } from '../../support/augmentation-page.js';

const PIXELS = IMAGE_SIDE * IMAGE_SIDE;

const lines = linesOfWords();

const augment = (settings: Partial<Augmentation>, seed: number, page = lines) =>
  augmentPage(page, { ...noAugmentation, ...settings }, createRandom(seed));

/** White, with black at one place. */
function planeWithDot(column: number, row: number): Uint8ClampedArray {
  const plane = new Uint8ClampedArray(PIXELS).fill(255);
  plane[row * IMAGE_SIDE + column] = 0;
  return plane;
}

const sumOf = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);

describe('a changed sheet', () => {
  it.each([
    { rotation: 20 },
    { scale: 0.3 },
    { shift: 150 },
    { crop: 0.3 },
    { rotation: 10, scale: 0.1, shift: 50, crop: 0.1 },
  ])('has its words where their ink is: %o', (settings) => {
    // A word that is all ink, from pixel 60, 80 to before 130, 100.
    const [left, top, right, bottom] = [60, 80, 130, 100];
    const toBox = (pixel: number) => Math.round((pixel * 1000) / IMAGE_SIDE);
    const box = [toBox(left), toBox(top), toBox(right), toBox(bottom)] as const;
    const page = pageOf([{ text: 'a', box }], imageOf([left, top, right, bottom]));
    for (let seed = 0; seed < 10; seed++) {
      const changed = augment(settings, seed, page);
      const dark = Array.from({ length: PIXELS }, (_, at) => at).filter(
        (at) => (changed.image[3 * at] ?? 0) < 80,
      );
      const columns = dark.map((at) => at % IMAGE_SIDE);
      const rows = dark.map((at) => Math.floor(at / IMAGE_SIDE));
      const ink = [Math.min(...columns), Math.min(...rows), Math.max(...columns) + 1, Math.max(...rows) + 1];
      const found = Array.from(changed.boxes).slice(4, 8);
      // A pixel is 4.5 thousandths; an edge between two pixels, and a sharp corner, show up to one and a half of them later.
      found.forEach((edge, side) => {
        expect(Math.abs(edge - ((ink[side] ?? 0) * 1000) / IMAGE_SIDE)).toBeLessThan(7);
      });
    }
  });

  it('moves image and words by the same whole pixels', () => {
    const page = linesOfWords();
    const dot = page.image.indexOf(0) / 3;
    const changed = augment({ shift: 60 }, 4, page);
    const moved = changed.image.indexOf(0) / 3;
    const movedX = (moved % IMAGE_SIDE) - (dot % IMAGE_SIDE);
    const movedY = Math.floor(moved / IMAGE_SIDE) - Math.floor(dot / IMAGE_SIDE);
    expect(Math.abs(movedX) + Math.abs(movedY)).toBeGreaterThan(0);
    expect(changed.boxes[4]).toBe(Math.round((page.boxes[4] ?? 0) + (movedX * 1000) / IMAGE_SIDE));
    expect(changed.boxes[5]).toBe(Math.round((page.boxes[5] ?? 0) + (movedY * 1000) / IMAGE_SIDE));
    // Not blurred: the same greys, and paper where nothing was.
    expect([...new Set(changed.image)].sort()).toEqual([0, 200]);
  });

  it('loses the words that leave the page', () => {
    const counts = Array.from({ length: 10 }, (_, seed) => augment({ shift: 900 }, seed).inputIds.length);
    expect(Math.min(...counts)).toBeLessThan(0.7 * linesOfWords().inputIds.length);
  });

  it('has paper around it, even where a dark edge was photocopied', () => {
    const image = imageOf([0, 0, 5, IMAGE_SIDE]);
    const turned = augment({ rotation: 30 }, 2, { ...linesOfWords(), image }).image;
    const corners = [0, IMAGE_SIDE - 1, PIXELS - IMAGE_SIDE, PIXELS - 1].map((at) => turned[3 * at]);
    expect(corners).toEqual([200, 200, 200, 200]);
  });

  it('changes each channel of a coloured page as it changes the one of a grey page', () => {
    const grey = linesOfWords();
    const image = grey.image.map((value, at) => (at % 3 === 0 ? value : 255 - value));
    const settings = { rotation: 5, blur: 1, noise: 10, morphology: 1, contrast: 0.2 };
    const [one, three] = [augment(settings, 5, grey), augment(settings, 5, { ...grey, image })];
    const channelOf = (pixels: Uint8Array, channel: number) =>
      Buffer.from(pixels.filter((_, at) => at % 3 === channel));
    expect(channelOf(three.image, 0).equals(channelOf(one.image, 0))).toBe(true);
    expect(channelOf(one.image, 1).equals(channelOf(one.image, 0))).toBe(true);
    expect(channelOf(three.image, 1).equals(channelOf(three.image, 0))).toBe(false);
  });
});

describe('a changed scan', () => {
  it('has ink that has run to the neighbours, or has worn away', () => {
    const run = changeInk(planeWithDot(0, 50), 1);
    expect(run.filter((value) => value === 0)).toHaveLength(6);
    expect(changeInk(planeWithDot(100, 50), 1).filter((value) => value === 0)).toHaveLength(9);
    expect(changeInk(planeWithDot(100, 50), -1).every((value) => value === 255)).toBe(true);
    expect(Math.min(...changeInk(planeWithDot(100, 50), -0.4))).toBe(102);
  });

  it('is blurred without getting lighter or darker', () => {
    const before = planeWithDot(100, 50);
    const after = blur(before, 1);
    const loss = (plane: Uint8ClampedArray) => sumOf(plane.map((value) => 255 - value));
    expect(after[50 * IMAGE_SIDE + 100]).toBeGreaterThan(150);
    // Nine pixels, each rounded twice.
    expect(Math.abs(loss(after) - loss(before))).toBeLessThanOrEqual(9);
  });

  it('has noise of the given strength', () => {
    const noisy = addNoise(new Uint8ClampedArray(PIXELS).fill(128), 10, 7);
    const mean = sumOf(noisy) / PIXELS;
    const deviation = Math.sqrt(sumOf(Float64Array.from(noisy, (value) => (value - mean) ** 2)) / PIXELS);
    // 8192 different values: four standard errors of mean and deviation are 0.45 and 0.32.
    expect(Math.abs(mean - 128)).toBeLessThan(0.45);
    expect(Math.abs(deviation - 10)).toBeLessThan(0.4);
  });

  it('has its contrast around the middle and its brightness from black', () => {
    const greys = Uint8ClampedArray.from([0, 100, 200, 255]);
    expect([...changeTone(greys, { gain: 1, contrast: 0.5 })]).toEqual([64, 114, 164, 191]);
    expect([...changeTone(greys, { gain: 1.2, contrast: 1 })]).toEqual([0, 120, 240, 255]);
  });

  it('is lightened or darkened within its limit', () => {
    for (let seed = 0; seed < 10; seed++) {
      const [first = 0] = augment({ brightness: 0.2 }, seed).image;
      expect(Math.abs(first - 200)).toBeLessThanOrEqual(40);
    }
  });
});
