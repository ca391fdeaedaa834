/**
 * Scores of a model as the label set of today reads them: those of a merged label count for its target, those of a retired
 * one for nobody. Pure.
 */
import { currentLabelId, type LabelSet } from '../labels/label.js';

/**
 * Adds the scores of merged labels to those of their targets: into the row of the target, or where the model does not know
 * it, into the first row that counts for it. The sum stays the same.
 */
export function mergeScores(
  scores: ArrayLike<number>,
  labelIds: readonly string[],
  labels: LabelSet,
): number[] {
  const merged = new Array<number>(scores.length).fill(0);
  for (const [row, labelId] of labelIds.entries()) {
    const target = rowOf(currentLabelId(labels, labelId), labelIds, labels);
    merged[target] = (merged[target] ?? 0) + (scores[row] ?? Number.NaN);
  }
  return merged;
}

/**
 * Merged scores without the retired labels, renormalised over the rest. Where the model knows nothing but retired labels
 * there is no rest: then the scores stay as they are, and no document is labelled by them.
 */
export function maskScores(
  scores: ArrayLike<number>,
  labelIds: readonly string[],
  labels: LabelSet,
): number[] {
  const merged = mergeScores(scores, labelIds, labels);
  const masked = merged.map((score, row) => {
    const label = labels.get(currentLabelId(labels, labelIds[row] ?? ''));
    return label && label.retiredAt !== null ? 0 : score;
  });
  const rest = masked.reduce((sum, score) => sum + score, 0);
  return rest > 0 ? masked.map((score) => score / rest) : merged;
}

function rowOf(labelId: string, labelIds: readonly string[], labels: LabelSet): number {
  const own = labelIds.indexOf(labelId);
  return own >= 0 ? own : labelIds.findIndex((id) => currentLabelId(labels, id) === labelId);
}
