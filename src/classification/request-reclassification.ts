/** Asks for a reclassification, and stops one. The work itself is the job in reclassify.ts. */
import { countReadyDocuments, type DocumentFilter } from '../documents/list-documents.js';
import { getReadyModelVersion } from '../models/get-model-version.js';
import type { RequireLicence } from '../models/licence.js';
import { findServingModel, requireServable } from '../models/promote-model.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { createId, isId } from '../shared/ids.js';
import {
  createNoModelServesError,
  createNotServingError,
  createReclassificationNotFoundError,
  createReclassificationOverError,
} from './classification.errors.js';
import {
  isReclassificationOver,
  type Reclassification,
  type ReclassificationFact,
} from './reclassification.js';
import {
  insertReclassification,
  lockReclassification,
  updateReclassification,
} from './reclassification.repository.js';

export type RequestReclassification = (request: {
  filter: DocumentFilter;
  isDryRun: boolean;
  /** Null for the serving one. */
  modelVersionId: string | null;
  requestedBy: string;
}) => Promise<Reclassification>;
export type CancelReclassification = (id: string) => Promise<Reclassification>;

/**
 * @returns a function that throws NO_MODEL_SERVES, MODEL_NOT_SERVING where another version than the serving one is given
 * without a dry run, and what promoting that version would throw.
 */
export function createRequestReclassification(dependencies: {
  connection: DatabaseConnection;
  requireLicence: RequireLicence;
  announce: (tx: Transaction, fact: ReclassificationFact) => Promise<void>;
}): RequestReclassification {
  const { connection, requireLicence, announce } = dependencies;
  return ({ filter, isDryRun, modelVersionId, requestedBy }) =>
    connection.transaction(async (tx) => {
      const serving = await findServingModel(tx);
      const version = modelVersionId === null ? serving : await getReadyModelVersion(tx, modelVersionId);
      if (version === null) throw createNoModelServesError();
      requireServable(version, requireLicence);
      if (!isDryRun && version.id !== serving?.id) throw createNotServingError(version.number);
      const total = await countReadyDocuments(tx, filter);
      const request = { id: createId(), isDryRun, modelVersionId: version.id, filter, total, requestedBy };
      const reclassification = await insertReclassification(tx, request);
      await announce(tx, { name: 'reclassificationRequested', reclassificationId: reclassification.id });
      return reclassification;
    });
}

/** @returns a function that throws RECLASSIFICATION_NOT_FOUND and RECLASSIFICATION_OVER. What is done stays done. */
export function createCancelReclassification({
  connection,
}: {
  connection: DatabaseConnection;
}): CancelReclassification {
  return (id) =>
    connection.transaction(async (tx) => {
      const found = isId(id) ? await lockReclassification(tx, id) : null;
      if (found === null) throw createReclassificationNotFoundError(id);
      if (isReclassificationOver(found)) throw createReclassificationOverError(found.number, found.status);
      const now = new Date();
      const isQueued = found.status === 'QUEUED';
      const statusReason = 'Cancelled before it began';
      await updateReclassification(tx, id, {
        cancelRequestedAt: found.cancelRequestedAt ?? now,
        ...(isQueued && { status: 'CANCELLED' as const, statusReason, finishedAt: now }),
      });
      const changed = await lockReclassification(tx, id);
      return changed ?? found;
    });
}
