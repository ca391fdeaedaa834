import { afterAll, describe, expect, it } from 'vitest';
import { createReadPageWords } from '../../src/ocr/read-page-words.js';
import { createTesseractRecogniser } from '../../src/ocr/tesseract-recogniser.js';
import { PROSE, printNothing, printPage, printProse, textsOf } from './printed-page.js';

const tesseract = createTesseractRecogniser({
  languages: ['eng'],
  languageDataFolder: null,
  workers: 1,
  maxPixels: 9_000_000,
  recycleAfterPages: 100,
  pageTimeoutMs: 60_000,
  idleTimeoutMs: 60_000,
});
const readPageWords = createReadPageWords({ tesseract });

afterAll(() => tesseract.close());

describe('the words of a page', () => {
  it('are those of a sane text layer, without confidence', async () => {
    const page = await printProse();
    const read = await readPageWords(page);
    expect(read).toEqual({
      words: page.textLayer.words,
      source: 'text-layer',
      uprightTurn: 0,
      skewDegrees: null,
      meanConfidence: null,
      ocrVersion: 'text-layer/pdfium/1',
    });
  });

  it('are read from an image, which has no text layer', async () => {
    const { image, dpi } = await printProse();
    const read = await readPageWords({ image, dpi, textLayer: null });
    expect(textsOf(read.words).join(' ')).toBe(PROSE);
    expect(read).toMatchObject({ source: 'tesseract', ocrVersion: await tesseract.getVersion() });
    expect(read.reason).toBeUndefined();
  });

  it('are read from the image of a scan that has only a stamp as text', async () => {
    const scan = await printProse();
    const stamped = await printPage((sheet) => {
      sheet.image(scan.image, 0, 0, { width: sheet.page.width });
      sheet.fontSize(9).text('Received 2019-04-01', 60, 30);
    });
    expect(textsOf(stamped.textLayer.words)).toEqual(['Received', '2019-04-01']);
    const read = await readPageWords(stamped);
    expect(read).toMatchObject({
      source: 'tesseract',
      reason: 'its 2 words leave most of the printed page unread',
    });
    expect(textsOf(read.words).join(' ')).toContain(PROSE);
  });

  it('are read from the image if the text layer lies where nothing is printed', async () => {
    const [written, shown] = [
      await printProse(),
      await printPage((sheet) => sheet.text('Quite another page', 60, 700)),
    ];
    const read = await readPageWords({ ...shown, textLayer: written.textLayer });
    expect(read.source).toBe('tesseract');
    expect(read.reason).toMatch(/words have print where they should be$/);
    expect(textsOf(read.words)).toEqual(['Quite', 'another', 'page']);
  });

  it('are cleaned, and one word where two were printed for bold', async () => {
    const page = await printProse();
    const words = page.textLayer.words.flatMap((word) => [{ ...word, text: `${word.text}\u0000` }, word]);
    const read = await readPageWords({ ...page, textLayer: { words, unmappedShare: 0 } });
    expect(textsOf(read.words).join(' ')).toBe(PROSE);
  });

  it('may be none', async () => {
    const read = await readPageWords(await printNothing());
    expect(read).toMatchObject({
      words: [],
      source: 'tesseract',
      meanConfidence: null,
      reason: 'the text layer is empty',
    });
  });
});
