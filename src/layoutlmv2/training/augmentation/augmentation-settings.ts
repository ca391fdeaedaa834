/**
 * How training pages are changed, as numbers: each is one kind of change, 0 turns it off, and their limits are here. What the changes
 * do is in the files beside this one.
 */

export type Augmentation = {
  /** How far the sheet is turned, at most, either way; in degrees. Words turn with it, as with `scale`, `shift` and `crop`. */
  rotation: number;
  /** How much larger or smaller the sheet is, at most; 0.1 for 90 to 110 %. */
  scale: number;
  /** How far words and image move together, at most, in each direction; in thousandths of the page. */
  shift: number;
  /** Share of width and of height that is cut off, at most; the rest fills the page. */
  crop: number;
  /** Probability that the image is blurred, by an amount drawn for it. */
  blur: number;
  /** Standard deviation of the noise in the image, at most; in grey levels. */
  noise: number;
  /** Probability that ink grows or shrinks by up to a pixel, by an amount drawn for the page. */
  morphology: number;
  /** How much contrast is gained or lost, at most; 0.2 for up to 20 %. */
  contrast: number;
  /** How much all pixels are lightened or darkened, at most; 0.2 for up to 20 %. */
  brightness: number;
  /** How far each word's box moves by itself, at most; in thousandths of the page. */
  boxJitter: number;
  /** Probability that a word changes places with its neighbour in the line, and a line with the next one. */
  wordOrder: number;
  /** Probability that a word is left out. */
  wordDropout: number;
  /** Probability that all words of one horizontal band of the page are left out. */
  spanDropout: number;
  /** Probability that a word is misread as OCR does, joined to the next one or split. */
  characterNoise: number;
  /**
   * Share of a page's words, at most, in whose places stand others that mean nothing: made up, or drawn from the vocabulary. Each page
   * has a share of its own. Real pages are full of words that training pages lack, and those say nothing of a page's class.
   */
  foreignWords: number;
  /** Probability that a token is hidden behind [MASK]. */
  tokenMasking: number;
  /** Probability that a page is seen with words only, its image blank. */
  imageDropout: number;
  /** Probability that a page is seen with its image only; never together with `imageDropout`. */
  textDropout: number;
};

/** What each number may be at most. A missing one, as in runs from before there was such a change, is off. */
const LIMITS: Readonly<Record<keyof Augmentation, number>> = {
  // Beyond this, up is no longer up.
  rotation: 45,
  // Smaller than half, text is no longer seen at all at this resolution.
  scale: 0.5,
  shift: 1000,
  crop: 0.5,
  blur: 1,
  // Half of all grey levels: beyond this, nothing but noise is left.
  noise: 128,
  morphology: 1,
  contrast: 1,
  brightness: 1,
  boxJitter: 1000,
  wordOrder: 1,
  wordDropout: 1,
  spanDropout: 1,
  characterNoise: 1,
  foreignWords: 1,
  tokenMasking: 1,
  imageDropout: 1,
  textDropout: 1,
};

export const noAugmentation: Augmentation = {
  rotation: 0,
  scale: 0,
  shift: 0,
  crop: 0,
  blur: 0,
  noise: 0,
  morphology: 0,
  contrast: 0,
  brightness: 0,
  boxJitter: 0,
  wordOrder: 0,
  wordDropout: 0,
  spanDropout: 0,
  characterNoise: 0,
  foreignWords: 0,
  tokenMasking: 0,
  imageDropout: 0,
  textDropout: 0,
};

/** @throws Error naming the setting, its value and what it may be. */
export function requireUsableAugmentation(augmentation: Augmentation): void {
  for (const [name, value] of Object.entries(augmentation)) {
    const to = isSetting(name) ? LIMITS[name] : 0;
    if (value >= 0 && value <= to) continue;
    throw new Error(
      `The hyperparameter augmentation.${name} is ${value}, but must be a number from 0 to ${to}.`,
    );
  }
  const { imageDropout, textDropout } = { ...noAugmentation, ...augmentation };
  // A page would have to be seen with neither.
  if (imageDropout + textDropout > 1) {
    throw new Error(
      `The hyperparameters augmentation.imageDropout and augmentation.textDropout are ${imageDropout} and ${textDropout}, but ` +
        'must be at most 1 together: no page is seen without both.',
    );
  }
}

function isSetting(name: string): name is keyof Augmentation {
  return Object.hasOwn(LIMITS, name);
}
