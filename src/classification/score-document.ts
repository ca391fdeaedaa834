/** What a loaded model says of a document: of each of its pages, and of the whole. Nothing is kept here. */
import type { Page } from '../documents/document.js';
import type { LabelSet } from '../labels/label.js';
import { applyTemperature } from '../layoutlmv2/calibration/temperature.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { createId } from '../shared/ids.js';
import type { Scores } from './architectures/architecture.js';
import type { NewPrediction } from './classification.repository.js';
import type { EncodeStoredPage } from './encode-page.js';
import { maskScores } from './label-scores.js';
import type { LoadedModel } from './model-holder.js';
import { createPageReaders } from './page-readers.js';
import { describeScores } from './prediction.js';

/** Pages first, the whole last; as the model says it, whatever has become of its labels. */
type ScoreDocument = (
  model: LoadedModel,
  documentId: string,
  pages: readonly Page[],
  signal: AbortSignal,
) => Promise<NewPrediction[]>;

export function createScoreDocument(dependencies: {
  connection: DatabaseConnection;
  encodePage: EncodeStoredPage;
}): ScoreDocument {
  const readers = createPageReaders(dependencies);
  return async (model, documentId, pages, signal) => {
    const { version, labelIds, classifier } = model;
    const { name: engine, device } = classifier.computedBy;
    const scored = await classifier.score(pages, readers, signal);
    const toPrediction = (pageId: string | null, { probabilities, ...scores }: Scores): NewPrediction => ({
      ...{ id: createId(), documentId, pageId, modelVersionId: version.id },
      ...describeScores(applyTemperature(probabilities, version.temperature ?? 1), labelIds),
      ...scores,
      ...{ engine, device },
    });
    const ofPages = scored.pages.map((scores, index) => toPrediction(pages[index]?.id ?? null, scores));
    return [...ofPages, toPrediction(null, scored.whole)];
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
