/** Predictions in PostgreSQL, and who has none. */
import type { Database, Transaction } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import type { Prediction } from './prediction.js';

/** With the packed embedding, which is read only where documents are compared. */
export type NewPrediction = Omit<Prediction, 'createdAt'> & { embedding: Uint8Array<ArrayBuffer> | null };

/** Keeps predictions; those a model version has made of the same page or document before stay. */
export async function insertPredictions(
  tx: Transaction,
  predictions: readonly NewPrediction[],
): Promise<void> {
  await tx.prediction.createMany({ data: [...predictions], skipDuplicates: true });
}

/** The prediction of the whole document by a model version. */
export async function findDocumentPrediction(
  database: Database,
  documentId: string,
  modelVersionId: string,
): Promise<Prediction | null> {
  return await database.prediction.findFirst({ where: { documentId, modelVersionId, pageId: null } });
}

/** The predictions of whole documents by a model version, by document. */
export async function listPredictionsByModel(
  database: Database,
  documentIds: readonly string[],
  modelVersionId: string,
): Promise<Map<string, Prediction>> {
  const rows = await database.prediction.findMany({
    where: { documentId: { in: [...documentIds] }, modelVersionId, pageId: null },
  });
  return new Map(rows.map((row) => [row.documentId, row]));
}

/** All predictions of each document as a whole, newest first. */
export async function listDocumentPredictions(
  database: Database,
  documentIds: readonly string[],
): Promise<Prediction[][]> {
  const rows = await database.prediction.findMany({
    where: { documentId: { in: [...documentIds] }, pageId: null },
    orderBy: { id: 'desc' },
  });
  const byDocument = groupBy(rows, (row) => row.documentId);
  return documentIds.map((id) => byDocument.get(id) ?? []);
}

/** The predictions of pages by one model version, null where there is none. */
export async function findPagePredictions(
  database: Database,
  pageIds: readonly string[],
  modelVersionId: string,
): Promise<(Prediction | null)[]> {
  const rows = await database.prediction.findMany({
    where: { pageId: { in: [...pageIds] }, modelVersionId },
  });
  const byPage = new Map(rows.map((row) => [row.pageId, row]));
  return pageIds.map((id) => byPage.get(id) ?? null);
}

/** Ids of documents, after a given one, that have been read and on which no decision stands. */
export async function listUndecidedDocuments(
  database: Database,
  options: { after: string | null; limit: number },
): Promise<string[]> {
  const { after, limit } = options;
  const rows = await database.document.findMany({
    where: {
      // Those being classified too: perhaps by the model that served before.
      status: { in: ['CLASSIFYING', 'READY'] },
      decisions: { none: { revocation: { is: null } } },
      ...(after === null ? {} : { id: { gt: after } }),
    },
    orderBy: { id: 'asc' },
    take: limit,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}
