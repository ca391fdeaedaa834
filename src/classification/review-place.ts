/**
 * Where a document stands among those that wait for a person: by how uncertain the model is of it, divided by how many
 * like it wait already. Pure; see review-queue.ts for the order as a whole.
 */
import { embeddingDistance } from './embedding.js';
import type { Prediction } from './prediction.js';

/** From 0 to 1, largest first; 2 for what no model has scored. */
export type ReviewPlace = { reviewByEntropy: number; reviewByMargin: number };

export const unscoredPlace: ReviewPlace = { reviewByEntropy: 2, reviewByMargin: 2 };

/** How far the network sees two documents apart, as a share of how far it sees the most different ones. */
const copyShare = 0.25;
/** What bytes round away: closer than this are the same. */
const sameDistance = 1e-4;
/** The most different ones: a few, so that one odd page does not make all others alike. */
const farthestCount = 3;

/**
 * The uncertainty, by entropy as a share of the largest possible, and by one minus the margin, each divided by one more
 * than the documents like it that wait already. So the second copy of a form counts half and the twentieth a twentieth, and
 * another kind of document comes between. However sure the scores are, what is strange is as uncertain as can be.
 */
export function reviewPlace(
  prediction: Pick<Prediction, 'entropy' | 'margin' | 'scores'>,
  copies: number,
  isStrange = false,
): ReviewPlace {
  if (isStrange) return { reviewByEntropy: 1 / (1 + copies), reviewByMargin: 1 / (1 + copies) };
  const possible = prediction.scores.filter((score) => score > 0).length;
  const entropy = possible > 1 ? Math.min(1, prediction.entropy / Math.log(possible)) : 0;
  return {
    reviewByEntropy: entropy / (1 + copies),
    reviewByMargin: (1 - prediction.margin) / (1 + copies),
  };
}

/**
 * How many of the others are like this one: nearer than a quarter of the mean distance to the three that are farthest from
 * it. Relative, since networks differ in how far apart they see things.
 */
export function countCopies(embedding: Uint8Array, others: readonly Uint8Array[]): number {
  const distances = others.map((other) => embeddingDistance(embedding, other)).sort((a, b) => b - a);
  const farthest = distances.slice(0, farthestCount).reduce((sum, distance) => sum + distance, 0);
  const limit = Math.max(sameDistance, (copyShare * farthest) / farthestCount);
  return distances.filter((distance) => distance < limit).length;
}
