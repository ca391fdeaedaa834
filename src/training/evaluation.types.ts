/** What runs have reached as GraphQL shows it: on the holdout, beside them the text baseline, and between runs. */
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Document } from '../documents/document.js';
import { DocumentType } from '../documents/document.types.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import { connectionTypeOf } from '../platform/graphql/connection.types.js';
import { DatasetSplitEnum } from './dataset.types.js';
import { type SliceDimension, type SliceMetrics, sliceDimensions } from './document-slices.js';
import { TrainingRunType } from './training.types.js';
import type {
  BaselineMetrics,
  CalibrationBin,
  CalibrationStage,
  ClassMetrics,
  ConfusionCell,
  DatasetSplit,
  DocumentResult,
  EvaluationMetrics,
  SuspectedLabelError,
  TrainingRun,
} from './training-run.js';
import { calibrationStages } from './training-run.js';

export const SliceDimensionEnum = Object.fromEntries(
  sliceDimensions.map((dimension) => [dimension, dimension]),
);
registerEnumType(SliceDimensionEnum, { name: 'SliceDimension', description: 'By what documents are sorted' });

export const CalibrationStageEnum = Object.fromEntries(calibrationStages.map((stage) => [stage, stage]));
registerEnumType(CalibrationStageEnum, {
  name: 'CalibrationStage',
  description: 'BEFORE the confidences are set right by the temperature of the model version, or AFTER',
});

@ObjectType('EvaluationMetrics', {
  description:
    'On the holdout, with the ends of 95 % confidence intervals: of the accuracy by Wilson, of all else by a seeded bootstrap over documents',
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

  @Field(() => Float, { nullable: true })
  lossLow?: number | null;

  @Field(() => Float, { nullable: true })
  lossHigh?: number | null;

  @Field(() => Float, { description: 'Expected calibration error, ten bins' })
  ece!: number;

  @Field(() => Float, { nullable: true })
  eceLow?: number | null;

  @Field(() => Float, { nullable: true })
  eceHigh?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Expected calibration error, ten bins of as many documents each',
  })
  adaptiveEce?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'What loss would be without the temperature of the model version',
  })
  lossBefore?: number | null;

  @Field(() => Float, { nullable: true, description: 'What ece would be without the temperature' })
  eceBefore?: number | null;

  @Field(() => Float, { nullable: true, description: 'What adaptiveEce would be without the temperature' })
  adaptiveEceBefore?: number | null;

  @Field(() => Int, { description: 'Documents measured on' })
  support!: number;
}

@ObjectType('BaselineMetrics', {
  description:
    'What TF-IDF and logistic regression, which see nothing but the words, reach on the same holdout after the same training documents',
})
export class BaselineMetricsType implements BaselineMetrics {
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

  @Field(() => Float)
  loss!: number;

  @Field(() => Float)
  ece!: number;

  @Field(() => Int)
  support!: number;

  @Field(() => Int, { description: 'Words and pairs of words it counts' })
  features!: number;

  @Field(() => Float, { description: 'Of its training' })
  durationMs!: number;
}

/** A row knows its run, to tell what its label was called then. */
export type ClassOfRun = ClassMetrics & { runId: string };

@ObjectType('ClassMetrics', {
  description:
    'Null where there is nothing to divide by: not scored, which is not zero. Ends of 95 % intervals: Wilson, of F1 bootstrap',
})
export class ClassMetricsType implements ClassOfRun {
  runId!: string;
  labelId!: string;

  @Field(() => Float, { nullable: true })
  precision!: number | null;

  @Field(() => Float, { nullable: true })
  precisionLow!: number | null;

  @Field(() => Float, { nullable: true })
  precisionHigh!: number | null;

  @Field(() => Float, { nullable: true })
  recall!: number | null;

  @Field(() => Float, { nullable: true })
  recallLow!: number | null;

  @Field(() => Float, { nullable: true })
  recallHigh!: number | null;

  @Field(() => Float, { nullable: true })
  f1!: number | null;

  @Field(() => Float, { nullable: true })
  f1Low!: number | null;

  @Field(() => Float, { nullable: true })
  f1High!: number | null;

  @Field(() => Float, { nullable: true, description: 'Of the text baseline' })
  baselineF1!: number | null;

  @Field(() => Int)
  support!: number;
}

/** A cell knows its run, to find the documents behind it. */
export type CellOfRun = ConfusionCell & { runId: string; share: number };

@ObjectType('ConfusionCell')
export class ConfusionCellType implements CellOfRun {
  runId!: string;
  actualId!: string;
  predictedId!: string;

  @Field(() => Int)
  count!: number;

  @Field(() => Float, { description: 'Of the documents of the actual label' })
  share!: number;
}

@ObjectType('DocumentResult', { description: 'How one document fared that the network has not learnt' })
export class DocumentResultType implements DocumentResult {
  documentId!: string;
  actualId!: string;
  predictedId!: string;
  baselineId!: string | null;

