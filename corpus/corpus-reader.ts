/** The product's own reader, for pages of a corpus. */
import { createTesseractRecogniser, type TesseractRecogniser } from '../src/ocr/tesseract-recogniser.js';

/** As the product reads; a thread starts at the first page that needs it. */
export function createCorpusReader({ workers }: { workers: number }): TesseractRecogniser {
  return createTesseractRecogniser({
    languages: ['eng'],
    languageDataFolder: null,
    workers,
    // Dithered pictures take Tesseract long, and a page that failed would make the corpus depend on the machine.
    pageTimeoutMs: 600_000,
    maxPixels: 20_000_000,
    recycleAfterPages: 200,
    idleTimeoutMs: 60_000,
  });
}
