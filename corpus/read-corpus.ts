/**
 * Reads the labels and words of a folder of labelled pages, in the form that README.md here describes: a corpus that was made, or any
 * other data in that form.
 */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { normaliseBox, type Word } from '../src/ocr/word.js';

/** A labelled page; its image is pages/<page>. */
export type CorpusPage = { page: string; label: string; split: string; words: Word[] };

/** Words and labels of a corpus' pages, in the form of corpus/README.md. */
export async function* readCorpus(folder: string): AsyncGenerator<CorpusPage, void, void> {
  const [, ...lines] = (await readFile(join(folder, 'labels.csv'), 'utf8')).trim().split(/\r?\n/);
  const known = new Map(
    lines.map((line) => {
      const [page = '', label = '', split = ''] = line.split(',');
      return [page, { label, split }];
    }),
  );
  const input = createReadStream(join(folder, 'words.jsonl.gz')).pipe(createGunzip());
  for await (const line of createInterface({ input })) {
    const { page, width, height, words } = JSON.parse(line) as {
      page: string;
      width: number;
      height: number;
      words: [string, number, number, number, number, number][];
    };
    const entry = known.get(page);
    if (!entry) throw new Error(`${folder} has words of ${page}, which labels.csv does not name.`);
    yield {
      page,
      ...entry,
      words: words.map(([text, x0, y0, x1, y1, confidence]) => ({
        text,
        box: normaliseBox([x0, y0, x1, y1], { width, height }),
        confidence: confidence / 100,
      })),
    };
  }
}
