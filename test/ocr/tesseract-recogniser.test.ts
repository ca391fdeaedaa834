import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { turnWords } from '../../src/ocr/page-orientation.js';
import {
  createTesseractRecogniser,
  type TesseractOptions,
  type TesseractRecogniser,
} from '../../src/ocr/tesseract-recogniser.js';
import { drawWarmUpPage } from '../../src/ocr/warm-up-page.js';
import { PROSE, type PrintedPage, printColumns, printNothing, printProse, textsOf } from './printed-page.js';

/** The threads that have been started since the beginning of the test, ended or not. */
const threads: Worker[] = [];
const remember = (thread: Worker): void => void threads.push(thread);
// Node's mark of a thread that has ended.
const isRunning = (thread: Worker): boolean => thread.threadId !== -1;

/** Resolves when the thread is given something to do. */
const whenAsked = (thread: Worker | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (thread === undefined) throw new Error('There is no thread');
    const post = thread.postMessage.bind(thread);
    thread.postMessage = (...message) => {
      post(...message);
      resolve();
    };
  });

let recogniser: TesseractRecogniser;
let folder: string;
let prose: PrintedPage;
let nothing: PrintedPage;

const englishData = createRequire(import.meta.url).resolve(
  '@tesseract.js-data/eng/4.0.0_best_int/eng.traineddata.gz',
);

function start(options: Partial<TesseractOptions> = {}): TesseractRecogniser {
  recogniser = createTesseractRecogniser({
    languages: ['eng'],
    languageDataFolder: null,
    workers: 1,
    maxPixels: 9_000_000,
    recycleAfterPages: 100,
    pageTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
    ...options,
  });
  return recogniser;
}

beforeAll(async () => {
  prose = await printProse();
  nothing = await printNothing();
});

beforeEach(async () => {
  threads.length = 0;
  process.on('worker', remember);
  folder = await mkdtemp(path.join(tmpdir(), 'ocr-'));
});

afterEach(async () => {
  await recogniser.close();
  process.off('worker', remember);
  expect(threads.filter(isRunning)).toEqual([]);
  await rm(folder, { recursive: true });
});

describe('a printed page', () => {
  it('gives its words in order, each with a confidence', async () => {
    const { words, meanConfidence, engineVersion } = await start().recognise(prose);
    expect(textsOf(words).join(' ')).toBe(PROSE);
    expect(words.every(({ confidence }) => confidence !== null && confidence > 0 && confidence <= 1)).toBe(
      true,
    );
    // Clean print is read with 0.9 and more.
    expect(meanConfidence).toBeGreaterThan(0.85);
    expect(engineVersion).toMatch(/^5\./);
  });

  it('gives boxes that fit the glyphs', async () => {
    const { words } = await start().recognise(prose);
    const worst = words.map(({ box }, index) => {
      const truth = prose.textLayer.words[index]?.box ?? [];
      return Math.max(...box.map((value, edge) => Math.abs(value - (truth[edge] ?? Number.NaN))));
    });
    // Three units are 5 pixels of 1654: Tesseract takes a row of grey edge pixels along, PDFium an outline's overshoot.
    expect(Math.max(...worst)).toBeLessThanOrEqual(3);
  });

  it('of two columns gives the words of one after those of the other, whether one thread reads it or several', async () => {
    const columns = await printColumns();
    const alone = await start().recognise(columns);
    await recogniser.close();
    const together = await start({ workers: 3 }).recognise(columns);
    expect(together).toEqual(alone);
    const truth = columns.textLayer.words;
    expect(textsOf(alone.words).join(' ')).toBe(textsOf(truth).join(' '));
    const worst = alone.words.map(({ box }, index) =>
      Math.max(...box.map((value, edge) => Math.abs(value - (truth[index]?.box[edge] ?? Number.NaN)))),
    );
    // As for one column.
    expect(Math.max(...worst)).toBeLessThanOrEqual(3);
  });

  it('is read also at the resolution of a screen', async () => {
    const small = await printProse(80);
    const { words } = await start().recognise(small);
    const truth = PROSE.split(' ');
    const found = truth.filter((text) => textsOf(words).includes(text));
    // Of 58 words, a few commas and thin letters may be lost; unenlarged, more than half are.
    expect(found.length / truth.length).toBeGreaterThan(0.9);
  });

  it('is scaled down to the limit of pixels', async () => {
    // 150 x 212 pixels for A4: a letter is two pixels high.
    const { words } = await start({ maxPixels: 150 * 212 }).recognise(prose);
    expect(textsOf(words)).not.toContain('committee');
  });

  it('may have a resolution that cannot be true', async () => {
    const { words } = await start().recognise({ image: prose.image, dpi: 1 });
    expect(textsOf(words).join(' ')).toBe(PROSE);
  });
});

