/** What a run will unlearn: a network says only the labels that its last run was shown. */
import { getLabelSet, getLabels } from '../labels/get-label.js';
import { currentRowIds } from '../labels/label.js';
import { getLabelIdsOfModel } from '../models/get-model-version.js';
import type { ReadyModelVersion } from '../models/model-version.js';
import type { Transaction } from '../platform/database/database.js';

/** A sentence with the labels in use that a model version can say and that a run from it does not learn; none, where there are none. */
export async function describeForgottenLabels(
  tx: Transaction,
  { id, number }: ReadyModelVersion,
  learntLabelIds: ReadonlySet<string>,
): Promise<string[]> {
  const labels = await getLabelSet(tx);
  const known = new Set(currentRowIds(labels, await getLabelIdsOfModel(tx, id)));
  const forgotten = [...known].filter(
    (labelId) => !learntLabelIds.has(labelId) && labels.get(labelId)?.retiredAt === null,
  );
  if (forgotten.length === 0) return [];
  const names = (await getLabels(tx, forgotten)).map(({ name }) => name).sort();
  return [
    `What the run makes will never say ${names.join(', ')}, as model version ${number} can: too few documents of those labels are decided.`,
  ];
}
