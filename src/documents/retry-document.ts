/** Tries a failed document again, from the stage that failed. */
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { changeStatus } from './change-status.js';
import { createDocumentNotFoundError, createNothingToRetryError } from './document.errors.js';
import type { Document, DocumentFact } from './document.js';
import { findDocument, listPagesOfDocuments, lockDocument } from './document.repository.js';

export type RetryDocument = (id: string) => Promise<Document>;

/** @returns a function that throws DOCUMENT_NOT_FOUND, or NOTHING_TO_RETRY for a document that has not failed. */
export function createRetryDocument(dependencies: {
  connection: DatabaseConnection;
  announce: (tx: Transaction, fact: DocumentFact) => Promise<void>;
}): RetryDocument {
  const { connection, announce } = dependencies;
  return (id) =>
    connection.transaction(async (tx) => {
      const document = await lockDocument(tx, id);
      if (document === null) throw createDocumentNotFoundError(id);
      if (document.failure === null) throw createNothingToRetryError(document.status);
      const { stage } = document.failure;
      await changeStatus(tx, id, stage === 'RENDERING' ? 'QUEUED' : stage);
      const [pages = []] = await listPagesOfDocuments(tx, [id]);
      await announce(tx, {
        name: 'documentRetried',
        documentId: id,
        stage,
        pageIds: pages.map((page) => page.id),
      });
      return (await findDocument(tx, id)) ?? document;
    });
}
