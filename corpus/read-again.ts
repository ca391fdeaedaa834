/**
 * Labelled pages as the product itself reads them: a second folder in the same form, with the words that its own reader finds and with the
 * images upright. A data set comes with the words of some other reader, which need not be what a user of the product would get.
 */
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import sharp from 'sharp';
import { turnWords } from '../src/ocr/page-orientation.js';
import type { TesseractRecogniser } from '../src/ocr/tesseract-recogniser.js';
import { createCorpusReader } from './corpus-reader.js';
import { type PageRecord, pageWordOf, recordOf } from './page-record.js';
import { readLabels } from './read-corpus.js';

/** What has been read, by what: with another version of it the page is read once more. */
type ReadPage = { ocrVersion: string; record: PageRecord };

/**
 * Reads what is missing in `to`; stopped, it goes on there. A page is seconds of work for a core.
 *
 * @param options.workers how many pages are read at once
 * @param options.onPage called after each page that was not there yet, with how many are there now
 */
export async function readAgain(
  from: string,
  to: string,
  { workers, onPage }: { workers: number; onPage: (done: number, pages: number) => void },
): Promise<void> {
  await mkdir(join(to, 'pages'), { recursive: true });
  await mkdir(join(to, 'parts'), { recursive: true });
  const pages = [...(await readLabels(from)).keys()];
  const reader = createCorpusReader({ workers });
  try {
    const version = await reader.getVersion();
    const parts = await Promise.all(pages.map((page) => findPart(to, page)));
    const missing = [...pages.keys()].filter((at) => parts[at]?.ocrVersion !== version);
    if (missing.length === 0 && (await isFile(join(to, 'words.jsonl.gz')))) return;
    let done = pages.length - missing.length;
    const readMissing = async () => {
      for (let at = missing.shift(); at !== undefined; at = missing.shift()) {
        parts[at] = await readPage(pages[at] ?? '', from, to, reader);
        done += 1;
        onPage(done, pages.length);
      }
    };
    await Promise.all(Array.from({ length: workers }, readMissing));
    const lines = parts.flatMap((part) => (part ? `${JSON.stringify(part.record)}\n` : []));
    await replaceFile(join(to, 'words.jsonl.gz'), await buffer(Readable.from(lines).pipe(createGzip())));
    await replaceFile(join(to, 'labels.csv'), await readFile(join(from, 'labels.csv')));
  } finally {
    await reader.close();
  }
}

async function readPage(
  page: string,
  from: string,
  to: string,
  reader: TesseractRecogniser,
): Promise<ReadPage> {
  const image = await readFile(join(from, 'pages', page));
  const { words, uprightTurn, ocrVersion } = await reader.recognise({ image });
  const upright = uprightTurn === 0 ? image : await sharp(image).rotate(uprightTurn).toBuffer();
  const { width, height } = await sharp(upright).metadata();
  const size = { width, height };
  const turned = turnWords(words, uprightTurn);
  const record = { page, ...size, words: turned.map((word) => recordOf(pageWordOf(word, size))) };
  await replaceFile(join(to, 'pages', page), upright);
  await replaceFile(partOf(to, page), JSON.stringify({ ocrVersion, record } satisfies ReadPage));
  return { ocrVersion, record };
}

const partOf = (folder: string, page: string) => join(folder, 'parts', `${page}.json`);

async function findPart(folder: string, page: string): Promise<ReadPage | null> {
  try {
    return JSON.parse(await readFile(partOf(folder, page), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** There whole or not at all. */
async function replaceFile(path: string, content: string | Buffer): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}
