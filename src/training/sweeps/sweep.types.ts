/** Sweeps and their trials as GraphQL shows them. */
import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionTypeOf } from '../../platform/graphql/connection.types.js';
import { TrainingRunType } from '../training.types.js';
import type { RunHyperparameters, TrainingRun } from '../training-run.js';
import type { Draw, SearchRange } from './search-space.js';
import { type Sweep, type SweepKind, type SweepStatus, sweepKinds, sweepStatuses } from './sweep.js';

export const SweepKindEnum = Object.fromEntries(sweepKinds.map((kind) => [kind, kind]));
registerEnumType(SweepKindEnum, {
  name: 'SweepKind',
  valuesConfig: {
    RANDOM: { description: 'All trials to their end' },
    SUCCESSIVE_HALVING: {
      description: 'Many trials for few epochs, the best of them anew for more, and so on',
    },
  },
});

const SweepStatusEnum = Object.fromEntries(sweepStatuses.map((status) => [status, status]));
registerEnumType(SweepStatusEnum, {
  name: 'SweepStatus',
  valuesConfig: {
    SUCCEEDED: { description: 'At least one trial has a result' },
    FAILED: { description: 'No trial has a result' },
    SKIPPED: { description: 'There is too little to learn from' },
  },
});

@ObjectType('SearchRange')
export class SearchRangeType {
  @Field(() => String)
  hyperparameter!: string;

  @Field(() => String, { description: 'UNIFORM, LOG_UNIFORM, INTEGER or CHOICE' })
  distribution!: string;

  @Field(() => Float, { nullable: true })
  from!: number | null;

  @Field(() => Float, { nullable: true })
  to!: number | null;

  @Field(() => [String], { nullable: true })
  choices!: string[] | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Share, 0 to 1, of what tells the scores of the first rung apart that goes with it, beyond chance; null with too few',
  })
  influence!: number | null;
}

@ObjectType('SweepRung', { description: 'A random search has one' })
export class SweepRungType {
  @Field(() => Int, { description: 'At most: those that fail do not get on' })
  trials!: number;

  @Field(() => Int, { nullable: true, description: 'Null: what the hyper-parameters say' })
  epochs!: number | null;
}

@ObjectType('DrawnValue')
class DrawnValueType {
  @Field(() => String)
  hyperparameter!: string;

  @Field(() => String)
  value!: string;

  @Field(() => Float, { nullable: true, description: 'Null for what is no number' })
  number!: number | null;
}

@ObjectType('SweepTrial', { description: 'A run of a sweep' })
export class SweepTrialType {
  @Field(() => TrainingRunType)
  run!: TrainingRun;

  @Field(() => Int, { description: 'From 1: which of the drawn hyper-parameters it has' })
  number!: number;

  @Field(() => Int, { description: 'From 1' })
  rung!: number;

  @Field(() => [DrawnValueType])
  values!: DrawnValueType[];

  @Field(() => Float, { nullable: true, description: 'Of its best epoch; null until it has succeeded' })
  validationMacroF1!: number | null;

  @Field(() => Float, { nullable: true })
  validationLoss!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'From 1, by validation macro-F1, then by validation loss; null without a result',
  })
  rank!: number | null;
}

@ObjectType('Sweep', {
  description: 'A search for good hyper-parameters: its trials are runs on one snapshot, one after the other',
})
export class SweepType implements Sweep {
  ranges!: SearchRange[];
  draws!: Draw[];
  hyperparameters!: RunHyperparameters;
  baseModelId!: string | null;
  snapshotId!: string | null;
  bestRunId!: string | null;

  @Field(() => ID)
  id!: string;

  @Field(() => Int, { description: 'From 1, in the order of their making' })
  number!: number;

  @Field(() => SweepKindEnum)
  kind!: SweepKind;

  @Field(() => SweepStatusEnum)
  status!: SweepStatus;

  @Field(() => String, {
    nullable: true,
    description: 'Why it was skipped, cancelled or failed, or which trial was the best and what became of it',
  })
  statusReason!: string | null;

  @Field(() => String, { nullable: true })
  note!: string | null;

  @Field(() => [String], { description: 'By name' })
  tags!: string[];

  @Field(() => Int)
  seed!: number;

  @Field(() => Int, { nullable: true })
  reductionFactor!: number | null;

  @Field(() => Int, { nullable: true })
  firstRungEpochs!: number | null;

  @Field(() => Boolean, { description: 'Whether the gate judges the best trial at the end' })
  promoteBest!: boolean;

  @Field(() => Float, { nullable: true, description: 'How long each trial may learn' })
  maxMinutes!: number | null;

  @Field(() => Int, { nullable: true })
  maxMemoryMib!: number | null;

  @Field(() => [String], { description: 'What is out of the ordinary about how its trials start' })
  warnings!: string[];

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, { nullable: true })
  finishedAt!: Date | null;
}

export const SweepConnectionType = connectionTypeOf('Sweep', SweepType);
