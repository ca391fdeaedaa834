/** A labelled page as it stands in words.jsonl.gz, and its words in other forms. README.md here describes the files. */
import { normaliseBox, type Word } from '../src/ocr/word.js';
import type { PageWord } from './scan/scan-page.js';

/** Text, box in pixels, confidence in percent. */
type WordRecord = readonly [text: string, x0: number, y0: number, x1: number, y1: number, confidence: number];

type PageSize = { width: number; height: number };

/** A line of words.jsonl.gz. */
export type PageRecord = PageSize & { page: string; words: WordRecord[] };

/** A word that the product has read, in the pixels of the page. */
export function pageWordOf({ text, box, confidence }: Word, { width, height }: PageSize): PageWord {
  const [x0, y0, x1, y1] = box;
  const across = (units: number) => Math.round((units * width) / 1000);
  const down = (units: number) => Math.round((units * height) / 1000);
  return {
    text,
    box: [across(x0), down(y0), across(x1), down(y1)],
    confidence: Math.round(100 * (confidence ?? 0)),
  };
}

export function recordOf({ text, box, confidence }: PageWord): WordRecord {
  return [text, ...box, confidence];
}

/** As the product would have it. */
export function wordOf([text, x0, y0, x1, y1, confidence]: WordRecord, page: PageSize): Word {
  return { text, box: normaliseBox([x0, y0, x1, y1], page), confidence: confidence / 100 };
}
