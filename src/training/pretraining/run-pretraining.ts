/**
 * The job of a pre-training run: a model version learns on from pages without labels, epoch by epoch, and what it becomes is kept as a
 * version of its own, a base to fine-tune. Nothing is measured, and the gate is not asked: its classifier no longer fits.
 */
import type { EncodeStoredPage } from '../../classification/encode-page.js';
import {
  type ReadCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from '../../layoutlmv2/checkpoints/checkpoint.js';
import type { EngineName } from '../../layoutlmv2/engine.js';
import { parameterCount, type WeightMap } from '../../layoutlmv2/parameters.js';
import { findHeads, partHeads, writeHeads } from '../../layoutlmv2/pretraining/heads-file.js';
import { type PretrainingEvent, pretrain } from '../../layoutlmv2/pretraining/pretrain.js';
import { createTokenizer } from '../../layoutlmv2/tokenizer/tokenizer.js';
import {
  getLabelIdsOfModel,
  getReadyModelVersion,
  registerModelVersion,
} from '../../models/get-model-version.js';
import type { RequireLicence } from '../../models/licence.js';
import { describeModelCard } from '../../models/model-card.js';
import type { ModelStore } from '../../models/model-store.js';
import type { ReadyModelVersion } from '../../models/model-version.js';
import { readNetworkFiles } from '../../models/read-model-files.js';
import type { DatabaseConnection, Transaction } from '../../platform/database/database.js';
import type { JobHandler } from '../../platform/jobs/job.js';
import { learnResumably } from '../learn-resumably.js';
import type { ProgressLog } from '../progress-log.js';
import { type CheckCancelled, createRunJob, createRunLife } from '../run-life.js';
import { createTrainingFailedError } from '../training.errors.js';
import type { TrainingFact, TrainingRun } from '../training-run.js';
import { loadPages } from './load-pages.js';
import { runPretrainingJob } from './pretraining.jobs.js';
import { findPlan } from './pretraining.repository.js';

export function createRunPretraining(dependencies: {
  connection: DatabaseConnection;
  encodePage: EncodeStoredPage;
  store: ModelStore;
  requireLicence: RequireLicence;
  /** Folder of the states between epochs, one folder a run. */
  runsDir: string;
  enginePreference: EngineName | 'auto';
  announce: (tx: Transaction, fact: TrainingFact) => Promise<void>;
}): JobHandler<{ runId: string }> {
  const { connection, encodePage, store, requireLicence, enginePreference } = dependencies;
  const { database } = connection;
  const life = createRunLife(dependencies);

  const getBase = async ({ id, baseModelId }: TrainingRun): Promise<ReadyModelVersion> => {
    if (baseModelId === null) throw new Error(`run ${id} has no base model`);
    const base = await getReadyModelVersion(database, baseModelId);
    requireLicence(base.licence, `Model version ${base.number}, which the run starts from,`);
    return base;
  };

  const keepVersion = async (
    run: TrainingRun,
    made: { base: ReadyModelVersion; start: ReadCheckpoint; weights: WeightMap; pages: number },
  ) => {
    const { base, start, weights, pages } = made;
    const { config, tokenizer, labels } = start;
    const { network, heads } = partHeads(config, weights);
    const folder = await store.prepareFolder(run.id);
    await writeCheckpoint(folder, { config, tokenizer, labels, weights: network });
    await writeHeads(folder, heads);
    const { number: baseNumber, licence } = base;
    const ofNetwork = { architecture: 'LayoutLMv2', licence, baseNumber, members: [], reason: null } as const;
    const card = describeModelCard({ ...ofNetwork, labels: labels ?? [], unlabelledPages: pages });
    await store.writeModelCard(run.id, card);
    const labelIds = await getLabelIdsOfModel(database, base.id);
    return (tx: Transaction) =>
      registerModelVersion(
        tx,
        {
          id: run.id,
          architecture: ofNetwork.architecture,
          size: base.size,
          parameterCount: parameterCount(config, labels?.length ?? 0),
          maxTokens: base.maxTokens,
          licence,
          hasClassifier: labels !== null,
          unmappedClasses: base.unmappedClasses,
          isPretrainedBase: true,
          temperature: null,
          baseModelId: base.id,
        },
        labelIds,
        { runId: run.id },
      );
  };

  const train = async (run: TrainingRun, checkCancelled: CheckCancelled) => {
    const plan = await findPlan(database, run.id);
    if (plan === null) throw new Error(`run ${run.id} has no plan`);
    const base = await getBase(run);
    const { start, heads } = await readNetworkFiles(base, store, async (folder) => {
      const checkpoint = await readCheckpoint(folder);
      return { start: checkpoint, heads: await findHeads(folder, checkpoint.config) };
    });
    const { config } = start;
    const tokenizer = createTokenizer(start.tokenizer);
    const wantedTokens = run.hyperparameters.maxTokens;
    const maxTokens = Math.min(wantedTokens, base.maxTokens ?? wantedTokens);
    const { pageIds, corruption } = plan;
    const pages = await loadPages({
      ...{ database, pageIds, tokenizer, maxTokens, encodePage, checkCancelled },
    });
    if (pages.length === 0)
      throw createTrainingFailedError('The documents that the run was to learn from are gone', null);
    const hyperparameters = { ...run.hyperparameters, maxTokens, corruption };
    const weights = await learnResumably(run, {
      ...{ connection, life, checkCancelled },
      learn: (resumeFrom) =>
        pretrain({
          config,
          weights: new Map([...start.weights, ...heads]),
          labelCount: start.labels?.length ?? 0,
          pages,
          maskId: tokenizer.specialIds.mask,
          hyperparameters,
          resumeFrom,
        }),
      keep: createKeepEvent(run, pages.length),
      weightsOf: (learnt) => learnt,
    });
    await checkCancelled();
    const registerVersion = await keepVersion(run, { base, start, weights, pages: pages.length });
    await life.end(run.id, { status: 'SUCCEEDED' }, async (tx) => {
      const version = await registerVersion(tx);
      const gone = pageIds.length - pages.length;
      return {
        modelVersionId: version.id,
        statusReason: [
          `Model version ${version.number} is a pre-trained base and does not serve: fine-tune it, startTrainingRun(input: { baseModelId: … })`,
          ...(gone === 0 ? [] : [`${gone} of ${pageIds.length} pages were gone`]),
          ...(run.statusReason === null ? [] : [run.statusReason]),
        ].join('; '),
      };
    });
  };

  return createRunJob(runPretrainingJob, { connection, life, enginePreference, train });
}

/** Logs what the network tells while it learns: how long a step takes is seen here, between one event and the next. */
function createKeepEvent({ hyperparameters }: TrainingRun, pageCount: number) {
  const { batchSize, epochs } = hyperparameters;
  const stepsPerEpoch = Math.ceil(pageCount / batchSize);
  const lastBatch = pageCount - (stepsPerEpoch - 1) * batchSize;
  let learningRate = 0;
  let keptAt = performance.now();
  const keep = async (event: PretrainingEvent, log: ProgressLog) => {
    const durationMs = performance.now() - keptAt;
    if (event.type === 'step') {
      const { step, loss, wordAccuracy, alignmentAccuracy, matchingAccuracy } = event;
      ({ learningRate } = event);
      const pages = step % stepsPerEpoch === 0 ? lastBatch : batchSize;
      const examplesPerSecond = (1000 * pages) / durationMs;
      const figures = {
        loss,
        learningRate,
        examplesPerSecond,
        wordAccuracy,
        alignmentAccuracy,
        matchingAccuracy,
      };
      await log.keepStep({ ...event, examplesPerSecond, durationMs }, pointsOf(figures), epochs);
      return null;
    }
    await log.keepEpoch({
      epoch: event.epoch,
      trainLoss: event.loss,
      // There are no labels to validate by.
      ...{ validationLoss: null, validationAccuracy: null, validationMacroF1: null },
      learningRate,
      durationMs: event.durationMs,
      // A run ends with the last epoch it has.
      isBest: true,
    });
    return event.state;
  };
  return async (event: PretrainingEvent, log: ProgressLog) => {
    const state = await keep(event, log);
    keptAt = performance.now();
    return state;
  };
}

/** Without what was not asked in the step. */
function pointsOf(figures: Readonly<Record<string, number | null>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}
