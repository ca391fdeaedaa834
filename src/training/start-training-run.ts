/** Begins a run: freezes what people have decided into a snapshot, or writes down why there is nothing to learn. */
import type { Augmentation } from '../layoutlmv2/training/augmentation/augmentation-settings.js';
import { type Hyperparameters, requireUsable } from '../layoutlmv2/training/hyperparameters.js';
import { hasNetwork } from '../models/architecture.js';
import { getReadyModelVersion } from '../models/get-model-version.js';
import { isNoncommercial, type RequireLicence } from '../models/licence.js';
import { createNoNetworkError } from '../models/model.errors.js';
import type { ReadyModelVersion } from '../models/model-version.js';
import { findServingModel, findServingNetwork } from '../models/promote-model.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { messageOf } from '../shared/errors.js';
import { createId } from '../shared/ids.js';
import { storableText } from '../shared/storable-text.js';
import { readTags } from './annotate-training-run.js';
import { collectDataset, prepareDataset } from './collect-dataset.js';
import { insertSnapshot, lockSplits } from './dataset.repository.js';
import { defaultHyperparameters } from './default-hyperparameters.js';
import { describeForgottenLabels } from './forgotten-labels.js';
import { bytesPerMib, findLimitFault, type RunLimits } from './run-limits.js';
import { recordSkippedRun } from './skipped-run.repository.js';
import { createInvalidHyperparameterError, createInvalidLimitError } from './training.errors.js';
import { insertRun } from './training.repository.js';
import { skipWindowMinutes, type TrainingPolicy } from './training-policy.js';
import { readTrainingPolicy } from './training-policy.repository.js';
import type { RunHyperparameters, RunTrigger, TrainingFact, TrainingRun } from './training-run.js';

export type StartTrainingRun = (request: {
  trigger: Exclude<RunTrigger, 'SWEEP'>;
  note: string | null;
  tags?: readonly string[];
  limits?: Partial<RunLimits>;
  /** A model version to go on from; null for the serving one, if there is one. */
  baseModelId: string | null;
  fromScratch: boolean;
  hyperparameters: WantedHyperparameters;
}) => Promise<TrainingRun>;

export type StartDependencies = {
  requireLicence: RequireLicence;
  minimumPerLabel: number;
  modelSize: RunHyperparameters['modelSize'];
};

/**
 * @returns a function that answers a QUEUED run, or a SKIPPED one that says what is missing. It throws
 * INVALID_HYPERPARAMETER, INVALID_LIMIT, INVALID_TAG, MODEL_VERSION_NOT_FOUND, MODEL_VERSION_NOT_READY and LICENCE_REFUSED.
 */
export function createStartTrainingRun(
  dependencies: StartDependencies & {
    connection: DatabaseConnection;
    announce: (tx: Transaction, fact: TrainingFact) => Promise<void>;
  },
): StartTrainingRun {
  const { connection, announce } = dependencies;
  return async (request) => {
    const { trigger, note } = request;
    const tags = readTags(request.tags ?? []);
    const limits = readLimits(request.limits);
    await prepareDataset(connection);
    return await connection.transaction(async (tx) => {
      const start = await planStart(tx, { ...request, limits }, dependencies);
      const run = {
        id: createId(),
        trigger,
        note: note && storableText(note),
        tags,
        ...limits,
        baseModelId: start.baseModelId,
        hyperparameters: start.hyperparameters,
        warnings: start.warnings,
        finishedAt: null,
      };
      if (start.obstacle !== null) {
        // Whoever asks is answered by a run of their own.
        const windowMinutes = trigger === 'MANUAL' ? 0 : skipWindowMinutes(start.policy);
        return await recordSkippedRun(tx, {
          run,
          code: 'TOO_LITTLE_DATA',
          reason: start.obstacle,
          now: new Date(),
          windowMinutes,
        });
      }
      const snapshotId = await start.freeze();
      const queued = await insertRun(tx, { ...run, status: 'QUEUED', statusReason: null, snapshotId });
      await announce(tx, { name: 'runRequested', runId: queued.id });
      return queued;
    });
  };
}

/** What is wanted of a run's settings; what is not given has its default. */
export type WantedHyperparameters = Partial<Omit<RunHyperparameters, 'augmentation'>> & {
  augmentation?: Partial<Augmentation>;
};

