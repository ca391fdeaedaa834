/**
 * The job of a training run: prepares network and pages, learns epoch by epoch, measures on the holdout, keeps the
 * result as a model version. A trainer that is killed goes on after the last epoch it kept.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncodeStoredPage } from '../classification/encode-page.js';
import { getLabelSet, getLabels } from '../labels/get-label.js';
import { currentRowIds } from '../labels/label.js';
import { type Engine, type EngineName, startEngine } from '../layoutlmv2/engine.js';
import type { WeightMap } from '../layoutlmv2/parameters.js';
import { createTokenizer } from '../layoutlmv2/tokenizer/tokenizer.js';
import { createSpelling } from '../layoutlmv2/training/augmentation/text-spelling.js';
import type { TrainingExample } from '../layoutlmv2/training/examples.js';
import { trainSequenceClassifier } from '../layoutlmv2/training/train.js';
import { findTrainerState, writeTrainerState } from '../layoutlmv2/training/trainer-state.js';
import { networkFolderOf } from '../models/average-folder.js';
import { getLabelIdsOfModel, getReadyModelVersion } from '../models/get-model-version.js';
import type { RequireLicence } from '../models/licence.js';
import type { ModelStore } from '../models/model-store.js';
import type { ModelFact } from '../models/model-version.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { announceEvent } from '../platform/events/event.repository.js';
import { type JobHandler, type JobOutcome, jobDone, jobSkipped } from '../platform/jobs/job.js';
import { AppError, messageOf } from '../shared/errors.js';
import { applyGate } from './apply-gate.js';
import { calibrate, fitDocumentTemperature } from './calibrate.js';
import { chooseArchitecture } from './choose-architecture.js';
import { insertEvaluation } from './evaluation.repository.js';
import { createJudgeRun } from './judge-run.js';
import { learnText } from './learn-text.js';
import { countWords, listSnapshotDocuments, loadExamples, type SnapshotDocument } from './load-examples.js';
import { measureNetwork } from './measure-network.js';
import { measureRun } from './measure-run.js';
import { adaptNetwork, drawNetwork, learnTokenizer, type Network } from './prepare-network.js';
import { createProgressLog } from './progress-log.js';
import { type LimitReached, watchLimits } from './run-limits.js';
import { createLimitReachedError, createTrainingFailedError } from './training.errors.js';
import { runTrainingJob } from './training.jobs.js';
import {
  deleteLogsAfter,
  findRun,
  isCancelRequested,
  listEpochs,
  listItems,
  lockRun,
  updateRun,
} from './training.repository.js';
import { isOver, type TrainingFact, type TrainingRun } from './training-run.js';
import { writeVersions } from './write-versions.js';

/** Thrown through the run when it has been cancelled. */
class RunCancelled extends Error {}

// Asking costs a millisecond; a person who cancels does not notice a quarter of a second.
const cancelCheckIntervalMs = 250;

type Data = {
  labelIds: string[];
  training: TrainingExample[];
  validation: TrainingExample[];
  holdout: TrainingExample[];
};

