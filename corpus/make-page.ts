/** One page of the corpus from its number alone: kind, year, text, drawing and scan all come from the seed and the number. */
import { createCanvas } from '@napi-rs/canvas';
import { seedOf } from '../src/layoutlmv2/random.js';
import { createDice, type Dice } from './dice.js';
import { drawArchiveNumber, drawFaxHeader } from './drawing/marks.js';
import type { PixelBox } from './drawing/matrix.js';
import { createPaper } from './drawing/paper.js';
import { KINDS } from './kinds/kinds.js';
import { inReadingOrder } from './reading-order.js';
import { laySheet, markGlass } from './scan/glass-marks.js';
import { drawManner, type Manner } from './scan/manner.js';
import { boxesOnPage, type PageWord, scanPage, wordsOnPage } from './scan/scan-page.js';
import { drawScanPlan } from './scan/scan-plan.js';
import type { Kind } from './setting.js';
import { createScribe } from './text/scribe.js';

export type CorpusPage = {
  label: string;
  year: number;
  manner: Manner;
  width: number;
  height: number;
  /** PNG or JPEG, see `extension`. */
  image: Buffer;
  extension: 'png' | 'jpg';
  /** In the order in which a reader of print gives them. */
  words: PageWord[];
  /** Where pictures are, in pixels of the stored page. */
  pictures: PixelBox[];
};

// A reader that makes no mistakes would still not say 100.
const EXACT_CONFIDENCE = 96;

const RECENT_YEARS = [2000, 2025] as const;

/**
 * @param index of the page within the corpus, from 0
 * @param kinds the labels to draw from; all if not given
 */
export async function makePage(
  seed: number,
  index: number,
  kinds: readonly Kind[] = KINDS,
): Promise<CorpusPage> {
  const dice = createDice(seedOf(seed, 'page', index));
  const kind = drawKind(dice, kinds);
  const year = dice.integer(...(dice.chance(kind.recentShare ?? 0) ? RECENT_YEARS : kind.years));
  const manner = drawManner(dice, year, kind.origin ?? 'archive');
  const format = kind.format(dice);
  const isSheet = format.height > 900 || format.width > 900;
  const plan = drawScanPlan(dice, format, manner, kind.turnedShare ?? 0.025);

  const canvas = createCanvas(plan.drawn.width, plan.drawn.height);
  const paper = createPaper({ ...format, canvas, pixels: plan.drawn, placing: plan.placing, dice });
  laySheet(paper, plan);
  const scribe = createScribe(dice, year);
  kind.draw({ paper, scribe, dice, year });
  if (manner === 'archive' && isSheet) {
    if (dice.chance(0.55)) drawArchiveNumber(paper, scribe);
    if (year > 1979 && dice.chance(0.07)) drawFaxHeader(paper, scribe);
  }
  markGlass(paper, plan);
  const image = await scanPage(canvas, plan, dice);
  return {
    label: kind.name,
    year,
    manner,
    ...plan.stored,
    image,
    extension: plan.format === 'png' ? 'png' : 'jpg',
    words: inReadingOrder(wordsOnPage(paper.words, plan, EXACT_CONFIDENCE)),
    pictures: boxesOnPage(paper.pictures, plan),
  };
}

function drawKind(dice: Dice, kinds: readonly Kind[]): Kind {
  const whole = kinds.reduce((sum, { share }) => sum + share, 0);
  let left = dice.uniform() * whole;
  const found = kinds.find(({ share }) => {
    left -= share;
    return left < 0;
  });
  const last = found ?? kinds.at(-1);
  if (last === undefined) throw new Error('There are no kinds of document to draw from');
  return last;
}
