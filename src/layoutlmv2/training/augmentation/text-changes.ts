/** Changes of what is read: words left out, misread or hidden. Where the words are stays as it is. */
import type { WordBox } from '../../page-encoding.js';
import type { Random } from '../../random.js';
import { isSameLine } from './layout-changes.js';
import type { TokenWord } from './page-words.js';
import { misreadText } from './text-confusions.js';
import type { Spelling } from './text-spelling.js';

/** Height of a band of words that is left out, in thousandths of the page: from about a line and a half to a third of a page. */
const BAND_HEIGHT = { from: 20, to: 333 };
/** Of what OCR gets wrong, this share is two words read as one. */
const SHARE_OF_JOINTS = 0.1;
/** Tries to misread a word differently from what it says: an uncased vocabulary does not tell some errors. */
const TRIES = 3;

/** Leaves each word out at the given probability. */
export function dropWords(
  words: readonly TokenWord[],
  probability: number,
  random: Random,
): readonly TokenWord[] {
  return probability === 0 ? words : words.filter(() => random.uniform() >= probability);
}

/** Leaves out, at the given probability, the words of a band around one of them; never all words of the page. */
export function dropBand(
  words: readonly TokenWord[],
  probability: number,
  random: Random,
): readonly TokenWord[] {
  if (random.uniform() >= probability) return words;
  const word = words[random.integer(words.length)];
  if (!word) return words;
  const reach = (BAND_HEIGHT.from + random.uniform() * (BAND_HEIGHT.to - BAND_HEIGHT.from)) / 2;
  const kept = words.filter(({ box }) => Math.abs(middleOf(box) - middleOf(word.box)) > reach);
  return kept.length === 0 ? words : kept;
}

/** Misreads each word at the given probability; one that is joined to the next of its line has a box around both. */
export function misreadWords(
  words: readonly TokenWord[],
  probability: number,
  random: Random,
  spelling: Spelling,
): readonly TokenWord[] {
  const result: TokenWord[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (!word) continue;
    if (random.uniform() >= probability) {
      result.push(word);
      continue;
    }
    const next = words[at + 1];
    const isJoint = random.uniform() < SHARE_OF_JOINTS;
    const joined = isJoint && next && isSameLine(word, next) ? joinWords(word, next, spelling) : undefined;
    if (joined) at += 1;
    result.push(joined ?? misreadWord(word, random, spelling));
  }
  return result;
}

/** Puts foreign words in the places of a share of the words, which is drawn for the page from 0 to `most`. */
export function replaceWords(
  words: readonly TokenWord[],
  most: number,
  random: Random,
  spelling: Spelling,
): readonly TokenWord[] {
  const share = random.uniform() * most;
  return words.map((word) => {
    if (random.uniform() >= share) return word;
    const ids = spelling.drawForeignWord(random);
    return ids.length === 0 ? word : { ...word, ids };
  });
}

/** Hides each piece at the given probability. */
export function maskTokens(
  words: readonly TokenWord[],
  probability: number,
  random: Random,
  spelling: Spelling,
): readonly TokenWord[] {
  const mask = spelling.maskId();
  return words.map(({ ids, box }) => ({
    ids: ids.map((id) => (random.uniform() < probability ? mask : id)),
    box,
  }));
}

function misreadWord(word: TokenWord, random: Random, spelling: Spelling): TokenWord {
  const text = spelling.findText(word.ids);
  if (text === undefined) return word;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const ids = spelling.idsOf(misreadText(text, random));
    if (ids.length > 0 && ids.join() !== word.ids.join()) return { ...word, ids };
  }
  return word;
}

function joinWords(first: TokenWord, second: TokenWord, spelling: Spelling): TokenWord | undefined {
  const text = spelling.findText([...first.ids, ...second.ids]);
  if (text === undefined) return undefined;
  return { ids: spelling.idsOf(text), box: boxAround(first.box, second.box) };
}

function boxAround(a: WordBox, b: WordBox): WordBox {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

function middleOf([, y0, , y1]: WordBox): number {
  return (y0 + y1) / 2;
}
