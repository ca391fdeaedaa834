/**
 * The composition root: builds everything, knows everybody, decides nothing. {@link buildApi} answers people;
 * {@link buildHandlers} does the jobs of a lane.
 */
// type-graphql's decorators want it before any of them runs.
import 'reflect-metadata';
import { join } from 'node:path';
import type { Router } from 'express';
import { createAssignLabels, createRefreshLabel } from './classification/assign-labels.js';
import { createClaimReview, createReleaseReview } from './classification/claim-review.js';
import { createClassifyBacklog } from './classification/classify-backlog.js';
import { createClassifyDocument } from './classification/classify-document.js';
import {
  createConfirmLabel,
  createCorrectLabel,
  createRecordDecision,
  createUndoDecision,
} from './classification/decide-label.js';
import { createConfirmLabels, createCorrectLabels } from './classification/decide-labels.js';
import { createEncodeStoredPage } from './classification/encode-page.js';
import { createFollowLabelChange } from './classification/follow-label-change.js';
import { IntakeResolver } from './classification/intake.resolver.js';
import { createModelHolder } from './classification/model-holder.js';
import {
  DocumentPredictionResolver,
  LabelDecisionResolver,
  PagePredictionResolver,
  PredictionResolver,
} from './classification/prediction.resolver.js';
import { listModelsOfOpenReclassifications } from './classification/reclassification.repository.js';
import {
  ReclassificationChangeResolver,
  ReclassificationResolver,
} from './classification/reclassification.resolver.js';
import { createReclassify } from './classification/reclassify.js';
import { createRefreshLabels } from './classification/refresh-labels.js';
import {
  createCancelReclassification,
  createRequestReclassification,
} from './classification/request-reclassification.js';
import { ReviewResolver } from './classification/review.resolver.js';
import { createScoreInShadow } from './classification/score-in-shadow.js';
import { createServingClassifier } from './classification/serving-classifier.js';
import { createSettleLabelJob } from './classification/settle-label.js';
import {
  DocumentShadowResolver,
  ShadowPairResolver,
  ShadowPredictionResolver,
  ShadowReportResolver,
} from './classification/shadow.resolver.js';
import { createProposeSplit } from './classification/splitting/propose-split.js';
import { SplitResolver, SplitSegmentResolver } from './classification/splitting/split.resolver.js';
import { createSplitDocument, createUnsplitDocument } from './classification/splitting/split-document.js';
import type { Config } from './config.js';
import { createFailDocument } from './documents/change-status.js';
import { createCollectBlobs } from './documents/collect-blobs.js';
import { DocumentResolver, PageResolver } from './documents/document.resolver.js';
import { createDocumentRoutes } from './documents/document.routes.js';
import { createFindPageSource } from './documents/document-access.js';
import { DocumentPartsResolver, DocumentSplitResolver } from './documents/document-split.resolver.js';
import { DuplicateResolver } from './documents/duplicate.resolver.js';
import { createExtractPart } from './documents/extract-part.js';
import { createGroupDuplicates } from './documents/group-duplicates.js';
import { createRenderDocument } from './documents/render-document.js';
import { createPageRenderer } from './documents/rendering/page-renderer.js';
import { createRetryDocument } from './documents/retry-document.js';
import { createUploadDocument } from './documents/upload-document.js';
import {
  createDescribeLabel,
  createMergeLabels,
  createRenameLabel,
  createRestoreLabel,
  createRetireLabel,
  createRetireLabels,
  createSetLabelPolicy,
} from './labels/change-label.js';
import { createCreateLabel } from './labels/create-label.js';
import { DocumentLabelResolver, LabelResolver } from './labels/label.resolver.js';
import { createCollectModelFiles } from './models/collect-model-files.js';
import { createCancelModelImport, createImportModel } from './models/import-model.js';
import { createInstallStarterModel, type InstallStarterModel } from './models/install-starter-model.js';
import { createRequireLicence } from './models/licence.js';
import { ModelResolver } from './models/model.resolver.js';
import { createModelStore } from './models/model-store.js';
import { createPromoteModel, createRollbackModel } from './models/promote-model.js';
import { PromotionResolver } from './models/promotion.resolver.js';
import { createRunModelImport } from './models/run-model-import.js';
import { createSetShadowModel } from './models/shadow-model.js';
import { OcrResolver } from './ocr/ocr.resolver.js';
import { createReadPage } from './ocr/read-page.js';
import { createReadPageWords } from './ocr/read-page-words.js';
import { createTesseractRecogniser } from './ocr/tesseract-recogniser.js';
import { type Fact, jobs, jobsAfter } from './pipeline.js';
import type { DatabaseConnection, Transaction } from './platform/database/database.js';
import { createDiskBlobStorage } from './platform/disk-blob-storage.js';
import type { JobHandler } from './platform/jobs/job.js';
import { enqueueJobs } from './platform/jobs/job-queue.repository.js';
import { checkJobWiring } from './platform/jobs/job-runner.js';
import type { Log } from './platform/log.js';
import { messageOf } from './shared/errors.js';
import { createAnnotateTrainingRun } from './training/annotate-training-run.js';
import { createCancelTrainingRun } from './training/cancel-training-run.js';
import { createCheckTraining } from './training/check-training.js';
import {
  createChooseLabelThresholds,
  createListLabelThresholds,
} from './training/choose-label-thresholds.js';
import { createCompareRuns } from './training/compare-runs.js';
import { CompareRunsResolver } from './training/compare-runs.resolver.js';
import { DatasetItemResolver, DatasetResolver } from './training/dataset.resolver.js';
import {
  CellDocumentsResolver,
  DocumentResultResolver,
  RunResultsResolver,
  SuspectedLabelErrorResolver,
} from './training/document-result.resolver.js';
import { GateClassChangeResolver, GateDecisionResolver, GateResolver } from './training/gate.resolver.js';
import { LabelThresholdResolver } from './training/label-threshold.resolver.js';
import { createMeasureDrift } from './training/measure-drift.js';
import { ClassMetricsResolver, ConfusionCellResolver, MetricsResolver } from './training/metrics.resolver.js';
import { PretrainingResolver } from './training/pretraining/pretraining.resolver.js';
import { createRunPretraining } from './training/pretraining/run-pretraining.js';
import { createStartPretraining } from './training/pretraining/start-pretraining.js';
import { createRunTraining } from './training/run-training.js';
import { createSetPromotionPolicy } from './training/set-promotion-policy.js';
import { createStartTrainingRun } from './training/start-training-run.js';
import { createAdvanceSweep } from './training/sweeps/advance-sweep.js';
import { createCancelSweep } from './training/sweeps/cancel-sweep.js';
import { createJudgeSweep } from './training/sweeps/judge-sweep.js';
import { createStartSweep } from './training/sweeps/start-sweep.js';
import { listVersionsOfSweeps } from './training/sweeps/sweep.repository.js';
import { RunSweepResolver, SweepResolver } from './training/sweeps/sweep.resolver.js';
import { listBasesOfOpenRuns } from './training/training.repository.js';
import { ModelRunResolver, TrainingResolver } from './training/training.resolver.js';
import { TrainingPolicyResolver } from './training/training-policy.resolver.js';
import { createUpdateTrainingPolicy } from './training/update-training-policy.js';

