/** The promotion policy and the decisions of the gate, in PostgreSQL. */
import type { Database, Transaction } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import type { GateClassChange, GateFindings } from './promotion-gate.js';
import { defaultPromotionPolicy, type PromotionPolicy } from './promotion-policy.js';

/** Who has set the policy, and when; null while it is the default. */
export type StoredPolicy = PromotionPolicy & { setBy: string | null; setAt: Date | null };

/** What the gate has found of a run, with the policy it judged by. */
export type GateDecision = Omit<GateFindings, 'classes'> &
  PromotionPolicy & { runId: string; servingModelId: string | null; createdAt: Date };

export async function findPolicy(database: Database): Promise<StoredPolicy> {
  const row = await database.promotionPolicy.findUnique({ where: { id: 1 }, omit: { id: true } });
  return row ?? { ...defaultPromotionPolicy, setBy: null, setAt: null };
}

/** Serialises changes of the policy until the transaction ends. */
export async function lockPolicy(tx: Transaction): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('promotion-policy', 0))`;
}

export async function upsertPolicy(
  tx: Transaction,
  policy: PromotionPolicy & { setBy: string; setAt: Date },
): Promise<void> {
  await tx.promotionPolicy.upsert({ where: { id: 1 }, create: { id: 1, ...policy }, update: policy });
}

export async function insertGateDecision(
  tx: Transaction,
  { runId, servingModelId }: { runId: string; servingModelId: string | null },
  { classes, ...findings }: GateFindings,
  judgedBy: PromotionPolicy,
): Promise<void> {
  const { automatic, test, confidenceLevel, maximumClassLoss } = judgedBy;
  const { minimumHoldout, minimumHoldoutForFirstModel } = judgedBy;
  const policy = {
    ...{ automatic, test, confidenceLevel, maximumClassLoss },
    ...{ minimumHoldout, minimumHoldoutForFirstModel },
  };
  await tx.gateDecision.create({ data: { runId, servingModelId, ...findings, ...policy } });
  await tx.gateClassChange.createMany({ data: classes.map((change) => ({ runId, ...change })) });
}

/** Null for runs that the gate has not judged. */
export async function findGateDecisions(
  database: Database,
  runIds: readonly string[],
): Promise<(GateDecision | null)[]> {
  const rows = await database.gateDecision.findMany({ where: { runId: { in: [...runIds] } } });
  const byRun = new Map(
    // The code is one of ours: nothing else writes it.
    rows.map((row) => [row.runId, { ...row, code: row.code as GateFindings['code'] }]),
  );
  return runIds.map((id) => byRun.get(id) ?? null);
}

export async function listClassChanges(
  database: Database,
  runIds: readonly string[],
): Promise<GateClassChange[][]> {
  const rows = await database.gateClassChange.findMany({
    where: { runId: { in: [...runIds] } },
    orderBy: { labelId: 'asc' },
  });
  const byRun = groupBy(rows, ({ runId }) => runId);
  return runIds.map((id) => byRun.get(id) ?? []);
}
