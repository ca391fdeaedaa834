/**
 * The job of a reclassification: a part of its documents, one after the other in the order of their ids, each in a transaction
 * that also moves the place where the next try goes on. A document that a person has decided is left alone. A dry run writes
 * no prediction and changes no document; else each gets the label that follows from what the serving model says.
 */
import { announceDocumentUpdated, holdStatus } from '../documents/change-status.js';
import type { Document } from '../documents/document.js';
import { findDocumentById, findDocumentWithPages } from '../documents/document-access.js';
import { listReadyDocuments } from '../documents/list-documents.js';
import { holdLabelSet } from '../labels/get-label.js';
import { getReadyModelVersion } from '../models/get-model-version.js';
import { findServingModel } from '../models/promote-model.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { type JobHandler, jobDone, jobSkipped } from '../platform/jobs/job.js';
import { AppError } from '../shared/errors.js';
import type { RefreshLabel } from './assign-labels.js';
import { reclassifyJob } from './classification.jobs.js';
import {
  findDocumentPrediction,
  insertPredictions,
  type NewPrediction,
} from './classification.repository.js';
import { findNewestDecision } from './decision.repository.js';
import type { EncodeStoredPage } from './encode-page.js';
import type { LoadedModel, ModelHolder } from './model-holder.js';
import { type AssignmentRules, effectiveLabel, type Prediction } from './prediction.js';
import { readPredictions } from './read-predictions.js';
import {
  isReclassificationOver,
  type Reclassification,
  type ReclassificationFact,
  type ReclassificationStatus,
} from './reclassification.js';
import {
  insertReclassificationItem,
  lockReclassification,
  updateReclassification,
} from './reclassification.repository.js';
import { createScoreDocument, maskPredictions } from './score-document.js';
import type { ServingClassifier } from './serving-classifier.js';

/** What the model says of a document: what it has said before, or what is new. Null for a document that it need not score. */
type Scored = { known: Prediction | null; fresh: NewPrediction[]; labelIds: readonly string[] } | null;

// Of one job: seconds of work, so that other jobs have their turn and a killed worker has little to do again.
const documentsAtOnce = 20;

