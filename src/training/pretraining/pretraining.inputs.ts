/** What a client sends to let a network learn on without labels. */
import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { withoutNulls } from '../training.inputs.js';
import type { StartPretraining } from './start-pretraining.js';

@InputType('StartPretrainingInput', { description: 'What is not given has a default that fits the base' })
export class StartPretrainingInput {
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
    description: 'A model version to go on from; not given: the network that serves or served last',
  })
  baseModelId?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Of more pages that have been read, so many are drawn by the seed; not given: 10,000',
  })
  maxPages?: number | null;

  @Field(() => Int, { nullable: true })
  epochs?: number | null;

  @Field(() => Int, { nullable: true })
  batchSize?: number | null;

  @Field(() => Int, { nullable: true })
  microBatchSize?: number | null;

  @Field(() => Float, { nullable: true })
  learningRate?: number | null;

  @Field(() => Float, { nullable: true })
  weightDecay?: number | null;

  @Field(() => Float, { nullable: true })
  warmupRatio?: number | null;

  @Field(() => Int, { nullable: true })
  maxTokens?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Decides which pages, their order and what is hidden of them',
  })
  seed?: number | null;

  @Field(() => Float, { nullable: true, description: 'Share of the words that are hidden and asked for' })
  maskedWords?: number | null;

  @Field(() => Float, { nullable: true, description: 'Share of the lines that are covered on the image' })
  coveredLines?: number | null;

  @Field(() => Float, { nullable: true, description: 'Share of the pages that get the image of another' })
  replacedImages?: number | null;

  @Field(() => Float, { nullable: true, description: 'Share of the pages that lose their image' })
  droppedImages?: number | null;
}

/** Fields that are null count as not given. */
export function toPretrainingRequest(input: StartPretrainingInput | null): Parameters<StartPretraining>[0] {
  const given = withoutNulls(input ?? {});
  const { note, tags, maxMinutes, maxMemoryMib, baseModelId, maxPages, ...settings } = given;
  const { maskedWords, coveredLines, replacedImages, droppedImages, ...hyperparameters } = settings;
  return {
    note: note ?? null,
    baseModelId: baseModelId ?? null,
    ...(tags && { tags }),
    limits: withoutNulls({ maxMinutes, maxMemoryMib }),
    ...(maxPages !== undefined && { maxPages }),
    corruption: withoutNulls({ maskedWords, coveredLines, replacedImages, droppedImages }),
    hyperparameters,
  };
}
