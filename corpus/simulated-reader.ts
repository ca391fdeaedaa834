/**
 * Mistakes as readers of print make them, without reading: letters taken for others, words split, joined and lost, specks
 * taken for words, boxes a pixel off, confidence that falls with the damage. Cheap, where Tesseract costs seconds.
 */
import type { Dice } from './dice.js';
import type { PixelBox } from './drawing/matrix.js';
import type { Manner } from './scan/manner.js';
import type { PageWord } from './scan/scan-page.js';

/** What looks alike; from the letters' shapes. */
const LOOKALIKES: Readonly<Record<string, readonly string[]>> = {
  a: ['o', 'e', 's'],
  b: ['h', 'li', '6'],
  c: ['e', 'o', '('],
  d: ['cl', 'a'],
  e: ['c', 'o', '6'],
  f: ['t', 'r'],
  g: ['q', '9', 'y'],
  h: ['b', 'n', 'li'],
  i: ['l', '1', 'j', '!'],
  l: ['1', 'I', 'i', '|'],
  m: ['rn', 'nn', 'in'],
  n: ['ri', 'u', 'r'],
  o: ['0', 'c', 'e'],
  q: ['g', '9'],
  r: ['t', 'n', 'i'],
  s: ['5', 'a', '8'],
  t: ['l', 'f', '+'],
  u: ['n', 'ii', 'v'],
  v: ['y', 'u'],
  w: ['vv', 'iv'],
  y: ['v', 'g'],
  z: ['2'],
  B: ['8', 'E', 'R'],
  C: ['G', '('],
  D: ['O', '0'],
  E: ['F', 'B'],
  G: ['6', 'C'],
  I: ['l', '1', '|'],
  O: ['0', 'Q', 'D'],
  S: ['5', '8', '$'],
  T: ['I', 'F'],
  Z: ['2'],
  '0': ['O', 'o'],
  '1': ['l', 'I', '|'],
  '5': ['S', 's'],
  '8': ['B', '3'],
  '.': [',', ''],
  ',': ['.', ''],
};

const SPECKS = [
  '.',
  ',',
  '-',
  '_',
  '|',
  '~',
  "'",
  '—',
  ':',
  'i',
  '=',
  '*',
  '©',
  '\\',
  '“',
  'a',
  '4',
  '«',
  'oe',
  'ee',
];

/** What a reader makes of a photograph, a halftone or a rule. */
const PICTURE_JUNK =
  '| ~ _ — - . : ; = ° * ® © « » > < ¥ € £ § ¢ \\ / ( ) [ ] aS Ss aa oe ee ae Se es EE SS Fe re ne wie Bs Pa ii ll Hi WAN fe ey er oS Ae ay sa mS BE Ws tt fi vy Eee aes ERS Sees bay Pe ans ~ | . - _ i'.split(
    ' ',
  );

/** What is known of a page besides its words. */
export type ReadPage = {
  width: number;
  height: number;
  /** How the page was scanned, and where pictures are on it. */
  manner?: Manner;
  pictures?: readonly PixelBox[];
};

// Letters higher than this share of the page are rather taken for drawings.
const DISPLAY_SHARE = 0.034;

