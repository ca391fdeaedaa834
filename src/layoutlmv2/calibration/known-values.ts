/**
 * How surprising a value is beside those of known documents, without an assumption about how these are spread: the conformal p-value
 * (Vovk et al. 2005), so that of known documents yet to come a share of p at most has so small a one. Pure numbers.
 */

/** More tell the share of those above no better than to within 0.1 %; then each stands for several. */
const MOST_VALUES = 1000;

/** The values of known documents, sorted, thinned evenly where there are very many. */
export function sortKnownValues(values: readonly number[]): Float32Array {
  const sorted = Float32Array.from(values).sort();
  if (sorted.length <= MOST_VALUES) return sorted;
  // Both ends stay.
  return Float32Array.from({ length: MOST_VALUES }, (_, index) => {
    return sorted[Math.round((index * (sorted.length - 1)) / (MOST_VALUES - 1))] ?? Number.NaN;
  });
}

/**
 * −ln of the share of known documents with a value as large: 0 for one below all of them. Above the largest nobody has counted; there
 * the share goes on falling as an exponential tail does, by the mean excess of the upper half over the median, so that what is a
 * little beyond is told from what is far off.
 *
 * @param known sorted, by {@link sortKnownValues}
 */
export function surpriseOf(known: Float32Array, value: number): number {
  const count = known.length;
  const above = count - firstAtLeast(known, value);
  if (above > 0) return Math.log((count + 1) / (above + 1));
  const largest = known[count - 1];
  const half = known.subarray(Math.floor(count / 2));
  const median = half[0];
  const beyondAll = Math.log(count + 1);
  if (largest === undefined || median === undefined) return beyondAll;
  const meanExcess = half.reduce((sum, one) => sum + one - median, 0) / half.length;
  return meanExcess > 0 ? beyondAll + (value - largest) / meanExcess : beyondAll;
}

/** The place of the first value that is at least so large; their number where none is. */
function firstAtLeast(sorted: Float32Array, value: number): number {
  // As it would have been kept: a value must not lie above itself for its rounding.
  const wanted = Math.fround(value);
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Number.POSITIVE_INFINITY) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
