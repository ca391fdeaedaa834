/** What a model says of a document or a page, what people decide, and which label follows from the two: types and pure rules. */
import type { LabelSource } from '../documents/document.js';
import { currentLabelId, type LabelSet } from '../labels/label.js';
import { entropyOf, marginOf, mostLikely } from '../layoutlmv2/probability.js';

export type Prediction = {
  id: string;
  documentId: string;
  /** Null for the prediction of the whole document. */
  pageId: string | null;
  modelVersionId: string;
  labelId: string;
  confidence: number;
  /** Of all scores, in nats. */
  entropy: number;
  /** The lead of the first score over the second. */
  margin: number;
  /** In the order of the model's labels; they sum to 1. */
  scores: number[];
  /** The share of known documents that looked less strange to the network, 0 to 1; null where it cannot tell. */
  noneOfTheseScore: number | null;
  engine: string;
  device: string;
  durationMs: number;
  truncatedTokens: number;
  createdAt: Date;
};

export type LabelDecision = {
  id: string;
  documentId: string;
  labelId: string;
  /** The effective label before. */
  previousLabelId: string | null;
  /** The prediction that was before the person's eyes. */
  predictionId: string | null;
  decidedBy: string;
  note: string | null;
  /** Whether the document stood in the random share of those that the model had labelled. */
  isSample: boolean;
  createdAt: Date;
};

/** A decision taken back. */
export type DecisionRevocation = { revokedBy: string; note: string | null; createdAt: Date };

/** What the classification feature announces. */
export type ClassificationFact =
  | { name: 'labelDecided'; documentId: string; labelId: string }
  | { name: 'decisionRevoked'; documentId: string }
  | { name: 'shadowScoreWanted'; documentId: string; modelVersionId: string };

/** When a model may label documents by itself. */
export type AssignmentRules = {
  /** Confidence from which a prediction counts, for labels that have none of their own. */
  threshold: number;
  /** The score from which a document is taken to belong to no label; of known ones, the share that is left is wronged. Not given: none is. */
  noneOfTheseThreshold?: number | undefined;
};

/** Whether a document looks so strange that it belongs to no label of the model. No score reaches 1. */
export function isNoneOfThese(score: number | null, threshold = 1): boolean {
  return score !== null && score >= threshold;
}

/** The figures of a prediction that follow from its scores. A merged label goes by its target when the label set is given. */
export function describeScores(
  probabilities: ArrayLike<number>,
  labelIds: readonly string[],
  labels: LabelSet = new Map(),
): Pick<Prediction, 'labelId' | 'confidence' | 'entropy' | 'margin' | 'scores'> {
  const index = mostLikely(probabilities);
  const labelId = labelIds[index];
  const confidence = probabilities[index];
  if (labelId === undefined || confidence === undefined || probabilities.length !== labelIds.length) {
    throw new Error(`a classifier of ${labelIds.length} labels gave ${probabilities.length} scores`);
  }
  return {
    labelId: currentLabelId(labels, labelId),
    confidence,
    entropy: entropyOf(probabilities),
    margin: marginOf(probabilities),
    scores: Array.from(probabilities),
  };
}

/**
 * The label of a document: the newest human decision that stands, else the prediction of the serving model, if it reaches
 * the threshold of its label, the label is neither retired nor for people alone, and the document does not look as if it belonged to
 * none; else none, and then a person must look. What is decided or said for a merged label counts for the target.
 */
export function effectiveLabel(
  options: {
    decision: Pick<LabelDecision, 'labelId'> | null;
    prediction:
      | (Pick<Prediction, 'labelId' | 'confidence'> & Partial<Pick<Prediction, 'noneOfTheseScore'>>)
      | null;
    labels: LabelSet;
  } & AssignmentRules,
): { labelId: string | null; labelSource: LabelSource | null; needsReview: boolean } {
  const { decision, prediction, labels, threshold, noneOfTheseThreshold } = options;
  if (decision) {
    return { labelId: currentLabelId(labels, decision.labelId), labelSource: 'HUMAN', needsReview: false };
  }
  if (prediction && !isNoneOfThese(prediction.noneOfTheseScore ?? null, noneOfTheseThreshold)) {
    const labelId = currentLabelId(labels, prediction.labelId);
    const label = labels.get(labelId);
    const isAssignable = !label || (label.retiredAt === null && !label.neverAssignAutomatically);
    if (isAssignable && prediction.confidence >= (label?.threshold ?? threshold)) {
      return { labelId, labelSource: 'MODEL', needsReview: false };
    }
  }
  return { labelId: null, labelSource: null, needsReview: true };
}