/** The words of a page as a careless reader would give them. */
export function misread(words: readonly PageWord[], page: ReadPage, dice: Dice): PageWord[] {
  // From one letter in two hundred to one in six; copies of copies are read worse, files better.
  const isWorn = page.manner === 'archive' && dice.chance(0.45);
  const rate =
    10 ** (isWorn ? dice.between(-1.3, -0.62) : dice.between(-2.3, page.manner === 'clean' ? -1.7 : -0.8));
  const lostDisplay = dice.chance(0.6) ? dice.between(0.1, 0.7) : 0;
  const lostShare = (isWorn ? 1.1 : 0.5) * rate;
  const result: PageWord[] = [];
  for (const word of words) {
    if (dice.chance(lostShare)) continue;
    if (word.box[3] - word.box[1] > DISPLAY_SHARE * page.height && dice.chance(lostDisplay)) continue;
    // What lies on its side is lost or becomes nonsense.
    const isTurned = word.text.length > 3 && word.box[3] - word.box[1] > 1.4 * (word.box[2] - word.box[0]);
    if (isTurned && dice.chance(0.4)) continue;
    const { text, errors } = garble(word.text, isTurned ? 0.6 : rate, dice);
    if (text === '') continue;
    const confidence = Math.max(
      0,
      Math.min(97, Math.round(95 - 22 * errors - Math.abs(dice.gaussian()) * (4 + 90 * rate))),
    );
    const box = jitter(word.box, page, dice);
    const last = result.at(-1);
    if (last && dice.chance(0.25 * rate) && isBehind(last.box, box)) {
      last.text += text;
      last.box = [last.box[0], Math.min(last.box[1], box[1]), box[2], Math.max(last.box[3], box[3])];
    } else if (text.length > 4 && dice.chance(0.3 * rate)) {
      const at = dice.integer(1, text.length - 1);
      const x = Math.round(box[0] + ((box[2] - box[0]) * at) / text.length);
      result.push({ text: text.slice(0, at), box: [box[0], box[1], x, box[3]], confidence });
      result.push({ text: text.slice(at), box: [x, box[1], box[2], box[3]], confidence });
    } else result.push({ text, box, confidence });
  }
  const specks = dice.chance(0.5) ? Math.round(dice.uniform() * 400 * rate) : 0;
  for (let speck = 0; speck < specks; speck++) {
    const [x, y] = [dice.integer(0, page.width - 12), dice.integer(0, page.height - 12)];
    const box = [x, y, x + dice.integer(2, 11), y + dice.integer(2, 11)] as const;
    result.splice(dice.integer(0, result.length), 0, {
      text: dice.pick(SPECKS),
      box,
      confidence: dice.integer(0, 60),
    });
  }
  return [...result, ...(page.pictures ?? []).flatMap((picture) => seeInPicture(picture, dice))];
}

/** Nonsense from a picture: none, a little, or as much as a paragraph. */
function seeInPicture([x0, y0, x1, y1]: PixelBox, dice: Dice): PageWord[] {
  if (x1 - x0 < 30 || y1 - y0 < 30 || dice.chance(0.35)) return [];
  const most = ((x1 - x0) * (y1 - y0)) / 4000;
  const count = Math.round(dice.uniform() ** 2 * Math.min(60, most));
  return Array.from({ length: count }, () => {
    const [x, y] = [dice.integer(x0, x1 - 26), dice.integer(y0, y1 - 22)];
    const text = dice.pick(PICTURE_JUNK);
    const box = [
      x,
      y,
      x + Math.min(25, dice.integer(4, 8) + 6 * text.length),
      y + dice.integer(4, 21),
    ] as const;
    return { text, box, confidence: dice.integer(0, 70) };
  }).sort((a, b) => a.box[1] - b.box[1]);
}

function garble(text: string, rate: number, dice: Dice): { text: string; errors: number } {
  let errors = 0;
  let result = '';
  for (const letter of text) {
    if (!dice.chance(rate)) {
      result += letter;
      continue;
    }
    errors += 1;
    const alike = LOOKALIKES[letter];
    if (alike && dice.chance(0.8)) result += dice.pick(alike);
    else if (dice.chance(0.5)) result += dice.pick([...'abcdeilnorstu.,-']);
  }
  return { text: result, errors };
}

function jitter(
  [x0, y0, x1, y1]: PageWord['box'],
  { width, height }: { width: number; height: number },
  dice: Dice,
): PageWord['box'] {
  const shift = () => (dice.chance(0.3) ? dice.integer(-2, 2) : 0);
  const left = Math.max(0, x0 + shift());
  const top = Math.max(0, y0 + shift());
  return [
    left,
    top,
    Math.min(width, Math.max(left + 1, x1 + shift())),
    Math.min(height, Math.max(top + 1, y1 + shift())),
  ];
}

/** Whether the second box follows the first on its line. */
function isBehind(first: PageWord['box'], second: PageWord['box']): boolean {
  const high = first[3] - first[1];
  return (
    Math.abs(second[1] - first[1]) < 0.5 * high && second[0] >= first[2] - 2 && second[0] - first[2] < high
  );
}