export function createReclassify(
  dependencies: AssignmentRules & {
    connection: DatabaseConnection;
    encodePage: EncodeStoredPage;
    servingClassifier: ServingClassifier;
    /** Holds models that do not serve. */
    candidateHolder: ModelHolder;
    refreshLabel: RefreshLabel;
    announce: (tx: Transaction, fact: ReclassificationFact) => Promise<void>;
  },
): JobHandler<{ reclassificationId: string }> {
  const { connection, servingClassifier, candidateHolder, refreshLabel, announce } = dependencies;
  const { threshold, noneOfTheseThreshold } = dependencies;
  const rules = { threshold, noneOfTheseThreshold };
  const { database } = connection;
  const scoreDocument = createScoreDocument(dependencies);

  const end = async (
    tx: Transaction,
    id: string,
    status: ReclassificationStatus,
    statusReason: string | null,
  ) => {
    await updateReclassification(tx, id, { status, statusReason, finishedAt: new Date() });
  };

  /** Holds what is not over and may go on; null where it has ended, or ends now. */
  const hold = async (tx: Transaction, id: string): Promise<Reclassification | null> => {
    const found = await lockReclassification(tx, id);
    if (found === null || isReclassificationOver(found)) return null;
    if (found.cancelRequestedAt !== null) {
      await end(tx, id, 'CANCELLED', 'Cancelled while it ran');
      return null;
    }
    if (!found.isDryRun && (await findServingModel(tx))?.id !== found.modelVersionId) {
      await end(
        tx,
        id,
        'CANCELLED',
        'Another model serves by now, and scores what nobody has decided by itself',
      );
      return null;
    }
    return found;
  };

  const begin = (id: string) =>
    connection.transaction(async (tx) => {
      const found = await hold(tx, id);
      if (found?.status === 'QUEUED') {
        await updateReclassification(tx, id, { status: 'RUNNING', startedAt: new Date() });
      }
      return found;
    });

  /** The serving model is in memory for uploads already; any other is held apart from it. */
  const withModel = async <Result>(
    modelVersionId: string,
    use: (model: LoadedModel) => Promise<Result>,
  ): Promise<Result | null> => {
    const isServing = (await findServingModel(database))?.id === modelVersionId;
    const byServing = isServing
      ? await servingClassifier.withServingModel(async (model) =>
          // Null when another has begun to serve since.
          model.version.id === modelVersionId ? await use(model) : null,
        )
      : null;
    const findModel = () => getReadyModelVersion(database, modelVersionId);
    return byServing ?? (await candidateHolder.withModel(findModel, use));
  };

  const score = async (modelVersionId: string, document: Document, signal: AbortSignal): Promise<Scored> => {
    if ((await findNewestDecision(database, document.id)) !== null) return null;
    const known = await findDocumentPrediction(database, document.id, modelVersionId);
    if (known) return { known, fresh: [], labelIds: [] };
    const found = await findDocumentWithPages(database, document.id);
    if (found === null) return null;
    return await withModel(modelVersionId, async (model) => ({
      known: null,
      fresh: await scoreDocument(model, document.id, found.pages, signal),
      labelIds: model.labelIds,
    }));
  };

  /** Keeps what becomes of a document; false when the reclassification ends before it. */
  const keep = (id: string, documentId: string, scored: Scored): Promise<boolean> =>
    connection.transaction(async (tx) => {
      const labels = await holdLabelSet(tx);
      const held = await hold(tx, id);
      if (held === null) return false;
      // Another try was quicker.
      if (held.position !== null && held.position >= documentId) return true;
      const isThere = (await holdStatus(tx, documentId)) !== null;
      const document = isThere ? await findDocumentById(tx, documentId) : null;
      const isDecided = (await findNewestDecision(tx, documentId)) !== null;
      const masked = scored ? maskPredictions(scored.fresh, scored.labelIds, labels) : [];
      const said = scored?.known ?? masked.at(-1);
      const done = { position: documentId, done: held.done + 1 };
      if (document && said && !isDecided) {
        if (!held.isDryRun) {
          await insertPredictions(tx, masked);
          await refreshLabel(tx, documentId);
          await announceDocumentUpdated(tx, documentId);
        }
        const [prediction = null] = await readPredictions(tx, [{ createdAt: new Date(), ...said }], labels);
        const { labelId } = effectiveLabel({ decision: null, prediction, labels, ...rules });
        await insertReclassificationItem(tx, {
          reclassificationId: id,
          documentId,
          fromLabelId: document.labelId,
          toLabelId: labelId,
          confidence: prediction?.confidence ?? said.confidence,
        });
      }
      await updateReclassification(tx, id, { ...done, decided: held.decided + (isDecided ? 1 : 0) });
      return true;
    });

  return {
    definition: reclassifyJob,
    async run({ reclassificationId: id }, { signal }) {
      const begun = await begin(id);
      if (begun === null) return jobSkipped('the reclassification is over');
      const { filter, position, modelVersionId } = begun;
      const documents = await listReadyDocuments(database, {
        filter,
        after: position,
        limit: documentsAtOnce,
      });
      for (const document of documents) {
        signal.throwIfAborted();
        const scored = await score(modelVersionId, document, signal);
        if (!(await keep(id, document.id, scored))) return jobDone;
      }
      await connection.transaction(async (tx) => {
        if ((await hold(tx, id)) === null) return;
        if (documents.length < documentsAtOnce) await end(tx, id, 'SUCCEEDED', null);
        else await announce(tx, { name: 'reclassificationContinues', reclassificationId: id });
      });
      return jobDone;
    },
    async giveUp({ reclassificationId: id }, error) {
      const isPublic = error instanceof AppError && error.isPublic;
      const reason = isPublic ? error.message : 'Failed on our side, at every try; the log has the details';
      await connection.transaction(async (tx) => {
        const found = await lockReclassification(tx, id);
        if (found && !isReclassificationOver(found)) await end(tx, id, 'FAILED', reason);
      });
    },
  };
}
