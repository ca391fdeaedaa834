/** The job that lets the serving model say what a document is: every page, then the whole. */
import {
  announceDocumentUpdated,
  changeStatus,
  type FailDocument,
  holdStatus,
} from '../documents/change-status.js';
import type { Page } from '../documents/document.js';
import { findDocumentWithPages } from '../documents/document-access.js';
import { holdLabelSet } from '../labels/get-label.js';
import { joinPageProbabilities, softmax } from '../layoutlmv2/probability.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { type JobHandler, jobDone, jobSkipped } from '../platform/jobs/job.js';
import { createId } from '../shared/ids.js';
import type { RefreshLabel } from './assign-labels.js';
import { classifyDocumentJob } from './classification.jobs.js';
import {
  findDocumentPrediction,
  insertPredictions,
  type NewPrediction,
} from './classification.repository.js';
import { joinEmbeddings, packPageEmbedding } from './embedding.js';
import type { EncodeStoredPage } from './encode-page.js';
import { maskScores } from './label-scores.js';
import { describeScores } from './prediction.js';
import type { LoadedModel, ServingClassifier } from './serving-classifier.js';

// Pages of a document encoded and scored at once: few page images in memory, and with those of other jobs enough for a batch.
const pagesAtOnce = 4;

export function createClassifyDocument(dependencies: {
  connection: DatabaseConnection;
  encodePage: EncodeStoredPage;
  servingClassifier: ServingClassifier;
  refreshLabel: RefreshLabel;
  failDocument: FailDocument;
}): JobHandler<{ documentId: string }> {
  const { connection, encodePage, servingClassifier, refreshLabel, failDocument } = dependencies;

  const predictPages = async (
    model: LoadedModel,
    documentId: string,
    pages: readonly Page[],
    signal: AbortSignal,
  ) => {
    const { version, labelIds, tokenizer, classifier, engine } = model;
    const predictions: NewPrediction[] = [];
    for (let start = 0; start < pages.length; start += pagesAtOnce) {
      signal.throwIfAborted();
      const part = pages.slice(start, start + pagesAtOnce);
      const encoded = await Promise.all(
        part.map((page) => encodePage(page, tokenizer, { maxTokens: version.maxTokens })),
      );
      const results = await classifier.classify(encoded);
      for (const [index, { logits, embedding, durationMs }] of results.entries()) {
        predictions.push({
          id: createId(),
          documentId,
          pageId: part[index]?.id ?? null,
          modelVersionId: version.id,
          ...describeScores(softmax(logits), labelIds),
          engine: engine.name,
          device: engine.device,
          durationMs,
          truncatedTokens: encoded[index]?.truncatedTokens ?? 0,
          embedding: packPageEmbedding(embedding),
        });
      }
    }
    return predictions;
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
        if (known) return { labelIds, predictions: [] };
        const ofPages = await predictPages(model, documentId, pages, signal);
        return { labelIds, predictions: [...ofPages, joinPages(ofPages, labelIds)] };
      });
      await connection.transaction(async (tx) => {
        // As the label set is when the scores are kept, not when they were computed: a label that is retired takes no more.
        const labels = await holdLabelSet(tx);
        const status = await holdStatus(tx, documentId);
        if (status === null) return;
        const { labelIds, predictions } = scored ?? { labelIds: [], predictions: [] };
        const masked = predictions.map((prediction) => ({
          ...prediction,
          ...describeScores(maskScores(prediction.scores, labelIds, labels), labelIds, labels),
        }));
        await insertPredictions(tx, masked);
        await refreshLabel(tx, documentId);
        if (status === 'CLASSIFYING') await changeStatus(tx, documentId, 'READY');
        else await announceDocumentUpdated(tx, documentId);
      });
      return scored === null ? jobSkipped('no model serves yet') : jobDone;
    },
    giveUp: ({ documentId }, error) => failDocument(documentId, 'CLASSIFYING', error),
  };
}

/** The prediction of a document: its pages' scores joined, their times and dropped tokens added up. */
function joinPages(pages: readonly NewPrediction[], labelIds: readonly string[]): NewPrediction {
  const [first] = pages;
  if (!first) throw new Error('a document without pages cannot be classified');
  return {
    ...first,
    id: createId(),
    pageId: null,
    ...describeScores(joinPageProbabilities(pages.map(({ scores }) => scores)), labelIds),
    embedding: joinEmbeddings(pages.flatMap(({ embedding }) => (embedding ? [embedding] : []))),
    durationMs: pages.reduce((sum, page) => sum + page.durationMs, 0),
    truncatedTokens: pages.reduce((sum, page) => sum + page.truncatedTokens, 0),
  };
}
