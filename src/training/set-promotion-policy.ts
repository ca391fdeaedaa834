/** Sets what must hold before a version serves by itself; it counts for runs that end from then on. */
import type { DatabaseConnection } from '../platform/database/database.js';
import { findPolicy, lockPolicy, type StoredPolicy, upsertPolicy } from './gate.repository.js';
import { type PromotionPolicy, requireUsablePolicy } from './promotion-policy.js';

/** What is not given stays. */
export type SetPromotionPolicy = (change: Partial<PromotionPolicy>, setBy: string) => Promise<StoredPolicy>;

/** @returns a function that throws INVALID_PROMOTION_POLICY. */
export function createSetPromotionPolicy({
  connection,
}: {
  connection: DatabaseConnection;
}): SetPromotionPolicy {
  return (change, setBy) =>
    connection.transaction(async (tx) => {
      await lockPolicy(tx);
      const { setBy: _by, setAt: _at, ...known } = await findPolicy(tx);
      const policy = requireUsablePolicy({ ...known, ...change });
      await upsertPolicy(tx, { ...policy, setBy, setAt: new Date() });
      return await findPolicy(tx);
    });
}
