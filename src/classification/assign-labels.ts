/**
 * Works out the effective label of documents anew, after a decision, a prediction or a change of the label set, by the one
 * rule in prediction.ts.
 */
import { setEffectiveLabel } from '../documents/document-access.js';
import { holdDocuments, setEffectiveLabels } from '../documents/relabel-documents.js';
import { holdLabelSet } from '../labels/get-label.js';
import { findServingModel } from '../models/promote-model.js';
import type { Transaction } from '../platform/database/database.js';
import { findDocumentPrediction, listPredictionsByModel } from './classification.repository.js';
import { findNewestDecision, listStandingDecisions } from './decision.repository.js';
import { type AssignmentRules, effectiveLabel, isNoneOfThese, type Prediction } from './prediction.js';
import { readPredictions } from './read-predictions.js';
import { countCopies, type ReviewPlace, reviewPlace, unscoredPlace } from './review-place.js';
import { findEmbedding, listWaitingEmbeddings } from './review-queue.repository.js';

/** Works out the label of one document that the caller holds, and its place in the review queue. */
export type RefreshLabel = (tx: Transaction, documentId: string) => Promise<void>;
/** Works out the labels of documents; their places in the review queue stay. Holds the documents. */
export type AssignLabels = (tx: Transaction, documentIds: readonly string[]) => Promise<void>;

// Rows read and written at a time: few enough to be small in memory, enough that round trips do not count.
const documentsAtOnce = 1000;

export function createRefreshLabel({ threshold, noneOfTheseThreshold }: AssignmentRules): RefreshLabel {
  const rules = { threshold, noneOfTheseThreshold };
  return async (tx, documentId) => {
    const labels = await holdLabelSet(tx);
    const decision = await findNewestDecision(tx, documentId);
    const prediction = await findServingPrediction(tx, documentId);
    const isStrange = isNoneOfThese(prediction?.noneOfTheseScore ?? null, noneOfTheseThreshold);
    const place = decision ? {} : await placeInQueue(tx, documentId, prediction, isStrange);
    const label = effectiveLabel({ decision, prediction, labels, ...rules });
    const noneOfTheseScore = prediction?.noneOfTheseScore ?? null;
    await setEffectiveLabel(tx, documentId, { ...label, ...place, noneOfTheseScore });
  };
}

export function createAssignLabels({ threshold, noneOfTheseThreshold }: AssignmentRules): AssignLabels {
  const rules = { threshold, noneOfTheseThreshold };
  return async (tx, documentIds) => {
    const labels = await holdLabelSet(tx);
    const serving = await findServingModel(tx);
    for (let start = 0; start < documentIds.length; start += documentsAtOnce) {
      const ids = documentIds.slice(start, start + documentsAtOnce);
      await holdDocuments(tx, ids);
      const decisions = await listStandingDecisions(tx, ids);
      const stored = serving ? await listPredictionsByModel(tx, ids, serving.id) : new Map();
      const read = await readPredictions<Prediction>(tx, [...stored.values()], labels);
      const predictions = new Map(read.map((prediction) => [prediction.documentId, prediction]));
      const assigned = ids.map((id) => {
        const prediction = predictions.get(id) ?? null;
        return {
          id,
          ...effectiveLabel({ decision: decisions.get(id) ?? null, prediction, labels, ...rules }),
        };
      });
      await setEffectiveLabels(tx, assigned);
    }
  };
}

/** What the serving model says of a document, as the label set reads it now. */
export async function findServingPrediction(tx: Transaction, documentId: string): Promise<Prediction | null> {
  const serving = await findServingModel(tx);
  const stored = serving && (await findDocumentPrediction(tx, documentId, serving.id));
  if (!stored) return null;
  const [prediction = null] = await readPredictions(tx, [stored]);
  return prediction;
}

async function placeInQueue(
  tx: Transaction,
  documentId: string,
  prediction: Prediction | null,
  isStrange: boolean,
): Promise<ReviewPlace> {
  if (prediction === null) return unscoredPlace;
  const embedding = await findEmbedding(tx, prediction.id);
  if (embedding === null) return reviewPlace(prediction, 0, isStrange);
  const { id: before, modelVersionId } = prediction;
  const waiting = await listWaitingEmbeddings(tx, { documentId, modelVersionId, before });
  return reviewPlace(prediction, countCopies(embedding, waiting), isStrange);
}
