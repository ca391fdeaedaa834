/** Begins a run: freezes what people have decided into a snapshot, or writes down why there is nothing to learn. */
import { type Hyperparameters, requireUsable } from '../layoutlmv2/training/hyperparameters.js';
import { getReadyModelVersion } from '../models/get-model-version.js';
import { isNoncommercial, type RequireLicence } from '../models/licence.js';
import type { ReadyModelVersion } from '../models/model-version.js';
import { findServingModel } from '../models/promote-model.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { messageOf } from '../shared/errors.js';
import { createId } from '../shared/ids.js';
import { storableText } from '../shared/storable-text.js';
import { readTags } from './annotate-training-run.js';
import { collectDataset, prepareDataset } from './collect-dataset.js';
import { insertSnapshot, lockSplits } from './dataset.repository.js';
import { defaultHyperparameters } from './default-hyperparameters.js';
import { bytesPerMib, findLimitFault, type RunLimits } from './run-limits.js';
import { recordSkippedRun } from './skipped-run.repository.js';
import { createInvalidHyperparameterError, createInvalidLimitError } from './training.errors.js';
import { insertRun } from './training.repository.js';
import { skipWindowMinutes } from './training-policy.js';
import { readTrainingPolicy } from './training-policy.repository.js';
import type { RunHyperparameters, RunTrigger, TrainingFact, TrainingRun } from './training-run.js';

export type StartTrainingRun = (request: {
  trigger: RunTrigger;
  note: string | null;
  tags?: readonly string[];
  limits?: Partial<RunLimits>;
  /** A model version to go on from; null for the serving one, if there is one. */
  baseModelId: string | null;
  fromScratch: boolean;
  hyperparameters: Partial<RunHyperparameters>;
}) => Promise<TrainingRun>;

/**
 * @returns a function that answers a QUEUED run, or a SKIPPED one that says what is missing. It throws
 * INVALID_HYPERPARAMETER, INVALID_LIMIT, INVALID_TAG, MODEL_VERSION_NOT_FOUND, MODEL_VERSION_NOT_READY and LICENCE_REFUSED.
 */
export function createStartTrainingRun(dependencies: {
  connection: DatabaseConnection;
  requireLicence: RequireLicence;
  announce: (tx: Transaction, fact: TrainingFact) => Promise<void>;
  minimumPerLabel: number;
  modelSize: RunHyperparameters['modelSize'];
}): StartTrainingRun {
  const { connection, requireLicence, announce, minimumPerLabel, modelSize } = dependencies;
  return async (request) => {
    const { trigger, note, baseModelId: wantedBaseId, fromScratch, hyperparameters: wanted } = request;
    const tags = readTags(request.tags ?? []);
    const limits = { maxMinutes: null, maxMemoryMib: null, ...request.limits };
    requireUsableLimits(limits);
    await prepareDataset(connection);
    return await connection.transaction(async (tx) => {
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
      const policy = await readTrainingPolicy(tx, minimumPerLabel);
      const { items, obstacle, holdoutVersion, leftOut } = await collectDataset(
        tx,
        policy.minimumDocumentsPerLabel,
      );
      const trainingDocuments = items.filter(({ split }) => split === 'TRAIN').length;
      const hyperparameters = {
        ...defaultHyperparameters({
          baseSize: base?.size ?? null,
          modelSize: size,
          trainingDocuments,
          ...(limits.maxMemoryMib !== null && { maxBytes: bytesPerMib * limits.maxMemoryMib }),
        }),
        ...wanted,
        modelSize: size,
      };
      requireUsableHyperparameters(hyperparameters);
      const run = {
        id: createId(),
        trigger,
        note: note && storableText(note),
        tags,
        ...limits,
        baseModelId: base?.id ?? null,
        hyperparameters,
        warnings: [...(base ? describeBase(base) : []), ...describeLeftOut(leftOut)],
        finishedAt: null,
      };
      if (obstacle !== null) {
        // Whoever asks is answered by a run of their own.
        const isAsked = trigger === 'MANUAL' || trigger === 'SWEEP';
        const windowMinutes = isAsked ? 0 : skipWindowMinutes(policy);
        return await recordSkippedRun(tx, {
          run,
          code: 'TOO_LITTLE_DATA',
          reason: obstacle,
          now: new Date(),
          windowMinutes,
        });
      }
      const snapshotId = createId();
      await insertSnapshot(tx, { id: snapshotId, holdoutVersion }, items);
      const queued = await insertRun(tx, { ...run, status: 'QUEUED', statusReason: null, snapshotId });
      await announce(tx, { name: 'runRequested', runId: queued.id });
      return queued;
    });
  };
}

function describeLeftOut(documents: number): string[] {
  return documents === 0
    ? []
    : [`${documents} documents are left out: they resemble some that have another part in measuring.`];
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

function requireUsableLimits(limits: RunLimits): void {
  const fault = findLimitFault(limits);
  if (fault !== null) throw createInvalidLimitError(fault);
}

function requireUsableHyperparameters(hyperparameters: Hyperparameters): void {
  try {
    requireUsable(hyperparameters);
  } catch (error) {
    throw createInvalidHyperparameterError(messageOf(error));
  }
}
