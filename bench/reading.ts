/**
 * What it brings to read a page in parts: the same pages read whole by one Tesseract thread and cut into parts by as many as there are cores,
 * one after the other on a machine without other work. Prints how much longer the whole takes, and how many characters of legible words
 * the parts have for each of the whole: about 1, or the cuts tear words apart.
 *
 *   [EVAL_DATA=<folder with datasets/rvl5>] npm run bench:reading -- [--pages 60]
 *
 * The pages are letters, invoices and forms that are made for it; with EVAL_DATA scans of rvl5's train split, spread over all of it.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readLabels } from '../corpus/read-corpus.js';
import { countLegibleCharacters } from '../src/ocr/page-orientation.js';
import { decodeGreyPage, encodePgm, type GreyRaster } from '../src/ocr/page-raster.js';
import { readAnyWayUp } from '../src/ocr/tesseract-any-way-up.js';
import { getLanguageData } from '../src/ocr/tesseract-languages.js';
import { createTesseractPool } from '../src/ocr/tesseract-pool.js';
import { drawWarmUpPage } from '../src/ocr/warm-up-page.js';
import { documentKinds, makeDocument } from '../test/support/make-documents.js';
import { findRvl5Folder } from './rvl5-data.js';

const { values } = parseArgs({ options: { pages: { type: 'string', default: '60' } } });
const pageCount = Number(values.pages);
// As the product reads pages of unknown size: as A4, at its resolution.
const readingDpi = 200;
const readingSide = 11.7 * readingDpi;

type Figures = {
  pages: number;
  wholeMs: number;
  partsMs: number;
  wholeLetters: number;
  partsLetters: number;
};

const threads = availableParallelism();
const pool = createTesseractPool({
  workers: threads,
  recycleAfterPages: Number.POSITIVE_INFINITY,
  pageTimeoutMs: 600_000,
  idleTimeoutMs: 600_000,
});
const languages = await getLanguageData(['eng'], null);
const read = (page: GreyRaster, mayCut: boolean) =>
  pool.withThreads(languages, async (recognise) => {
    let parts = 0;
    const startedAt = performance.now();
    const { words } = await readAnyWayUp(
      page,
      (rasters) => {
        parts = rasters.length;
        return recognise(rasters.map((raster) => ({ pgm: encodePgm(raster), dpi: readingDpi })));
      },
      { mayCut },
    );
    return { parts, durationMs: performance.now() - startedAt, letters: countLegibleCharacters(words) };
  });

// All threads are there before anything is timed.
await pool.withThreads(languages, (recognise) =>
  recognise(
    Array.from({ length: threads }, () => {
      return { pgm: encodePgm(drawWarmUpPage()), dpi: readingDpi };
    }),
  ),
);
const byParts = new Map<number, Figures>();
for await (const image of listImages()) {
  const page = await decodeGreyPage(image, ({ width, height }) => readingSide / Math.max(width, height));
  const whole = await read(page, false);
  const inParts = await read(page, true);
  const figures = byParts.get(inParts.parts) ?? {
    ...{ pages: 0, wholeMs: 0, partsMs: 0, wholeLetters: 0, partsLetters: 0 },
  };
  byParts.set(inParts.parts, {
    pages: figures.pages + 1,
    wholeMs: figures.wholeMs + whole.durationMs,
    partsMs: figures.partsMs + inParts.durationMs,
    wholeLetters: figures.wholeLetters + whole.letters,
    partsLetters: figures.partsLetters + inParts.letters,
  });
}
console.log(`${threads} threads`);
for (const [parts, figures] of [...byParts].sort(([one], [other]) => one - other)) {
  const { pages, wholeMs, partsMs, wholeLetters, partsLetters } = figures;
  console.log(
    `${parts} ${parts === 1 ? 'part' : 'parts'}: ${pages} pages, ${(wholeMs / pages / 1000).toFixed(2)} s whole, ` +
      `${(wholeMs / partsMs).toFixed(2)} times as fast, ${(partsLetters / wholeLetters).toFixed(3)} of the legible characters`,
  );
}
await pool.close();

async function* listImages(): AsyncGenerator<Buffer> {
  const folder = findRvl5Folder();
  if (folder !== null) {
    const pages = [...(await readLabels(folder))].filter(([, { split }]) => split === 'train');
    const step = Math.max(1, Math.floor(pages.length / pageCount));
    for (let at = 0; at < pages.length && at < step * pageCount; at += step) {
      yield await readFile(join(folder, 'pages', pages[at]?.[0] ?? ''));
    }
    return;
  }
  for (let seed = 0; seed < pageCount; seed += 1) {
    const kind = documentKinds[seed % documentKinds.length] ?? 'letter';
    const { bytes } = await makeDocument({ kind, seed, as: 'png' });
    yield bytes;
  }
}
