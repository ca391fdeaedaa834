/**
 * Reads the words of a page image by Tesseract: scales the pixels into the range where it reads well, has a
 * thread of the pool recognise them, and gives words with boxes in thousandths of the page.
 */

import { createRequire } from 'node:module';
import { z } from 'zod';
import type { QuarterTurns } from './page-orientation.js';
import { MOST_PARTS } from './page-parts.js';
import { decodeGreyPage, encodePgm, type PageSize } from './page-raster.js';
import { readAnyWayUp } from './tesseract-any-way-up.js';
import { getLanguageData, isWrittenFromTheLeft, type LanguageData } from './tesseract-languages.js';
import { createTesseractPool, type TesseractPoolOptions } from './tesseract-pool.js';
import { PAGE_SEGMENTATION_MODE } from './tesseract-thread.js';
import { drawWarmUpPage } from './warm-up-page.js';
import { meanConfidence, type Word } from './word.js';

export type TesseractOptions = TesseractPoolOptions & {
  /** Tesseract codes of the languages that a page is read in unless it says otherwise, e.g. `['eng']`. */
  languages: readonly string[];
  /** A folder with further `<code>.traineddata` files (may be gzipped), looked into before the npm packages. */
  languageDataFolder: string | null;
  /** A page image with more pixels is scaled down to this many before it is read. */
  maxPixels: number;
};

/** An encoded page image (PNG, JPEG, WebP, ...); `dpi` where the file says it. */
type RecognisePage = { image: Buffer; languages?: readonly string[]; dpi?: number | null };

type RecognisedPage = {
  /** Boxes on the image as it was given, whichever way up. */
  words: Word[];
  /** The clockwise turn that would put the page upright; `turnWords` turns its words. */
  uprightTurn: QuarterTurns;
  /** By how many degrees the page is turned clockwise beyond its quarter turns; the words were read with that undone. */
  skewDegrees: number;
  /** Of the words, 0..1; null on a page without words. */
  meanConfidence: number | null;
  /** As Tesseract itself says it, e.g. `5.1.0-288-g2a9c1`. */
  engineVersion: string;
  /** See {@link TesseractRecogniser.getVersion}. */
  ocrVersion: string;
};

export type TesseractRecogniser = {
  /**
   * The words of a page; a page without words is a normal page. Throws OCR_LANGUAGE_INVALID, OCR_LANGUAGE_MISSING,
   * OCR_IMAGE_UNREADABLE, and, retryable, OCR_WORKER_LOST, OCR_PAGE_TIMED_OUT, OCR_CLOSED.
   */
  recognise(page: RecognisePage): Promise<RecognisedPage>;
  /**
   * What a page read in these languages is read with: engine, language data, page segmentation mode and our own
   * revision. Two pages with the same version and image have the same words.
   */
  getVersion(languages?: readonly string[]): Promise<string>;
  /** Starts the threads that read one page and runs them in; then they wait for as long as others that are idle. @throws as {@link recognise} does. */
  warmUp(): Promise<void>;
  /** Ends every thread; resolves when all are gone. */
  close(): Promise<void>;
};

// Ours: raised whenever this folder changes what words come out of the same image.
const REVISION = 2;

// Measured on 23 born-digital pages, whose text layer is the truth: rendered at 96 dpi, 79 % of the words are found; the
// same pixels enlarged to 192 dpi with the resolution told, 96 %; rendered at 200 dpi, 97 %. Above, only the time grows.
const READING_DPI = 200;
// A thumbnail does not become legible.
const MOST_ENLARGEMENT = 3;
const A4_INCHES_HIGH = 11.7;
// From an identity card (3.4 inches) to A3 (16.5 inches).
const LEAST_INCHES = 3;
const MOST_INCHES = 17;
// Tesseract's own limit for either side.
const MOST_PIXELS_A_SIDE = 32_767;

const coreVersion = readCoreVersion();

/** Nothing is started before the first page or the warm-up, and no language is looked for. */
export function createTesseractRecogniser(options: TesseractOptions): TesseractRecogniser {
  const pool = createTesseractPool(options);

  const dataOf = (languages: readonly string[] = options.languages): Promise<LanguageData[]> =>
    getLanguageData(languages, options.languageDataFolder);

  return {
    async recognise({ image, languages, dpi = null }) {
      const data = await dataOf(languages);
      // The pixels are decoded inside the lane: pages that wait hold their encoded image only.
      const read = await pool.withThreads(data, async (recognise) => {
        const page = await decodeGreyPage(image, (size) => scaleFor(size, dpi, options.maxPixels));
        const readingDpi = dpiOf(page, dpi && dpi * page.scale);
        return readAnyWayUp(
          page,
          (rasters) => recognise(rasters.map((raster) => ({ pgm: encodePgm(raster), dpi: readingDpi }))),
          { mayCut: data.every(({ code }) => isWrittenFromTheLeft(code)) },
        );
      });
      return {
        ...read,
        meanConfidence: meanConfidence(read.words),
        ocrVersion: versionOf(data),
      };
    },
    getVersion: async (languages) => versionOf(await dataOf(languages)),
    warmUp: async () => {
      // As many as the parts of a page may keep busy.
      await pool.withThreads(await dataOf(), (recognise) =>
        recognise(
          Array.from({ length: MOST_PARTS }, () => {
            return { pgm: encodePgm(drawWarmUpPage()), dpi: READING_DPI };
          }),
        ),
      );
    },
    close: () => pool.close(),
  };
}

/** Enlarges a page of low resolution; the limits of pixels and of Tesseract go first. */
function scaleFor(size: PageSize, dpi: number | null, maxPixels: number): number {
  const enlargement = Math.min(MOST_ENLARGEMENT, Math.max(1, READING_DPI / dpiOf(size, dpi)));
  const cap = Math.sqrt(maxPixels / (size.width * size.height));
  return Math.min(enlargement, cap, MOST_PIXELS_A_SIDE / Math.max(size.width, size.height));
}

/**
 * The page's resolution. Unknown, or not to be believed (cameras and screenshots write 72 whatever they took), the page
 * is taken for A4: right for most, and nearer than Tesseract's own guess for the others.
 */
function dpiOf({ width, height }: PageSize, stated: number | null): number {
  const longerSide = Math.max(width, height);
  const inches = longerSide / (stated ?? Number.NaN);
  if (stated !== null && inches >= LEAST_INCHES && inches <= MOST_INCHES) return stated;
  return longerSide / A4_INCHES_HIGH;
}

function versionOf(languages: readonly LanguageData[]): string {
  const data = languages.map(({ code, fingerprint }) => `${code}@${fingerprint}`).join('+');
  return `tesseract.js-core-${coreVersion}/${data}/psm${PAGE_SEGMENTATION_MODE}/${REVISION}`;
}

/** The version of the package that holds the compiled engine, as tesseract.js would load it. */
function readCoreVersion(): string {
  const require = createRequire(import.meta.url);
  const fromTesseract = createRequire(require.resolve('tesseract.js'));
  return z.object({ version: z.string() }).parse(fromTesseract('tesseract.js-core/package.json')).version;
}
