/**
 * The job that lets the model in the shadow score an upload that the serving model has just scored. What it says is kept apart
 * from the predictions: no label follows from it, and a document is never touched, nor failed when the shadow fails.
 */
import { findDocumentWithPages } from '../documents/document-access.js';
import { holdLabelSet } from '../labels/get-label.js';
import { findShadowModel } from '../models/shadow-model.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { type JobHandler, jobDone, jobSkipped } from '../platform/jobs/job.js';
import type { Log } from '../platform/log.js';
import { messageOf } from '../shared/errors.js';
import { scoreInShadowJob } from './classification.jobs.js';
import { listDocumentPredictions } from './classification.repository.js';
import type { EncodeStoredPage } from './encode-page.js';
import type { ModelHolder } from './model-holder.js';
import { readPredictions } from './read-predictions.js';
import { createScoreDocument, maskPredictions } from './score-document.js';
import { hasShadowPrediction, insertShadowPrediction } from './shadow.repository.js';

export function createScoreInShadow(dependencies: {
  connection: DatabaseConnection;
  encodePage: EncodeStoredPage;
  /** Holds models that do not serve. */
  candidateHolder: ModelHolder;
  log: Log;
}): JobHandler<{ documentId: string; modelVersionId: string }> {
  const { connection, candidateHolder, log } = dependencies;
  const { database } = connection;
  const scoreDocument = createScoreDocument(dependencies);
  return {
    definition: scoreInShadowJob,
    async run({ documentId, modelVersionId }, { signal }) {
      const found = await findDocumentWithPages(database, documentId);
      if (found === null) return jobSkipped('the document is gone');
      if (await hasShadowPrediction(database, documentId, modelVersionId)) return jobDone;
      const findModel = async () => {
        const shadow = await findShadowModel(database);
        return shadow?.id === modelVersionId ? shadow : null;
      };
      const scored = await candidateHolder.withModel(findModel, async (model) => ({
        labelIds: model.labelIds,
        predictions: await scoreDocument(model, documentId, found.pages, signal),
      }));
      if (scored === null) return jobSkipped('the model is no longer in the shadow');
      await connection.transaction(async (tx) => {
        const labels = await holdLabelSet(tx);
        const [ofDocument = []] = await listDocumentPredictions(tx, [documentId]);
        // The newest: should another model serve by now, it is the one that the job followed or that came after it.
        const [serving] = await readPredictions(
          tx,
          ofDocument.filter((prediction) => prediction.modelVersionId !== modelVersionId).slice(0, 1),
          labels,
        );
        const whole = maskPredictions(scored.predictions, scored.labelIds, labels).at(-1);
        // Purged meanwhile, with all that was said of it.
        if (!serving || !whole) return;
        const { pageId, embedding, noneOfTheseScore, ...prediction } = whole;
        await insertShadowPrediction(tx, {
          ...prediction,
          servingModelId: serving.modelVersionId,
          servingLabelId: serving.labelId,
          servingConfidence: serving.confidence,
        });
      });
      return jobDone;
    },
    async giveUp({ documentId, modelVersionId }, error) {
      log.error({ documentId, modelVersionId, error: messageOf(error) }, 'the model in the shadow failed');
    },
  };
}
