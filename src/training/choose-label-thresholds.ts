/**
 * Thresholds of labels for a wanted precision: chosen by how the serving model fared on its validation documents, and shown with
 * what they do on its holdout, which had no part in the choice. Set on request.
 */
import type { SetLabelPolicy } from '../labels/change-label.js';
import { getLabelSet, getLabels } from '../labels/get-label.js';
import { currentLabelId, type Label } from '../labels/label.js';
import { getLabelIdsOfModel } from '../models/get-model-version.js';
import { findServingModel } from '../models/promote-model.js';
import type { Database, DatabaseConnection } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import { listResultsOfModel } from './evaluation.repository.js';
import { chooseThreshold, figuresAt, type JudgedAnswer, type ThresholdFigures } from './label-threshold.js';
import { createInvalidPrecisionError } from './training.errors.js';

/** The figures are those of the holdout. */
export type LabelThreshold = ThresholdFigures & {
  label: Label;
  /** Null where no threshold reaches the precision. */
  threshold: number | null;
  /** What it does on the documents it is chosen by. */
  validation: ThresholdFigures;
};

export type ListLabelThresholds = (targetPrecision: number | null) => Promise<LabelThreshold[]>;
export type ChooseLabelThresholds = (request: {
  targetPrecision: number;
  /** Null for all. */
  labelIds: readonly string[] | null;
  changedBy: string;
}) => Promise<LabelThreshold[]>;

/**
 * @returns a function that tells, for each label the serving model knows, what its threshold does, or which one would reach a
 * precision and what that would do; by name. It throws INVALID_PRECISION.
 */
export function createListLabelThresholds(dependencies: {
  connection: DatabaseConnection;
  /** For labels that have none of their own. */
  threshold: number;
}): ListLabelThresholds {
  const { connection, threshold: defaultThreshold } = dependencies;
  return async (targetPrecision) => {
    if (targetPrecision !== null) requirePrecision(targetPrecision);
    const judged = await judgeAnswers(connection.database);
    return judged.map(({ label, validation, holdout }) => {
      const threshold =
        targetPrecision === null
          ? (label.threshold ?? defaultThreshold)
          : chooseThreshold(validation, targetPrecision);
      // One above every confidence stands for none.
      const from = threshold ?? Number.POSITIVE_INFINITY;
      return { label, threshold, ...figuresAt(holdout, from), validation: figuresAt(validation, from) };
    });
  };
}

/**
 * @returns a function that sets the thresholds that reach a precision; a label where none does keeps its own. It answers what
 * it found for each, and throws INVALID_PRECISION.
 */
export function createChooseLabelThresholds(dependencies: {
  listLabelThresholds: ListLabelThresholds;
  setLabelPolicy: SetLabelPolicy;
}): ChooseLabelThresholds {
  const { listLabelThresholds, setLabelPolicy } = dependencies;
  return async ({ targetPrecision, labelIds, changedBy }) => {
    const found = await listLabelThresholds(targetPrecision);
    const wanted = found.filter(({ label }) => labelIds === null || labelIds.includes(label.id));
    const results: LabelThreshold[] = [];
    for (const { label, threshold, ...figures } of wanted) {
      const changed =
        threshold === null ? label : await setLabelPolicy({ id: label.id, threshold, changedBy });
      results.push({ label: changed, threshold, ...figures });
    }
    return results;
  };
}

/** The answers of the serving model by label; merged labels count as their target, retired ones not at all. */
async function judgeAnswers(
  database: Database,
): Promise<{ label: Label; validation: JudgedAnswer[]; holdout: JudgedAnswer[] }[]> {
  const serving = await findServingModel(database);
  if (serving === null) return [];
  const labels = await getLabelSet(database);
  const known = new Set(
    (await getLabelIdsOfModel(database, serving.id)).map((id) => currentLabelId(labels, id)),
  );
  const said = groupBy(
    (await listResultsOfModel(database, serving.id)).map(({ split, actualId, predictedId, confidence }) => {
      const labelId = currentLabelId(labels, predictedId);
      return { split, labelId, confidence, isCorrect: currentLabelId(labels, actualId) === labelId };
    }),
    ({ split, labelId }) => `${split} ${labelId}`,
  );
  const usable = (await getLabels(database, [...known])).filter(({ retiredAt }) => retiredAt === null);
  return usable
    .map((label) => ({
      label,
      validation: said.get(`VALIDATION ${label.id}`) ?? [],
      holdout: said.get(`HOLDOUT ${label.id}`) ?? [],
    }))
    .sort((left, right) => left.label.name.localeCompare(right.label.name));
}

function requirePrecision(targetPrecision: number): void {
  if (!(targetPrecision > 0 && targetPrecision <= 1)) throw createInvalidPrecisionError(targetPrecision);
}
