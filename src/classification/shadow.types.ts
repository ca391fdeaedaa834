/** What the model in the shadow says, as GraphQL shows it. */
import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType } from 'type-graphql';
import { connectionTypeOf } from '../platform/graphql/connection.types.js';
import type { ShadowPair, ShadowPrediction } from './shadow.repository.js';
import type { ShadowReport } from './shadow-report.js';

@ObjectType('ShadowPrediction', {
  description:
    'What a model in the shadow said of a document beside the serving one. No label follows from it',
})
export class ShadowPredictionType implements ShadowPrediction {
  @Field(() => ID)
  id!: string;

  documentId!: string;
  modelVersionId!: string;
  labelId!: string;
  servingModelId!: string;
  servingLabelId!: string;

  @Field(() => Float, { description: 'The largest score' })
  confidence!: number;

  @Field(() => Float, { description: 'Of all scores, in nats: 0 when certain' })
  entropy!: number;

  @Field(() => Float, { description: 'The lead of the first score over the second' })
  margin!: number;

  scores!: number[];

  @Field(() => String, { description: 'tensorflow, webgpu, wasm or cpu' })
  engine!: string;

  @Field(() => String, { description: 'What the engine ran on' })
  device!: string;

  @Field(() => Float, { description: 'Of the network alone, the sum of its pages' })
  durationMs!: number;

  @Field(() => Int, { description: 'Tokens beyond what the model reads of a page' })
  truncatedTokens!: number;

  @Field(() => Float, { description: 'Of the serving model' })
  servingConfidence!: number;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;
}

export const ShadowPredictionConnectionType = connectionTypeOf('ShadowPrediction', ShadowPredictionType);

/** A pair knows its model, to find the documents behind it. */
export type PairOfModel = ShadowPair & { modelVersionId: string };

@ObjectType('ShadowPair', {
  description: 'A label of the serving model where the one in the shadow says another',
})
export class ShadowPairType implements PairOfModel {
  modelVersionId!: string;
  servingLabelId!: string;
  labelId!: string;

  @Field(() => Int)
  count!: number;
}

@ObjectType('ShadowReport', {
  description:
    'How a model in the shadow differs from the serving ones, on the uploads that both have scored',
})
export class ShadowReportType implements ShadowReport {
  modelVersionId!: string;
  pairs!: ShadowPair[];

  @Field(() => Int, { description: 'That both have scored' })
  documents!: number;

  @Field(() => Int, { description: 'Of which they say different labels' })
  disagreements!: number;

  @Field(() => Float, { nullable: true, description: 'Null while there is no document' })
  rate!: number | null;

  @Field(() => Float, { nullable: true, description: 'The lower end of the 95 % interval (Wilson)' })
  rateLow!: number | null;

  @Field(() => Float, { nullable: true })
  rateHigh!: number | null;
}
