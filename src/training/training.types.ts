/** Runs and their metrics as GraphQL shows them. */
import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { describeFreezing } from '../layoutlmv2/freezing.js';
import {
  type Augmentation,
  noAugmentation,
} from '../layoutlmv2/training/augmentation/augmentation-settings.js';
import { connectionTypeOf } from '../platform/graphql/connection.types.js';
import { AugmentationType } from './augmentation.types.js';
import {
  type EpochMetrics,
  type MetricPoint,
  type RunHyperparameters,
  type RunKind,
  type RunStatus,
  type RunTrigger,
  runKinds,
  runStatuses,
  runTriggers,
} from './training-run.js';

const enumOf = (values: readonly string[]) => Object.fromEntries(values.map((value) => [value, value]));

export const RunStatusEnum = enumOf(runStatuses);
registerEnumType(RunStatusEnum, { name: 'RunStatus' });

export const RunKindEnum = enumOf(runKinds);
registerEnumType(RunKindEnum, {
  name: 'TrainingRunKind',
  valuesConfig: {
    FINE_TUNING: { description: 'Learns labels from what people have decided' },
    PRETRAINING: {
      description:
        'Learns on from pages alone, by what is masked on them; it makes a base to fine-tune, which the gate is not asked about',
    },
  },
});

export const RunTriggerEnum = enumOf(runTriggers);
registerEnumType(RunTriggerEnum, { name: 'RunTrigger', description: 'What made a run start' });

export const ModelSizeEnum = { tiny: 'tiny', small: 'small', base: 'base' };
registerEnumType(ModelSizeEnum, {
  name: 'ModelSize',
  description: 'Configuration of a network from scratch',
});

@ObjectType('Hyperparameters')
export class HyperparametersType {
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

  @Field(() => Float, { description: 'Of the word embeddings' })
  wordLearningRateMultiplier!: number;

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

  @Field(() => Float, { description: 'Share of the target that all labels share equally' })
  labelSmoothing!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Epochs without improvement after which a run ends; null: never',
  })
  earlyStoppingPatience!: number | null;

  @Field(() => Int)
  seed!: number;

  @Field(() => Int, { description: 'Tokens of a page; longer pages are cut' })
  maxTokens!: number;

  @Field(() => Boolean, { description: 'Whether pages of similar length share a batch' })
  groupByLength!: boolean;

  @Field(() => Boolean, { description: 'Far less memory, for a third more time' })
  gradientCheckpointing!: boolean;

  freezing!: RunHyperparameters['freezing'];
  augmentation!: Partial<Augmentation>;

  @Field(() => String, {
    name: 'freezing',
    description: 'What of the network stays as it is: the name of a preset, or JSON of what stays',
  })
  describeFreezing(): string {
    return describeFreezing(this.freezing);
  }

  @Field(() => AugmentationType, { name: 'augmentation' })
  completeAugmentation(): Augmentation {
    // Runs from before there was a change have nothing of it.
    return { ...noAugmentation, ...this.augmentation };
  }
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

@ObjectType('MetricPoint')
export class MetricPointType implements MetricPoint {
  @Field(() => Int)
  step!: number;

  @Field(() => Float)
  value!: number;

  @Field(() => GraphQLISODateTime)
  at!: Date;
}

@ObjectType('RunFailure', { description: 'Why a run has failed, after its last try' })
export class RunFailureType {
  @Field(() => String, { description: 'Such as TRAINING_FAILED, TIME_LIMIT or MEMORY_LIMIT' })
  code!: string;

  @Field(() => String)
  message!: string;
}

@ObjectType('TrainingRun')
export class TrainingRunType {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, { description: 'From 1, in the order of their making' })
  number!: number;

  @Field(() => RunKindEnum)
  kind!: RunKind;

  @Field(() => RunStatusEnum)
  status!: RunStatus;

  @Field(() => String, {
    nullable: true,
    description: 'Why it was skipped, cancelled or failed, or what became of its model',
  })
  statusReason!: string | null;

  @Field(() => String, { nullable: true, description: 'Of a skipped run: what kept it, as a code' })
  skipCode!: string | null;

  @Field(() => Int, {
    description:
      'Of a skipped run: how often the same has kept it, each time within the debounce time of the one before; else 0',
  })
  skipCount!: number;

  @Field(() => GraphQLISODateTime, { nullable: true })
  lastSkippedAt!: Date | null;

  @Field(() => RunTriggerEnum)
  trigger!: RunTrigger;

  @Field(() => String, { nullable: true })
  note!: string | null;

  @Field(() => [String], { description: 'By name' })
  tags!: string[];

  @Field(() => Float, {
    nullable: true,
    description:
      'How long it may learn: then it ends with its best epoch, or fails where none is done; null: no limit',
  })
  maxMinutes!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Memory its process may take, in MiB, without that of a graphics card; reached, it ends as by maxMinutes',
  })
  maxMemoryMib!: number | null;

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