type Surroundings = { config: Config; connection: DatabaseConnection; log: Log };

/** What both the API and the jobs are made of. */
function buildFoundation({ config, connection }: Surroundings) {
  return {
    connection,
    blobs: createDiskBlobStorage({ folder: join(config.dataDir, 'blobs') }),
    store: createModelStore(join(config.dataDir, 'models')),
    threshold: config.labelThreshold,
    randomShare: config.reviewRandomShare,
    leaseMs: config.reviewLeaseMinutes * 60_000,
    minimumPerLabel: config.minimumDocumentsPerLabel,
    modelSize: config.modelSize,
    noneOfTheseThreshold: config.noneOfTheseThreshold,
    requireLicence: createRequireLicence({ allowNoncommercial: config.allowNoncommercialWeights }),
    announce: (tx: Transaction, fact: Fact) => enqueueJobs(tx, jobsAfter(fact)),
  };
}

/** What a process does before it answers anybody or takes a job. */
export function buildInstallStarterModel(surroundings: Surroundings): InstallStarterModel {
  const { config, log } = surroundings;
  return createInstallStarterModel({
    ...buildFoundation(surroundings),
    folder: config.starterModelDir,
    log,
  });
}

/** The resolvers and routes that answer people. */
export function buildApi(surroundings: Surroundings): { resolvers: object[]; routes: Router[] } {
  const { config, connection, log } = surroundings;
  const foundation = buildFoundation(surroundings);
  const { blobs, announce } = foundation;

  const followLabelChange = createFollowLabelChange({
    ...foundation,
    assignLabels: createAssignLabels(foundation),
  });
  const labelLife = { connection, announce, followLabelChange };
  const setLabelPolicy = createSetLabelPolicy(labelLife);
  const listLabelThresholds = createListLabelThresholds(foundation);
  const correctLabel = createCorrectLabel(foundation);
  const confirmLabel = createConfirmLabel(foundation);

  const resolvers = [
    new IntakeResolver({
      connection,
      uploadDocument: createUploadDocument({ connection, blobs, announce, maxBytes: config.maxUploadBytes }),
      recordDecision: createRecordDecision(foundation),
      maxFiles: config.maxUploadFiles,
      log,
    }),
    new DocumentResolver({ connection, retryDocument: createRetryDocument(foundation) }),
    new PageResolver(),
    new DuplicateResolver({ connection }),
    new DocumentPartsResolver({ connection }),
    new DocumentSplitResolver({ connection }),
    new SplitResolver({
      connection,
      proposeSplit: createProposeSplit({ connection }),
      splitDocument: createSplitDocument({ ...foundation, recordDecision: createRecordDecision(foundation) }),
      unsplitDocument: createUnsplitDocument({ ...foundation, refreshLabel: createRefreshLabel(foundation) }),
    }),
    new SplitSegmentResolver({ connection }),
    new OcrResolver({ connection }),
    new LabelResolver({
      connection,
      createLabel: createCreateLabel({ connection }),
      renameLabel: createRenameLabel({ connection }),
      describeLabel: createDescribeLabel({ connection }),
      mergeLabels: createMergeLabels(labelLife),
      retireLabel: createRetireLabel(labelLife),
      retireLabels: createRetireLabels(labelLife),
      restoreLabel: createRestoreLabel(labelLife),
      setLabelPolicy,
    }),
    new DocumentLabelResolver({ connection }),
    new ModelResolver({
      connection,
      promoteModel: createPromoteModel(foundation),
      rollbackModel: createRollbackModel(foundation),
      importModel: createImportModel(foundation),
      cancelModelImport: createCancelModelImport({ connection }),
    }),
    new PromotionResolver({ connection, setShadowModel: createSetShadowModel(foundation) }),
    new ReviewResolver({
      ...foundation,
      correctLabel,
      confirmLabel,
      correctLabels: createCorrectLabels({ correctLabel, log }),
      confirmLabels: createConfirmLabels({ confirmLabel, log }),
      undoDecision: createUndoDecision(foundation),
      claimReview: createClaimReview(foundation),
      releaseReview: createReleaseReview({ connection }),
    }),
    new DocumentPredictionResolver({ connection }),
    new PagePredictionResolver({ connection }),
    new PredictionResolver(foundation),
    new DocumentShadowResolver({ connection }),
    new ShadowReportResolver({ connection }),
    new ShadowPairResolver({ connection }),
    new ShadowPredictionResolver({ connection }),
    new ReclassificationResolver({
      connection,
      requestReclassification: createRequestReclassification(foundation),
      cancelReclassification: createCancelReclassification({ connection }),
    }),
    new ReclassificationChangeResolver({ connection }),
    new LabelDecisionResolver({ connection }),
    new TrainingResolver({
      connection,
      startTrainingRun: createStartTrainingRun(foundation),
      cancelTrainingRun: createCancelTrainingRun(foundation),
      annotateTrainingRun: createAnnotateTrainingRun({ connection }),
    }),
    new PretrainingResolver({ connection, startPretraining: createStartPretraining(foundation) }),
    new SweepResolver({
      connection,
      startSweep: createStartSweep(foundation),
      cancelSweep: createCancelSweep({ connection }),
    }),
    new RunSweepResolver({ connection }),
    new DatasetResolver({ connection }),
    new DatasetItemResolver({ connection }),
    new TrainingPolicyResolver({
      ...foundation,
      updateTrainingPolicy: createUpdateTrainingPolicy(foundation),
    }),
    new LabelThresholdResolver({
      listLabelThresholds,
      chooseLabelThresholds: createChooseLabelThresholds({ listLabelThresholds, setLabelPolicy }),
    }),
    new ModelRunResolver({ connection }),
    new GateResolver({ connection, setPromotionPolicy: createSetPromotionPolicy({ connection }) }),
    new GateDecisionResolver({ connection }),
    new GateClassChangeResolver({ connection }),
    new MetricsResolver({ connection }),
    new ClassMetricsResolver({ connection }),
    new ConfusionCellResolver({ connection }),
    new CellDocumentsResolver({ connection }),
    new RunResultsResolver({ connection }),
    new DocumentResultResolver({ connection }),
    new SuspectedLabelErrorResolver({ connection }),
    new CompareRunsResolver({ connection, compareRuns: createCompareRuns({ connection }) }),
  ];
  return { resolvers, routes: [createDocumentRoutes({ connection, blobs })] };
}

