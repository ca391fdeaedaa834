/** Many decisions in one request: each document by itself, so that one that fails keeps no other back. */
import type { Document } from '../documents/document.js';
import type { Log } from '../platform/log.js';
import { AppError } from '../shared/errors.js';
import { createTooManyDocumentsError } from './classification.errors.js';
import type { ConfirmLabel, CorrectLabel } from './decide-label.js';

/** Of one document: the document or an error. */
export type DecisionResult = {
  documentId: string;
  document: Document | null;
  error: { code: string; message: string } | null;
};

type Signature = { decidedBy: string; note: string | null };

export type ConfirmLabels = (
  request: Signature & { documentIds: readonly string[] },
) => Promise<DecisionResult[]>;
export type CorrectLabels = (
  request: { decidedBy: string } & {
    corrections: readonly { documentId: string; labelId: string; note: string | null }[];
  },
) => Promise<DecisionResult[]>;

// A request of a few seconds; whoever has more sends more requests.
const mostDocuments = 500;

/** @returns a function that answers in the order of the documents, and throws TOO_MANY_DOCUMENTS. */
export function createConfirmLabels(dependencies: { confirmLabel: ConfirmLabel; log: Log }): ConfirmLabels {
  const { confirmLabel, log } = dependencies;
  return ({ documentIds, decidedBy, note }) =>
    decideEach(documentIds, log, (documentId) => confirmLabel({ documentId, decidedBy, note }));
}

/** @returns a function that answers in the order of the corrections, and throws TOO_MANY_DOCUMENTS. */
export function createCorrectLabels(dependencies: { correctLabel: CorrectLabel; log: Log }): CorrectLabels {
  const { correctLabel, log } = dependencies;
  return ({ corrections, decidedBy }) => {
    const documentIds = corrections.map(({ documentId }) => documentId);
    return decideEach(documentIds, log, (documentId, index) => {
      const { labelId = '', note = null } = corrections[index] ?? {};
      return correctLabel({ documentId, labelId, decidedBy, note });
    });
  };
}

async function decideEach(
  documentIds: readonly string[],
  log: Log,
  decide: (documentId: string, index: number) => Promise<Document>,
): Promise<DecisionResult[]> {
  if (documentIds.length > mostDocuments)
    throw createTooManyDocumentsError(mostDocuments, documentIds.length);
  const results: DecisionResult[] = [];
  // One after the other: a document that is named twice is decided in the order given.
  for (const [index, documentId] of documentIds.entries()) {
    try {
      results.push({ documentId, document: await decide(documentId, index), error: null });
    } catch (error) {
      const isPublic = error instanceof AppError && error.isPublic;
      if (!isPublic) log.error({ err: error, documentId }, 'a decision could not be kept');
      const { code, message } = isPublic
        ? error
        : { code: 'INTERNAL_ERROR', message: 'The decision could not be kept. Send it again' };
      results.push({ documentId, document: null, error: { code, message } });
    }
  }
  return results;
}