/** What runs begin with. `freeze` keeps the documents as a snapshot, and gives its id. */
type Start = {
  baseModelId: string | null;
  hyperparameters: RunHyperparameters;
  warnings: string[];
  /** Why there is nothing to learn from; null where there is. */
  obstacle: string | null;
  policy: TrainingPolicy;
  freeze: () => Promise<string>;
};

/**
 * Decides what a run, or the trials of a sweep, begin with: where they start from, their settings, and what people have decided.
 * No other snapshot is taken until the transaction ends. It throws what {@link createStartTrainingRun} says.
 */
export async function planStart(
  tx: Transaction,
  request: {
    baseModelId: string | null;
    fromScratch: boolean;
    hyperparameters: WantedHyperparameters;
    limits: RunLimits;
  },
  dependencies: StartDependencies,
): Promise<Start> {
  const { baseModelId: wantedBaseId, fromScratch, hyperparameters: wanted, limits } = request;
  if (wantedBaseId !== null && fromScratch) {
    throw createInvalidHyperparameterError('Give either baseModelId or fromScratch, not both.');
  }
  const base = fromScratch
    ? null
    : wantedBaseId === null
      ? await findServingNetwork(tx)
      : await getReadyModelVersion(tx, wantedBaseId);
  if (base && !hasNetwork(base)) throw createNoNetworkError(base.number);
  const serving = wantedBaseId === null && !fromScratch ? await findServingModel(tx) : null;
  if (base) {
    const what = `Model version ${base.number}, which the run would start from,`;
    dependencies.requireLicence(base.licence, what);
  }
  const size = wanted.modelSize ?? dependencies.modelSize;
  await lockSplits(tx);
  const policy = await readTrainingPolicy(tx, dependencies.minimumPerLabel);
  const { items, obstacle, holdoutVersion, leftOut, labelsLeftOut } = await collectDataset(
    tx,
    policy.minimumDocumentsPerLabel,
  );
  const defaults = defaultHyperparameters({
    baseSize: base?.size ?? null,
    baseParameterCount: base?.parameterCount ?? null,
    modelSize: size,
    trainingDocuments: items.filter(({ split }) => split === 'TRAIN').length,
    ...(limits.maxMemoryMib !== null && { maxBytes: bytesPerMib * limits.maxMemoryMib }),
  });
  const augmentation = { ...defaults.augmentation, ...wanted.augmentation };
  const hyperparameters = { ...defaults, ...wanted, augmentation, modelSize: size };
  requireUsableHyperparameters(hyperparameters);
  const learntLabelIds = new Set(items.map(({ labelId }) => labelId));
  return {
    baseModelId: base?.id ?? null,
    hyperparameters,
    warnings: [
      ...(serving ? describeServing(serving, base) : []),
      ...(base ? describeBase(base) : []),
      ...(base && obstacle === null ? await describeForgottenLabels(tx, base, learntLabelIds) : []),
      ...describeLeftOut(leftOut),
      ...labelsLeftOut.map((reason) => `A label takes no part. ${reason}`),
    ],
    obstacle,
    policy,
    freeze: async () => {
      const id = createId();
      await insertSnapshot(tx, { id, holdoutVersion }, items);
      return id;
    },
  };
}

/** Limits as they are kept. @throws AppError INVALID_LIMIT. */
export function readLimits(limits: Partial<RunLimits> | undefined): RunLimits {
  const all = { maxMinutes: null, maxMemoryMib: null, ...limits };
  const fault = findLimitFault(all);
  if (fault !== null) throw createInvalidLimitError(fault);
  return all;
}

function describeLeftOut(documents: number): string[] {
  return documents === 0
    ? []
    : [`${documents} documents are left out: they resemble some that have another part in measuring.`];
}

/** A text classifier is learnt anew by each run; there is nothing in it to go on from. */
function describeServing(serving: ReadyModelVersion, base: ReadyModelVersion | null): string[] {
  if (serving.id === base?.id) return [];
  const instead = base ? `from model version ${base.number}, whose network served last` : 'from scratch';
  return [`Model version ${serving.number}, which serves, has no network: the run starts ${instead}.`];
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

/** @throws AppError INVALID_HYPERPARAMETER. */
export function requireUsableHyperparameters(hyperparameters: Hyperparameters): void {
  try {
    requireUsable(hyperparameters);
  } catch (error) {
    throw createInvalidHyperparameterError(messageOf(error));
  }
}
