/**
 * Reads the labels and words of a folder of labelled pages, in the form that README.md here describes: a corpus that was made, or any
 * other data in that form.
 */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { Word } from '../src/ocr/word.js';
import { type PageRecord, wordOf } from './page-record.js';

/** A labelled page; its image is pages/<page>. */
export type CorpusPage = { page: string; label: string; split: string; words: Word[] };

/** What labels.csv says of each page, in its order. */
export async function readLabels(folder: string): Promise<Map<string, { label: string; split: string }>> {
  const [, ...lines] = (await readFile(join(folder, 'labels.csv'), 'utf8')).trim().split(/\r?\n/);
  return new Map(
    lines.map((line) => {
      const [page = '', label = '', split = ''] = line.split(',');
      return [page, { label, split }];
    }),
  );
}

/** Words and labels of a corpus' pages, in the form of README.md here. */
export async function* readCorpus(folder: string): AsyncGenerator<CorpusPage, void, void> {
  const known = await readLabels(folder);
  const input = createReadStream(join(folder, 'words.jsonl.gz')).pipe(createGunzip());
  for await (const line of createInterface({ input })) {
    const record: PageRecord = JSON.parse(line);
    const { page, words } = record;
    const entry = known.get(page);
    if (!entry) throw new Error(`${folder} has words of ${page}, which labels.csv does not name.`);
    yield { page, ...entry, words: words.map((word) => wordOf(word, record)) };
  }
}
