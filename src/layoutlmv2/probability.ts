/**
 * From logits to what a person may be told: probabilities, how sure they are, and how the pages of one document speak with
 * one voice. Pure numbers in double precision; no tensors.
 */

/** Softmax of one row of logits, in double precision and safe from overflow; sums to 1. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const largest = Math.max(...Array.from(logits));
  const probabilities = Float64Array.from(Array.from(logits), (logit) => Math.exp(logit - largest));
  const total = sum(probabilities);
  return probabilities.map((value) => value / total);
}

/**
 * The probabilities of a unit (a document) from those of its pages: their arithmetic mean, renormalised. Every page counts the
 * same, also a blank one. This is the document rule, told to people in README.md.
 *
 * It reads as "the class of a page drawn at random", and of the two usual rules it is the one where no page has a veto: in a
 * mean of log-probabilities a single page that is wrongly certain (an odd appendix) can outvote all others, here it moves the
 * result by at most 1/pages. A page that knows nothing leaves the order of the classes as it is, and one page alone is returned
 * as it came.
 *
 * @param pages one row of class probabilities a page, at least one, all equally long.
 */
export function joinPageProbabilities(pages: readonly ArrayLike<number>[]): Float32Array {
  const first = pages[0];
  if (first === undefined)
    throw new Error('A unit needs at least one page to be scored, but none was given.');
  const joined = new Float64Array(first.length);
  for (const page of pages) {
    if (page.length !== first.length) {
      throw new Error(
        `The pages of one unit must agree on the classes: found ${first.length} and ${page.length}.`,
      );
    }
    for (let label = 0; label < joined.length; label++) joined[label] = at(joined, label) + at(page, label);
  }
  const total = sum(joined);
  return Float32Array.from(joined, (value) => value / total);
}

/** The class with the largest probability; the first of several equal ones. */
export function mostLikely(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let label = 1; label < probabilities.length; label++) {
    if (at(probabilities, label) > at(probabilities, best)) best = label;
  }
  return best;
}

/** Shannon entropy in nats: 0 when certain, ln(classes) when every class is as likely. */
export function entropyOf(probabilities: ArrayLike<number>): number {
  let entropy = 0;
  for (let label = 0; label < probabilities.length; label++) {
    const probability = at(probabilities, label);
    if (probability > 0) entropy -= probability * Math.log(probability);
  }
  return entropy;
}

/** The lead of the most likely class over the second, 0 to 1; 1 where there is only one class. */
export function marginOf(probabilities: ArrayLike<number>): number {
  if (probabilities.length < 2) return 1;
  let first = -Infinity;
  let second = -Infinity;
  for (let label = 0; label < probabilities.length; label++) {
    const probability = at(probabilities, label);
    if (probability > first) {
      second = first;
      first = probability;
    } else if (probability > second) second = probability;
  }
  return first - second;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** An element known to be there; NaN would make a fault visible rather than turn it into a zero. */
function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? Number.NaN;
}
