/** Which labels may be wrong, by confident learning (Northcutt, Jiang and Chuang 2021), from what a network says of documents it has not learnt. Pure. */

/** A document with the class people gave it and the probabilities of a network that has not learnt it. */
type ScoredLabel = { documentId: string; label: number; probabilities: ArrayLike<number> };

type LabelDoubt = {
  documentId: string;
  label: number;
  suggested: number;
  labelConfidence: number;
  suggestedConfidence: number;
};

/**
 * The threshold of a class is the mean probability that its own documents are given for it: how sure the network usually is of
 * that class. A document is suspected where the likeliest of the classes that reach their thresholds is not the one it was given.
 * A class without documents has no threshold and is never suggested. The least likely labels come first.
 */
export function suspectLabels(scored: readonly ScoredLabel[], classCount: number): LabelDoubt[] {
  const sums = Array.from({ length: classCount }, () => ({ total: 0, count: 0 }));
  for (const { label, probabilities } of scored) {
    const sum = sums[label];
    if (sum === undefined) throw new Error(`The class ${label} is not one of ${classCount}.`);
    sum.total += probabilities[label] ?? 0;
    sum.count += 1;
  }
  const thresholds = sums.map(({ total, count }) => (count === 0 ? Number.POSITIVE_INFINITY : total / count));
  return scored
    .flatMap(({ documentId, label, probabilities }) => {
      const confident = thresholds
        .map((threshold, suggested) => ({ suggested, threshold, probability: probabilities[suggested] ?? 0 }))
        .filter(({ threshold, probability }) => probability >= threshold)
        .sort((one, other) => other.probability - one.probability);
      const [likeliest] = confident;
      if (likeliest === undefined || likeliest.suggested === label) return [];
      return [
        {
          documentId,
          label,
          suggested: likeliest.suggested,
          labelConfidence: probabilities[label] ?? 0,
          suggestedConfidence: likeliest.probability,
        },
      ];
    })
    .sort((one, other) => one.labelConfidence - other.labelConfidence);
}
