/**
 * The job of a training run: prepares network and pages, learns epoch by epoch, measures on the holdout, keeps the
 * result as a model version. A trainer that is killed goes on after the last epoch it kept.
 */
import type { EncodeStoredPage } from '../classification/encode-page.js';
import { getLabels } from '../labels/get-label.js';
import type { EngineName } from '../layoutlmv2/engine.js';
import { createTokenizer } from '../layoutlmv2/tokenizer/tokenizer.js';
import { createSpelling } from '../layoutlmv2/training/augmentation/text-spelling.js';
import type { TrainingExample } from '../layoutlmv2/training/examples.js';
import { trainSequenceClassifier } from '../layoutlmv2/training/train.js';
import { getReadyModelVersion } from '../models/get-model-version.js';
import type { RequireLicence } from '../models/licence.js';
import type { ModelStore } from '../models/model-store.js';
import type { ModelFact } from '../models/model-version.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import type { JobHandler } from '../platform/jobs/job.js';
import { applyGate } from './apply-gate.js';
import { calibrate, fitDocumentTemperature } from './calibrate.js';
import { chooseArchitecture } from './choose-architecture.js';
import { insertEvaluation } from './evaluation.repository.js';
import { createJudgeRun } from './judge-run.js';
import { learnLook } from './learn-look.js';
import { learnResumably } from './learn-resumably.js';
import { learnText } from './learn-text.js';
import { countWords, listSnapshotDocuments, loadExamples, type SnapshotDocument } from './load-examples.js';
import { measureNetwork } from './measure-network.js';
import { measureRun } from './measure-run.js';
import { drawNetwork, learnTokenizer, type Network } from './prepare-network.js';
import { type CheckCancelled, createRunJob, createRunLife } from './run-life.js';
import { takeOverBase } from './take-over-base.js';
import { runTrainingJob } from './training.jobs.js';
import { listItems } from './training.repository.js';
import type { TrainingFact, TrainingRun } from './training-run.js';
import { writeVersions } from './write-versions.js';

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
  const { connection, encodePage, store, requireLicence, enginePreference, announce } = dependencies;
  const { database } = connection;
  const judgeRun = createJudgeRun(dependencies);
  const life = createRunLife(dependencies);

  const prepare = async (
    run: TrainingRun,
    documents: readonly SnapshotDocument[],
    checkCancelled: CheckCancelled,
  ) => {
    const { seed, maxTokens: wantedTokens, modelSize } = run.hyperparameters;
    const labelIds = [...new Set(documents.map(({ item }) => item.labelId))].sort();
    const base = run.baseModelId === null ? null : await getReadyModelVersion(database, run.baseModelId);
    if (base) requireLicence(base.licence, `Model version ${base.number}, which the run starts from,`);
    const trainingDocuments = documents.filter(({ item }) => item.split === 'TRAIN');
    const taken = base && (await takeOverBase({ database, store, base, labelIds, seed }));
    const tokenizerModel =
      taken?.network.tokenizer ?? learnTokenizer(await countWords(connection, trainingDocuments), modelSize);
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
    const network: Network =
      taken?.network ??
      (await drawNetwork({
        size: modelSize,
        tokenizer: tokenizerModel,
        labelCount: labelIds.length,
        seed,
        training,
      }));
    return { network, data, maxTokens, base, taken };
  };

  const learn = (
    run: TrainingRun,
    network: Network,
    data: Data,
    maxTokens: number,
    checkCancelled: CheckCancelled,
  ) =>
    learnResumably(run, {
      ...{ connection, life, checkCancelled },
      learn: (resumeFrom) =>
        trainSequenceClassifier({
          config: network.config,
          weights: network.weights,
          labelCount: data.labelIds.length,
          training: data.training,
          validation: data.validation,
          hyperparameters: { ...run.hyperparameters, maxTokens },
          spelling: createSpelling(network.tokenizer),
          ...(resumeFrom && { resumeFrom }),
        }),
      keep: async (event, log) => {
        if (event.type === 'note') await life.keepNote(run, event.message);
        if (event.type === 'step') {
          const { loss, learningRate, gradientNorm, examplesPerSecond } = event;
          const points = { loss, learningRate, gradientNorm, examplesPerSecond };
          await log.keepStep(event, points, run.hyperparameters.epochs);
        }
        if (event.type !== 'epoch') return null;
        await log.keepEpoch(event);
        return event.state;
      },
      weightsOf: ({ weights }) => weights,
    });

  const train = async (run: TrainingRun, checkCancelled: CheckCancelled) => {
    if (run.snapshotId === null) throw new Error(`run ${run.id} has no snapshot`);
    const documents = await listSnapshotDocuments(connection, await listItems(database, run.snapshotId));
    const { network, data, maxTokens, base, taken } = await prepare(run, documents, checkCancelled);
    const weights = await learn(run, network, data, maxTokens, checkCancelled);
    const { labelIds, ...examples } = data;
    const { seed, microBatchSize } = run.hyperparameters;
    const learnt = { ...network, weights };
    const saidByNetwork = await measureNetwork({
      network: learnt,
      ...{ labelIds, examples, microBatchSize, maxTokens, seed, checkCancelled },
    });
    const texts = await learnText({
      connection,
      documents,
      labelIds,
      start: taken?.textStart,
      checkCancelled,
    });
    const look = await learnLook({
      ...{ labelCount: labelIds.length, examples, start: taken?.lookStart },
      ...{ microBatchSize, maxTokens, seed, checkCancelled },
    });
    // From here on, what is measured and judged is what would serve.
    const chosen = chooseArchitecture(saidByNetwork, {
      ...{ text: texts.text, look, classCount: labelIds.length, base: taken },
    });
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
      ...{ run, base, maxTokens, chosen, labels, isTextFromBase: taken?.textStart !== undefined },
      network: {
        ...learnt,
        temperature: fitDocumentTemperature(saidByNetwork.validation),
        outlier: saidByNetwork.outlier,
      },
      temperature,
      text: texts.text?.classifier.model ?? null,
      look: look?.classifier.model ?? null,
      textTemperature: texts.text && fitDocumentTemperature(texts.text.validation),
    });
    await life.end(run.id, { status: 'SUCCEEDED' }, async (tx) => {
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

  return createRunJob(runTrainingJob, { connection, life, enginePreference, train });
}
