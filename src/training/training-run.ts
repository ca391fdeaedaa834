/** A training run, what it learns from and what it reaches: types, and the rules that need no database. */
import type { Hyperparameters } from '../layoutlmv2/training/hyperparameters.js';

export const runStatuses = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED'] as const;
export type RunStatus = (typeof runStatuses)[number];

/** Learns from what people have decided, or learns on from pages alone. */
export const runKinds = ['FINE_TUNING', 'PRETRAINING'] as const;
export type RunKind = (typeof runKinds)[number];

export const runTriggers = ['MANUAL', 'CORRECTIONS', 'SCHEDULE', 'DRIFT', 'SWEEP'] as const;
export type RunTrigger = (typeof runTriggers)[number];

export const datasetSplits = ['TRAIN', 'VALIDATION', 'HOLDOUT'] as const;
export type DatasetSplit = (typeof datasetSplits)[number];

/** Settings of a run; the size counts only where it starts from scratch. */
export type RunHyperparameters = Hyperparameters & { modelSize: 'tiny' | 'small' | 'base' };

export type TrainingRun = {
  id: string;
  /** From 1, in the order of their making. */
  number: number;
  kind: RunKind;
  status: RunStatus;
  /** Why it was skipped, cancelled or failed. */
  statusReason: string | null;
  /** Of a skipped run: what kept it, as a code. */
  skipCode: string | null;
  /** Of a skipped run: how often the same has kept it, each time soon after the one before; else 0. */
  skipCount: number;
  lastSkippedAt: Date | null;
  trigger: RunTrigger;
  /** Why it failed, as a code; statusReason says it in words. */
  failureCode: string | null;
  note: string | null;
  /** In the order of their names, each once. */
  tags: string[];
  /** Reached, a run ends with its best epoch, or fails where none is done; null: no limit. */
  maxMinutes: number | null;
  maxMemoryMib: number | null;
  baseModelId: string | null;
  hyperparameters: RunHyperparameters;
  snapshotId: string | null;
  /** The sweep that it is a trial of, which of its drawn settings it has (from 1), and on which rung (from 0); else null. */
  sweepId: string | null;
  sweepTrial: number | null;
  sweepRung: number | null;
  modelVersionId: string | null;
  engine: string | null;
  device: string | null;
  epoch: number | null;
  totalEpochs: number | null;
  step: number | null;
  totalSteps: number | null;
  examplesPerSecond: number | null;
  secondsLeft: number | null;
  cancelRequestedAt: Date | null;
  /** What is out of the ordinary about how it starts, in sentences. */
  warnings: string[];
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
};

export type DatasetItem = {
  documentId: string;
  labelId: string;
  decisionId: string;
  split: DatasetSplit;
  ocrVersions: string[];
  /** The same for documents that were nearly the same; null in snapshots from before they were compared. */
  groupId: string | null;
};

/** What a run learns from, frozen. */
export type DatasetSnapshot = { id: string; holdoutVersion: number | null; createdAt: Date };

export type EpochMetrics = {
  epoch: number;
  trainLoss: number;
  validationLoss: number | null;
  validationAccuracy: number | null;
  validationMacroF1: number | null;
  learningRate: number;
  durationMs: number;
  isBest: boolean;
};

/** On the holdout; the ends of the 95 % confidence intervals beside the figures. */
export type EvaluationMetrics = {
  accuracy: number;
  accuracyLow: number;
  accuracyHigh: number;
  macroF1: number;
  macroF1Low: number;
  macroF1High: number;
  loss: number;
  ece: number;
  support: number;
} & Partial<Record<LaterEnds, number | null>>;

/** Not known of runs from before they were measured; `…Before`: as it would be without the temperature, of what has one. */
type LaterEnds =
  | 'lossLow'
  | 'lossHigh'
  | 'lossBefore'
  | 'eceLow'
  | 'eceHigh'
  | 'eceBefore'
  | 'adaptiveEce'
  | 'adaptiveEceBefore';

/** Null where there is nothing to divide by: not scored, which is not zero. */
export type ClassMetrics = {
  labelId: string;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  /** Of the text baseline. */
  baselineF1: number | null;
  support: number;
} & Record<`${'precision' | 'recall' | 'f1'}${'Low' | 'High'}`, number | null>;

/** What TF-IDF and logistic regression reach after the same training documents. */
export type BaselineMetrics = Omit<EvaluationMetrics, LaterEnds> & {
  /** Words and pairs of words it counts. */
  features: number;
  durationMs: number;
};

/** Before and after the temperature. */
export const calibrationStages = ['BEFORE', 'AFTER'] as const;
export type CalibrationStage = (typeof calibrationStages)[number];

export type CalibrationBin = {
  stage: CalibrationStage;
  /** From 1, the least confident first. */
  number: number;
  from: number;
  to: number;
  count: number;
  meanConfidence: number | null;
  accuracy: number | null;
};

export type ConfusionCell = { actualId: string; predictedId: string; count: number };
/** How a document fared that the network has not learnt. */
export type DocumentResult = {
  documentId: string;
  split: DatasetSplit;
  actualId: string;
  predictedId: string;
  confidence: number;
  /** What the text baseline said; null where there was none. */
  baselineId: string | null;
  /** The slices it stands in, as `DIMENSION:band`. */
  slices: string[];
};

/** A document of the validation or holdout set whose label the network doubts. */
export type SuspectedLabelError = {
  documentId: string;
  split: DatasetSplit;
  labelId: string;
  suggestedId: string;
  labelConfidence: number;
  suggestedConfidence: number;
};
export type MetricPoint = { step: number; value: number; at: Date };

/** What the training feature announces. */
export type TrainingFact =
  | { name: 'driftReferenceWanted'; documentIds: readonly string[] }
  | { name: 'runRequested' | 'pretrainingRequested'; runId: string }
  | { name: 'runFinished'; runId: string; status: RunStatus }
  | { name: 'sweepRequested' | 'trialEnded' | 'bestTrialFound'; sweepId: string };

export function isOver(status: RunStatus): boolean {
  return status !== 'QUEUED' && status !== 'RUNNING';
}
