/** Runs side by side: their figures by class, and how they fared on the documents that all of them were measured on. */
import { getLabels } from '../labels/get-label.js';
import type { Label } from '../labels/label.js';
import { type Interval, wilsonInterval } from '../layoutlmv2/metrics.js';
import type { Database, DatabaseConnection } from '../platform/database/database.js';
import { isId } from '../shared/ids.js';
import { countShared } from './document-result.repository.js';
import { listClassMetrics } from './evaluation.repository.js';
import { createInvalidComparisonError, createRunNotFoundError } from './training.errors.js';
import { findRun } from './training.repository.js';
import type { ClassMetrics, TrainingRun } from './training-run.js';

export type RunComparison = {
  runIds: string[];
  runs: TrainingRun[];
  perClass: { label: Label; f1: (number | null)[]; difference: number | null }[];
  sharedDocuments: number;
  onSharedDocuments: {
    run: TrainingRun;
    correct: number;
    accuracy: number | null;
    accuracyLow: number | null;
    accuracyHigh: number | null;
  }[];
};

export type CompareRuns = (ids: readonly string[]) => Promise<RunComparison>;

// More do not fit beside each other.
const mostRuns = 10;

/** @returns a function that throws INVALID_COMPARISON for fewer than two runs or too many, and RUN_NOT_FOUND. */
export function createCompareRuns({ connection }: { connection: DatabaseConnection }): CompareRuns {
  const { database } = connection;
  return async (ids) => {
    const runIds = [...new Set(ids)];
    if (runIds.length < 2 || runIds.length > mostRuns)
      throw createInvalidComparisonError(runIds.length, mostRuns);
    const runs = await getRuns(database, runIds);
    const shared = await countShared(database, runIds);
    return {
      runIds,
      runs,
      perClass: await compareClasses(database, await listClassMetrics(database, runIds)),
      sharedDocuments: shared.documents,
      onSharedDocuments: runs.map((run, index) => {
        const correct = shared.correct[index] ?? 0;
        const interval: Interval | null = wilsonInterval(correct, shared.documents);
        return {
          run,
          correct,
          accuracy: interval && correct / shared.documents,
          accuracyLow: interval?.low ?? null,
          accuracyHigh: interval?.high ?? null,
        };
      }),
    };
  };
}

async function getRuns(database: Database, ids: readonly string[]): Promise<TrainingRun[]> {
  return await Promise.all(
    ids.map(async (id) => {
      const run = isId(id) ? await findRun(database, id) : null;
      if (run === null) throw createRunNotFoundError(id);
      return run;
    }),
  );
}

/** Every label that one of the runs knows, that of the largest difference first; those without one last, by name. */
async function compareClasses(database: Database, ofRuns: readonly ClassMetrics[][]) {
  const labelIds = [...new Set(ofRuns.flatMap((rows) => rows.map(({ labelId }) => labelId)))];
  const labels = await getLabels(database, labelIds);
  const classes = labels.map((label) => {
    const f1 = ofRuns.map((rows) => rows.find(({ labelId }) => labelId === label.id)?.f1 ?? null);
    const [first, last] = [f1[0] ?? null, f1.at(-1) ?? null];
    return { label, f1, difference: first === null || last === null ? null : last - first };
  });
  const sizeOf = ({ difference }: { difference: number | null }) =>
    difference === null ? -1 : Math.abs(difference);
  return classes.sort(
    (one, other) => sizeOf(other) - sizeOf(one) || one.label.name.localeCompare(other.label.name),
  );
}