/** Who does the jobs, and what they hold that must be let go at the end. */
export function buildHandlers(surroundings: Surroundings): {
  handlers: JobHandler[];
  /** Starts what the first document would wait for. What cannot be started now is told, and tried again by a document. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
} {
  const { config, connection, log } = surroundings;
  const foundation = buildFoundation(surroundings);
  const { blobs, announce, store, requireLicence } = foundation;
  const failDocument = createFailDocument({ connection });
  const encodePage = createEncodeStoredPage({ connection, blobs });
  const renderer = createPageRenderer({
    maxPages: config.maxPages,
    maxPixels: config.maxPixels,
    pageTimeoutMs: config.pageTimeoutMs,
    maxProcesses: config.workerConcurrency,
  });
  const tesseract = createTesseractRecogniser({
    languages: config.ocrLanguages,
    languageDataFolder: null,
    workers: config.ocrWorkers,
    pageTimeoutMs: config.pageTimeoutMs,
    // A4 at 300 dpi: above, a thread needs more memory and reads no better.
    maxPixels: 9_000_000,
    // A thread's memory never shrinks, a new one takes a third of a second.
    recycleAfterPages: 200,
    idleTimeoutMs: 60_000,
  });
  const classifying = { connection, store, requireLicence, enginePreference: config.engine };
  const servingClassifier = createServingClassifier(classifying);
  // The model in the shadow, or of a dry run: in memory only while it is at work.
  const candidateHolder = createModelHolder({ ...classifying, idleMs: 60_000 });

  const handlers = [
    createRenderDocument({ connection, blobs, renderer, failDocument, announce }),
    createExtractPart({ connection, blobs, renderer, log }),
    createReadPage({
      connection,
      findPageSource: createFindPageSource({ connection, blobs }),
      readPageWords: createReadPageWords({ tesseract }),
      failDocument,
      announce,
    }),
    createClassifyDocument({
      connection,
      encodePage,
      servingClassifier,
      refreshLabel: createRefreshLabel(foundation),
      failDocument,
      announce,
    }),
    createScoreInShadow({ connection, encodePage, candidateHolder, log }),
    createReclassify({
      ...foundation,
      encodePage,
      servingClassifier,
      candidateHolder,
      refreshLabel: createRefreshLabel(foundation),
    }),
    createClassifyBacklog({ connection, announce, log }),
    createRefreshLabels({ connection, assignLabels: createAssignLabels(foundation), announce, log }),
    createRunModelImport({
      connection,
      store,
      sources: {
        endpoint: config.hubEndpoint,
        token: config.hubToken === '' ? null : config.hubToken,
        cacheFolder: config.hubCacheDir ?? join(config.dataDir, 'hub'),
        baseModelsFolder: config.baseModelsDir ?? join(config.dataDir, 'base-models'),
        starterFolder: config.starterModelDir,
      },
      requireLicence,
      log,
    }),
    createSettleLabelJob({ ...foundation, assignLabels: createAssignLabels(foundation), log }),
    createCollectModelFiles({
      connection,
      store,
      keptVersions: config.keptModelVersions,
      usedElsewhere: [listBasesOfOpenRuns, listVersionsOfSweeps, listModelsOfOpenReclassifications],
      log,
    }),
    createRunTraining({
      connection,
      encodePage,
      store,
      requireLicence,
      runsDir: join(config.dataDir, 'runs'),
      enginePreference: config.engine,
      announce,
    }),
    createRunPretraining({
      ...foundation,
      encodePage,
      runsDir: join(config.dataDir, 'runs'),
      enginePreference: config.engine,
    }),
    createAdvanceSweep({ connection, announce, log }),
    createJudgeSweep({ ...foundation, encodePage, enginePreference: config.engine }),
    createGroupDuplicates({ connection, log }),
    createCollectBlobs({ connection, blobs, log }),
    createCheckTraining({
      ...foundation,
      startTrainingRun: createStartTrainingRun(foundation),
      measureDrift: createMeasureDrift(foundation),
      log,
    }),
  ] as JobHandler<never>[];
  checkJobWiring(jobs, handlers);
  let isClosing = false;
  return {
    handlers: handlers as JobHandler[],
    async warmUp() {
      const parts = Object.entries({ renderer, tesseract, servingClassifier });
      const warmings = parts.map(async ([part, { warmUp }]) => {
        try {
          await warmUp();
        } catch (error) {
          if (!isClosing) log.warn({ part, error: messageOf(error) }, 'could not be made ready in advance');
        }
      });
      await Promise.all(warmings);
    },
    async close() {
      isClosing = true;
      await Promise.all([
        renderer.close(),
        tesseract.close(),
        servingClassifier.close(),
        candidateHolder.close(),
      ]);
    },
  };
}
