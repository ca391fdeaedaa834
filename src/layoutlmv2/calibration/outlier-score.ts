/**
 * "None of these": how likely it is that a document belongs to none of the classes, from more than its softmax, which is sure of the
 * strangest things. Several kinds of evidence, as none is the best for every stranger (bench/none-of-these.ts): how far each part of what
 * the classifier reads of a page lies from every class, among them the image before the encoder, which training for the classes has not
 * yet flattened; and how undecided the classifier is. Pure numbers; the network's part is in its embeddings.
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
  /** From each part of an embedding. */
  distances: Record<PartName, ClassDistance>;
  /** Evidence of documents that the network has not learnt, sorted; `together` is their joint surprise. */
  known: Record<KnownName, Float32Array>;
};

/** The parts of an embedding, in their order. */
export const PART_NAMES = ['firstToken', 'imageBefore', 'imageAfter'] as const;
type PartName = (typeof PART_NAMES)[number];

const EVIDENCE_NAMES = [...PART_NAMES, 'undecided'] as const;
type EvidenceName = (typeof EVIDENCE_NAMES)[number];
type Evidence = Record<EvidenceName, number>;

export const KNOWN_NAMES = [...EVIDENCE_NAMES, 'together'] as const;
type KnownName = (typeof KNOWN_NAMES)[number];

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
  const distances = byName(PART_NAMES, (name) =>
    fitClassDistance(
      training.map((page) => partOf(page, name)),
      labels,
    ),
  );
  const evidence = known.map((document) => evidenceOf(distances, document));
  // A document is compared with the others, as one yet to come will be; beside itself none would be the strangest.
  const together = evidence.map((own, index) =>
    surpriseTogether(sortEvidence(evidence.filter((_, other) => other !== index)), own),
  );
  return { distances, known: { ...sortEvidence(evidence), together: sortKnownValues(together) } };
}

/**
 * The share of known documents that look less strange, from 0 to 1: of documents that do belong to the classes, one in twenty reaches
 * 0.95.
 *
 * @throws Error for embeddings of another size than those it was fitted on
 */
export function noneOfTheseScore(model: OutlierModel, document: OutlierDocument): number {
  const together = surpriseTogether(model.known, evidenceOf(model.distances, document));
  // Never 1, however it is rounded: a threshold of 1 lets everything pass.
  return Math.min(-Math.expm1(-surpriseOf(model.known.together, together)), 1 - Number.EPSILON);
}

function evidenceOf(
  distances: OutlierModel['distances'],
  { pages, probabilities }: OutlierDocument,
): Evidence {
  if (pages.length === 0)
    throw new Error('A document needs at least one page to be compared, but none was given.');
  return {
    // As with probabilities: a page drawn at random, so that no single one has a veto.
    ...byName(PART_NAMES, (name) => {
      const sum = pages.reduce(
        (total, page) => total + classDistanceOf(distances[name], partOf(page, name)),
        0,
      );
      return sum / pages.length;
    }),
    undecided: 1 - Array.from(probabilities).reduce((most, value) => Math.max(most, value), 0),
  };
}

/** The sum over the evidence of −ln of its p-value (R. A. Fisher 1932). */
function surpriseTogether(known: Record<EvidenceName, Float32Array>, evidence: Evidence): number {
  return EVIDENCE_NAMES.reduce((sum, name) => sum + surpriseOf(known[name], evidence[name]), 0);
}

function sortEvidence(evidence: readonly Evidence[]): Record<EvidenceName, Float32Array> {
  return byName(EVIDENCE_NAMES, (name) => sortKnownValues(evidence.map((one) => one[name])));
}

function partOf({ embedding }: OutlierPage, name: PartName): Float32Array {
  const index = PART_NAMES.indexOf(name);
  const size = embedding.length / PART_NAMES.length;
  return Float32Array.from({ length: size }, (_, place) => embedding[index * size + place] ?? Number.NaN);
}

function byName<Name extends string, Value>(
  names: readonly Name[],
  make: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Value>;
}
