/** A person's word on a document, kept beside the predictions: confirmed or corrected, never overwritten. */
import { announceDocumentUpdated, holdStatus } from '../documents/change-status.js';
import { createDocumentNotFoundError } from '../documents/document.errors.js';
import type { Document } from '../documents/document.js';
import { findDocumentById, setEffectiveLabel } from '../documents/document-access.js';
import { getUsableLabel } from '../labels/get-label.js';
import { findServingModel } from '../models/promote-model.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { createId, isId } from '../shared/ids.js';
import { storableText } from '../shared/storable-text.js';
import { createNothingToConfirmError } from './classification.errors.js';
import { findDocumentPrediction } from './classification.repository.js';
import { findNewestDecision, insertDecision } from './decision.repository.js';
import { type ClassificationFact, effectiveLabel, type Prediction } from './prediction.js';

type Decision = { documentId: string; labelId: string; decidedBy: string; note: string | null };

export type CorrectLabel = (decision: Decision) => Promise<Document>;
export type ConfirmLabel = (decision: Omit<Decision, 'labelId'>) => Promise<Document>;
/** Records a decision in the caller's transaction. */
export type RecordDecision = (tx: Transaction, decision: Decision) => Promise<void>;
/** Works out the effective label of a document anew, after a decision or a prediction. */
export type RefreshLabel = (tx: Transaction, documentId: string) => Promise<void>;

type Dependencies = {
  connection: DatabaseConnection;
  announce: (tx: Transaction, fact: ClassificationFact) => Promise<void>;
  threshold: number;
};

export function createRefreshLabel({ threshold }: Pick<Dependencies, 'threshold'>): RefreshLabel {
  return async (tx, documentId) => {
    const decision = await findNewestDecision(tx, documentId);
    const prediction = await findServingPrediction(tx, documentId);
    await setEffectiveLabel(tx, documentId, effectiveLabel({ decision, prediction, threshold }));
  };
}

export function createRecordDecision(dependencies: Dependencies): RecordDecision {
  const refreshLabel = createRefreshLabel(dependencies);
  return async (tx, { documentId, labelId, decidedBy, note }) => {
    const document = await getHeldDocument(tx, documentId);
    const prediction = await findServingPrediction(tx, documentId);
    await insertDecision(tx, {
      id: createId(),
      documentId,
      labelId,
      previousLabelId: document.labelId,
      predictionId: prediction?.id ?? null,
      decidedBy,
      note: note && storableText(note),
    });
    await refreshLabel(tx, documentId);
    await announceDocumentUpdated(tx, documentId);
    await dependencies.announce(tx, { name: 'labelDecided', documentId, labelId });
  };
}

/** @returns a function that throws DOCUMENT_NOT_FOUND, LABEL_NOT_FOUND or LABEL_RETIRED. */
export function createCorrectLabel(dependencies: Dependencies): CorrectLabel {
  const record = createRecordDecision(dependencies);
  return (decision) =>
    dependencies.connection.transaction(async (tx) => {
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
      const document = await getHeldDocument(tx, decision.documentId);
      const labelId = document.labelId ?? (await findServingPrediction(tx, document.id))?.labelId;
      if (labelId === undefined) throw createNothingToConfirmError();
      const label = await getUsableLabel(tx, labelId);
      await record(tx, { ...decision, labelId: label.id });
      return await getHeldDocument(tx, document.id);
    });
}

async function findServingPrediction(tx: Transaction, documentId: string): Promise<Prediction | null> {
  const serving = await findServingModel(tx);
  return serving && (await findDocumentPrediction(tx, documentId, serving.id));
}

/** A document that no other transaction changes until this one ends. */
async function getHeldDocument(tx: Transaction, id: string): Promise<Document> {
  const status = isId(id) ? await holdStatus(tx, id) : null;
  const document = status === null ? null : await findDocumentById(tx, id);
  if (document === null) throw createDocumentNotFoundError(id);
  return document;
}
