/** Begins a run that learns on from the archive without labels: draws its pages, and keeps which they are. */
import { listDuplicateGroups, listGroupMembers } from '../../documents/group-duplicates.js';
import { type Corruption, publishedCorruption } from '../../layoutlmv2/pretraining/corrupt-page.js';
import { hasNetwork } from '../../models/architecture.js';
import { getReadyModelVersion } from '../../models/get-model-version.js';
import { isNoncommercial, type RequireLicence } from '../../models/licence.js';
import type { ReadyModelVersion } from '../../models/model-version.js';
import { findServingNetwork } from '../../models/promote-model.js';
import { sampleReadPages } from '../../ocr/words-of-pages.js';
import type { Database, DatabaseConnection, Transaction } from '../../platform/database/database.js';
import { createId } from '../../shared/ids.js';
import { storableText } from '../../shared/storable-text.js';
import { readTags } from '../annotate-training-run.js';
import { listHoldoutDocuments } from '../dataset.repository.js';
import { maxTrainingPages } from '../load-examples.js';
import { bytesPerMib, type RunLimits } from '../run-limits.js';
import { readLimits, requireUsableHyperparameters } from '../start-training-run.js';
import { insertRun } from '../training.repository.js';
import type { RunHyperparameters, TrainingFact, TrainingRun } from '../training-run.js';
import { pretrainingDefaults } from './default-settings.js';
import {
  createInvalidPretrainingError,
  createNoBaseModelError,
  createNothingReadError,
  createTextBaseError,
} from './pretraining.errors.js';
import { findPlanFault, usualPages } from './pretraining.js';
import { insertPlan } from './pretraining.repository.js';

export type StartPretraining = (request: {
  note: string | null;
  tags?: readonly string[];
  limits?: Partial<RunLimits>;
  /** Null for the network that serves or served last. */
  baseModelId: string | null;
  maxPages?: number;
  corruption?: Partial<Corruption>;
  hyperparameters?: Partial<RunHyperparameters>;
}) => Promise<TrainingRun>;

/**
 * @returns a function that answers a QUEUED run. It throws NO_BASE_MODEL, NOTHING_READ, INVALID_PRETRAINING, INVALID_HYPERPARAMETER,
 * INVALID_LIMIT, INVALID_TAG, MODEL_VERSION_NOT_FOUND, MODEL_VERSION_NOT_READY, MODEL_FILES_COLLECTED, MODEL_HAS_NO_NETWORK and
 * LICENCE_REFUSED.
 */
export function createStartPretraining(dependencies: {
  connection: DatabaseConnection;
  requireLicence: RequireLicence;
  modelSize: RunHyperparameters['modelSize'];
  announce: (tx: Transaction, fact: TrainingFact) => Promise<void>;
}): StartPretraining {
  const { connection, requireLicence, modelSize, announce } = dependencies;
  return async (request) => {
    const tags = readTags(request.tags ?? []);
    const limits = readLimits(request.limits);
    const plan = {
      maxPages: request.maxPages ?? usualPages,
      corruption: { ...publishedCorruption, ...request.corruption },
    };
    const fault = findPlanFault(plan);
    if (fault !== null) throw createInvalidPretrainingError(fault);
    return await connection.transaction(async (tx) => {
      const base = await findBase(tx, request.baseModelId);
      requireLicence(base.licence, `Model version ${base.number}, which the run would start from,`);
      const settingsFor = (pages: number) => ({
        ...pretrainingDefaults({
          ...{ base, modelSize, pages },
          ...(limits.maxMemoryMib !== null && { maxBytes: bytesPerMib * limits.maxMemoryMib }),
        }),
        ...request.hyperparameters,
      });
      requireUsableHyperparameters(settingsFor(plan.maxPages));
      const pageIds = await drawPages(tx, plan.maxPages, settingsFor(plan.maxPages).seed);
      if (pageIds.length === 0) throw createNothingReadError();
      const run = await insertRun(tx, {
        id: createId(),
        kind: 'PRETRAINING',
        status: 'QUEUED',
        statusReason: null,
        trigger: 'MANUAL',
        note: request.note && storableText(request.note),
        tags,
        ...limits,
        baseModelId: base.id,
        hyperparameters: settingsFor(pageIds.length),
        snapshotId: null,
        warnings: isNoncommercial(base.licence)
          ? [`What the run makes inherits the licence ${base.licence} of model version ${base.number}.`]
          : [],
        finishedAt: null,
      });
      await insertPlan(tx, run.id, { ...plan, pageIds });
      await announce(tx, { name: 'pretrainingRequested', runId: run.id });
      return run;
    });
  };
}

async function findBase(tx: Transaction, wantedId: string | null): Promise<ReadyModelVersion> {
  const base = wantedId === null ? await findServingNetwork(tx) : await getReadyModelVersion(tx, wantedId);
  if (base === null) throw createNoBaseModelError();
  if (!hasNetwork(base)) throw createTextBaseError(base.number);
  return base;
}

/** A sample of the pages that have been read. What the holdout is measured on is not even seen without its label. */
async function drawPages(database: Database, count: number, seed: number): Promise<string[]> {
  const holdout = await listHoldoutDocuments(database);
  const groups = await listDuplicateGroups(database, holdout);
  const alike = await listGroupMembers(database, [...new Set(groups.values())]);
  return await sampleReadPages(database, {
    exceptDocumentIds: [...new Set([...holdout, ...alike.map(({ documentId }) => documentId)])],
    firstPages: maxTrainingPages,
    ...{ seed, count },
  });
}
