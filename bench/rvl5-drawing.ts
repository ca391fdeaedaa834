/** Which pages of rvl5 a network learns from, keeps back and is asked. Drawn by a seed, each label as often. */
import type { CorpusPage } from '../corpus/read-corpus.js';
import { createRandom, seedOf, shuffled } from '../src/layoutlmv2/random.js';

/**
 * Who is asked: the data set's validation pages; training pages that were not drawn, so that settings are compared without looking at
 * those; or a sixth of all pages, another one with each seed, so that six seeds ask every page there is about what others have learnt.
 */
const JUDGES = ['validation', 'rest', 'sixths'] as const;

type Judge = (typeof JUDGES)[number];

/** @throws Error where none has that name. */
export function getJudge(name: string): Judge {
  const judge = JUDGES.find((known) => known === name);
  if (judge === undefined) throw new Error(`--judge is ${name}; it takes ${JUDGES.join(', ')}.`);
  return judge;
}

/** Names of pages. */
export type Drawing = { training: string[]; keptBack: string[]; asked: string[] };

/** As in the product (split-documents.ts), but without a holdout: the data set has its own. */
const KEPT_BACK_SHARE = 0.15;
/** Enough that a per cent is six pages, and asked in two minutes. */
const MOST_OF_REST = 600;
/** Below this many pages each is worth more for learning than for telling when to stop. */
const LEAST_TO_SPLIT = 200;
/** Of 425 pages of a label five sixths are the 350 that the data set's own training pages have, and four more. */
const PARTS = 6;

/**
 * @param count how many labelled pages there are, kept back or not
 * @throws Error where no page is left to ask, or --judge sixths is given a seed that is none of the parts.
 */
export function drawPages(
  pages: readonly CorpusPage[],
  { count, seed, judge }: { count: number; seed: number; judge: Judge },
): Drawing {
  const labels = [...new Set(pages.map(({ label }) => label))].sort();
  const part = judge === 'sixths' ? partOf(pages, labels, seed) : null;
  const offered = pages.filter(({ page, split }) => (part === null ? split === 'train' : !part.has(page)));
  const each = Math.ceil(count / labels.length);
  const kept = count < LEAST_TO_SPLIT ? 0 : Math.round(each * KEPT_BACK_SHARE);
  const drawn = labels.map((label) => {
    const ofLabel = namesOf(offered.filter((page) => page.label === label));
    return shuffled(ofLabel, createRandom(seedOf(seed, 'train', label))).slice(0, each);
  });
  const training = drawn.flatMap((ofLabel) => ofLabel.slice(kept));
  const keptBack = drawn.flatMap((ofLabel) => ofLabel.slice(0, kept));
  return { training, keptBack, asked: askedPages() };

  function askedPages(): string[] {
    if (part !== null) return [...part];
    if (judge === 'validation') return namesOf(pages.filter(({ split }) => split === 'val'));
    const known = new Set([...training, ...keptBack]);
    const rest = namesOf(offered).filter((page) => !known.has(page));
    if (rest.length === 0)
      throw new Error('--judge rest finds no page that was not drawn: give --train less.');
    // The same for every seed, as far as it has not drawn them.
    return shuffled(rest, createRandom(seedOf(1, 'rest'))).slice(0, MOST_OF_REST);
  }
}

/** Of each label the pages of a part of six, the first of which has the number 1. */
function partOf(pages: readonly CorpusPage[], labels: readonly string[], part: number): Set<string> {
  if (part < 1 || part > PARTS)
    throw new Error(
      `--judge sixths takes the seeds 1 to ${PARTS}, each of which asks another part; not ${part}.`,
    );
  return new Set(
    labels.flatMap((label) => {
      const ofLabel = namesOf(pages.filter((page) => page.label === label));
      return shuffled(ofLabel, createRandom(seedOf('sixths', label))).filter(
        (_, at) => at % PARTS === part - 1,
      );
    }),
  );
}

function namesOf(pages: readonly CorpusPage[]): string[] {
  return pages.map(({ page }) => page);
}
