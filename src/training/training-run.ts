/** A training run, what it learns from and what it reaches: types, and the rules that need no database. */
import type { Hyperparameters } from '../layoutlmv2/training/hyperparameters.js';

export const runStatuses = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED'] as const;
export type RunStatus = (typeof runStatuses)[number];

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
  status: RunStatus;
  /** Why it was skipped, cancelled or failed. */
  statusReason: string | null;
  trigger: RunTrigger;
  note: string | null;
  baseModelId: string | null;
  hyperparameters: RunHyperparameters;
  snapshotId: string | null;
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
};

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
};

/** Null where there is nothing to divide by: not scored, which is not zero. */
export type ClassMetrics = {
  labelId: string;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  support: number;
};

export type ConfusionCell = { actualId: string; predictedId: string; count: number };
export type DocumentResult = {
  documentId: string;
  actualId: string;
  predictedId: string;
  confidence: number;
};
export type MetricPoint = { step: number; value: number; at: Date };

/** What the training feature announces. */
export type TrainingFact =
  | { name: 'runRequested'; runId: string }
  | { name: 'runFinished'; runId: string; status: RunStatus };

export function isOver(status: RunStatus): boolean {
  return status !== 'QUEUED' && status !== 'RUNNING';
}
