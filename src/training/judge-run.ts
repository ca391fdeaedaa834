/**
 * Lets the promotion gate judge what a run has made: the serving model scores the very holdout documents the candidate was
 * measured on, in the same job, of whatever architecture it is, with its own labels, read as they are when it serves.
 */

import { loadClassifier } from '../classification/architectures/architectures.js';
import type { EncodeStoredPage } from '../classification/encode-page.js';
import { maskScores } from '../classification/label-scores.js';
import { createPageReaders } from '../classification/page-readers.js';
import { describeScores } from '../classification/prediction.js';
import { getLabelSet, getLabels } from '../labels/get-label.js';
import { currentLabelId, type LabelSet } from '../labels/label.js';
import { applyTemperature } from '../layoutlmv2/calibration/temperature.js';
import { activeEngine } from '../layoutlmv2/engine.js';
import { mostLikely } from '../layoutlmv2/probability.js';
import type { UnitPrediction } from '../layoutlmv2/training/evaluate.js';
import { getLabelIdsOfModel, getReadyModelVersion } from '../models/get-model-version.js';
import type { ModelStore } from '../models/model-store.js';
import type { ReadyModelVersion } from '../models/model-version.js';
import { findServingModel } from '../models/promote-model.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { messageOf } from '../shared/errors.js';
import { findPolicy } from './gate.repository.js';
import type { SnapshotDocument } from './load-examples.js';
import { isMeasurable } from './measure-holdout.js';
import {
  type GateFindings,
  type HoldoutAnswer,
  type HoldoutRow,
  judgeCandidate,
  nothingMeasured,
} from './promotion-gate.js';
import type { PromotionPolicy } from './promotion-policy.js';
import type { TrainingRun } from './training-run.js';

/** What was found, under which policy, against which version: null for none. */
export type GateJudgement = { findings: GateFindings; policy: PromotionPolicy; servingId: string | null };

type JudgeRun = (made: {
  run: TrainingRun;
  documents: readonly SnapshotDocument[];
  /** What the run's own network says of the holdout; null to ask the version that the run has made. */
  predictions: readonly UnitPrediction[] | null;
  /** The labels that its rows stand for. */
  labelIds: readonly string[];
  checkCancelled: () => Promise<void>;
}) => Promise<GateJudgement>;

// Their pages go into batches together; few page images are in memory.
const documentsAtOnce = 8;

