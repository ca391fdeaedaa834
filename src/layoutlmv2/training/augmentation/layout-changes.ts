/** Changes of where words are and in which order they were read; the words themselves stay as they are. */
import type { WordBox } from '../../page-encoding.js';
import type { Random } from '../../random.js';
import { between } from './between.js';
import { type AffineMap, clampToPage, mapBox } from './image-geometry.js';
import type { TokenWord } from './page-words.js';

/** Words change places with their neighbours in the line, and lines with the next ones, each at the given probability. */
export function reorderWords(
  words: readonly TokenWord[],
  probability: number,
  random: Random,
): readonly TokenWord[] {
  if (probability === 0) return words;
  const lines = linesOf(words).map((line) => swapNeighbours(line, probability, random));
  return swapNeighbours(lines, probability, random).flat();
}

/** Words where the sheet now lies, without those that are no longer on the page, each moved by itself by up to `jitter`. */
export function placeWords(
  words: readonly TokenWord[],
  { geometry, jitter }: { geometry: AffineMap | undefined; jitter: number },
  random: Random,
): readonly TokenWord[] {
  if (!geometry && jitter === 0) return words;
  return words.flatMap((word) => {
    const box = geometry ? mapBox(word.box, geometry) : word.box;
    return box ? { ...word, box: jitter === 0 ? box : moveBox(box, jitter, random) } : [];
  });
}

/** Whether `next`, read after `word`, is to its right in the same line. */
export function isSameLine({ box: [x0, y0, , y1] }: TokenWord, next: TokenWord): boolean {
  const middle = (next.box[1] + next.box[3]) / 2;
  return middle >= y0 && middle <= y1 && next.box[0] >= x0;
}

function linesOf(words: readonly TokenWord[]): TokenWord[][] {
  const lines: TokenWord[][] = [];
  for (const word of words) {
    const line = lines.at(-1);
    const before = line?.at(-1);
    if (line && before && isSameLine(before, word)) line.push(word);
    else lines.push([word]);
  }
  return lines;
}

/** Each item moves by one place at most. */
function swapNeighbours<Item>(items: readonly Item[], probability: number, random: Random): Item[] {
  const result = [...items];
  for (let at = 0; at + 1 < result.length; at++) {
    if (random.uniform() >= probability) continue;
    const pair = result.slice(at, at + 2);
    result.splice(at, 2, ...pair.reverse());
    at += 1;
  }
  return result;
}

function moveBox([x0, y0, x1, y1]: WordBox, jitter: number, random: Random): WordBox {
  const right = between(random, jitter);
  const down = between(random, jitter);
  return [clampToPage(x0 + right), clampToPage(y0 + down), clampToPage(x1 + right), clampToPage(y1 + down)];
}