describe('a page that is not upright', () => {
  it.each([
    [0, 0],
    [90, 270],
    [180, 180],
    [270, 90],
  ] as const)(
    'and was turned by %i degrees is read all the same, and says it wants %i',
    async (turn, back) => {
      const image = await sharp(prose.image).rotate(turn).png().toBuffer();
      const { words, uprightTurn } = await start().recognise({ image, dpi: prose.dpi });
      expect(textsOf(words).join(' ')).toBe(PROSE);
      expect(uprightTurn).toBe(back);
      const upright = turnWords(words, back);
      const worst = upright.map(({ box }, index) => {
        const truth = prose.textLayer.words[index]?.box ?? [];
        return Math.max(...box.map((value, edge) => Math.abs(value - (truth[edge] ?? Number.NaN))));
      });
      // As for an upright page, and one more for what was cut off and not rounded at the other edge.
      expect(Math.max(...worst)).toBeLessThanOrEqual(4);
    },
  );
});

describe('a page that is askew', () => {
  it.each([
    [-6, 0],
    [1.5, 0],
    [3, 180],
  ])('by %d degrees (after a turn of %i) is read as if it were straight', async (skew, turn) => {
    const upright = await sharp(prose.image).rotate(turn).png().toBuffer();
    const image = await sharp(upright).rotate(skew, { background: '#fff' }).png().toBuffer();
    const { words, skewDegrees, uprightTurn } = await start().recognise({ image, dpi: prose.dpi });
    expect(textsOf(words).join(' ')).toBe(PROSE);
    // The estimate goes in steps of 0.05.
    expect(Math.abs(skewDegrees - skew)).toBeLessThanOrEqual(0.1);
    expect(uprightTurn).toBe(turn);
  });

  it('gives boxes where the words are on the page as it was', async () => {
    const image = await sharp(prose.image).rotate(4, { background: '#fff' }).png().toBuffer();
    const { words } = await start().recognise({ image, dpi: prose.dpi });
    const before = await sharp(prose.image).metadata();
    const after = await sharp(image).metadata();
    const radians = (4 * Math.PI) / 180;
    const distances = words.map(({ box: [x0, y0, x1, y1] }, index) => {
      const [left, top, right, bottom] = prose.textLayer.words[index]?.box ?? [0, 0, 0, 0];
      // Where the middle of the word has gone by a turn about the middle of the page, in pixels.
      const x = ((left + right) / 2000 - 0.5) * before.width;
      const y = ((top + bottom) / 2000 - 0.5) * before.height;
      const dx = x * Math.cos(radians) - y * Math.sin(radians) - ((x0 + x1) / 2000 - 0.5) * after.width;
      const dy = x * Math.sin(radians) + y * Math.cos(radians) - ((y0 + y1) / 2000 - 0.5) * after.height;
      return Math.hypot(dx, dy);
    });
    // Pixels of 1/200 inch: what thousandths of A4 cut off, and Tesseract's edges (see above).
    expect(Math.max(...distances)).toBeLessThan(6);
  });
});

