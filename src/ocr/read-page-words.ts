/**
 * The one decision about a page's words: the PDF's text layer where it is there and sane, else Tesseract. What was
 * not used, and why, is part of the answer.
 */

import { INK_RASTER_SIDE, measurePageInk } from './page-ink.js';
import type { QuarterTurns } from './page-orientation.js';
import { decodeGreyPage } from './page-raster.js';
import type { TesseractRecogniser } from './tesseract-recogniser.js';
import { judgeTextLayer, type TextLayer, type TextLayerJudgement } from './text-layer.js';
import { cleanWords, dropRepeatedWords, meanConfidence, type Word } from './word.js';

/** A rendered page. `textLayer` is what the PDF says, uncleaned; null where there is none (images). */
type PageToRead = {
  image: Buffer;
  textLayer: TextLayer | null;
  languages?: readonly string[];
  dpi?: number | null;
};

type PageWords = {
  words: Word[];
  source: 'text-layer' | 'tesseract';
  /** The clockwise turn that would put the page upright; boxes are on the image as it was given (see `turnWords`). */
  uprightTurn: QuarterTurns;
  /** By how many degrees the page is turned clockwise beyond that; null where nothing has measured it. */
  skewDegrees: number | null;
  /** Of the words, 0..1; null where the words have none. */
  meanConfidence: number | null;
  /** What read them, stable: the same version on the same page gives the same words. */
  ocrVersion: string;
  /** Why a text layer that was there has not been used. */
  reason?: string;
};

export type ReadPageWords = (page: PageToRead) => Promise<PageWords>;

/** Raised whenever the words of the same text layer would come out differently. */
const TEXT_LAYER_VERSION = 'text-layer/pdfium/1';

/** Builds the function; it throws what {@link TesseractRecogniser.recognise} throws. */
export function createReadPageWords({ tesseract }: { tesseract: TesseractRecogniser }): ReadPageWords {
  return async ({ image, textLayer, languages, dpi }) => {
    let reason: string | undefined;
    if (textLayer !== null) {
      const judgement = await judge(textLayer, image);
      if (judgement.sane) {
        const words = dropRepeatedWords(cleanWords(textLayer.words));
        return {
          words,
          source: 'text-layer',
          // PDF pages say which way up they are, and are rendered so.
          uprightTurn: 0,
          skewDegrees: null,
          meanConfidence: meanConfidence(words),
          ocrVersion: TEXT_LAYER_VERSION,
        };
      }
      reason = judgement.reason;
    }
    const read = await tesseract.recognise({ image, ...(languages && { languages }), ...(dpi && { dpi }) });
    return {
      words: read.words,
      source: 'tesseract',
      uprightTurn: read.uprightTurn,
      skewDegrees: read.skewDegrees,
      meanConfidence: read.meanConfidence,
      ocrVersion: read.ocrVersion,
      ...(reason !== undefined && { reason }),
    };
  };
}

async function judge(textLayer: TextLayer, image: Buffer): Promise<TextLayerJudgement> {
  // The image is only looked at where the words alone do not decide.
  const byWords = judgeTextLayer(textLayer, null);
  if (!byWords.sane) return byWords;
  const grey = await decodeGreyPage(image, ({ width, height }) =>
    Math.min(1, INK_RASTER_SIDE / Math.max(width, height)),
  );
  const boxes = textLayer.words.map(({ box }) => box);
  return judgeTextLayer(textLayer, measurePageInk(grey, boxes));
}
