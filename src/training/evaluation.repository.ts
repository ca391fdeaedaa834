/** What runs reached on the holdout, in PostgreSQL. */
import type { Database, Transaction } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import type { SliceMetrics } from './document-slices.js';
import type {
  BaselineMetrics,
  CalibrationBin,
  CalibrationStage,
  ClassMetrics,
  ConfusionCell,
  DocumentResult,
  EvaluationMetrics,
  SuspectedLabelError,
} from './training-run.js';

/** What is measured of any classifier on the holdout. */
export type HoldoutFigures = {
  metrics: EvaluationMetrics;
  classes: ClassMetrics[];
  confusion: ConfusionCell[];
  results: DocumentResult[];
  calibration: CalibrationBin[];
  slices: SliceMetrics[];
};

/** All that is kept of a run; its results are those of the holdout and of the validation. */
export type Evaluation = Omit<HoldoutFigures, 'metrics'> & {
  /** Null where the holdout could not be measured. */
  metrics: EvaluationMetrics | null;
  /** Of validation and holdout. */
  suspects: SuspectedLabelError[];
  baseline: BaselineMetrics | null;
};

// Rows of one statement: PostgreSQL takes 65,535 parameters.
const rowsAtOnce = 5000;

export async function insertEvaluation(
  tx: Transaction,
  runId: string,
  evaluation: Evaluation,
): Promise<void> {
  const { metrics, classes, confusion, results, calibration, slices, suspects, baseline } = evaluation;
  if (metrics) await tx.evaluationMetrics.create({ data: { runId, ...metrics } });
  await tx.classMetrics.createMany({ data: classes.map((row) => ({ runId, ...row })) });
  await tx.confusionCell.createMany({ data: confusion.map((row) => ({ runId, ...row })) });
  for (const part of partsOf(results))
    await tx.documentResult.createMany({ data: part.map((row) => ({ runId, ...row })) });
  await tx.calibrationBin.createMany({ data: calibration.map((row) => ({ runId, ...row })) });
  await tx.sliceMetrics.createMany({ data: slices.map((row) => ({ runId, ...row })) });
  for (const part of partsOf(suspects))
    await tx.suspectedLabelError.createMany({ data: part.map((row) => ({ runId, ...row })) });
  if (baseline) await tx.baselineMetrics.create({ data: { runId, ...baseline } });
}

function partsOf<Row>(rows: readonly Row[]): Row[][] {
  return [...groupBy(rows.entries(), ([index]) => Math.floor(index / rowsAtOnce)).values()].map((part) =>
    part.map(([, row]) => row),
  );
}

export async function findEvaluations(
  database: Database,
  runIds: readonly string[],
): Promise<(EvaluationMetrics | null)[]> {
  const rows = await database.evaluationMetrics.findMany({ where: ofRuns(runIds) });
  return runIds.map((id) => rows.find(({ runId }) => runId === id) ?? null);
}

export async function findBaselines(
  database: Database,
  runIds: readonly string[],
): Promise<(BaselineMetrics | null)[]> {
  const rows = await database.baselineMetrics.findMany({ where: ofRuns(runIds) });
  return runIds.map((id) => rows.find(({ runId }) => runId === id) ?? null);
}

export async function listClassMetrics(
  database: Database,
  runIds: readonly string[],
): Promise<ClassMetrics[][]> {
  return byRun(runIds, await database.classMetrics.findMany({ where: ofRuns(runIds) }));
}

export async function listConfusion(
  database: Database,
  runIds: readonly string[],
): Promise<ConfusionCell[][]> {
  return byRun(runIds, await database.confusionCell.findMany({ where: ofRuns(runIds) }));
}

export async function listCalibration(
  database: Database,
  runIds: readonly string[],
  stage: CalibrationStage = 'AFTER',
): Promise<CalibrationBin[][]> {
  const orderBy = { number: 'asc' } as const;
  return byRun(
    runIds,
    await database.calibrationBin.findMany({ where: { ...ofRuns(runIds), stage }, orderBy }),
  );
}

/** The worst first. */
export async function listSlices(database: Database, runIds: readonly string[]): Promise<SliceMetrics[][]> {
  const rows = await database.sliceMetrics.findMany({
    where: ofRuns(runIds),
    orderBy: [{ accuracy: 'asc' }, { support: 'desc' }, { dimension: 'asc' }, { band: 'asc' }],
  });
  return byRun(runIds, rows) as SliceMetrics[][];
}

/** The least likely labels first. */
export async function listSuspects(
  database: Database,
  runIds: readonly string[],
): Promise<SuspectedLabelError[][]> {
  const orderBy = [{ labelConfidence: 'asc' }, { documentId: 'asc' }] as const;
  return byRun(
    runIds,
    await database.suspectedLabelError.findMany({ where: ofRuns(runIds), orderBy: [...orderBy] }),
  );
}

/** How each document of validation and holdout fared with a model version that one of our runs has made. */
export async function listResultsOfModel(
  database: Database,
  modelVersionId: string,
): Promise<DocumentResult[]> {
  return await database.documentResult.findMany({ where: { run: { modelVersionId } } });
}

function ofRuns(runIds: readonly string[]) {
  return { runId: { in: [...runIds] } };
}

function byRun<Row extends { runId: string }>(runIds: readonly string[], rows: readonly Row[]): Row[][] {
  const groups = groupBy(rows, ({ runId }) => runId);
  return runIds.map((id) => groups.get(id) ?? []);
}
