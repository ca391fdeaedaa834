/** The plans of pre-training runs in PostgreSQL. */
import type { Database, Transaction } from '../../platform/database/database.js';
import type { PretrainingPlan } from './pretraining.js';

export async function insertPlan(tx: Transaction, runId: string, plan: PretrainingPlan): Promise<void> {
  const { maxPages, corruption, pageIds } = plan;
  await tx.pretrainingPlan.create({ data: { runId, maxPages, ...corruption, pageIds } });
}

export async function findPlan(database: Database, runId: string): Promise<PretrainingPlan | null> {
  const row = await database.pretrainingPlan.findUnique({ where: { runId } });
  if (row === null) return null;
  const { maxPages, maskedWords, coveredLines, replacedImages, droppedImages, pageIds } = row;
  return { maxPages, corruption: { maskedWords, coveredLines, replacedImages, droppedImages }, pageIds };
}

/** A plan without its pages, but with their number. */
export type PlanSummary = Omit<PretrainingPlan, 'pageIds' | 'corruption'> &
  PretrainingPlan['corruption'] & { pages: number };

/** Of each run, null where it is of another kind. */
export async function findPlanSummaries(
  database: Database,
  runIds: readonly string[],
): Promise<(PlanSummary | null)[]> {
  const rows = await database.$queryRaw<(PlanSummary & { runId: string })[]>`
    select run_id as "runId", max_pages as "maxPages", masked_words as "maskedWords", covered_lines as "coveredLines",
           replaced_images as "replacedImages", dropped_images as "droppedImages", cardinality(page_ids) as pages
    from pretraining_plans where run_id = any(${[...runIds]}::uuid[])`;
  const byRun = new Map(rows.map(({ runId, ...summary }) => [runId, summary]));
  return runIds.map((id) => byRun.get(id) ?? null);
}
