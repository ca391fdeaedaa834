/** What runs reached on the holdout, in PostgreSQL. */
import type { Database, Transaction } from '../platform/database/database.js';
import type { ClassMetrics, ConfusionCell, DocumentResult, EvaluationMetrics } from './training-run.js';

export type Evaluation = {
  metrics: EvaluationMetrics;
  classes: ClassMetrics[];
  confusion: ConfusionCell[];
  results: DocumentResult[];
};

export async function insertEvaluation(
  tx: Transaction,
  runId: string,
  evaluation: Evaluation,
): Promise<void> {
  const { metrics, classes, confusion, results } = evaluation;
  await tx.evaluationMetrics.create({ data: { runId, ...metrics } });
  await tx.classMetrics.createMany({ data: classes.map((row) => ({ runId, ...row })) });
  await tx.confusionCell.createMany({ data: confusion.map((row) => ({ runId, ...row })) });
  await tx.documentResult.createMany({ data: results.map((row) => ({ runId, ...row })) });
}

export async function findEvaluations(
  database: Database,
  runIds: readonly string[],
): Promise<(EvaluationMetrics | null)[]> {
  const rows = await database.evaluationMetrics.findMany({ where: { runId: { in: [...runIds] } } });
  return runIds.map((id) => rows.find(({ runId }) => runId === id) ?? null);
}

export async function listClassMetrics(
  database: Database,
  runIds: readonly string[],
): Promise<ClassMetrics[][]> {
  const rows = await database.classMetrics.findMany({ where: { runId: { in: [...runIds] } } });
  return runIds.map((id) => rows.filter(({ runId }) => runId === id));
}

export async function listConfusion(
  database: Database,
  runIds: readonly string[],
): Promise<ConfusionCell[][]> {
  const rows = await database.confusionCell.findMany({ where: { runId: { in: [...runIds] } } });
  return runIds.map((id) => rows.filter(({ runId }) => runId === id));
}

export async function listResults(
  database: Database,
  options: { runId: string; actualId: string; predictedId: string },
): Promise<DocumentResult[]> {
  return await database.documentResult.findMany({ where: options, orderBy: { confidence: 'desc' } });
}

/** How each holdout document fared with a model version that one of our runs has made. */
export async function listResultsOfModel(
  database: Database,
  modelVersionId: string,
): Promise<DocumentResult[]> {
  return await database.documentResult.findMany({ where: { run: { modelVersionId } } });
}
