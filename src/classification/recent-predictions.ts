/** What a model said of documents, with the embeddings, for the features to the right. */
import type { Database } from '../platform/database/database.js';
import {
  listPredictionsSince,
  listPredictionsWithEmbedding,
  type SaidOfDocument,
} from './embedding.repository.js';

/** What a model version said of the newest documents of those uploaded after a time, newest first. */
export async function listRecentPredictions(
  database: Database,
  options: { modelVersionId: string; uploadedAfter: Date; limit: number },
): Promise<SaidOfDocument[]> {
  return await listPredictionsSince(database, options);
}

/** What a model version said of documents, of those that it has classified. */
export async function listPredictionsOfDocuments(
  database: Database,
  modelVersionId: string,
  documentIds: readonly string[],
): Promise<SaidOfDocument[]> {
  return await listPredictionsWithEmbedding(database, modelVersionId, documentIds);
}
