/** Predictions as the label set of today reads them: stored once, never changed, with what has been merged since added up. */
import { getLabelSet } from '../labels/get-label.js';
import { currentLabelId, type LabelSet } from '../labels/label.js';
import { listLabelIdsOfModels } from '../models/get-model-version.js';
import type { Database } from '../platform/database/database.js';
import { mergeScores } from './label-scores.js';
import { describeScores, type Prediction } from './prediction.js';

/** @param knownLabels the label set where the caller has it at hand. */
export async function readPredictions<Stored extends Prediction>(
  database: Database,
  predictions: readonly Stored[],
  knownLabels?: LabelSet,
): Promise<Stored[]> {
  const labels = knownLabels ?? (await getLabelSet(database));
  const modelIds = [...new Set(predictions.map(({ modelVersionId }) => modelVersionId))];
  if (modelIds.length === 0 || ![...labels.values()].some(({ mergedIntoId }) => mergedIntoId !== null)) {
    return [...predictions];
  }
  const labelIds = await listLabelIdsOfModels(database, modelIds);
  const byModel = new Map(modelIds.map((id, index) => [id, labelIds[index] ?? []]));
  return predictions.map((prediction) => {
    const ids = byModel.get(prediction.modelVersionId) ?? [];
    if (ids.every((id) => currentLabelId(labels, id) === id)) return prediction;
    return { ...prediction, ...describeScores(mergeScores(prediction.scores, ids, labels), ids, labels) };
  });
}
