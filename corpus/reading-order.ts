/**
 * Words in the order in which a reader of print gives them: blocks from the top, columns of prose one after the other, lines
 * within a block from the top, words within a line from the left. The page is cut again and again along the widest gap.
 */
import type { PageWord } from './scan/scan-page.js';

type Words = readonly PageWord[];

// Rows of labels and figures are read across; only what holds sentences is read as a column of its own.
const LEAST_WORDS_A_LINE = 2.4;
const LEAST_LINES = 3;

// A page is not cut into more than this, one within the other.
const MOST_DEPTH = 12;

export function inReadingOrder(words: Words): PageWord[] {
  return cut(words, 0);
}

function cut(words: Words, depth: number): PageWord[] {
  if (words.length < 2 * LEAST_LINES || depth > MOST_DEPTH) return linesOf(words).flat();
  const high = medianHeight(words);
  const gutter = widestGap(words, 0, high * 0.6);
  if (gutter !== null) {
    const left = words.filter(({ box }) => box[2] <= gutter);
    const right = words.filter(({ box }) => box[2] > gutter);
    if (isProse(left) && isProse(right)) return [...cut(left, depth + 1), ...cut(right, depth + 1)];
  }
  const level = widestGap(words, 1, high * 0.45);
  if (level === null) return linesOf(words).flat();
  const above = words.filter(({ box }) => box[3] <= level);
  const below = words.filter(({ box }) => box[3] > level);
  return [...cut(above, depth + 1), ...cut(below, depth + 1)];
}

function medianHeight(words: Words): number {
  const heights = words.map(({ box }) => box[3] - box[1]).sort((a, b) => a - b);
  return heights[heights.length >> 1] ?? 1;
}

/** Before where the widest empty strip ends, along x (0) or y (1); null if none is as wide as asked for. */
function widestGap(words: Words, axis: 0 | 1, least: number): number | null {
  const spans = words
    .map(({ box }): [number, number] => [box[axis], box[axis === 0 ? 2 : 3]])
    .sort((a, b) => a[0] - b[0]);
  let end = spans[0]?.[1] ?? 0;
  let widest = least;
  let found: number | null = null;
  for (const [from, to] of spans) {
    if (from - end > widest) {
      widest = from - end;
      found = end;
    }
    end = Math.max(end, to);
  }
  return found;
}

function isProse(words: Words): boolean {
  const lines = linesOf(words);
  return lines.length >= LEAST_LINES && words.length / lines.length >= LEAST_WORDS_A_LINE;
}

/** Each line's words from the left, the lines from the top; a line may climb or fall, as on a page that lay askew. */
function linesOf(words: Words): PageWord[][] {
  const lines: { last: PageWord; words: PageWord[] }[] = [];
  const middle = ({ box }: PageWord) => (box[1] + box[3]) / 2;
  for (const word of [...words].sort((a, b) => a.box[0] - b.box[0])) {
    let best: (typeof lines)[number] | undefined;
    let nearest = 0.5 * (word.box[3] - word.box[1]);
    for (const line of lines) {
      const distance = Math.abs(middle(line.last) - middle(word));
      if (distance < nearest) [best, nearest] = [line, distance];
    }
    if (best) {
      best.words.push(word);
      best.last = word;
    } else lines.push({ last: word, words: [word] });
  }
  const mean = (line: readonly PageWord[]) => line.reduce((sum, word) => sum + middle(word), 0) / line.length;
  return lines
    .map((line) => ({ words: line.words, at: mean(line.words) }))
    .sort((a, b) => a.at - b.at)
    .map((line) => line.words);
}