describe('a page without words', () => {
  it('is a normal page', async () => {
    const { words, meanConfidence } = await start().recognise(nothing);
    expect(words).toEqual([]);
    expect(meanConfidence).toBeNull();
  });

  it('may be one pixel, or a strip', async () => {
    start();
    for (const [width, height] of [
      [1, 1],
      [12_000, 2],
    ] as const) {
      const image = await sharp({ create: { width, height, channels: 3, background: '#000' } })
        .png()
        .toBuffer();
      expect((await recogniser.recognise({ image })).words).toEqual([]);
    }
  });
});

describe('the threads', () => {
  it('start with the first page, one for each page read at the same time', async () => {
    start({ workers: 2 });
    expect(threads).toHaveLength(0);
    const pages = await Promise.all([prose, prose, prose].map((page) => recogniser.recognise(page)));
    expect(threads).toHaveLength(2);
    expect(pages.map(({ words }) => textsOf(words).join(' '))).toEqual([PROSE, PROSE, PROSE]);
  });

  it('may be started before the first page, which then finds one', async () => {
    start({ workers: 2 });
    await recogniser.warmUp();
    expect(threads).toHaveLength(2);
    expect(textsOf((await recogniser.recognise(prose)).words).join(' ')).toBe(PROSE);
    expect(threads).toHaveLength(2);
  });

  it('run in on a page that has words to read', async () => {
    start();
    const { width, height, data } = drawWarmUpPage();
    const image = await sharp(data, { raw: { width, height, channels: 1 } })
      .png()
      .toBuffer();
    const { words } = await recogniser.recognise({ image });
    expect(words).toHaveLength(8);
  });

  it('are replaced after a number of pages', async () => {
    start({ recycleAfterPages: 2 });
    for (let page = 0; page < 5; page += 1) await recogniser.recognise(nothing);
    expect(threads).toHaveLength(3);
    expect(threads.filter(isRunning)).toHaveLength(1);
  });

  it('are replaced when they die: the page fails, the next one is read', async () => {
    start();
    await recogniser.recognise(nothing);
    const asked = whenAsked(threads[0]);
    const reading = recogniser.recognise(prose);
    const failing = expect(reading).rejects.toMatchObject({ code: 'OCR_WORKER_LOST', retryable: true });
    await asked;
    await threads[0]?.terminate();
    await failing;
    expect(textsOf((await recogniser.recognise(prose)).words).join(' ')).toBe(PROSE);
    expect(threads).toHaveLength(2);
  });

  it('help with the parts of a page while nobody waits for them', async () => {
    start({ workers: 2 });
    const columns = await printColumns();
    await recogniser.recognise(columns);
    expect(threads).toHaveLength(2);
    // A page each, with what is left of one for whoever is done first.
    const pages = await Promise.all([columns, prose, columns].map((page) => recogniser.recognise(page)));
    expect(pages[0]).toEqual(pages[2]);
    expect(threads).toHaveLength(2);
  });

  it('fail the page together where one dies, and are free for the next', async () => {
    start({ workers: 2 });
    const columns = await printColumns();
    await recogniser.recognise(columns);
    const asked = whenAsked(threads[1]);
    const failing = expect(recogniser.recognise(columns)).rejects.toMatchObject({ code: 'OCR_WORKER_LOST' });
    await asked;
    await threads[1]?.terminate();
    await failing;
    const pages = await Promise.all([prose, prose].map((page) => recogniser.recognise(page)));
    expect(pages.map(({ words }) => textsOf(words).join(' '))).toEqual([PROSE, PROSE]);
    expect(threads).toHaveLength(3);
  });

  it('are replaced when they died without work', async () => {
    start();
    await recogniser.recognise(nothing);
    await threads[0]?.terminate();
    expect((await recogniser.recognise(nothing)).words).toEqual([]);
  });

  it('are ended when a page takes too long', async () => {
    // Loading is not part of the page's time, and no page of prose is read in a millisecond.
    start({ pageTimeoutMs: 1 });
    await expect(recogniser.recognise(prose)).rejects.toMatchObject({
      code: 'OCR_PAGE_TIMED_OUT',
      retryable: true,
    });
    expect(threads.filter(isRunning)).toEqual([]);
  });

  it('end when there is nothing to do', async () => {
    start({ idleTimeoutMs: 0 });
    await recogniser.recognise(nothing);
    await new Promise((resolve) => threads[0]?.once('exit', resolve));
    expect((await recogniser.recognise(nothing)).words).toEqual([]);
  });

  it('outlive a page image that cannot be decoded', async () => {
    start();
    await recogniser.recognise(nothing);
    const broken = recogniser.recognise({ image: Buffer.from('no image') });
    await expect(broken).rejects.toMatchObject({ code: 'OCR_IMAGE_UNREADABLE', retryable: false });
    await recogniser.recognise(nothing);
    expect(threads).toHaveLength(1);
  });

  it('end at the close, with the pages that are read or wait', async () => {
    start();
    const pages = [recogniser.recognise(prose), recogniser.recognise(prose)];
    const failing = Promise.all(
      pages.map((page) => expect(page).rejects.toMatchObject({ code: 'OCR_CLOSED', retryable: true })),
    );
    await recogniser.close();
    await failing;
    await expect(recogniser.recognise(prose)).rejects.toMatchObject({ code: 'OCR_CLOSED' });
  });
});

