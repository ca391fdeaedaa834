/** How the model in the shadow differs from the serving one, on the uploads that both have scored. */
import { wilsonInterval } from '../layoutlmv2/metrics.js';
import type { Database } from '../platform/database/database.js';
import { countShadowPairs, type ShadowPair } from './shadow.repository.js';

export type ShadowReport = {
  modelVersionId: string;
  /** Documents that both have scored. */
  documents: number;
  disagreements: number;
  /** Null while there is no document; the ends are those of the 95 % interval after Wilson. */
  rate: number | null;
  rateLow: number | null;
  rateHigh: number | null;
  /** Pairs of labels that differ, the most frequent first. */
  pairs: ShadowPair[];
};

export async function reportShadow(database: Database, modelVersionId: string): Promise<ShadowReport> {
  const all = await countShadowPairs(database, modelVersionId);
  const pairs = all.filter(({ servingLabelId, labelId }) => servingLabelId !== labelId);
  const countOf = (counted: readonly ShadowPair[]) => counted.reduce((sum, { count }) => sum + count, 0);
  const [documents, disagreements] = [countOf(all), countOf(pairs)];
  const interval = wilsonInterval(disagreements, documents);
  return {
    modelVersionId,
    documents,
    disagreements,
    rate: documents === 0 ? null : disagreements / documents,
    rateLow: interval?.low ?? null,
    rateHigh: interval?.high ?? null,
    pairs,
  };
}
