/**
 * Lets the promotion gate judge what a run has made: the serving model scores the very holdout documents the candidate was
 * measured on, in the same job, with its own weights, tokenizer and labels, read as they are when it serves.
 */
import type { EncodeStoredPage } from '../classification/encode-page.js';
import { maskScores } from '../classification/label-scores.js';
import { describeScores } from '../classification/prediction.js';
import { getLabelSet, getLabels } from '../labels/get-label.js';
import { currentLabelId, type LabelSet } from '../labels/label.js';
import { openCheckpoint } from '../layoutlmv2/checkpoints/checkpoint.js';
import { loadPageClassifier } from '../layoutlmv2/classifier.js';
import { createTokenizer } from '../layoutlmv2/tokenizer/tokenizer.js';
import { predictUnits, type UnitPrediction } from '../layoutlmv2/training/evaluate.js';
import { getLabelIdsOfModel } from '../models/get-model-version.js';
import type { ModelStore } from '../models/model-store.js';
import type { ReadyModelVersion } from '../models/model-version.js';
import { findServingModel } from '../models/promote-model.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { messageOf } from '../shared/errors.js';
import { findPolicy } from './gate.repository.js';
import { loadExamples, type SnapshotDocument } from './load-examples.js';
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
  /** What the run's own network says of the holdout, and the labels its rows stand for. */
  predictions: readonly UnitPrediction[];
  labelIds: readonly string[];
  checkCancelled: () => Promise<void>;
}) => Promise<GateJudgement>;

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
    const { maxTokens } = version;
    const { microBatchSize } = run.hyperparameters;
    const checkpoint = await openCheckpoint(store.folderOf(version.id));
    try {
      const { config, readWeight } = checkpoint;
      const tokenizer = createTokenizer(checkpoint.tokenizer);
      const split = 'HOLDOUT' as const;
      const holdout = await loadExamples({
        documents,
        split,
        labelIds,
        tokenizer,
        maxTokens,
        encodePage,
        checkCancelled,
      });
      const classifier = await loadPageClassifier({ config, readWeight, labelCount: servingLabelCount });
      try {
        return await predictUnits(
          async (pages) => {
            await checkCancelled();
            const results = await classifier.classify(pages);
            return results.map(({ logits }) => logits);
          },
          holdout,
          { microBatchSize, maxTokens },
        );
      } finally {
        classifier.dispose();
      }
    } finally {
      await checkpoint.close();
    }
  };

  return async (made) => {
    const { documents, predictions, labelIds, run } = made;
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
