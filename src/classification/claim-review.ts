/** Who has which documents before them: two reviewers are never given the same one. A claim ends by a decision, by time, or by hand. */
import type { Document } from '../documents/document.js';
import { listDocumentsById } from '../documents/document-access.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { isId } from '../shared/ids.js';
import { storableText } from '../shared/storable-text.js';
import { createInvalidClaimError } from './classification.errors.js';
import { listReviewQueue } from './review-queue.js';
import {
  deleteClaimsOf,
  listClaimedBy,
  lockClaims,
  type Uncertainty,
  upsertClaims,
} from './review-queue.repository.js';

export type ClaimReview = (request: {
  reviewer: string;
  first: number;
  uncertainty: Uncertainty;
}) => Promise<Document[]>;
/** Says how many claims there were. */
export type ReleaseReview = (request: {
  reviewer: string;
  documentIds: readonly string[];
}) => Promise<number>;

// What a person looks at in a sitting; more would keep others from it.
const mostClaims = 100;
const maxReviewerCharacters = 200;

/**
 * @returns a function that gives a reviewer documents to look at: those they hold already, for another lease, then the next
 * of the queue that nobody else holds. It throws INVALID_CLAIM.
 */
export function createClaimReview(dependencies: {
  connection: DatabaseConnection;
  leaseMs: number;
  randomShare: number;
}): ClaimReview {
  const { connection, leaseMs, randomShare: share } = dependencies;
  return async ({ reviewer: sentReviewer, first, uncertainty }) => {
    const reviewer = cleanReviewer(sentReviewer);
    if (first < 1 || first > mostClaims) {
      throw createInvalidClaimError(`first must be from 1 to ${mostClaims}, not ${first}`);
    }
    return await connection.transaction(async (tx) => {
      await lockClaims(tx);
      const now = new Date();
      const held = (await listClaimedBy(tx, reviewer, now)).slice(0, first);
      const isHeld = new Set(held);
      const queue = await listReviewQueue(tx, {
        uncertainty,
        share,
        // Those held may stand at the front.
        first: first + held.length,
        after: null,
        notClaimedFrom: reviewer,
      });
      const next = queue.rows.map(({ documentId }) => documentId).filter((id) => !isHeld.has(id));
      const documentIds = [...held, ...next].slice(0, first);
      const expiresAt = new Date(now.getTime() + leaseMs);
      await upsertClaims(tx, { documentIds, reviewer, now, expiresAt });
      return await listDocumentsById(tx, documentIds);
    });
  };
}

/** @returns a function that lets documents go that a reviewer holds. It throws INVALID_CLAIM for a name that none can have. */
export function createReleaseReview({ connection }: { connection: DatabaseConnection }): ReleaseReview {
  return async ({ reviewer, documentIds }) =>
    await deleteClaimsOf(connection.database, cleanReviewer(reviewer), documentIds.filter(isId));
}

function cleanReviewer(sent: string): string {
  const reviewer = storableText(sent).trim();
  if (reviewer === '' || reviewer.length > maxReviewerCharacters) {
    throw createInvalidClaimError(
      `a reviewer's name has 1 to ${maxReviewerCharacters} characters, not ${reviewer.length}`,
    );
  }
  return reviewer;
}
