/**
 * How often the labels that a model has given are right, from the random share alone. Which documents are in it depends on their lot
 * and on nothing else, and the queue offers them by lot. Which of them are decided is up to people: one that a reviewer came to by other
 * means, such as a search for wrong labels, counts too, and many of these bend the figure towards what was searched for.
 */
import { wilsonInterval } from '../layoutlmv2/metrics.js';
import type { Database } from '../platform/database/database.js';
import { countSampleAgreement } from './decision.repository.js';

export type ProductionAccuracy = {
  accuracy: number;
  /** The ends of the 95 % interval after Wilson. */
  low: number;
  high: number;
  /** Decided documents of the random share, and those of which the model was right. */
  support: number;
  correct: number;
};

/** Below, the interval is wider than a third of the scale and says nothing that one could act on. */
export const minimumSample = 30;

/** @param since counts what a model has said since then; null counts all. Null while there are fewer than `minimumSample`. */
export async function measureProductionAccuracy(
  database: Database,
  since: Date | null,
): Promise<ProductionAccuracy | null> {
  const { support, correct } = await countSampleAgreement(database, since);
  const interval = support < minimumSample ? null : wilsonInterval(correct, support);
  return (
    interval && { accuracy: correct / support, low: interval.low, high: interval.high, support, correct }
  );
}
