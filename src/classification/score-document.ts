/** What a loaded model says of a document: of each of its pages, and of the whole. Nothing is kept here. */
import type { Page } from '../documents/document.js';
import type { LabelSet } from '../labels/label.js';
import { joinPageProbabilities, softmax } from '../layoutlmv2/probability.js';
import { createId } from '../shared/ids.js';
import type { NewPrediction } from './classification.repository.js';
import { joinEmbeddings, packPageEmbedding } from './embedding.js';
import type { EncodeStoredPage } from './encode-page.js';
import { maskScores } from './label-scores.js';
import type { LoadedModel } from './model-holder.js';
import { describeScores } from './prediction.js';

/** Pages first, the whole last; as the model says it, whatever has become of its labels. */
type ScoreDocument = (
  model: LoadedModel,
  documentId: string,
  pages: readonly Page[],
  signal: AbortSignal,
) => Promise<NewPrediction[]>;

// Pages of a document encoded and scored at once: few page images in memory, and with those of other jobs enough for a batch.
const pagesAtOnce = 4;

export function createScoreDocument({ encodePage }: { encodePage: EncodeStoredPage }): ScoreDocument {
  return async (model, documentId, pages, signal) => {
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
    return [...predictions, joinPages(predictions, labelIds)];
  };
}

/** Predictions as the label set is when they are kept: a label that is retired takes no more. */
export function maskPredictions(
  predictions: readonly NewPrediction[],
  labelIds: readonly string[],
  labels: LabelSet,
): NewPrediction[] {
  return predictions.map((prediction) => ({
    ...prediction,
    ...describeScores(maskScores(prediction.scores, labelIds, labels), labelIds, labels),
  }));
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
