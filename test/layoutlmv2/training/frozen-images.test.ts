/** Pages in front of a backbone that is not trained, where their images are changed or left out. */
import { expect, it } from 'vitest';
import { createModel, type LayoutLMv2Model } from '../../../src/layoutlmv2/model.js';
import { createRandom } from '../../../src/layoutlmv2/random.js';
import {
  type Augmentation,
  noAugmentation,
} from '../../../src/layoutlmv2/training/augmentation/augmentation-settings.js';
import { blankImage } from '../../../src/layoutlmv2/training/augmentation/image-view.js';
import { createWeightsFromScratch } from '../../../src/layoutlmv2/training/from-scratch.js';
import { createFrozenImages, type FrozenImages } from '../../../src/layoutlmv2/training/frozen-images.js';
import { describeOnEngines, testedEngines } from '../../support/engines.js';
import { microConfig } from '../support/micro-network.js';
import { kindCount, syntheticCorpus } from '../support/synthetic-corpus.js';

const training = syntheticCorpus(2, 1);
const pages = training.map((example) => {
  if ('page' in example) return { example, page: example.page };
  throw new Error('The corpus has its pages at hand.');
});
const [first, second] = pages;
if (!first || !second) throw new Error('The corpus has two pages.');

// Plain JavaScript and a GPU that a processor imitates take long, and show the same.
const engines = testedEngines.filter((engine) => engine === 'wasm' || engine === 'tensorflow');

describeOnEngines('images before a frozen backbone', engines, () => {
  async function withImages(settings: Partial<Augmentation>, check: (images: FrozenImages) => Promise<void>) {
    const weights = await createWeightsFromScratch(microConfig, kindCount, 1, training);
    const model: LayoutLMv2Model = createModel(microConfig, weights, kindCount);
    const frozen = createFrozenImages({
      model,
      training,
      augmentation: { ...noAugmentation, ...settings },
      spelling: undefined,
      seed: 1,
      maxBytes: 2 ** 24,
    });
    try {
      await check(frozen);
    } finally {
      frozen.dispose();
      model.dispose();
    }
  }

  it('are read once where all are left out: as the one blank page', async () => {
    await withImages({ imageDropout: 1 }, async (frozen) => {
      const random = createRandom(2);
      const one = await frozen.augment(first.example, first.page, random);
      const other = await frozen.augment(second.example, second.page, random);
      expect(other.features).toEqual(one.features);
      expect(frozen.imagesRead()).toBe(1);
      const blank = await frozen.read(first.example, { ...first.page, image: blankImage });
      expect(one.features).toEqual(blank.features);
      expect(one.page.inputIds).toEqual(first.page.inputIds);
    });
  });

  it('come in a few ways each, the words lying as the image does', async () => {
    await withImages({ shift: 100 }, async (frozen) => {
      const random = createRandom(3);
      const placesOf = new Map<string, Set<number>>();
      for (let time = 0; time < 16; time++) {
        const { page, features } = await frozen.augment(first.example, first.page, random);
        const key = Array.from(features.subarray(0, 40)).join();
        placesOf.set(key, (placesOf.get(key) ?? new Set()).add(page.boxes[4] ?? 0));
      }
      expect(placesOf.size).toBe(4);
      expect([...placesOf.values()].every((places) => places.size === 1)).toBe(true);
      expect(frozen.imagesRead()).toBe(4);
    });
  });
});
