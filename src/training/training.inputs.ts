/** What a client sends about runs. */
import { Field, Float, ID, InputType, Int } from 'type-graphql';
import type { FreezingPreset } from '../layoutlmv2/freezing.js';
import { AugmentationInput } from './augmentation.types.js';
import type { WantedHyperparameters } from './start-training-run.js';
import type { RunFilter } from './training.repository.js';
import { ModelSizeEnum, RunKindEnum, RunStatusEnum, RunTriggerEnum } from './training.types.js';
import type { RunHyperparameters, RunKind, RunStatus, RunTrigger } from './training-run.js';

@InputType('HyperparametersInput', {
  description: 'What is not given has a default that fits where the run starts',
})
export class HyperparametersInput {
  @Field(() => ModelSizeEnum, { nullable: true })
  modelSize?: RunHyperparameters['modelSize'] | null;

  @Field(() => Int, { nullable: true })
  epochs?: number | null;

  @Field(() => Int, { nullable: true })
  batchSize?: number | null;

  @Field(() => Int, { nullable: true })
  microBatchSize?: number | null;

  @Field(() => Float, { nullable: true })
  learningRate?: number | null;

  @Field(() => Float, { nullable: true })
  headLearningRateMultiplier?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Of the word embeddings: a table that starts from nothing wants a higher learning rate',
  })
  wordLearningRateMultiplier?: number | null;

  @Field(() => Float, { nullable: true })
  weightDecay?: number | null;

  @Field(() => Float, { nullable: true })
  warmupRatio?: number | null;

  @Field(() => String, { nullable: true, description: 'constant, linear or cosine' })
  schedule?: RunHyperparameters['schedule'] | null;

  @Field(() => Float, { nullable: true })
  maxGradientNorm?: number | null;

  @Field(() => Boolean, { nullable: true })
  dropout?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      'What of the network stays as it is: none, stem-and-res2, backbone, backbone-from-scratch, all-but-last-2-layers (or any other number) or all-but-head',
  })
  freezing?: FreezingPreset | null;

  @Field(() => String, { nullable: true, description: 'none or balanced' })
  classWeighting?: RunHyperparameters['classWeighting'] | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Share of the target that all labels share equally, 0 to 1: where some labels are wrong, none is learnt for certain',
  })
  labelSmoothing?: number | null;

  @Field(() => Int, { nullable: true })
  earlyStoppingPatience?: number | null;

  @Field(() => Int, { nullable: true })
  seed?: number | null;

  @Field(() => Int, { nullable: true })
  maxTokens?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether pages of similar length share a batch' })
  groupByLength?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Far less memory, for a third more time' })
  gradientCheckpointing?: boolean | null;

  @Field(() => AugmentationInput, { nullable: true })
  augmentation?: AugmentationInput | null;
}

@InputType('StartTrainingRunInput')
export class StartTrainingRunInput {
  @Field(() => String, { nullable: true })
  note?: string | null;

  @Field(() => [String], { nullable: true })
  tags?: string[] | null;

  @Field(() => Float, { nullable: true, description: 'How long it may learn; null: no limit' })
  maxMinutes?: number | null;

  @Field(() => Int, { nullable: true, description: 'Memory its process may take, in MiB; null: no limit' })
  maxMemoryMib?: number | null;

  @Field(() => ID, {
    nullable: true,
    description: 'A model version to go on from; not given: the serving one, if there is one',
  })
  baseModelId?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Start from nothing though a model serves' })
  fromScratch!: boolean;

  @Field(() => HyperparametersInput, { nullable: true })
  hyperparameters?: HyperparametersInput | null;
}

@InputType('TrainingRunFilter')
export class TrainingRunFilterInput {
  @Field(() => [RunKindEnum], { nullable: true })
  kinds?: RunKind[] | null;

  @Field(() => [RunStatusEnum], { nullable: true })
  statuses?: RunStatus[] | null;

  @Field(() => [RunTriggerEnum], { nullable: true })
  triggers?: RunTrigger[] | null;

  @Field(() => [String], { nullable: true, description: 'Runs that have all of these' })
  tags?: string[] | null;
}

/** Without the fields that are null: those count as not given. */
export function toHyperparameters(input: HyperparametersInput | null | undefined): WantedHyperparameters {
  const { augmentation, ...others } = input ?? {};
  return { ...withoutNulls(others), ...(augmentation && { augmentation: withoutNulls(augmentation) }) };
}

export function toRunFilter(input: TrainingRunFilterInput | null | undefined): RunFilter {
  return withoutNulls(input ?? {});
}

/** What is given of an input. */
export function withoutNulls<Input extends object>(
  input: Input,
): { [Key in keyof Input]?: NonNullable<Input[Key]> } {
  const given = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(given) as { [Key in keyof Input]?: NonNullable<Input[Key]> };
}
