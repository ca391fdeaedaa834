/**
 * "None of these": how likely it is that a document belongs to none of the classes, from more than its softmax, which is sure of the
 * strangest things. Three kinds of evidence, measured to be better together than each alone (bench/none-of-these.ts): how far the page as
 * the encoder understood it lies from every class, how far the image as the backbone saw it does, which training for the classes has
 * not yet flattened, and how undecided the classifier is. Pure numbers; the network's part is in its embeddings.
 */

import { type ClassDistance, classDistanceOf, fitClassDistance } from './class-distance.js';
import { sortKnownValues, surpriseOf } from './known-values.js';

/** What the network said of one page. */
export type OutlierPage = {
  /** As classifier.ts gives it, `[3 * hidden]`: first token, image before the encoder, image after it. */
  embedding: ArrayLike<number>;
};

/** What the network said of a document: of each page, and joined. */
export type OutlierDocument = { pages: readonly OutlierPage[]; probabilities: ArrayLike<number> };

/** What is kept of known documents, to compare others with. */
export type OutlierModel = {
  understood: ClassDistance;
  seen: ClassDistance;
  /** Evidence of documents that the network has not learnt, sorted; `together` is their joint surprise. */
  known: Record<EvidenceName | 'together', Float32Array>;
};

const EVIDENCE_NAMES = ['understood', 'seen', 'undecided'] as const;
type EvidenceName = (typeof EVIDENCE_NAMES)[number];
type Evidence = Record<EvidenceName, number>;

/** With fewer known documents, the least surprising of strangers could not be told from the most surprising of these. */
const LEAST_KNOWN_DOCUMENTS = 8;

/** Pages that covariances are made of: more cost time at the end of a run and hardly change them any more. */
export const MOST_TRAINING_PAGES = 512;

/**
 * Fits the score: distances on pages that the network has learnt, what is usual on documents that it has not, so that its being surer of
 * the former does no harm. Nothing of what the score is measured on later may be in either.
 *
 * @returns null where fewer than eight documents are known, no page was learnt, or the network gives numbers that
 * are not finite: then there is nothing to compare with
 */
export function fitOutlierModel(options: {
  training: readonly (OutlierPage & { label: number })[];
  known: readonly OutlierDocument[];
}): OutlierModel | null {
  const { training, known } = options;
  const embeddings = [...training, ...known.flatMap(({ pages }) => pages)].map(({ embedding }) => embedding);
  const isMeasurable = embeddings.every((embedding) => Array.from(embedding).every(Number.isFinite));
  if (known.length < LEAST_KNOWN_DOCUMENTS || training.length === 0 || !isMeasurable) return null;
  const labels = training.map(({ label }) => label);
  const distances = {
    understood: fitClassDistance(training.map(understoodOf), labels),
    seen: fitClassDistance(training.map(seenOf), labels),
  };
  const evidence = known.map((document) => evidenceOf(distances, document));
  // A document is compared with the others, as one yet to come will be; beside itself none would be the strangest.
  const together = evidence.map((own, index) =>
    surpriseTogether(sortEvidence(evidence.filter((_, other) => other !== index)), own),
  );
  return { ...distances, known: { ...sortEvidence(evidence), together: sortKnownValues(together) } };
}

/**
 * The share of known documents that look less strange, from 0 to 1: of documents that do belong to the classes, one in twenty reaches
 * 0.95.
 *
 * @throws Error for embeddings of another size than those it was fitted on
 */
export function noneOfTheseScore(model: OutlierModel, document: OutlierDocument): number {
  const together = surpriseTogether(model.known, evidenceOf(model, document));
  return -Math.expm1(-surpriseOf(model.known.together, together));
}

function evidenceOf(
  { understood, seen }: Pick<OutlierModel, 'understood' | 'seen'>,
  { pages, probabilities }: OutlierDocument,
): Evidence {
  if (pages.length === 0)
    throw new Error('A document needs at least one page to be compared, but none was given.');
  // As with probabilities: a page drawn at random, so that no single one has a veto.
  const meanOf = (distance: (page: OutlierPage) => number) =>
    pages.reduce((sum, page) => sum + distance(page), 0) / pages.length;
  return {
    understood: meanOf((page) => classDistanceOf(understood, understoodOf(page))),
    seen: meanOf((page) => classDistanceOf(seen, seenOf(page))),
    undecided: 1 - Array.from(probabilities).reduce((most, value) => Math.max(most, value), 0),
  };
}

/** The sum over the evidence of −ln of its p-value (R. A. Fisher 1932). */
function surpriseTogether(known: Record<EvidenceName, Float32Array>, evidence: Evidence): number {
  return EVIDENCE_NAMES.reduce((sum, name) => sum + surpriseOf(known[name], evidence[name]), 0);
}

function sortEvidence(evidence: readonly Evidence[]): Record<EvidenceName, Float32Array> {
  const sorted = (name: EvidenceName) => sortKnownValues(evidence.map((one) => one[name]));
  return { understood: sorted('understood'), seen: sorted('seen'), undecided: sorted('undecided') };
}

function understoodOf({ embedding }: OutlierPage): Float32Array {
  return Float32Array.from(embedding).subarray(0, embedding.length / 3);
}

function seenOf({ embedding }: OutlierPage): Float32Array {
  return Float32Array.from(embedding).subarray(embedding.length / 3, (2 * embedding.length) / 3);
}
