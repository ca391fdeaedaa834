/**
 * What pages say, by their print, about whether a new document begins between two of them. Each cue is a log-likelihood
 * ratio in nats: how much likelier it is to be seen where a document begins than where one goes on; so they add up. The
 * shares behind them are estimates, on the careful side: to take a document apart by mistake is worse than to leave two
 * together. Pure.
 */
import type { Word } from '../../ocr/word.js';
import { readPageNumber } from './page-number.js';

/** What is seen of a page, as a person holds it. */
export type PageLook = {
  words: readonly Word[];
  /** Neither words nor anything else to be seen. */
  isBlank: boolean;
  /** Of the paper, in inches, or where its resolution is not known in pixels. */
  width: number;
  height: number;
  isInInches: boolean;
};

/** What speaks for (above 0) or against a beginning, and why, in words. */
export type Cue = { weight: number; reason: string };

const weights = {
  // Half of the documents with several pages say so on the first; inside a document one page in two hundred does.
  firstPage: Math.log(0.5 / 0.005),
  // A lone 1 at the edge is often something else.
  bareFirstPage: Math.log(0.3 / 0.04),
  // "2 of 2" stands on last pages; elsewhere it is misread.
  lastPageBefore: Math.log(0.4 / 0.01),
  otherTotal: Math.log(0.3 / 0.03),
  // The page after page 2 of 5 says 3 of 5: hardly ever by chance.
  nextNumber: Math.log(0.005 / 0.9),
  nextBareNumber: Math.log(0.05 / 0.6),
  // It says that it is not the first.
  laterPage: Math.log(0.02 / 0.5),
  laterBarePage: Math.log(0.1 / 0.3),
  // "Form 1099-INT" at the head or foot; the pages of a form say the same, attachments may be other forms.
  otherForm: Math.log(0.3 / 0.01),
  sameForm: Math.log(0.15 / 0.4),
  otherPaper: Math.log(0.15 / 0.03),
  // Wide tables are laid on their side within documents too.
  otherOrientation: Math.log(0.15 / 0.1),
  // Put between documents, or the back of a sheet.
  afterBlank: Math.log(0.3 / 0.1),
  blankFirst: Math.log(0.005 / 0.3),
  // Running heads; but two letters of one sender have the same head as well.
  sameHead: Math.log(0.1 / 0.4),
  otherHead: Math.log(0.9 / 0.6),
  // Chapters have titles, too.
  title: Math.log(0.5 / 0.2),
  sentenceGoesOn: Math.log(0.03 / 0.3),
} as const;

// Of the longer side: scans of one kind of paper differ by less.
const paperTolerance = 0.05;
// Thousandths of the height that are a page's head, and fewer different words than are compared.
const headHeight = 150;
const leastHeadWords = 3;
// A form is named at the head, or below everything else.
const footHeight = 80;
const [sameHeadShare, otherHeadShare] = [0.6, 0.1];
// A title is larger than the text by this, and in the upper third.
const titleSize = 1.5;
const titleZone = 333;
// With fewer words, any of them may be large.
const leastTextWords = 20;

/**
 * The cues between each page and the next: one list fewer than pages. What stands before is the nearest page that is not blank.
 */
export function findCues(pages: readonly PageLook[]): Cue[][] {
  return pages.slice(1).map((next, index) => {
    const before = pages.slice(0, index + 1).findLast(({ isBlank }) => !isBlank) ?? null;
    if (next.isBlank) return [{ weight: weights.blankFirst, reason: `page ${index + 2} is blank` }];
    const afterBlank = pages[index]?.isBlank
      ? [{ weight: weights.afterBlank, reason: `page ${index + 1} is blank` }]
      : [];
    return before === null ? afterBlank : [...afterBlank, ...compare(before, next, index + 2)];
  });
}

/** @param number of the next page in the file. */
function compare(before: PageLook, next: PageLook, number: number): Cue[] {
  return [
    ...compareNumbers(before, next, number),
    ...compareForms(before, next, number),
    ...comparePaper(before, next, number),
    ...compareHeads(before, next, number),
    ...findTitle(before, next, number),
    ...findSentence(before, next, number),
  ];
}

function compareNumbers(before: PageLook, next: PageLook, number: number): Cue[] {
  const [former, own] = [readPageNumber(before.words), readPageNumber(next.words)];
  if (own === null) return [];
  const cues: Cue[] = [];
  const said = `page ${number} says that it is page ${own.page}${own.total === null ? '' : ` of ${own.total}`}`;
  const isSameTotal =
    former === null || former.total === null || own.total === null || former.total === own.total;
  if (former !== null && own.page === former.page + 1 && isSameTotal) {
    const isStated = own.isStated && former.isStated;
    return [
      { weight: isStated ? weights.nextNumber : weights.nextBareNumber, reason: `${said}, which follows` },
    ];
  }
  if (own.page === 1) {
    cues.push({ weight: own.isStated ? weights.firstPage : weights.bareFirstPage, reason: said });
    if (former?.isStated && former.page === former.total) {
      cues.push({
        weight: weights.lastPageBefore,
        reason: `the page before says that it is the last of ${former.total}`,
      });
    }
  } else cues.push({ weight: own.isStated ? weights.laterPage : weights.laterBarePage, reason: said });
  if (!isSameTotal) {
    cues.push({ weight: weights.otherTotal, reason: `the page before is one of ${former.total}` });
  }
  return cues;
}