describe('the languages', () => {
  it('come from the npm packages; a missing one is named with its package', async () => {
    const reading = start({ languages: ['eng', 'kat'] }).recognise(prose);
    await expect(reading).rejects.toMatchObject({
      code: 'OCR_LANGUAGE_MISSING',
      message: expect.stringContaining('npm install @tesseract.js-data/kat'),
    });
    expect(threads).toHaveLength(0);
  });

  it.each(['../eng', 'english', '', 'eng+fra'])('are codes, and "%s" is none', async (language) => {
    const reading = start().recognise({ ...prose, languages: [language] });
    await expect(reading).rejects.toMatchObject({ code: 'OCR_LANGUAGE_INVALID' });
  });

  it('may come from a folder, zipped or not, and change from page to page', async () => {
    await copyFile(englishData, path.join(folder, 'xaa.traineddata.gz'));
    await writeFile(path.join(folder, 'xab.traineddata'), gunzipSync(await readFile(englishData)));
    start({ languageDataFolder: folder });
    for (const languages of [['eng'], ['xaa'], ['xab', 'eng']]) {
      const { words } = await recogniser.recognise({ ...prose, languages });
      expect(textsOf(words).join(' ')).toBe(PROSE);
    }
    expect(threads).toHaveLength(3);
  });

  it('may be broken on the disk, which fails the page only', async () => {
    await writeFile(path.join(folder, 'xbb.traineddata'), 'not a language');
    start({ languageDataFolder: folder });
    const reading = recogniser.recognise({ ...prose, languages: ['xbb'] });
    await expect(reading).rejects.toMatchObject({ code: 'OCR_WORKER_LOST' });
    expect((await recogniser.recognise(nothing)).words).toEqual([]);
  });

  it('are never written to the working directory', async () => {
    const home = process.cwd();
    process.chdir(folder);
    try {
      await start().recognise(nothing);
      expect(await readdir(folder)).toEqual([]);
    } finally {
      process.chdir(home);
    }
  });
});

describe('the version', () => {
  it('names engine, language data, page segmentation mode and revision, before any page is read', async () => {
    const version = await start().getVersion();
    expect(version).toMatch(/^tesseract\.js-core-\d+\.\d+\.\d+\/eng@[0-9a-f]{8}\/psm3\/\d+$/);
    expect((await recogniser.recognise(nothing)).ocrVersion).toBe(version);
  });

  it('changes with the language data', async () => {
    await writeFile(path.join(folder, 'eng.traineddata'), gunzipSync(await readFile(englishData)));
    const packaged = await start().getVersion(['eng']);
    await recogniser.close();
    expect(await start({ languageDataFolder: folder }).getVersion(['eng'])).not.toBe(packaged);
  });
});
