/**
 * Measures how far recent uploads are from the data that the serving model was made with, once an hour. What is there to
 * compare embeddings with, the model first has to see: it is asked to classify some documents of its snapshot.
 */
import { embeddingDistance, joinEmbeddings } from '../classification/embedding.js';
import { listPredictionsOfDocuments, listRecentPredictions } from '../classification/recent-predictions.js';
import { getLabelSet } from '../labels/get-label.js';
import { currentLabelId } from '../labels/label.js';
import { findServingModel } from '../models/promote-model.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import { countItems } from './dataset.repository.js';
import { classMixDrift, confidenceDrift, type DriftPoint } from './drift.js';
import {
  findOrigin,
  insertDriftPoints,
  listHoldoutConfidences,
  listNewestDrift,
  listReferenceDocuments,
} from './drift.repository.js';
import type { TrainingFact } from './training-run.js';

/** @returns the newest figures on the serving model: those of this hour are kept, older ones measured anew. */
export type MeasureDrift = (now: Date) => Promise<DriftPoint[]>;

// Enough for shares to within a few per cent, few enough to be of now.
const recentDocuments = 200;
// Below, one day's post would be a drift.
const leastDocuments = 50;
const referenceDocuments = 100;
// With fewer, an archive's whole snapshot suffices.
const leastReferences = 20;
const intervalMs = 3_600_000;

export function createMeasureDrift(dependencies: {
  connection: DatabaseConnection;
  announce: (tx: Transaction, fact: TrainingFact) => Promise<void>;
}): MeasureDrift {
  const { connection, announce } = dependencies;
  const { database } = connection;

  /** Embeddings of the snapshot's documents; asks for those that are missing. */
  const collectReferences = async (modelVersionId: string, snapshotId: string) => {
    const ids = await listReferenceDocuments(database, snapshotId, referenceDocuments);
    const said = await listPredictionsOfDocuments(database, modelVersionId, ids);
    const known = new Set(said.map(({ documentId }) => documentId));
    const documentIds = ids.filter((id) => !known.has(id));
    if (documentIds.length > 0) {
      await connection.transaction((tx) => announce(tx, { name: 'driftReferenceWanted', documentIds }));
    }
    return embeddingsOf(said);
  };

  return async (now) => {
    const serving = await findServingModel(database);
    const origin = serving && (await findOrigin(database, serving.id));
    if (!serving || !origin) return [];
    const newest = await listNewestDrift(database, serving.id);
    if (newest.some(({ at }) => now.getTime() - at.getTime() < intervalMs)) return newest;
    const recent = await listRecentPredictions(database, {
      modelVersionId: serving.id,
      uploadedAfter: origin.frozenAt,
      limit: recentDocuments,
    });
    if (recent.length < leastDocuments) return newest;

    const [counts = []] = await countItems(database, [origin.snapshotId]);
    // Both by the labels of today: a merge changes what documents are called, not which are uploaded.
    const labels = await getLabelSet(database);
    const before = new Map<string, number>();
    for (const { labelId, count } of counts) {
      const current = currentLabelId(labels, labelId);
      before.set(current, (before.get(current) ?? 0) + count);
    }
    const after = new Map(
      [...groupBy(recent, ({ labelId }) => currentLabelId(labels, labelId))].map(
        ([labelId, { length }]) => [labelId, length] as const,
      ),
    );
    const references = await collectReferences(serving.id, origin.snapshotId);
    const embeddings = embeddingsOf(recent);
    const values = {
      CLASS_MIX: classMixDrift(before, after),
      CONFIDENCE: confidenceDrift(
        await listHoldoutConfidences(database, origin.runId),
        recent.map(({ confidence }) => confidence),
      ),
      EMBEDDING:
        references.length < leastReferences || embeddings.length < leastDocuments
          ? null
          : embeddingDistance(joinEmbeddings(references), joinEmbeddings(embeddings)),
    };
    const points = (['CLASS_MIX', 'CONFIDENCE', 'EMBEDDING'] as const).flatMap((metric) => {
      const value = values[metric];
      if (value === null) return [];
      return [{ metric, at: now, modelVersionId: serving.id, value, documents: recent.length }];
    });
    await insertDriftPoints(database, points);
    return points;
  };
}

function embeddingsOf(said: readonly { embedding: Uint8Array | null }[]): Uint8Array[] {
  return said.flatMap(({ embedding }) => (embedding ? [embedding] : []));
}
