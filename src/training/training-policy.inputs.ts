/** What a client sends about the training policy. */
import { Field, Float, InputType, Int } from 'type-graphql';
import type { PolicyChange } from './update-training-policy.js';

@InputType('TrainingPolicyInput', {
  description: 'What is not given stays as it is; null turns a trigger off',
})
export class TrainingPolicyInput {
  @Field(() => Boolean, { nullable: true })
  isAutomatic?: boolean | null;

  @Field(() => Int, { nullable: true })
  newDecisions?: number | null;

  @Field(() => String, { nullable: true, description: 'Cron expression of five fields, in UTC' })
  schedule?: string | null;

  @Field(() => Float, { nullable: true })
  maxClassMixDrift?: number | null;

  @Field(() => Float, { nullable: true })
  maxConfidenceDrift?: number | null;

  @Field(() => Float, { nullable: true })
  maxEmbeddingDrift?: number | null;

  @Field(() => Int, { nullable: true })
  debounceMinutes?: number | null;

  @Field(() => Int, { nullable: true })
  minimumDocumentsPerLabel?: number | null;
}

export function toPolicyChange(input: TrainingPolicyInput): PolicyChange {
  const { isAutomatic, debounceMinutes, minimumDocumentsPerLabel, ...triggers } = input;
  const given = Object.entries(triggers).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(given) as PolicyChange),
    // These cannot be turned off: null counts as not given.
    ...(typeof isAutomatic === 'boolean' && { isAutomatic }),
    ...(typeof debounceMinutes === 'number' && { debounceMinutes }),
    ...(typeof minimumDocumentsPerLabel === 'number' && { minimumDocumentsPerLabel }),
  };
}
