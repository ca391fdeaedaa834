/**
 * A person takes a document apart, or takes that back. Each part is a document of its own: it keeps the images and words of
 * its pages, so that nothing is read again, and what the person says it is counts as a decision. It stays in the group of the
 * original, so that two parts of one file never stand on both sides when a model is measured.
 */
import { createPartChangedError } from '../../documents/document.errors.js';
import type { Document, DocumentFact } from '../../documents/document.js';
import { getDocumentsById } from '../../documents/document-access.js';
import { holdParts, makeParts, rangeOfPart, withdrawParts } from '../../documents/document-parts.js';
import { describeRange, type PageRange } from '../../documents/document-split.js';
import { groupParts, holdDuplicateGroups } from '../../documents/group-duplicates.js';
import { getUsableLabel, holdLabelSet } from '../../labels/get-label.js';
import { copyWordsOfPages } from '../../ocr/words-of-pages.js';
import type { DatabaseConnection, Transaction } from '../../platform/database/database.js';
import type { RefreshLabel } from '../assign-labels.js';
import type { RecordDecision } from '../decide-label.js';
import { listDecisions } from '../decision.repository.js';
import { deleteClaim } from '../review-queue.repository.js';

/** What a person wants to be a document of its own; without a label it is classified like an upload. */
type RequestedPart = PageRange & { labelId: string | null; filename: string | null };

export type SplitDocument = (request: {
  documentId: string;
  parts: readonly RequestedPart[];
  splitBy: string;
}) => Promise<Document>;

export type UnsplitDocument = (request: { documentId: string; undoneBy: string }) => Promise<Document>;

type Announce = (tx: Transaction, fact: DocumentFact) => Promise<void>;

/**
 * @returns a function that throws DOCUMENT_NOT_FOUND, DOCUMENT_SPLIT (of two at once, the second), DOCUMENT_WITHDRAWN,
 * DOCUMENT_NOT_READY, INVALID_SPLIT, LABEL_NOT_FOUND or LABEL_RETIRED; nothing is split then.
 */
export function createSplitDocument(dependencies: {
  connection: DatabaseConnection;
  recordDecision: RecordDecision;
  announce: Announce;
}): SplitDocument {
  const { connection, recordDecision, announce } = dependencies;
  return ({ documentId, parts: requested, splitBy }) =>
    connection.transaction(async (tx) => {
      await holdLabelSet(tx);
      const labelled = new Map<number, string>();
      for (const { labelId, firstPage } of requested) {
        if (labelId !== null) labelled.set(firstPage, (await getUsableLabel(tx, labelId)).id);
      }
      // Before the document, as those who compare documents do.
      await holdDuplicateGroups(tx);
      const planned = requested.map(({ labelId, ...part }) => ({ ...part, isLabelled: labelId !== null }));
      const { parts, pages } = await makeParts(tx, documentId, planned, splitBy);
      await copyWordsOfPages(tx, pages);
      const partIds = parts.map(({ id }) => id);
      await groupParts(tx, documentId, partIds);
      for (const { id, range } of parts) {
        const labelId = labelled.get(range.firstPage);
        if (labelId === undefined) continue;
        await recordDecision(tx, { documentId: id, labelId, decidedBy: splitBy, note: null });
      }
      await deleteClaim(tx, documentId);
      await announce(tx, { name: 'documentSplit', documentId, partIds });
      return await getDocument(tx, documentId);
    });
}

/**
 * @returns a function that lets the original stand again; its parts remain, as WITHDRAWN. It throws DOCUMENT_NOT_FOUND,
 * NOT_SPLIT, and PART_CHANGED while a part has been split itself or decided since: that work would be out of sight.
 */
export function createUnsplitDocument(dependencies: {
  connection: DatabaseConnection;
  refreshLabel: RefreshLabel;
  announce: Announce;
}): UnsplitDocument {
  const { connection, refreshLabel, announce } = dependencies;
  return ({ documentId, undoneBy }) =>
    connection.transaction(async (tx) => {
      await holdLabelSet(tx);
      const { split, parts } = await holdParts(tx, documentId);
      const decisions = await listDecisions(
        tx,
        parts.map(({ id }) => id),
      );
      for (const [index, part] of parts.entries()) {
        const range = describeRange(rangeOfPart(part) ?? { firstPage: 1, lastPage: 1 });
        if (part.status === 'SPLIT') throw createPartChangedError(range, 'has been split itself');
        const made = decisions[index] ?? [];
        // Newest first: the split's own is the last.
        const later = part.isLabelledBySplit ? made.slice(0, -1) : made;
        if (later.some(({ revocation }) => revocation === null)) {
          throw createPartChangedError(range, 'has been decided');
        }
      }
      for (const { id } of parts) await deleteClaim(tx, id);
      await withdrawParts(tx, split, parts, undoneBy);
      await refreshLabel(tx, documentId);
      await announce(tx, { name: 'splitUndone', documentId });
      return await getDocument(tx, documentId);
    });
}

async function getDocument(tx: Transaction, id: string): Promise<Document> {
  const [document] = await getDocumentsById(tx, [id]);
  if (!document) throw new Error(`document ${id} is gone`);
  return document;
}
