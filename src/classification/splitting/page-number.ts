/** The number that is printed on a page, read out of its words: "Page 2 of 3", "2/3", "- 2 -". Pure. */
import { pageText, type Word } from '../../ocr/word.js';

type PageNumber = {
  page: number;
  /** How many pages there are, where that is said. */
  total: number | null;
  /** Whether it says that it is a page number; a bare number at the edge may be something else. */
  isStated: boolean;
};

// Thousandths of the page's height. A statement of the page may stand in a letterhead; a bare number counts at the very edge.
const statementZone = 250;
const bareZone = 80;
const mostDigits = '\\d{1,3}';
const pageWords = 'page|pg\\.?|sheet|seite|blatt|página|pagina|pág\\.?|pag\\.?|side|sida|strona';
const ofWords = 'of|von|de|di|sur|van|av|af|z|/';

const statedOfTotal = new RegExp(
  `(?:^|[^\\p{L}])(?:${pageWords})\\s*:?\\s*(${mostDigits})\\s*(?:${ofWords})\\s*(${mostDigits})(?!\\d)`,
  'iu',
);
const stated = new RegExp(
  `(?:^|[^\\p{L}])(?:${pageWords})\\s*:?\\s*(${mostDigits})(?!\\d|\\s*(?:of|/)\\s*\\d)`,
  'iu',
);
const bareOfTotal = new RegExp(
  `^[-–—(]?\\s*(${mostDigits})\\s*(?:of|/)\\s*(${mostDigits})\\s*[-–—)]?$`,
  'iu',
);
const bare = new RegExp(`^[-–—]?\\s*(${mostDigits})\\s*[-–—]?$`, 'u');

/** @param words of the page as a person holds it. Null where it says nothing, or nothing that can be. */
export function readPageNumber(words: readonly Word[]): PageNumber | null {
  const zone = linesWithin(words, statementZone);
  const edge = linesWithin(words, bareZone);
  return (
    firstMatch(zone, statedOfTotal, true) ??
    firstMatch(edge, bareOfTotal, true) ??
    firstMatch(zone, stated, true) ??
    firstMatch(edge, bare, false)
  );
}

/** The lines at the head and at the foot of the page. */
function linesWithin(words: readonly Word[], zone: number): string[] {
  const head = words.filter(({ box }) => box[3] <= zone);
  const foot = words.filter(({ box }) => box[1] >= 1000 - zone);
  return [head, foot].flatMap((part) => pageText(part).split('\n'));
}

function firstMatch(lines: readonly string[], pattern: RegExp, isStated: boolean): PageNumber | null {
  for (const line of lines) {
    const match = pattern.exec(line.trim());
    if (match === null) continue;
    const page = Number(match[1]);
    const total = match[2] === undefined ? null : Number(match[2]);
    if (page >= 1 && (total === null || page <= total)) return { page, total, isStated };
  }
  return null;
}