function compareForms(before: PageLook, next: PageLook, number: number): Cue[] {
  const [former, own] = [formsOf(before.words), formsOf(next.words)];
  if (former.length === 0 || own.length === 0) return [];
  return own.some((form) => former.includes(form))
    ? [{ weight: weights.sameForm, reason: `page ${number} is of the same form` }]
    : [
        {
          weight: weights.otherForm,
          reason: `page ${number} is of form ${own[0]}, the page before of ${former[0]}`,
        },
      ];
}

/** The names of forms, each with a digit, as in "Form 1040" and "FORM W-2". */
function formsOf(words: readonly Word[]): string[] {
  const edges = words.filter(({ box }) => box[3] <= headHeight || box[1] >= 1000 - footHeight);
  return edges.flatMap(({ text }, index) => {
    const name = edges[index + 1]?.text.toUpperCase() ?? '';
    return /^form(ular|ulaire|ulario)?$/iu.test(text) && /^(?=.*\d)[A-Z\d][A-Z\d-]{1,11}$/u.test(name)
      ? [name]
      : [];
  });
}

function comparePaper(before: PageLook, next: PageLook, number: number): Cue[] {
  const sides = ({ width, height }: PageLook) => [Math.min(width, height), Math.max(width, height)] as const;
  const [[short, long], [nextShort, nextLong]] = [sides(before), sides(next)];
  // Pixels of unknown size tell the shape of the paper only.
  const [scale, nextScale] = before.isInInches && next.isInInches ? [1, 1] : [1 / long, 1 / nextLong];
  const difference = Math.max(
    Math.abs(short * scale - nextShort * nextScale),
    Math.abs(long * scale - nextLong * nextScale),
  );
  if (difference > paperTolerance * Math.max(long * scale, nextLong * nextScale)) {
    return [{ weight: weights.otherPaper, reason: `page ${number} is on other paper` }];
  }
  const isTurned = before.width > before.height !== next.width > next.height;
  return isTurned ? [{ weight: weights.otherOrientation, reason: `page ${number} is turned` }] : [];
}

function compareHeads(before: PageLook, next: PageLook, number: number): Cue[] {
  const [head, nextHead] = [headOf(before.words), headOf(next.words)];
  if (head.size < leastHeadWords || nextHead.size < leastHeadWords) return [];
  const shared = [...head].filter((word) => nextHead.has(word)).length;
  const share = shared / (head.size + nextHead.size - shared);
  if (share >= sameHeadShare)
    return [{ weight: weights.sameHead, reason: `page ${number} has the same head` }];
  return share <= otherHeadShare
    ? [{ weight: weights.otherHead, reason: `page ${number} has another head` }]
    : [];
}

/** Without numbers, which change from page to page. */
function headOf(words: readonly Word[]): Set<string> {
  const head = words.filter(({ box, text }) => box[3] <= headHeight && /\p{L}{3}/u.test(text));
  return new Set(head.map(({ text }) => text.toLowerCase()));
}

function findTitle(before: PageLook, next: PageLook, number: number): Cue[] {
  return hasTitle(next.words) && !hasTitle(before.words)
    ? [{ weight: weights.title, reason: `page ${number} begins with a title` }]
    : [];
}

function hasTitle(words: readonly Word[]): boolean {
  if (words.length < leastTextWords) return false;
  const heights = words.map(({ box }) => box[3] - box[1]).sort((left, right) => left - right);
  const usual = heights[Math.floor(heights.length / 2)] ?? 0;
  return words.some(
    ({ box, text }) => box[3] <= titleZone && box[3] - box[1] >= titleSize * usual && /\p{L}{3}/u.test(text),
  );
}

/** A sentence that is not over at the foot of a page and goes on with a small letter at the head of the next. */
function findSentence(before: PageLook, next: PageLook, number: number): Cue[] {
  const last = before.words.at(-1)?.text ?? '';
  const first = next.words[0]?.text ?? '';
  const goesOn = /[\p{L},-]$/u.test(last) && /^\p{Ll}/u.test(first);
  return goesOn ? [{ weight: weights.sentenceGoesOn, reason: `a sentence goes on on page ${number}` }] : [];
}