export function createJudgeRun(dependencies: {
  connection: DatabaseConnection;
  encodePage: EncodeStoredPage;
  store: ModelStore;
}): JudgeRun {
  const { connection, encodePage, store } = dependencies;
  const { database } = connection;

  const scoreHoldout = async (
    version: ReadyModelVersion,
    { run, documents, labelIds, checkCancelled }: Parameters<JudgeRun>[0],
    servingLabelCount: number,
  ): Promise<UnitPrediction[]> => {
    const { signal } = new AbortController();
    const readers = createPageReaders({
      connection,
      async encodePage(...page) {
        await checkCancelled();
        return await encodePage(...page);
      },
    });
    const computedBy = { name: activeEngine(), device: run.device ?? '' };
    const classifier = await loadClassifier({
      ...{ version, store, labelCount: servingLabelCount },
      startEngine: async () => computedBy,
    });
    const score = async ({ item, pages }: SnapshotDocument): Promise<UnitPrediction> => {
      const { whole } = await classifier.score(pages, readers, signal);
      const probabilities = applyTemperature(whole.probabilities, version.temperature ?? 1);
      return {
        unit: item.documentId,
        label: labelIds.indexOf(item.labelId),
        probabilities,
        predicted: mostLikely(probabilities),
        pageCount: pages.length,
      };
    };
    try {
      const holdout = documents.filter(({ item, pages }) => item.split === 'HOLDOUT' && pages.length > 0);
      const scored: UnitPrediction[] = [];
      for (let start = 0; start < holdout.length; start += documentsAtOnce) {
        await checkCancelled();
        scored.push(...(await Promise.all(holdout.slice(start, start + documentsAtOnce).map(score))));
      }
      return scored;
    } finally {
      await classifier.dispose();
    }
  };

  const scoreMade = async (made: Parameters<JudgeRun>[0]): Promise<UnitPrediction[]> => {
    const { modelVersionId, number } = made.run;
    if (modelVersionId === null) throw new Error(`run ${number} has made no model version`);
    const version = await getReadyModelVersion(database, modelVersionId);
    return await scoreHoldout(version, made, made.labelIds.length);
  };

  return async (made) => {
    const { documents, labelIds, run } = made;
    const predictions = made.predictions ?? (await scoreMade(made));
    const policy = await findPolicy(database);
    const serving = await findServingModel(database);
    const servingLabelIds = serving ? await getLabelIdsOfModel(database, serving.id) : [];
    let servingPredictions: UnitPrediction[] | null = null;
    // What cannot be measured is refused whatever the serving model says.
    if (serving && isMeasurable(predictions)) {
      try {
        servingPredictions = await scoreHoldout(serving, made, servingLabelIds.length);
      } catch (error) {
        await made.checkCancelled();
        // Where the files lie is nobody's business.
        const fault = messageOf(error).replaceAll(store.folderOf(serving.id), 'its folder');
        const reason = `Model version ${serving.number}, which serves, cannot be scored: ${fault}`;
        const refused = { verdict: 'REFUSED' as const, code: 'SERVING_UNUSABLE' as const, reason };
        const findings = { ...nothingMeasured(predictions.length), ...refused };
        return { findings, policy, servingId: serving.id };
      }
    }
    const labels = await getLabelSet(database);
    const names = await nameLabels([...labels.keys()]);
    const rows = joinRows({ documents, labels, predictions, labelIds, servingPredictions, servingLabelIds });
    const findings = judgeCandidate({
      rows,
      candidate: { knownLabelIds: livingLabelIds(labelIds, labels) },
      serving: serving && { knownLabelIds: livingLabelIds(servingLabelIds, labels) },
      policy,
      seed: run.hyperparameters.seed,
      nameOf: (id) => names.get(id) ?? id,
    });
    return { findings, policy, servingId: serving?.id ?? null };
  };

  async function nameLabels(ids: readonly string[]): Promise<Map<string, string>> {
    return new Map((await getLabels(database, ids)).map(({ id, name }) => [id, name]));
  }
}

/** The labels that rows of a classifier count for today, without those that take no more documents. */
function livingLabelIds(labelIds: readonly string[], labels: LabelSet): string[] {
  const current = new Set(labelIds.map((id) => currentLabelId(labels, id)));
  return [...current].filter((id) => labels.get(id)?.retiredAt === null);
}

function joinRows(options: {
  documents: readonly SnapshotDocument[];
  labels: LabelSet;
  predictions: readonly UnitPrediction[];
  labelIds: readonly string[];
  servingPredictions: readonly UnitPrediction[] | null;
  servingLabelIds: readonly string[];
}): HoldoutRow[] {
  const { documents, labels, predictions, labelIds, servingPredictions, servingLabelIds } = options;
  const trueLabels = new Map(documents.map(({ item }) => [item.documentId, item.labelId]));
  const byDocument = new Map(servingPredictions?.map((prediction) => [prediction.unit, prediction]));
  return predictions.map((prediction) => {
    const servingPrediction = byDocument.get(prediction.unit);
    return {
      documentId: prediction.unit,
      labelId: currentLabelId(labels, trueLabels.get(prediction.unit) ?? ''),
      candidate: answerOf(prediction, labelIds, labels),
      serving: servingPrediction ? answerOf(servingPrediction, servingLabelIds, labels) : null,
    };
  });
}

/** The label a model would give a document if it served today: scores of merged labels added up, retired ones masked. */
function answerOf(
  { probabilities }: UnitPrediction,
  labelIds: readonly string[],
  labels: LabelSet,
): HoldoutAnswer {
  if (!Array.from(probabilities).every(Number.isFinite)) return { labelId: '', confidence: Number.NaN };
  const { labelId, confidence } = describeScores(
    maskScores(probabilities, labelIds, labels),
    labelIds,
    labels,
  );
  return { labelId, confidence };
}
