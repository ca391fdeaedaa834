/** The job that lets the serving model say what a document is: every page, then the whole. */
import {
  announceDocumentUpdated,
  changeStatus,
  type FailDocument,
  holdStatus,
} from '../documents/change-status.js';
import { findDocumentWithPages } from '../documents/document-access.js';
import { holdLabelSet } from '../labels/get-label.js';
import { findShadowModel } from '../models/shadow-model.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { type JobHandler, jobDone, jobSkipped } from '../platform/jobs/job.js';
import type { RefreshLabel } from './assign-labels.js';
import { classifyDocumentJob } from './classification.jobs.js';
import { findDocumentPrediction, insertPredictions } from './classification.repository.js';
import type { EncodeStoredPage } from './encode-page.js';
import type { ClassificationFact } from './prediction.js';
import { createScoreDocument, maskPredictions } from './score-document.js';
import type { ServingClassifier } from './serving-classifier.js';

export function createClassifyDocument(dependencies: {
  connection: DatabaseConnection;
  encodePage: EncodeStoredPage;
  servingClassifier: ServingClassifier;
  refreshLabel: RefreshLabel;
  failDocument: FailDocument;
  announce: (tx: Transaction, fact: ClassificationFact) => Promise<void>;
}): JobHandler<{ documentId: string }> {
  const { connection, servingClassifier, refreshLabel, failDocument, announce } = dependencies;
  const scoreDocument = createScoreDocument(dependencies);

  /** Only uploads: a backlog that is scored anew would keep the shadow busy for nothing new. */
  const wantShadow = async (tx: Transaction, documentId: string) => {
    const shadow = await findShadowModel(tx);
    if (shadow) await announce(tx, { name: 'shadowScoreWanted', documentId, modelVersionId: shadow.id });
  };

  return {
    definition: classifyDocumentJob,
    async run({ documentId }, { signal }) {
      const found = await findDocumentWithPages(connection.database, documentId);
      if (found === null) return jobSkipped('the document is gone');
      const { document, pages } = found;
      if (document.status !== 'CLASSIFYING' && document.status !== 'READY') {
        return jobSkipped(`the document is ${document.status}`);
      }
      const scored = await servingClassifier.withServingModel(async (model) => {
        const { version, labelIds } = model;
        const known = await findDocumentPrediction(connection.database, documentId, version.id);
        const predictions = known ? [] : await scoreDocument(model, documentId, pages, signal);
        return { labelIds, predictions };
      });
      await connection.transaction(async (tx) => {
        // As the label set is when the scores are kept, not when they were computed: a label that is retired takes no more.
        const labels = await holdLabelSet(tx);
        const status = await holdStatus(tx, documentId);
        if (status === null) return;
        const { labelIds, predictions } = scored ?? { labelIds: [], predictions: [] };
        await insertPredictions(tx, maskPredictions(predictions, labelIds, labels));
        await refreshLabel(tx, documentId);
        if (status === 'CLASSIFYING') {
          await changeStatus(tx, documentId, 'READY');
          if (scored !== null) await wantShadow(tx, documentId);
        } else await announceDocumentUpdated(tx, documentId);
      });
      return scored === null ? jobSkipped('no model serves yet') : jobDone;
    },
    giveUp: ({ documentId }, error) => failDocument(documentId, 'CLASSIFYING', error),
  };
}
