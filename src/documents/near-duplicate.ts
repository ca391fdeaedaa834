/**
 * When two documents are nearly the same, and by which keys such documents find each other among a million. The words
 * decide where both have enough of them; where one has not (a photograph, an unreadable fax), what the pages look like.
 * Two copies of one form that are filled in differently are not nearly the same.
 */
import { hashDistance } from './rendering/perceptual-hash.js';

/** What of a document is compared. */
export type Likeness = {
  /** Hashes of all runs of three words; empty where there are too few words to tell documents apart. */
  shingles: ReadonlySet<number>;
  /** Perceptual hash of each page. */
  pictures: readonly string[];
};

// Below, two letterheads would be the same document.
const leastWords = 20;
const wordsOfShingle = 3;
// Nobody needs more to tell two documents apart, and a book would take seconds.
const mostWords = 20_000;
// Of the shingles of two documents, the share both have: a second scan of a page with 1 % of its words misread has 0.9,
// one with 2 % has 0.8; copies of a form with fifteen fields filled in differently have 0.55.
const leastSharedText = 0.75;
// Bits of 64 in which two pictures of a page may differ: a second scan differs in 0 to 3.
const mostDifferentBits = 3;
// Of blank pages nearly all bits are alike, whatever they are of.
const tellingBits = { least: 8, most: 56 };
// 16 bands of 4 minima: of two documents that share 0.75 of their text, 99.8 % share a band; of those that share 0.3, 12 %.
const bands = 16;
const rowsOfBand = 4;
const bitsOfPicturePart = 16;

/** What is compared of a document with this text, of all its pages, and these hashes of its pages. */
export function describeLikeness(text: string, pictures: readonly string[]): Likeness {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const shingles = new Set<number>();
  if (words.length >= leastWords) {
    const read = words.slice(0, mostWords);
    for (let start = 0; start + wordsOfShingle <= read.length; start += 1) {
      shingles.add(hashOf(read.slice(start, start + wordsOfShingle).join(' ')));
    }
  }
  return { shingles, pictures };
}

export function isNearlySame(left: Likeness, right: Likeness): boolean {
  if (left.shingles.size > 0 && right.shingles.size > 0) {
    return sharedShare(left.shingles, right.shingles) >= leastSharedText;
  }
  return (
    left.pictures.length === right.pictures.length &&
    left.pictures.some(isTelling) &&
    left.pictures.every(
      (picture, page) => hashDistance(picture, right.pictures[page] ?? '') <= mostDifferentBits,
    )
  );
}

/**
 * The keys a document is kept under, and those to look for: two documents that are nearly the same share one, but for two
 * in a thousand. Text goes by min-hashing in bands (Broder 1997; Leskovec, Rajaraman and Ullman, chapter 3), pictures by
 * their quarters, of which one is alike where at most three bits differ.
 */
export function fingerprintKeys({ shingles, pictures }: Likeness): { kept: number[]; sought: number[] } {
  const picture = pictures.find(isTelling);
  const quarters = picture === undefined ? [] : quartersOf(picture);
  const keysOf = (kind: string) => quarters.map((quarter, index) => hashOf(`${kind} ${index} ${quarter}`));
  // Of documents with words, most first pages look alike: those are only looked for by documents without.
  const [withWords, withoutWords] = [keysOf('picture'), keysOf('picture without words')];
  if (shingles.size === 0) return { kept: withoutWords, sought: [...withoutWords, ...withWords] };
  const textKeys = bandKeys(shingles);
  return { kept: [...textKeys, ...withWords], sought: [...textKeys, ...withoutWords] };
}

/** Jaccard's index: of all elements of two sets, the share that both have. */
function sharedShare(left: ReadonlySet<number>, right: ReadonlySet<number>): number {
  const [smaller, larger] = left.size <= right.size ? [left, right] : [right, left];
  let shared = 0;
  for (const element of smaller) if (larger.has(element)) shared += 1;
  return shared / (left.size + right.size - shared);
}

function bandKeys(shingles: ReadonlySet<number>): number[] {
  const minima = Array.from({ length: bands * rowsOfBand }, (_, row) => {
    const seed = scramble(row + 1);
    let least = 0xffff_ffff;
    for (const shingle of shingles) {
      const value = scramble(shingle ^ seed) >>> 0;
      if (value < least) least = value;
    }
    return least;
  });
  return Array.from({ length: bands }, (_, band) => {
    const rows = minima.slice(band * rowsOfBand, (band + 1) * rowsOfBand);
    return hashOf(`text ${band} ${rows.join(' ')}`);
  });
}

/** Whether there is something to be seen on a page, by its perceptual hash. */
export function isTelling(picture: string): boolean {
  const bits = hashDistance(picture, '0');
  return bits >= tellingBits.least && bits <= tellingBits.most;
}

function quartersOf(picture: string): string[] {
  const digits = bitsOfPicturePart / 4;
  const whole = picture.padStart(4 * digits, '0');
  return [0, 1, 2, 3].map((quarter) => whole.slice(quarter * digits, (quarter + 1) * digits));
}

/** FNV-1a, then scrambled: a signed integer of 32 bits, as PostgreSQL keeps them. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return scramble(hash);
}

/** The finaliser of MurmurHash3: each bit of the input changes half of those of the output. */
function scramble(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
