/**
 * Papers of an office whose kinds are hard to tell apart at first: each kind comes in several layouts, each layout has a few words
 * of its own, and nearly every such word stands in layouts of other kinds, too. Who has seen few papers has not seen most layouts.
 */
import { type Chance, createChance } from './document-texts.js';

export type Paper = { kind: string; words: string[]; boxes: number[] };

type Layout = { kind: string; words: string[]; columns: number; top: number; lineHeight: number };

// Together they make that a hundred labels teach half of it, and some hundred nearly all.
const layoutsPerKind = 5;
const tellingWords = 60;
const wordsOfLayout = 6;
const commonWords = 40;
const [shareOfLayout, shareOfOthers] = [0.45, 0.15];

/** Gives papers of the kinds, in turn and each of a layout drawn at random; the same for the same seed. */
export function createPaperMaker(kinds: readonly string[], seed: number): { make(): Paper } {
  const chance = createChance(seed);
  const vocabulary = makeWords(chance, tellingWords + commonWords);
  const [telling, common] = [vocabulary.slice(0, tellingWords), vocabulary.slice(tellingWords)];
  const layouts = kinds.flatMap((kind) =>
    Array.from(
      { length: layoutsPerKind },
      (): Layout => ({
        kind,
        words: chance.sample(telling, wordsOfLayout),
        columns: chance.integer(1, 4),
        top: chance.integer(50, 400),
        lineHeight: chance.integer(25, 45),
      }),
    ),
  );
  let made = 0;
  return {
    make() {
      const kind = kinds[made % kinds.length] ?? '';
      made += 1;
      const layout = chance.pick(layouts.filter((each) => each.kind === kind));
      const words = Array.from({ length: chance.integer(22, 30) }, () => {
        const lot = chance.next();
        if (lot < shareOfLayout) return chance.pick(layout.words);
        return chance.pick(lot < shareOfLayout + shareOfOthers ? telling : common);
      });
      return { kind, words, boxes: words.flatMap((_, index) => boxOf(layout, index)) };
    },
  };
}

/** Line by line, with the columns a layout has. */
function boxOf({ columns, top, lineHeight }: Layout, index: number): number[] {
  const left = 60 + Math.floor(880 / columns) * (index % columns);
  const y = Math.min(980, top + lineHeight * Math.floor(index / columns));
  return [left, y, left + 150, y + 15];
}

const syllables = ['ba', 'de', 'fi', 'go', 'hu', 'ka', 'le', 'mi', 'no', 'pu', 'ra', 'se', 'ti', 'vo', 'zu'];

function makeWords(chance: Chance, count: number): string[] {
  const words = new Set<string>();
  while (words.size < count) words.add(Array.from({ length: 3 }, () => chance.pick(syllables)).join(''));
  return [...words];
}
