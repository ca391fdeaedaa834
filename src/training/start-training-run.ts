/** Begins a run: freezes what people have decided into a snapshot, or writes down why there is nothing to learn. */
import { listNewestDecisions } from '../classification/label-decisions.js';
import { getLabels } from '../labels/get-label.js';
import { type Hyperparameters, requireUsable } from '../layoutlmv2/training/hyperparameters.js';
import { getReadyModelVersion } from '../models/get-model-version.js';
import { isNoncommercial, type RequireLicence } from '../models/licence.js';
import type { ReadyModelVersion } from '../models/model-version.js';
import { findServingModel } from '../models/promote-model.js';
import { listOcrVersionsOfDocuments } from '../ocr/words-of-pages.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { messageOf } from '../shared/errors.js';
import { groupBy } from '../shared/group-by.js';
import { createId } from '../shared/ids.js';
import { storableText } from '../shared/storable-text.js';
import { defaultHyperparameters } from './default-hyperparameters.js';
import { assignSplits, findObstacle } from './split-documents.js';
import { createInvalidHyperparameterError } from './training.errors.js';
import { insertRun, insertSnapshot, insertSplits, listSplits, lockSplits } from './training.repository.js';
import type {
  DatasetItem,
  RunHyperparameters,
  RunTrigger,
  TrainingFact,
  TrainingRun,
} from './training-run.js';

export type StartTrainingRun = (request: {
  trigger: RunTrigger;
  note: string | null;
  /** A model version to go on from; null for the serving one, if there is one. */
  baseModelId: string | null;
  fromScratch: boolean;
  hyperparameters: Partial<RunHyperparameters>;
}) => Promise<TrainingRun>;

/**
 * @returns a function that answers a QUEUED run, or a SKIPPED one that says what is missing. It throws
 * INVALID_HYPERPARAMETER, MODEL_VERSION_NOT_FOUND, MODEL_VERSION_NOT_READY and LICENCE_REFUSED.
 */
export function createStartTrainingRun(dependencies: {
  connection: DatabaseConnection;
  requireLicence: RequireLicence;
  announce: (tx: Transaction, fact: TrainingFact) => Promise<void>;
  minimumPerLabel: number;
  modelSize: RunHyperparameters['modelSize'];
}): StartTrainingRun {
  const { connection, requireLicence, announce, minimumPerLabel, modelSize } = dependencies;
  return ({ trigger, note, baseModelId: wantedBaseId, fromScratch, hyperparameters: wanted }) =>
    connection.transaction(async (tx) => {
      if (wantedBaseId !== null && fromScratch) {
        throw createInvalidHyperparameterError('Give either baseModelId or fromScratch, not both.');
      }
      const base = fromScratch
        ? null
        : wantedBaseId === null
          ? await findServingModel(tx)
          : await getReadyModelVersion(tx, wantedBaseId);
      if (base) requireLicence(base.licence, `Model version ${base.number}, which the run would start from,`);
      const size = wanted.modelSize ?? modelSize;
      await lockSplits(tx);
      const { items, obstacle } = await collectItems(tx, minimumPerLabel);
      const trainingDocuments = items.filter(({ split }) => split === 'TRAIN').length;
      const hyperparameters = {
        ...defaultHyperparameters({ baseSize: base?.size ?? null, modelSize: size, trainingDocuments }),
        ...wanted,
        modelSize: size,
      };
      requireUsableHyperparameters(hyperparameters);
      const run = {
        id: createId(),
        trigger,
        note: note && storableText(note),
        baseModelId: base?.id ?? null,
        hyperparameters,
        warnings: base ? describeBase(base) : [],
        finishedAt: null,
      };
      if (obstacle !== null) {
        return await insertRun(tx, {
          ...run,
          status: 'SKIPPED',
          statusReason: obstacle,
          snapshotId: null,
          finishedAt: new Date(),
        });
      }
      const snapshotId = createId();
      await insertSnapshot(tx, snapshotId, items);
      const queued = await insertRun(tx, { ...run, status: 'QUEUED', statusReason: null, snapshotId });
      await announce(tx, { name: 'runRequested', runId: queued.id });
      return queued;
    });
}

/** What whoever reads the figures of the run should know of its start. */
function describeBase({ number, hasClassifier, unmappedClasses, licence }: ReadyModelVersion): string[] {
  return [
    ...(hasClassifier
      ? []
      : [`Model version ${number} has no classifier: the run starts with a new, untrained one.`]),
    ...(unmappedClasses.length > 0
      ? [
          `No label stands for ${unmappedClasses.join(', ')} of model version ${number}: the run starts with a new, untrained classifier.`,
        ]
      : []),
    ...(isNoncommercial(licence)
      ? [`What the run makes inherits the licence ${licence} of model version ${number}.`]
      : []),
  ];
}

function requireUsableHyperparameters(hyperparameters: Hyperparameters): void {
  try {
    requireUsable(hyperparameters);
  } catch (error) {
    throw createInvalidHyperparameterError(messageOf(error));
  }
}

/** The documents a run can learn from, each with its label and its split. */
async function collectItems(
  tx: Transaction,
  minimumPerLabel: number,
): Promise<{ items: DatasetItem[]; obstacle: string | null }> {
  const decisions = await listNewestDecisions(tx);
  const readable = await listOcrVersionsOfDocuments(
    tx,
    decisions.map(({ documentId }) => documentId),
  );
  const decided = decisions.filter(({ documentId }) => readable.has(documentId));
  const labels = await getLabels(tx, [...new Set(decided.map(({ labelId }) => labelId))]);
  const usableLabels = labels.filter(({ retiredAt }) => retiredAt === null);
  const byLabel = groupBy(decided, ({ labelId }) => labelId);
  const countsByLabel = new Map(usableLabels.map(({ id, name }) => [name, byLabel.get(id)?.length ?? 0]));
  const unreadCount = decisions.length - decided.length;
  const obstacle = findObstacle({ countsByLabel, unreadCount, minimumPerLabel });
  if (obstacle !== null) return { items: [], obstacle };

  const taking = usableLabels.filter(({ id }) => (byLabel.get(id)?.length ?? 0) >= minimumPerLabel);
  const chosen = taking.flatMap(({ id }) => byLabel.get(id) ?? []);
  const splits = await listSplits(
    tx,
    chosen.map(({ documentId }) => documentId),
  );
  const assigned = assignSplits(
    chosen.map(({ documentId, labelId }) => ({ documentId, labelId, split: splits.get(documentId) ?? null })),
  );
  await insertSplits(tx, assigned);
  for (const { documentId, split } of assigned) splits.set(documentId, split);
  const items = chosen.map(({ documentId, labelId, decisionId }) => ({
    documentId,
    labelId,
    decisionId,
    split: splits.get(documentId) ?? 'TRAIN',
    ocrVersions: readable.get(documentId) ?? [],
  }));
  return { items, obstacle: findEmptySplit(items, taking) };
}

/** Corrections move documents between labels but never between splits: a label may end up without one to train on. */
function findEmptySplit(
  items: readonly DatasetItem[],
  labels: readonly { id: string; name: string }[],
): string | null {
  for (const { id, name } of labels) {
    for (const split of ['TRAIN', 'HOLDOUT'] as const) {
      if (items.some((item) => item.labelId === id && item.split === split)) continue;
      const purpose = split === 'TRAIN' ? 'learn from' : 'measure on';
      return `No document of ${name} is left to ${purpose}, since documents keep their split when corrected: label more of them`;
    }
  }
  return null;
}
