/**
 * One shard: so many pages in a row, their images in pages/ and one line a page in parts/, which is written last and in one
 * move, so that a shard is there whole or not at all.
 */
import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seedOf } from '../src/layoutlmv2/random.js';
import type { TesseractRecogniser } from '../src/ocr/tesseract-recogniser.js';
import { createDice } from './dice.js';
import { KINDS } from './kinds/kinds.js';
import { makePage } from './make-page.js';
import { type PageRecord, pageWordOf, recordOf } from './page-record.js';
import { type CorpusParameters, fateOf, PAGES_PER_SHARD, type WordSource } from './parameters.js';
import { misread } from './simulated-reader.js';

/** A line of parts/ and, less label and split, of words.jsonl.gz. */
export type ShardRecord = PageRecord & { label: string; split: 'train' | 'val'; source: WordSource };

export const partOf = (folder: string, shard: number) =>
  join(folder, 'parts', `${String(shard).padStart(5, '0')}.jsonl`);

export async function isMade(folder: string, shard: number): Promise<boolean> {
  return access(partOf(folder, shard)).then(
    () => true,
    () => false,
  );
}

/** Makes the shard; `onPage` is called after each page. */
export async function makeShard(
  folder: string,
  parameters: CorpusParameters,
  shard: number,
  reader: TesseractRecogniser,
  onPage: () => void,
): Promise<void> {
  const kinds = KINDS.filter(({ name }) => parameters.kinds.includes(name));
  await mkdir(join(folder, 'pages'), { recursive: true });
  await mkdir(join(folder, 'parts'), { recursive: true });
  const lines: string[] = [];
  const end = Math.min(parameters.pages, (shard + 1) * PAGES_PER_SHARD);
  for (let index = shard * PAGES_PER_SHARD; index < end; index++) {
    const page = await makePage(parameters.seed, index, kinds);
    const { source, split } = fateOf(parameters, index);
    const name = `${String(index).padStart(6, '0')}.${page.extension}`;
    await writeFile(join(folder, 'pages', name), page.image);
    const words =
      source === 'ocr'
        ? await readWords(page, reader)
        : source === 'noise'
          ? misread(page.words, page, createDice(seedOf(parameters.seed, 'noise', index)))
          : page.words;
    const record: ShardRecord = {
      page: name,
      label: page.label,
      split,
      width: page.width,
      height: page.height,
      source,
      words: words.map(recordOf),
    };
    lines.push(`${JSON.stringify(record)}\n`);
    onPage();
  }
  const path = partOf(folder, shard);
  await writeFile(`${path}.new`, lines.join(''));
  await rename(`${path}.new`, path);
}

async function readWords(
  page: { image: Buffer; width: number; height: number },
  reader: TesseractRecogniser,
) {
  const { words } = await reader.recognise({ image: page.image });
  return words.map((word) => pageWordOf(word, page));
}
