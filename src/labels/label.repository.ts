/** Labels and their changes in PostgreSQL. Names are unique whatever their case. */
import type { Database, Transaction } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import type { Label, LabelChange, LabelSet } from './label.js';

/** Inserts a label, unless there is one of that name; then it answers null. */
export async function insertLabel(
  tx: Transaction,
  label: Pick<Label, 'id' | 'name' | 'description'>,
): Promise<Label | null> {
  // Prisma knows no index on lower(name), so the conflict is left to PostgreSQL.
  const count = await tx.$executeRaw`insert into labels (id, name, description)
    values (${label.id}::uuid, ${label.name}, ${label.description}) on conflict do nothing`;
  return count === 0 ? null : await findLabel(tx, label.id);
}

export async function findLabel(database: Database, id: string): Promise<Label | null> {
  return await database.label.findUnique({ where: { id } });
}

export async function findLabelByName(database: Database, name: string): Promise<Label | null> {
  const [row] = await database.$queryRaw<
    { id: string }[]
  >`select id from labels where lower(name) = lower(${name})`;
  return row ? await findLabel(database, row.id) : null;
}

/** Labels in the order of the ids, null where there is none. */
export async function findLabels(database: Database, ids: readonly string[]): Promise<(Label | null)[]> {
  // A list of runs asks for the same few again and again.
  const rows = await database.label.findMany({ where: { id: { in: [...new Set(ids)] } } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

export async function listLabels(database: Database, options: { includeRetired: boolean }): Promise<Label[]> {
  return await database.label.findMany({
    ...(options.includeRetired ? {} : { where: { retiredAt: null } }),
    orderBy: { name: 'asc' },
  });
}

/** All of them: a set is tens or hundreds of rows. */
export async function readLabelSet(database: Database): Promise<LabelSet> {
  const rows = await database.label.findMany({
    select: {
      id: true,
      retiredAt: true,
      mergedIntoId: true,
      threshold: true,
      neverAssignAutomatically: true,
    },
  });
  return new Map(rows.map((row) => [row.id, row]));
}

export async function updateLabel(
  tx: Transaction,
  id: string,
  change: Partial<Omit<Label, 'id' | 'createdAt'>>,
): Promise<Label> {
  return await tx.label.update({ where: { id }, data: change });
}

/** Lets all that has been merged into one label be merged into another. */
export async function updateMergeTargets(tx: Transaction, fromId: string, toId: string): Promise<void> {
  await tx.label.updateMany({ where: { mergedIntoId: fromId }, data: { mergedIntoId: toId } });
}

export async function insertChange(tx: Transaction, change: Omit<LabelChange, 'createdAt'>): Promise<void> {
  await tx.labelChange.create({ data: change });
}

/** The changes of each label, newest first. */
export async function listChanges(database: Database, labelIds: readonly string[]): Promise<LabelChange[][]> {
  const rows = await database.labelChange.findMany({
    where: { labelId: { in: [...new Set(labelIds)] } },
    orderBy: { id: 'desc' },
  });
  const byLabel = groupBy(rows, ({ labelId }) => labelId);
  return labelIds.map((id) => byLabel.get(id) ?? []);
}

const labelSetLock = 'label-set';

/** Keeps the label set as it is until the transaction ends; many may hold it at once. Taken before any row is locked. */
export async function shareLabelSet(tx: Transaction): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock_shared(hashtextextended(${labelSetLock}, 0))`;
}

/** Waits until nobody relies on the label set, and lets nobody until the transaction ends. */
export async function lockLabelSet(tx: Transaction): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${labelSetLock}, 0))`;
}
