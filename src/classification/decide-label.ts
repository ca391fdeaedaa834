/**
 * A person's word on a document, kept beside the predictions: confirmed, corrected or taken back, never overwritten. Each
 * decision keeps who, when, the label before, what the model had said, and a note.
 */
import { announceDocumentUpdated, holdStatus } from '../documents/change-status.js';
import { createDocumentNotFoundError } from '../documents/document.errors.js';
import type { Document } from '../documents/document.js';
import { findDocumentById, requireStanding } from '../documents/document-access.js';
import { getUsableLabel, holdLabelSet } from '../labels/get-label.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { createId, isId } from '../shared/ids.js';
import { storableText } from '../shared/storable-text.js';
import { createRefreshLabel, findServingPrediction } from './assign-labels.js';
import {
  createDecisionChangedError,
  createNothingToConfirmError,
  createNothingToUndoError,
} from './classification.errors.js';
import { findNewestDecision, insertDecision, insertRevocation } from './decision.repository.js';
import type { AssignmentRules, ClassificationFact } from './prediction.js';
import { deleteClaim, findReviewDraw } from './review-queue.repository.js';

type Decision = { documentId: string; labelId: string; decidedBy: string; note: string | null };

export type CorrectLabel = (decision: Decision) => Promise<Document>;
export type ConfirmLabel = (decision: Omit<Decision, 'labelId'>) => Promise<Document>;
export type UndoDecision = (request: {
  documentId: string;
  /** The decision that is meant, so that nobody takes back what another has decided meanwhile; null for the newest. */
  decisionId: string | null;
  revokedBy: string;
  note: string | null;
}) => Promise<Document>;
/** Records a decision in the caller's transaction. */
export type RecordDecision = (tx: Transaction, decision: Decision) => Promise<void>;

type Dependencies = AssignmentRules & {
  connection: DatabaseConnection;
  announce: (tx: Transaction, fact: ClassificationFact) => Promise<void>;
  /** Of the documents that a model has labelled, the share that people look at all the same: 0 to 1. */
  randomShare: number;
};

export function createRecordDecision(dependencies: Omit<Dependencies, 'connection'>): RecordDecision {
  const refreshLabel = createRefreshLabel(dependencies);
  return async (tx, { documentId, labelId, decidedBy, note }) => {
    await holdLabelSet(tx);
    const document = await getHeldDocument(tx, documentId);
    const prediction = await findServingPrediction(tx, documentId);
    const isSample =
      document.labelSource === 'MODEL' && (await findReviewDraw(tx, documentId)) < dependencies.randomShare;
    await insertDecision(tx, {
      id: createId(),
      documentId,
      labelId,
      previousLabelId: document.labelId,
      predictionId: prediction?.id ?? null,
      decidedBy,
      note: note && storableText(note),
      isSample,
    });
    await deleteClaim(tx, documentId);
    await refreshLabel(tx, documentId);
    await announceDocumentUpdated(tx, documentId);
    await dependencies.announce(tx, { name: 'labelDecided', documentId, labelId });
  };
}

/** @returns a function that throws DOCUMENT_NOT_FOUND, DOCUMENT_SPLIT, LABEL_NOT_FOUND or LABEL_RETIRED. */
export function createCorrectLabel(dependencies: Dependencies): CorrectLabel {
  const record = createRecordDecision(dependencies);
  return (decision) =>
    dependencies.connection.transaction(async (tx) => {
      await holdLabelSet(tx);
      await getHeldDocument(tx, decision.documentId);
      const label = await getUsableLabel(tx, decision.labelId);
      await record(tx, { ...decision, labelId: label.id });
      return await getHeldDocument(tx, decision.documentId);
    });
}

/**
 * @returns a function that confirms the effective label, or where there is none yet the label of the prediction, and
 * throws DOCUMENT_NOT_FOUND, NOTHING_TO_CONFIRM or LABEL_RETIRED.
 */
export function createConfirmLabel(dependencies: Dependencies): ConfirmLabel {
  const record = createRecordDecision(dependencies);
  return (decision) =>
    dependencies.connection.transaction(async (tx) => {
      await holdLabelSet(tx);
      const document = await getHeldDocument(tx, decision.documentId);
      const labelId = document.labelId ?? (await findServingPrediction(tx, document.id))?.labelId;
      if (labelId === undefined) throw createNothingToConfirmError();
      const label = await getUsableLabel(tx, labelId);
      await record(tx, { ...decision, labelId: label.id });
      return await getHeldDocument(tx, document.id);
    });
}

/**
 * @returns a function that takes back the newest decision that stands: a row that revokes it is added, and the document has
 * the label again that the decision before, or the prediction, gives it. It throws DOCUMENT_NOT_FOUND, NOTHING_TO_UNDO, and
 * DECISION_CHANGED when another decision than the one meant is the newest.
 */
export function createUndoDecision(dependencies: Omit<Dependencies, 'randomShare'>): UndoDecision {
  const { connection, announce } = dependencies;
  const refreshLabel = createRefreshLabel(dependencies);
  return ({ documentId, decisionId, revokedBy, note }) =>
    connection.transaction(async (tx) => {
      await holdLabelSet(tx);
      await getHeldDocument(tx, documentId);
      const decision = await findNewestDecision(tx, documentId);
      if (decision === null) throw createNothingToUndoError();
      if (decisionId !== null && decision.id !== decisionId) throw createDecisionChangedError();
      await insertRevocation(tx, { decisionId: decision.id, revokedBy, note: note && storableText(note) });
      await refreshLabel(tx, documentId);
      await announceDocumentUpdated(tx, documentId);
      await announce(tx, { name: 'decisionRevoked', documentId });
      return await getHeldDocument(tx, documentId);
    });
}

/** A document that no other transaction changes until this one ends, and for which no other stands. */
async function getHeldDocument(tx: Transaction, id: string): Promise<Document> {
  const status = isId(id) ? await holdStatus(tx, id) : null;
  const document = status === null ? null : await findDocumentById(tx, id);
  if (document === null) throw createDocumentNotFoundError(id);
  return requireStanding(document);
}
