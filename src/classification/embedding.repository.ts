/** Predictions of whole documents with their embeddings, in PostgreSQL: read only where documents are compared. */
import { hiddenStatuses } from '../documents/document.js';
import type { Database } from '../platform/database/database.js';

export type SaidOfDocument = {
  documentId: string;
  labelId: string;
  confidence: number;
  embedding: Uint8Array | null;
};

const columns = { documentId: true, labelId: true, confidence: true, embedding: true } as const;

// Of so many times the documents wanted, those without a prediction are passed over.
const overshoot = 5;

export async function listPredictionsSince(
  database: Database,
  options: { modelVersionId: string; uploadedAfter: Date; limit: number },
): Promise<SaidOfDocument[]> {
  const { modelVersionId, uploadedAfter, limit } = options;
  // The newest documents by the primary key: however many there are, no more than these are looked at.
  const newest = await database.document.findMany({
    where: { status: { notIn: [...hiddenStatuses] } },
    orderBy: { id: 'desc' },
    take: overshoot * limit,
    select: { id: true, createdAt: true },
  });
  const ids = newest.filter(({ createdAt }) => createdAt > uploadedAfter).map(({ id }) => id);
  const said = await listPredictionsWithEmbedding(database, modelVersionId, ids);
  return said.slice(0, limit);
}

/** Newest document first. */
export async function listPredictionsWithEmbedding(
  database: Database,
  modelVersionId: string,
  documentIds: readonly string[],
): Promise<SaidOfDocument[]> {
  return await database.prediction.findMany({
    where: { modelVersionId, pageId: null, documentId: { in: [...documentIds] } },
    orderBy: { documentId: 'desc' },
    select: columns,
  });
}
