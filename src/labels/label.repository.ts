/** Labels in PostgreSQL. Names are unique whatever their case. */
import type { Database, Transaction } from '../platform/database/database.js';
import type { Label } from './label.js';

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
  const rows = await database.label.findMany({ where: { id: { in: [...ids] } } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

export async function listLabels(database: Database, options: { includeRetired: boolean }): Promise<Label[]> {
  return await database.label.findMany({
    ...(options.includeRetired ? {} : { where: { retiredAt: null } }),
    orderBy: { name: 'asc' },
  });
}
