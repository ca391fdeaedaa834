/** What a run of kind PRETRAINING learns from: types, and the rules that need no database. */
import type { Corruption } from '../../layoutlmv2/pretraining/corrupt-page.js';

export type PretrainingPlan = {
  maxPages: number;
  /** How much of a page is taken away. */
  corruption: Corruption;
  /** Drawn when the run was asked for, so that one that goes on after its process has ended sees the same. */
  pageIds: string[];
};

/** As many pages are half a day of two cores; an archive of more is sampled. */
export const usualPages = 10_000;
// The ids of as many are 16 MB in one row; nobody has waited for the end of such a run.
const mostPages = 1_000_000;

/** What makes a plan unusable, in a sentence; null when nothing does. */
export function findPlanFault({ maxPages, corruption }: Omit<PretrainingPlan, 'pageIds'>): string | null {
  if (!(Number.isInteger(maxPages) && maxPages >= 1 && maxPages <= mostPages))
    return `maxPages is ${maxPages}, but must be a whole number from 1 to ${mostPages}.`;
  for (const [name, share] of Object.entries(corruption)) {
    if (!(share >= 0 && share <= 1)) return `${name} is ${share}, but must be a share from 0 to 1.`;
  }
  if (corruption.maskedWords === 0)
    return 'maskedWords is 0, but without masked words there is little to learn.';
  return null;
}
