/** Runs and their metrics as GraphQL shows them. */
import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Document } from '../documents/document.js';
import { DocumentType } from '../documents/document.types.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import { connectionTypeOf } from '../platform/graphql/connection.types.js';
import {
  type ClassMetrics,
  type ConfusionCell,
  type DatasetSplit,
  datasetSplits,
  type EpochMetrics,
  type EvaluationMetrics,
  type MetricPoint,
  type RunHyperparameters,
  type RunStatus,
  type RunTrigger,
  runStatuses,
  runTriggers,
} from './training-run.js';

const enumOf = (values: readonly string[]) => Object.fromEntries(values.map((value) => [value, value]));

export const RunStatusEnum = enumOf(runStatuses);
registerEnumType(RunStatusEnum, { name: 'RunStatus' });

export const RunTriggerEnum = enumOf(runTriggers);
registerEnumType(RunTriggerEnum, { name: 'RunTrigger', description: 'What made a run start' });

const DatasetSplitEnum = enumOf(datasetSplits);
registerEnumType(DatasetSplitEnum, {
  name: 'DatasetSplit',
  description: 'TRAIN teaches, VALIDATION chooses the epoch, HOLDOUT is only measured on',
});

export const ModelSizeEnum = { tiny: 'tiny', small: 'small', base: 'base' };
registerEnumType(ModelSizeEnum, {
  name: 'ModelSize',
  description: 'Configuration of a network from scratch',
});

@ObjectType('Hyperparameters')
class HyperparametersType {
  @Field(() => ModelSizeEnum, { description: 'Counts only for a run from scratch' })
  modelSize!: RunHyperparameters['modelSize'];

  @Field(() => Int)
  epochs!: number;

  @Field(() => Int, { description: 'Pages of one optimiser step' })
  batchSize!: number;

  @Field(() => Int, { description: 'Pages that go through the network at once' })
  microBatchSize!: number;

  @Field(() => Float, { description: 'The peak of the schedule' })
  learningRate!: number;

  @Field(() => Float)
  headLearningRateMultiplier!: number;

  @Field(() => Float)
  weightDecay!: number;

  @Field(() => Float, { description: 'Share of the steps over which the learning rate climbs' })
  warmupRatio!: number;

  @Field(() => String, { description: 'constant, linear or cosine' })
  schedule!: string;

  @Field(() => Float)
  maxGradientNorm!: number;

  @Field(() => Boolean)
  dropout!: boolean;

  @Field(() => String, { description: 'none or balanced' })
  classWeighting!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Epochs without improvement after which a run ends; null: never',
  })
  earlyStoppingPatience!: number | null;

  @Field(() => Int)
  seed!: number;

  @Field(() => Int, { description: 'Tokens of a page; longer pages are cut' })
  maxTokens!: number;
}

@ObjectType('DatasetCount')
export class DatasetCountType {
  @Field(() => LabelType)
  label!: Label;

  @Field(() => DatasetSplitEnum)
  split!: DatasetSplit;

  @Field(() => Int)
  documents!: number;
}

@ObjectType('DatasetSnapshot', { description: 'What a run learns from, frozen when it was asked for' })
export class DatasetSnapshotType {
  @Field(() => ID)
  id!: string;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => [DatasetCountType], { description: 'Documents by label and split' })
  counts!: DatasetCountType[];
}

@ObjectType('RunProgress')
export class RunProgressType {
  @Field(() => Int, { description: 'From 1' })
  epoch!: number;

  @Field(() => Int)
  totalEpochs!: number;

  @Field(() => Int, { description: 'Optimiser steps done' })
  step!: number;

  @Field(() => Int)
  totalSteps!: number;

  @Field(() => Float, { nullable: true })
  examplesPerSecond!: number | null;

  @Field(() => Float, { nullable: true, description: 'At most: a run may stop early' })
  secondsLeft!: number | null;
}

