/** How OCR misreads a word: a small table of what looks alike, and letters lost, doubled, parted or in the other case. */
import type { Random } from '../../random.js';

/** Taken for each other, in both directions. */
const LOOK_ALIKE: readonly (readonly [string, string])[] = [
  ['rn', 'm'],
  ['cl', 'd'],
  ['vv', 'w'],
  ['nn', 'm'],
  ['ri', 'n'],
  ['li', 'h'],
  ['ii', 'u'],
  ['fi', 'h'],
  ['l', '1'],
  ['l', 'I'],
  ['i', 'l'],
  ['i', '1'],
  ['I', '1'],
  ['l', '|'],
  ['O', '0'],
  ['o', '0'],
  ['D', '0'],
  ['Q', 'O'],
  ['S', '5'],
  ['s', '5'],
  ['B', '8'],
  ['b', '6'],
  ['G', '6'],
  ['Z', '2'],
  ['z', '2'],
  ['g', '9'],
  ['q', 'g'],
  ['T', '7'],
  ['e', 'c'],
  ['c', 'o'],
  ['h', 'b'],
  ['u', 'v'],
  ['t', 'f'],
  ['.', ','],
  [':', ';'],
];

const REPLACEMENTS = LOOK_ALIKE.flatMap(([one, other]) => [
  { from: one, to: other },
  { from: other, to: one },
]);

/** Of ten errors, so many take one letter for another; the others are one each of what else can go wrong. */
const SHARE_OF_REPLACEMENTS = 0.6;

const OTHER_ERRORS: readonly ((letters: readonly string[], random: Random) => string[])[] = [
  // A letter is lost.
  (letters, random) => letters.toSpliced(random.integer(letters.length), 1),
  // A letter is seen twice.
  (letters, random) => {
    const at = random.integer(letters.length);
    return letters.toSpliced(at, 0, letters[at] ?? '');
  },
  // A word falls apart.
  (letters, random) =>
    letters.length < 2 ? [...letters] : letters.toSpliced(1 + random.integer(letters.length - 1), 0, ' '),
  // A letter is seen in the other case.
  (letters, random) => {
    const at = random.integer(letters.length);
    const letter = letters[at] ?? '';
    const lower = letter.toLowerCase();
    return letters.toSpliced(at, 1, letter === lower ? letter.toUpperCase() : lower);
  },
];

/** A word with one error; it may come out as nothing, or as two words with a blank between them. */
export function misreadText(text: string, random: Random): string {
  const letters = Array.from(text);
  if (letters.length === 0) return text;
  if (random.uniform() < SHARE_OF_REPLACEMENTS) {
    const places = REPLACEMENTS.flatMap(({ from, to }) => {
      const found: { at: number; from: string; to: string }[] = [];
      for (let at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + 1))
        found.push({ at, from, to });
      return found;
    });
    const place = places[random.integer(places.length)];
    if (place) return text.slice(0, place.at) + place.to + text.slice(place.at + place.from.length);
  }
  const makeError = OTHER_ERRORS[random.integer(OTHER_ERRORS.length)];
  return makeError ? makeError(letters, random).join('') : text;
}
