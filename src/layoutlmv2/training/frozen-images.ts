/**
 * Page images in front of a backbone that is not trained: each goes through it once, and what comes out is kept on the host. An epoch
 * after the first then costs no backbone. Pages are read one by one, so that what is kept equals exactly what would be computed.
 */
import type { EncodedPage } from '../encoded-page.js';
import { createImageReader } from '../image-features.js';
import type { LayoutLMv2Model } from '../model.js';
import { createRandom, type Random, seedOf } from '../random.js';
import { augmentWords, drawSeen } from './augmentation/augment-page.js';
import type { Augmentation } from './augmentation/augmentation-settings.js';
import { blankImage, changesImages, drawView, viewImage } from './augmentation/image-view.js';
import type { Spelling } from './augmentation/text-spelling.js';
import type { TrainingExample } from './examples.js';
import { createFeatureCache } from './feature-cache.js';

/** A page with the features of its image, [cells * channels]. */
type ReadPage = { page: EncodedPage; features: Float32Array };

export type FrozenImages = {
  /** A page as it is learnt this time: words changed anew, the image in one of a few ways. */
  augment(example: TrainingExample, page: EncodedPage, random: Random): Promise<ReadPage>;
  /** A page as it is. */
  read(example: TrainingExample, page: EncodedPage): Promise<ReadPage>;
  /** How many images went through the backbone so far. */
  imagesRead(): number;
  /** Frees what reading has prepared in the engine's memory. */
  dispose(): void;
};

/**
 * Different images of each page where images are augmented. With a new one each time nothing could be kept; and four cost as
 * much as four epochs without a cache, of ten to sixty that a run from scratch has.
 */
const IMAGE_VARIANTS = 4;
/** Stands for a page's image as it is. */
const UNCHANGED = -1;
/** Stands for a page whose image is not seen. */
const blankPage = {};

export function createFrozenImages(options: {
  model: LayoutLMv2Model;
  training: readonly TrainingExample[];
  augmentation: Augmentation;
  spelling: Spelling | undefined;
  seed: number;
  /** How much may be kept. */
  maxBytes: number;
}): FrozenImages {
  const { model, training, augmentation, spelling, seed } = options;
  const reader = createImageReader(model);
  const cache = createFeatureCache(options.maxBytes);
  const numberOf = new Map(training.map((example, number) => [example, number]));
  return {
    async augment(example, page, random) {
      const seen = drawSeen(page, augmentation, random);
      const variant = changesImages(augmentation) ? random.integer(IMAGE_VARIANTS) : UNCHANGED;
      const number = numberOf.get(example) ?? UNCHANGED;
      const view = drawView(augmentation, createRandom(seedOf(seed, 'image', number, variant)));
      const words = augmentWords(page, augmentation, { view, seen, spelling }, random);
      const features =
        seen === 'words'
          ? await cache.get(blankPage, UNCHANGED, () => reader.read(blankImage))
          : await cache.get(example, variant, () => reader.read(viewImage(page.image, view)));
      return { page: { ...page, ...words }, features };
    },
    read: async (example, page) => ({
      page,
      features: await cache.get(example, UNCHANGED, () => reader.read(page.image)),
    }),
    imagesRead: cache.computed,
    dispose: reader.dispose,
  };
}
