/** The training policy and drift as GraphQL shows them. */
import { Field, Float, GraphQLISODateTime, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { ModelVersion } from '../models/model-version.js';
import { ModelVersionType } from '../models/model-version.types.js';
import { type DriftMetric, type DriftPoint, driftMetrics } from './drift.js';

export const DriftMetricEnum = Object.fromEntries(driftMetrics.map((metric) => [metric, metric]));
registerEnumType(DriftMetricEnum, {
  name: 'DriftMetric',
  description:
    'How far recent uploads are from what the serving model was made with; 0: not at all. CLASS_MIX: divergence of the labels, 0 to 1. CONFIDENCE: by how much the mean confidence is below that on the holdout. EMBEDDING: one minus the cosine between the mean embeddings',
});

@ObjectType('TrainingPolicy', { description: 'When runs begin by themselves' })
export class TrainingPolicyType {
  @Field(() => Boolean, { description: 'Whether any does' })
  isAutomatic!: boolean;

  @Field(() => Int, {
    nullable: true,
    description: 'Documents newly decided, or decided anew, since the last run from which on one begins',
  })
  newDecisions!: number | null;

  @Field(() => String, { nullable: true, description: 'Cron expression of five fields, in UTC' })
  schedule!: string | null;

  @Field(() => Float, { nullable: true, description: 'CLASS_MIX drift from which on a run begins' })
  maxClassMixDrift!: number | null;

  @Field(() => Float, { nullable: true, description: 'CONFIDENCE drift from which on a run begins' })
  maxConfidenceDrift!: number | null;

  @Field(() => Float, { nullable: true, description: 'EMBEDDING drift from which on a run begins' })
  maxEmbeddingDrift!: number | null;

  @Field(() => Int, {
    description:
      'How long the last run must be over, and decisions have rested, before a run begins; where decisions never rest, the oldest waits 24 times as long. A run skipped for the same reason within that time of the last is counted on that',
  })
  debounceMinutes!: number;

  @Field(() => Int, { description: 'A label with fewer documents decided by people takes no part in a run' })
  minimumDocumentsPerLabel!: number;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'When the schedule comes next' })
  nextScheduledAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Who changed it last; null: these are the defaults' })
  updatedBy!: string | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  updatedAt!: Date | null;
}

@ObjectType('DriftPoint')
export class DriftPointType implements DriftPoint {
  modelVersionId!: string;

  @Field(() => DriftMetricEnum)
  metric!: DriftMetric;

  @Field(() => GraphQLISODateTime)
  at!: Date;

  @Field(() => Float)
  value!: number;

  @Field(() => Int, { description: 'Recent documents measured' })
  documents!: number;

  @Field(() => ModelVersionType, { description: 'The model that served' })
  modelVersion!: ModelVersion;
}
