/**
 * Which job follows which fact. A use case announces what it has made true in its own transaction; the jobs below are
 * put into the queue in that same transaction, so that no step is lost between a row and its job.
 */

import {
  classifyBacklogJob,
  classifyDocumentJob,
  reclassifyJob,
  refreshLabelsJob,
  scoreInShadowJob,
  settleLabelJob,
} from './classification/classification.jobs.js';
import type { BacklogFact } from './classification/classify-backlog.js';
import type { ClassificationFact } from './classification/prediction.js';
import type { ReclassificationFact } from './classification/reclassification.js';
import type { RefreshLabelsFact } from './classification/refresh-labels.js';
import type { SettleLabelFact } from './classification/settle-label.js';
import {
  collectBlobsJob,
  extractPartJob,
  groupDuplicatesJob,
  renderDocumentJob,
} from './documents/document.jobs.js';
import type { DocumentFact } from './documents/document.js';
import type { LabelFact } from './labels/label.js';
import { collectModelFilesJob, importModelJob } from './models/model.jobs.js';
import type { ModelFact } from './models/model-version.js';
import { readPageJob } from './ocr/ocr.jobs.js';
import type { OcrFact } from './ocr/read-page.js';
import { type Job, jobOf } from './platform/jobs/job.js';
import { runPretrainingJob } from './training/pretraining/pretraining.jobs.js';
import { advanceSweepJob, judgeSweepJob } from './training/sweeps/sweep.jobs.js';
import { checkTrainingJob, runTrainingJob } from './training/training.jobs.js';
import type { TrainingFact } from './training/training-run.js';

export type Fact =
  | DocumentFact
  | OcrFact
  | LabelFact
  | ModelFact
  | ClassificationFact
  | BacklogFact
  | RefreshLabelsFact
  | SettleLabelFact
  | ReclassificationFact
  | TrainingFact;

type FactNamed<Name extends Fact['name']> = Extract<Fact, { name: Name }>;

const pipeline: { [Name in Fact['name']]: (fact: FactNamed<Name>) => Job[] } = {
  documentUploaded: ({ documentId }) => [jobOf(renderDocumentJob, { documentId })],
  pagesRendered: ({ documentId, pageIds }) =>
    pageIds.map((pageId) => jobOf(readPageJob, { documentId, pageId })),
  wordsRead: ({ documentId }) => [
    jobOf(classifyDocumentJob, { documentId }),
    jobOf(groupDuplicatesJob, { documentId }),
  ],
  documentRetried: ({ documentId, stage, pageIds }) =>
    ({
      RENDERING: () => [jobOf(renderDocumentJob, { documentId })],
      READING: () => pageIds.map((pageId) => jobOf(readPageJob, { documentId, pageId })),
      CLASSIFYING: () => [jobOf(classifyDocumentJob, { documentId })],
    })[stage](),
  // They have been read, and compared with all others, when they are made.
  documentSplit: ({ partIds }) =>
    partIds.flatMap((documentId) => [
      jobOf(classifyDocumentJob, { documentId }),
      jobOf(extractPartJob, { documentId }),
    ]),
  // Another model may serve since.
  splitUndone: ({ documentId }) => [jobOf(classifyDocumentJob, { documentId })],

  servingModelChanged: ({ modelVersionId }) => [
    jobOf(classifyBacklogJob, { modelVersionId, after: null }),
    jobOf(collectModelFilesJob, {}),
  ],
  modelImportRequested: ({ modelVersionId }) => [jobOf(importModelJob, { modelVersionId })],
  backlogListed: ({ documentIds }) =>
    documentIds.map((documentId) => jobOf(classifyDocumentJob, { documentId })),
  backlogContinues: ({ modelVersionId, after }) => [jobOf(classifyBacklogJob, { modelVersionId, after })],

  labelDecided: () => [jobOf(checkTrainingJob, {})],
  decisionRevoked: () => [jobOf(checkTrainingJob, {})],
  shadowScoreWanted: ({ documentId, modelVersionId }) => [
    jobOf(scoreInShadowJob, { documentId, modelVersionId }),
  ],
  reclassificationRequested: ({ reclassificationId }) => [jobOf(reclassifyJob, { reclassificationId })],
  reclassificationContinues: ({ reclassificationId }) => [jobOf(reclassifyJob, { reclassificationId })],
  labelsMerged: () => [jobOf(refreshLabelsJob, { after: null })],
  labelRefreshContinues: ({ after }) => [jobOf(refreshLabelsJob, { after })],
  labelSettlingContinues: ({ labelId, after }) => [jobOf(settleLabelJob, { labelId, after })],

  runRequested: ({ runId }) => [jobOf(runTrainingJob, { runId })],
  pretrainingRequested: ({ runId }) => [jobOf(runPretrainingJob, { runId })],
  runFinished: () => [jobOf(collectModelFilesJob, {})],
  sweepRequested: ({ sweepId }) => [jobOf(advanceSweepJob, { sweepId })],
  trialEnded: ({ sweepId }) => [jobOf(advanceSweepJob, { sweepId })],
  bestTrialFound: ({ sweepId }) => [jobOf(judgeSweepJob, { sweepId })],
  driftReferenceWanted: ({ documentIds }) =>
    documentIds.map((documentId) => jobOf(classifyDocumentJob, { documentId })),
};

/** Every job there is; each needs exactly one handler. */
export const jobs = [
  renderDocumentJob,
  extractPartJob,
  readPageJob,
  groupDuplicatesJob,
  collectBlobsJob,
  classifyDocumentJob,
  classifyBacklogJob,
  scoreInShadowJob,
  reclassifyJob,
  refreshLabelsJob,
  settleLabelJob,
  importModelJob,
  collectModelFilesJob,
  runTrainingJob,
  runPretrainingJob,
  advanceSweepJob,
  judgeSweepJob,
  checkTrainingJob,
];

/** The jobs that follow a fact. */
export function jobsAfter<Name extends Fact['name']>(fact: FactNamed<Name>): Job[] {
  // The table has a row for each name, which TypeScript cannot follow through an index.
  const follow = pipeline[fact.name] as (fact: FactNamed<Name>) => Job[];
  return follow(fact);
}