export function createRunTraining(dependencies: {
  connection: DatabaseConnection;
  encodePage: EncodeStoredPage;
  store: ModelStore;
  requireLicence: RequireLicence;
  /** Folder of the states between epochs, one folder a run. */
  runsDir: string;
  enginePreference: EngineName | 'auto';
  announce: (tx: Transaction, fact: TrainingFact | ModelFact) => Promise<void>;
}): JobHandler<{ runId: string }> {
  const { connection, encodePage, store, requireLicence, runsDir, enginePreference, announce } = dependencies;
  const { database } = connection;
  const judgeRun = createJudgeRun(dependencies);
  const stateFolderOf = (runId: string) => join(runsDir, runId);

  const begin = (runId: string, engine: Engine) =>
    connection.transaction(async (tx) => {
      const run = await lockRun(tx, runId);
      if (run === null || isOver(run.status)) return null;
      await updateRun(tx, runId, {
        status: 'RUNNING',
        startedAt: run.startedAt ?? new Date(),
        engine: engine.name,
        device: engine.device,
      });
      await announceEvent(tx, { topic: 'trainingRunUpdated', id: runId });
      return run;
    });

  const end = async (
    runId: string,
    change: Partial<TrainingRun> & Pick<TrainingRun, 'status'>,
    inside?: (tx: Transaction) => Promise<Partial<TrainingRun>>,
  ) => {
    await connection.transaction(async (tx) => {
      const run = await lockRun(tx, runId);
      if (run === null || isOver(run.status)) return;
      const more = (await inside?.(tx)) ?? {};
      await updateRun(tx, runId, { ...change, ...more, secondsLeft: null, finishedAt: new Date() });
      await announceEvent(tx, { topic: 'trainingRunUpdated', id: runId });
      await announce(tx, { name: 'runFinished', runId, status: change.status });
      if (run.sweepId !== null) await announce(tx, { name: 'trialEnded', sweepId: run.sweepId });
    });
    await rm(stateFolderOf(runId), { recursive: true, force: true });
  };

  const prepare = async (
    run: TrainingRun,
    documents: readonly SnapshotDocument[],
    checkCancelled: () => Promise<void>,
  ) => {
    const { seed, maxTokens: wantedTokens, modelSize } = run.hyperparameters;
    const labelIds = [...new Set(documents.map(({ item }) => item.labelId))].sort();
    const base = run.baseModelId === null ? null : await getReadyModelVersion(database, run.baseModelId);
    if (base) requireLicence(base.licence, `Model version ${base.number}, which the run starts from,`);
    const trainingDocuments = documents.filter(({ item }) => item.split === 'TRAIN');
    const adapted =
      base &&
      (await adaptNetwork({
        folder: networkFolderOf(base, store.folderOf(base.id)),
        savedLabelIds: currentRowIds(
          await getLabelSet(database),
          await getLabelIdsOfModel(database, base.id),
        ),
        labelIds,
        seed,
      }));
    const tokenizerModel =
      adapted?.tokenizer ?? learnTokenizer(await countWords(connection, trainingDocuments), modelSize);
    const tokenizer = createTokenizer(tokenizerModel);
    // Positions that a base model has never been trained on are not used in its descendants either.
    const maxTokens = Math.min(wantedTokens, base?.maxTokens ?? wantedTokens);
    const load = (split: 'TRAIN' | 'VALIDATION' | 'HOLDOUT') =>
      loadExamples({ documents, split, labelIds, tokenizer, maxTokens, encodePage, checkCancelled });
    const training = await load('TRAIN');
    const data: Data = {
      labelIds,
      training,
      validation: await load('VALIDATION'),
      holdout: await load('HOLDOUT'),
    };
    const pages = training.flatMap((example) => ('page' in example ? [example.page] : []));
    const network: Network =
      adapted ??
      (await drawNetwork({
        size: modelSize,
        tokenizer: tokenizerModel,
        labelCount: labelIds.length,
        seed,
        pages,
      }));
    return { network, data, maxTokens, base };
  };

  /** Tells of what happened to a run while it learns, where its status reason is read; another try of the run finds it there. */
  const keepNote = async (run: TrainingRun, message: string) => {
    run.statusReason = run.statusReason === null ? message : `${run.statusReason}; ${message}`;
    await connection.transaction(async (tx) => {
      await updateRun(tx, run.id, { statusReason: run.statusReason });
      await announceEvent(tx, { topic: 'trainingRunUpdated', id: run.id });
    });
  };

  /** The weights of the best epoch so far. @throws AppError TIME_LIMIT or MEMORY_LIMIT where none is done. */
  const stopAtLimit = async (run: TrainingRun, limit: LimitReached): Promise<WeightMap> => {
    const state = await findTrainerState(stateFolderOf(run.id));
    if (state === undefined) throw createLimitReachedError(limit);
    const { bestEpoch, epoch } = state.progress;
    await keepNote(run, `stopped with epoch ${bestEpoch ?? epoch}, the best of ${epoch}: ${limit.reason}`);
    return new Map([...state.weights, ...(state.bestWeights ?? [])]);
  };

  const learn = async (
    run: TrainingRun,
    network: Network,
    data: Data,
    maxTokens: number,
    checkCancelled: () => Promise<void>,
  ) => {
    const folder = stateFolderOf(run.id);
    const resumeFrom = await findTrainerState(folder);
    await connection.transaction((tx) =>
      deleteLogsAfter(tx, run.id, resumeFrom?.progress.epoch ?? 0, resumeFrom?.progress.step ?? 0),
    );
    const log = createProgressLog(connection, run);
    const [epochsBefore = []] = await listEpochs(database, [run.id]);
    const findLimit = watchLimits(
      run,
      epochsBefore.reduce((sum, { durationMs }) => sum + durationMs, 0),
    );
    const events = trainSequenceClassifier({
      config: network.config,
      weights: network.weights,
      labelCount: data.labelIds.length,
      training: data.training,
      validation: data.validation,
      hyperparameters: { ...run.hyperparameters, maxTokens },
      spelling: createSpelling(network.tokenizer),
      ...(resumeFrom && { resumeFrom }),
    });
    try {
      for (;;) {
        const next = await nextEvent(events);
        if (next.done) return next.value.weights;
        const event = next.value;
        if (event.type === 'note') await keepNote(run, event.message);
        if (event.type === 'step') await log.keepStep(event, run.hyperparameters.epochs);
        if (event.type === 'epoch') {
          // The log first: what it has beyond the state is forgotten and told again, the reverse would be a gap.
          await log.keepEpoch(event);
          await writeTrainerState(folder, await event.state());
        }
        await checkCancelled();
        const limit = findLimit();
        if (limit) return await stopAtLimit(run, limit);
      }
    } finally {
      // Frees the network, whether the run has ended, failed or been cancelled.
      await events.return(undefined as never);
    }
  };

  const train = async (run: TrainingRun, checkCancelled: () => Promise<void>) => {
    if (run.snapshotId === null) throw new Error(`run ${run.id} has no snapshot`);
    const documents = await listSnapshotDocuments(connection, await listItems(database, run.snapshotId));
    const { network, data, maxTokens, base } = await prepare(run, documents, checkCancelled);
    const weights = await learn(run, network, data, maxTokens, checkCancelled);
    requireNumbers(weights);
    const { labelIds, ...examples } = data;
    const { seed, microBatchSize } = run.hyperparameters;
    const learnt = { ...network, weights };
    const saidByNetwork = await measureNetwork({
      network: learnt,
      ...{ labelIds, examples, microBatchSize, maxTokens, seed, checkCancelled },
    });
    const texts = await learnText({ connection, documents, labelIds, checkCancelled });
    // From here on, what is measured and judged is what would serve.
    const chosen = chooseArchitecture(saidByNetwork, texts.text, labelIds.length);
    const temperature = fitDocumentTemperature(chosen.predictions.validation);
    const { validation } = chosen.predictions;
    const holdout = calibrate(chosen.predictions.holdout, temperature);
    const evaluation = measureRun({
      validation: calibrate(validation, temperature),
      holdout,
      uncalibrated: chosen.predictions.holdout,
      ...{ labelIds, seed, texts },
    });
    // What a sweep tries does not serve by itself: its best is judged at the end, where that is wanted.
    const judgement =
      run.sweepId === null
        ? await judgeRun({ run, documents, predictions: holdout, labelIds, checkCancelled })
        : null;
    await checkCancelled();

    const labels = await getLabels(database, labelIds);
    const registerVersions = await writeVersions(store, {
      ...{ run, base, maxTokens, chosen, labels },
      network: {
        ...learnt,
        temperature: fitDocumentTemperature(saidByNetwork.validation),
        outlier: saidByNetwork.outlier,
      },
      temperature,
      text: texts.text?.classifier.model ?? null,
      textTemperature: texts.text && fitDocumentTemperature(texts.text.validation),
    });
    await end(run.id, { status: 'SUCCEEDED' }, async (tx) => {
      const version = await registerVersions(tx);
      await insertEvaluation(tx, run.id, evaluation);
      const outcome =
        judgement === null
          ? 'Kept as a trial of its sweep; promoteModel makes it serve'
          : await applyGate(tx, { runId: run.id, version, judgement }, { requireLicence, announce });
      return {
        modelVersionId: version.id,
        statusReason: [outcome, ...(run.statusReason === null ? [] : [run.statusReason])].join('; '),
      };
    });
  };

  return {
    definition: runTrainingJob,
    async run({ runId }, { signal }): Promise<JobOutcome> {
      const known = await findRun(database, runId);
      if (known === null || isOver(known.status)) return jobSkipped(`the run is ${known?.status ?? 'gone'}`);
      const run = await begin(runId, await startEngine(enginePreference));
      if (run === null) return jobSkipped('the run is over');
      let checkedAt = 0;
      const checkCancelled = async () => {
        signal.throwIfAborted();
        if (performance.now() - checkedAt < cancelCheckIntervalMs) return;
        checkedAt = performance.now();
        if (await isCancelRequested(database, runId)) throw new RunCancelled();
      };
      try {
        await checkCancelled();
        await train(run, checkCancelled);
      } catch (error) {
        if (!(error instanceof RunCancelled)) throw error;
        await end(runId, { status: 'CANCELLED', statusReason: 'Cancelled while it ran' });
      }
      return jobDone;
    },
    async giveUp({ runId }, error) {
      const isPublic = error instanceof AppError && error.isPublic;
      const statusReason = isPublic
        ? error.message
        : 'Failed on our side, at every try; the log has the details';
      await end(runId, {
        status: 'FAILED',
        statusReason,
        failureCode: isPublic ? error.code : 'INTERNAL_SERVER_ERROR',
      });
    },
  };
}

/** @throws AppError TRAINING_FAILED: weights that are no numbers make no network, whatever it is asked. */
function requireNumbers(weights: WeightMap): void {
  for (const [name, { data }] of weights) {
    if (data.every(Number.isFinite)) continue;
    throw createTrainingFailedError(
      `The training has made weights that are no numbers (${name}): try a lower learning rate or a longer warm-up`,
      null,
    );
  }
}

/** What the training itself throws (a loss that is no number, too little memory) would happen at every try. */
async function nextEvent<Event, Outcome>(events: AsyncGenerator<Event, Outcome, void>) {
  try {
    return await events.next();
  } catch (error) {
    throw createTrainingFailedError(messageOf(error), error);
  }
}
