/** How far recent uploads are from what a model was made with: three figures, each zero where nothing has changed. */

export const driftMetrics = ['CLASS_MIX', 'CONFIDENCE', 'EMBEDDING'] as const;
export type DriftMetric = (typeof driftMetrics)[number];

/** A figure at a time. */
export type DriftPoint = {
  metric: DriftMetric;
  at: Date;
  modelVersionId: string;
  value: number;
  /** Recent documents measured. */
  documents: number;
};

/**
 * The Jensen-Shannon divergence of two distributions over labels, in bits: 0 where they are the same, 1 where they have no
 * label in common (Lin 1991). Null where one of them is empty.
 */
export function classMixDrift(
  before: ReadonlyMap<string, number>,
  recent: ReadonlyMap<string, number>,
): number | null {
  const [sumBefore, sumRecent] = [before, recent].map((counts) =>
    [...counts.values()].reduce((sum, count) => sum + count, 0),
  );
  if (!sumBefore || !sumRecent) return null;
  let divergence = 0;
  for (const label of new Set([...before.keys(), ...recent.keys()])) {
    const shares = [(before.get(label) ?? 0) / sumBefore, (recent.get(label) ?? 0) / sumRecent];
    const mean = shares.reduce((sum, share) => sum + share / 2, 0);
    for (const share of shares) if (share > 0) divergence += (share / 2) * Math.log2(share / mean);
  }
  return Math.min(1, Math.max(0, divergence));
}

/**
 * By how much the mean confidence in recent documents lies below that in those the model was measured on; 0 where it does
 * not. Null where either is empty.
 */
export function confidenceDrift(measured: readonly number[], recent: readonly number[]): number | null {
  if (measured.length === 0 || recent.length === 0) return null;
  return Math.max(0, meanOf(measured) - meanOf(recent));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
