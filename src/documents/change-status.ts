/** Moves a document from stage to stage. Other features end their stages through it; every move is a live event. */
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { announceEvent } from '../platform/events/event.repository.js';
import { AppError } from '../shared/errors.js';
import type { DocumentStatus, Stage } from './document.js';
import { lockDocument, updateStatus } from './document.repository.js';

/** The status of a document, which no other transaction changes until this one ends; null when it is gone. */
export async function holdStatus(tx: Transaction, documentId: string): Promise<DocumentStatus | null> {
  const document = await lockDocument(tx, documentId);
  return document?.status ?? null;
}

/** Sets the status and clears a former failure. */
export async function changeStatus(
  tx: Transaction,
  documentId: string,
  status: DocumentStatus,
): Promise<void> {
  await updateStatus(tx, documentId, { status, failure: null });
  await announceDocumentUpdated(tx, documentId);
}

/** Tells whoever watches that something about a document has changed. */
export async function announceDocumentUpdated(tx: Transaction, documentId: string): Promise<void> {
  await announceEvent(tx, { topic: 'documentUpdated', id: documentId });
}

export type FailDocument = (documentId: string, stage: Stage, error: unknown) => Promise<void>;

/** Where a document stands whose stage can still fail. */
const statusesOf: Record<Stage, readonly DocumentStatus[]> = {
  RENDERING: ['QUEUED', 'RENDERING'],
  READING: ['READING'],
  CLASSIFYING: ['CLASSIFYING'],
};

/**
 * @returns a function that marks a document FAILED; what an internal fault says is not shown. A document that has left
 * the stage stays as it is: what comes late, or only failed to score a ready document anew, is no failure of it.
 */
export function createFailDocument({ connection }: { connection: DatabaseConnection }): FailDocument {
  return async (documentId, stage, error) => {
    const isPublic = error instanceof AppError && error.isPublic;
    const failure = {
      code: isPublic ? error.code : 'INTERNAL_ERROR',
      message: isPublic
        ? error.message
        : `${describeStage(stage)} failed on our side, at every try; the log has the details`,
      stage,
      retryable: isPublic ? error.retryable : true,
    };
    await connection.transaction(async (tx) => {
      const document = await lockDocument(tx, documentId);
      if (document === null || !statusesOf[stage].includes(document.status)) return;
      await updateStatus(tx, documentId, { status: 'FAILED', failure });
      await announceDocumentUpdated(tx, documentId);
    });
  };
}

function describeStage(stage: Stage): string {
  return { RENDERING: 'Rendering its pages', READING: 'Reading its words', CLASSIFYING: 'Classifying it' }[
    stage
  ];
}