@ObjectType('EpochMetrics')
export class EpochMetricsType implements EpochMetrics {
  @Field(() => Int)
  epoch!: number;

  @Field(() => Float)
  trainLoss!: number;

  @Field(() => Float, { nullable: true })
  validationLoss!: number | null;

  @Field(() => Float, { nullable: true })
  validationAccuracy!: number | null;

  @Field(() => Float, { nullable: true })
  validationMacroF1!: number | null;

  @Field(() => Float)
  learningRate!: number;

  @Field(() => Float)
  durationMs!: number;

  @Field(() => Boolean, { description: 'Whether it was the best so far' })
  isBest!: boolean;
}

@ObjectType('EvaluationMetrics', {
  description: 'On the holdout, with the ends of 95 % confidence intervals',
})
export class EvaluationMetricsType implements EvaluationMetrics {
  @Field(() => Float)
  accuracy!: number;

  @Field(() => Float)
  accuracyLow!: number;

  @Field(() => Float)
  accuracyHigh!: number;

  @Field(() => Float)
  macroF1!: number;

  @Field(() => Float)
  macroF1Low!: number;

  @Field(() => Float)
  macroF1High!: number;

  @Field(() => Float, { description: 'Mean cross-entropy in nats' })
  loss!: number;

  @Field(() => Float, { description: 'Expected calibration error, ten bins' })
  ece!: number;

  @Field(() => Int, { description: 'Documents measured on' })
  support!: number;
}

/** A row knows its run, to tell what its label was called then. */
export type ClassOfRun = ClassMetrics & { runId: string };

@ObjectType('ClassMetrics', {
  description: 'Null where there is nothing to divide by: not scored, which is not zero',
})
export class ClassMetricsType implements ClassOfRun {
  runId!: string;
  labelId!: string;

  @Field(() => Float, { nullable: true })
  precision!: number | null;

  @Field(() => Float, { nullable: true })
  recall!: number | null;

  @Field(() => Float, { nullable: true })
  f1!: number | null;

  @Field(() => Int)
  support!: number;
}

/** A cell knows its run, to find the documents behind it. */
export type CellOfRun = ConfusionCell & { runId: string };

@ObjectType('ConfusionCell')
export class ConfusionCellType implements CellOfRun {
  runId!: string;
  actualId!: string;
  predictedId!: string;

  @Field(() => Int)
  count!: number;
}

@ObjectType('DocumentResult', { description: 'How one holdout document fared' })
export class DocumentResultType {
  @Field(() => DocumentType)
  document!: Document;

  @Field(() => Float)
  confidence!: number;
}

@ObjectType('MetricPoint')
export class MetricPointType implements MetricPoint {
  @Field(() => Int)
  step!: number;

  @Field(() => Float)
  value!: number;

  @Field(() => GraphQLISODateTime)
  at!: Date;
}

@ObjectType('TrainingRun')
export class TrainingRunType {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, { description: 'From 1, in the order of their making' })
  number!: number;

  @Field(() => RunStatusEnum)
  status!: RunStatus;

  @Field(() => String, {
    nullable: true,
    description: 'Why it was skipped, cancelled or failed, or what became of its model',
  })
  statusReason!: string | null;

  @Field(() => RunTriggerEnum)
  trigger!: RunTrigger;

  @Field(() => String, { nullable: true })
  note!: string | null;

  @Field(() => [String], {
    description: 'What is out of the ordinary about how it starts, such as a base model without a classifier',
  })
  warnings!: string[];

  @Field(() => HyperparametersType)
  hyperparameters!: RunHyperparameters;

  @Field(() => String, { nullable: true, description: 'tensorflow, webgpu, wasm or cpu' })
  engine!: string | null;

  @Field(() => String, { nullable: true, description: 'What the engine ran on' })
  device!: string | null;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, { nullable: true })
  startedAt!: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  finishedAt!: Date | null;
}

export const TrainingRunConnectionType = connectionTypeOf('TrainingRun', TrainingRunType);