  @Field(() => DatasetSplitEnum)
  split!: DatasetSplit;

  @Field(() => Float)
  confidence!: number;

  @Field(() => [String], { description: 'The slices it stands in, as DIMENSION:band' })
  slices!: string[];
}

export const DocumentResultConnectionType = connectionTypeOf('DocumentResult', DocumentResultType);

@ObjectType('CalibrationBin', {
  description: 'Documents whose confidence lies above `from` and up to `to` (the first bin holds 0 too)',
})
export class CalibrationBinType implements CalibrationBin {
  @Field(() => CalibrationStageEnum)
  stage!: CalibrationStage;

  @Field(() => Int)
  number!: number;

  @Field(() => Float)
  from!: number;

  @Field(() => Float)
  to!: number;

  @Field(() => Int)
  count!: number;

  @Field(() => Float, { nullable: true })
  meanConfidence!: number | null;

  @Field(() => Float, { nullable: true })
  accuracy!: number | null;
}

@ObjectType('SliceMetrics', { description: 'How documents of one kind fared on the holdout' })
export class SliceMetricsType implements SliceMetrics {
  @Field(() => SliceDimensionEnum)
  dimension!: SliceDimension;

  @Field(() => String)
  band!: string;

  @Field(() => Int)
  support!: number;

  @Field(() => Float)
  accuracy!: number;

  @Field(() => Float, { description: "Wilson's 95 % interval" })
  accuracyLow!: number;

  @Field(() => Float)
  accuracyHigh!: number;
}

@ObjectType('SuspectedLabelError', {
  description:
    'A document of the validation or holdout set whose label may be wrong. A label is likely for a document whose probability for it is at least the mean one of the documents that have it; suspected is a document whose likeliest such label is not its own (confident learning)',
})
export class SuspectedLabelErrorType implements SuspectedLabelError {
  documentId!: string;
  labelId!: string;
  suggestedId!: string;

  @Field(() => DatasetSplitEnum)
  split!: DatasetSplit;

  @Field(() => Float, { description: 'The probability of the label that it has' })
  labelConfidence!: number;

  @Field(() => Float)
  suggestedConfidence!: number;
}

export const SuspectedLabelErrorConnectionType = connectionTypeOf(
  'SuspectedLabelError',
  SuspectedLabelErrorType,
);

@ObjectType('RunOnSharedDocuments', {
  description: 'How a run fared on the documents that all compared runs were measured on',
})
class RunOnSharedDocumentsType {
  @Field(() => TrainingRunType)
  run!: TrainingRun;

  @Field(() => Int)
  correct!: number;

  @Field(() => Float, { nullable: true, description: 'Null where they share no documents' })
  accuracy!: number | null;

  @Field(() => Float, { nullable: true })
  accuracyLow!: number | null;

  @Field(() => Float, { nullable: true })
  accuracyHigh!: number | null;
}

@ObjectType('ClassComparison')
class ClassComparisonType {
  @Field(() => LabelType)
  label!: Label;

  @Field(() => [Float], {
    nullable: 'items',
    description: 'In the order of the runs; null where not scored',
  })
  f1!: (number | null)[];

  @Field(() => Float, { nullable: true, description: 'F1 of the last run less that of the first' })
  difference!: number | null;
}

@ObjectType('RunAnswer')
class RunAnswerType {
  @Field(() => TrainingRunType)
  run!: TrainingRun;

  @Field(() => LabelType)
  predicted!: Label;

  @Field(() => Float)
  confidence!: number;

  @Field(() => Boolean)
  isCorrect!: boolean;
}

@ObjectType('DocumentDifference', { description: 'A document of which compared runs say different things' })
export class DocumentDifferenceType {
  @Field(() => DocumentType)
  document!: Document;

  @Field(() => LabelType, {
    description: 'As the newest of the runs knew it; a merged label is the one it was merged into',
  })
  actual!: Label;

  @Field(() => [RunAnswerType], { description: 'In the order of the runs' })
  answers!: RunAnswerType[];
}

export const DocumentDifferenceConnectionType = connectionTypeOf(
  'DocumentDifference',
  DocumentDifferenceType,
);

@ObjectType('RunComparison')
export class RunComparisonType {
  runIds!: string[];

  @Field(() => [TrainingRunType], { description: 'In the order they were asked for' })
  runs!: TrainingRun[];

  @Field(() => [ClassComparisonType], {
    description:
      'The largest difference first. By the labels of their time: of runs before and after a merge, the merged label is scored in the first alone',
  })
  perClass!: ClassComparisonType[];

  @Field(() => Int, { description: 'Holdout documents that all of them were measured on' })
  sharedDocuments!: number;

  @Field(() => [RunOnSharedDocumentsType], {
    description:
      'In the order of the runs. By the labels of today: a merged label is the one it was merged into',
  })
  onSharedDocuments!: RunOnSharedDocumentsType[];
}
