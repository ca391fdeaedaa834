/**
 * Small, seeded changes to a page that leave its kind as it is: the sheet a little askew on the glass, the scan darker or blurred, some
 * words missed, misread or out of order by the OCR, or one of the two, words and image, not there at all. Used in training only, and
 * each is off at 0.
 */
import type { EncodedPage } from '../../encoded-page.js';
import type { Random } from '../../random.js';
import type { Augmentation } from './augmentation-settings.js';
import { blankImage, drawView, type ImageView, viewImage } from './image-view.js';
import { placeWords, reorderWords } from './layout-changes.js';
import { tokensOf, wordsOf } from './page-words.js';
import { dropBand, dropWords, maskTokens, misreadWords, replaceWords } from './text-changes.js';
import type { Spelling } from './text-spelling.js';

/** What of a page is seen. */
type Seen = 'both' | 'words' | 'image';

/**
 * A changed copy of the page; the page itself stays as it is.
 *
 * @param spelling needed for character noise, foreign words and masking only
 * @throws Error if it is needed and missing.
 */
export function augmentPage(
  page: EncodedPage,
  augmentation: Augmentation,
  random: Random,
  spelling?: Spelling,
): EncodedPage {
  const seen = drawSeen(page, augmentation, random);
  const view = drawView(augmentation, random);
  return {
    ...page,
    ...augmentWords(page, augmentation, { view, seen, spelling }, random),
    image: seen === 'words' ? blankImage : viewImage(page.image, view),
  };
}

/** Draws what of a page is seen; never nothing: a page without words keeps its image. */
export function drawSeen(
  { inputIds }: Pick<EncodedPage, 'inputIds'>,
  { imageDropout, textDropout }: Augmentation,
  random: Random,
): Seen {
  const drawn = random.uniform();
  if (drawn < textDropout) return 'image';
  const hasWords = inputIds.length > 2;
  return hasWords && drawn < textDropout + imageDropout ? 'words' : 'both';
}

/** Changes words and their boxes, which also move as the sheet does. [CLS] and [SEP] stay, and no page gets longer. */
export function augmentWords(
  page: Pick<EncodedPage, 'inputIds' | 'boxes'>,
  augmentation: Augmentation,
  how: { view: ImageView; seen: Seen; spelling: Spelling | undefined },
  random: Random,
): Pick<EncodedPage, 'inputIds' | 'boxes'> {
  if (how.seen === 'image') return tokensOf([], page);
  const { spanDropout, wordDropout, wordOrder, characterNoise, foreignWords, tokenMasking, boxJitter } =
    augmentation;
  let words = dropBand(wordsOf(page), spanDropout, random);
  words = dropWords(words, wordDropout, random);
  words = reorderWords(words, wordOrder, random);
  if (characterNoise > 0) {
    words = misreadWords(words, characterNoise, random, requireSpelling('characterNoise', how.spelling));
  }
  if (foreignWords > 0) {
    words = replaceWords(words, foreignWords, random, requireSpelling('foreignWords', how.spelling));
  }
  if (tokenMasking > 0) {
    words = maskTokens(words, tokenMasking, random, requireSpelling('tokenMasking', how.spelling));
  }
  words = placeWords(words, { geometry: how.view.geometry, jitter: boxJitter }, random);
  return tokensOf(words, page);
}

function requireSpelling(name: keyof Augmentation, spelling: Spelling | undefined): Spelling {
  if (spelling) return spelling;
  throw new Error(
    `The hyperparameter augmentation.${name} needs the tokenizer of the pages: give \`spelling\` to the training, or set it to 0.`,
  );
}
